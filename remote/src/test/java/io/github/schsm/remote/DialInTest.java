// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.remote.client.LocalReader;
import io.github.schsm.remote.client.RamClient;
import io.github.schsm.remote.client.RamListener;
import io.github.schsm.remote.tls.StoreFile;
import io.github.schsm.remote.tls.TlsContexts;
import io.github.schsm.spi.TokenSource;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.smartcardio.CardTerminals.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in by TLS, on both sides: certificates made for the test. */
@Timeout(180)
@SuppressWarnings("FutureReturnValueIgnored") // clients end with the test
class DialInTest {
    private static final byte[] INITIATION = HexFormat.of().parseHex("E804C0023B00");

    @TempDir
    Path folder;

    private final Map<String, String> settings = new HashMap<>();
    private Certificates authority;
    private Certificates stranger;
    private int port;
    private LocalReader reader;
    private TokenSource.@Nullable Opened server;
    private @Nullable RamClient client;

    @BeforeEach
    void begin() throws Exception {
        authority = new Certificates(Files.createDirectory(folder.resolve("ours")), "Our Root");
        stranger = new Certificates(Files.createDirectory(folder.resolve("theirs")), "Another Root");
        port = FreePort.next();
        settings.put("ram.keystore", authority.issued("server").toString());
        settings.put("ram.truststore", authority.trust().toString());
        settings.put("ram.password", "file:" + authority.password());
        settings.put("ram.wait", "60");
        reader = LocalReader.of(SchsmConfiguration.of("terminal = simulator:" + folder.resolve("devices")));
    }

    @AfterEach
    void end() throws Exception {
        if (client != null) {
            client.leave("the test is over");
        }
        if (server != null) {
            server.close();
        }
        reader.close();
    }

    private TokenSource.Terminals serve() throws SchsmException {
        TokenSource.Opened opened =
                new RamTokenSource().open("https://127.0.0.1:" + port + "/ram", new TestHost(settings));
        server = opened;
        return (TokenSource.Terminals) opened;
    }

    private static StoreFile store(Path file) {
        return new StoreFile(file, "store " + file.getFileName());
    }

    private static SSLContext tls(@Nullable Path keys, Path trust) throws Exception {
        return TlsContexts.of(keys == null ? null : store(keys), store(trust), Certificates.PASSWORD.toCharArray());
    }

    private RamClient client(SSLContext tls) throws Exception {
        return new RamClient(
                reader, URI.create("https://127.0.0.1:" + port + "/ram"), tls, null, true, new RamListener() {});
    }

    private void start(SSLContext tls) throws Exception {
        RamClient started = client(tls);
        client = started;
        CompletableFuture.runAsync(
                () -> {
                    try {
                        started.run();
                    } catch (SchsmException | InterruptedException failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                SimulatedContacts.THREADS);
    }

    private void assertRefused(SSLContext tls, String why) throws Exception {
        assertThatThrownBy(() -> client(tls).run())
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(why);
    }

    @Test
    void clientAndServerThatKnowEachOtherMeet() throws Exception {
        TokenSource.Terminals terminals = serve();
        start(tls(authority.issued("site-b"), authority.trust()));

        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
    }

    @Test
    void trustMayBeCertificatesAsPem() throws Exception {
        settings.put("ram.truststore", authority.pem().toString());
        TokenSource.Terminals terminals = serve();
        start(tls(authority.issued("site-b"), authority.pem()));

        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
    }

    @Test
    void strangerAndWhoShowsNothingAreRefused() throws Exception {
        settings.put("ram.wait", "0");
        TokenSource.Terminals terminals = serve();

        assertRefused(tls(stranger.issued("site-b"), authority.trust()), "https://127.0.0.1");
        assertRefused(tls(null, authority.trust()), "https://127.0.0.1");
        assertThat(terminals.terminals().list()).isEmpty();
    }

    @Test
    void expiredCertificateIsRefusedEvenIfTrustedItself() throws Exception {
        settings.put("ram.wait", "0");
        Path expired = authority.expired("site-b");
        TokenSource.Terminals terminals = serve();
        assertRefused(tls(expired, authority.trust()), "https://127.0.0.1");
        assertThat(terminals.terminals().list()).isEmpty();
        terminals.close();
        settings.put("ram.truststore", authority.trusting(expired).toString());
        terminals = serve();

        assertRefused(tls(expired, authority.trust()), "https://127.0.0.1");
        assertThat(terminals.terminals().list()).isEmpty();
    }

    @Test
    void serverThatIsNotKnownIsRefused() throws Exception {
        serve();

        assertRefused(tls(authority.issued("site-b"), stranger.trust()), "no TLS with it");
    }

    @Test
    void expiredServerIsRefused() throws Exception {
        Path expired = authority.expired("server-of-yesterday");
        settings.put("ram.keystore", expired.toString());
        serve();

        assertRefused(tls(authority.issued("site-b"), authority.trusting(expired)), "no TLS with it");
    }

    @Test
    void clientsAreChosenByNameOrFingerprint() throws Exception {
        Path allowed = authority.issued("site-b");
        Path byFingerprint = authority.issued("site-c");
        KeyStore certificates = KeyStore.getInstance(byFingerprint.toFile(), Certificates.PASSWORD.toCharArray());
        String fingerprint = HexFormat.ofDelimiter(":")
                .withUpperCase()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(certificates.getCertificate("site-c").getEncoded()));
        settings.put("ram.clients", "site-b, " + fingerprint);
        TokenSource.Terminals terminals = serve();

        assertRefused(tls(authority.issued("site-d"), authority.trust()), "does not let this computer in");

        start(tls(byFingerprint, authority.trust()));
        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
        if (client != null) {
            client.leave("next");
        }
        start(tls(allowed, authority.trust()));
        assertThat(terminals.terminals().list().get(0).waitForCardPresent(60_000))
                .isTrue();
    }

    @Test
    void deviceOfOneClientIsNotTakenOverByAnother() throws Exception {
        TokenSource.Terminals terminals = serve();
        start(tls(authority.issued("site-b"), authority.trust()));
        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);

        assertRefused(tls(authority.issued("site-c"), authority.trust()), "has dialed in from site-b already");
        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
    }

    @Test
    void clientWhoseDevicesSayNothingKeepsNobodyOut() throws Exception {
        settings.put("ram.limit", "2");
        TokenSource.Terminals terminals = serve();
        SSLContext hog = tls(authority.issued("site-x"), authority.trust());
        assertThat(dialIn(hog).post(INITIATION)).isEqualTo(200);
        assertThat(dialIn(hog).post(INITIATION)).isEqualTo(200);
        // Its own lines do not give way to it.
        assertThat(dialIn(hog).post(INITIATION)).isEqualTo(503);

        start(tls(authority.issued("site-b"), authority.trust()));

        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
        // Nor does a device that is there give way.
        assertThat(dialIn(hog).post(INITIATION)).isEqualTo(503);
        assertThat(terminals.terminals().list(State.CARD_PRESENT)).hasSize(1);
    }

    private MiniClient dialIn(SSLContext tls) {
        return new MiniClient(URI.create("https://127.0.0.1:" + port + "/ram"), tls, new MiniClient.Contacts() {
            @Override
            public byte[] transmit(byte[] command) {
                throw new UnsupportedOperationException("it says nothing");
            }

            @Override
            public byte[] reset() {
                throw new UnsupportedOperationException("it says nothing");
            }
        });
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        settings.put("ram.keystore", authority.trust().toString());
        assertThatThrownBy(this::serve)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ram.keystore = ")
                .hasMessageContaining("no private key");
        settings.put("ram.keystore", folder.resolve("none").toString());
        assertThatThrownBy(this::serve)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("none");
        settings.remove("ram.password");
        settings.put("ram.keystore", authority.issued("server").toString());
        assertThatThrownBy(this::serve)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("password");
        settings.put("ram.password", "env:SCHSM_NO_SUCH_VARIABLE");
        assertThatThrownBy(this::serve)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no such environment variable");
    }

    @Test
    void nobodyServesAllComputersWithoutKnowingClients() {
        settings.remove("ram.truststore");

        assertThatThrownBy(() -> new RamTokenSource().open("https://0.0.0.0:" + port + "/", new TestHost(settings)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ram.truststore");
    }

    @Test
    void wrongPasswordTakesNoTime() throws Exception {
        Path password = Files.writeString(authority.password(), "wrong\n");
        settings.put("ram.password", "file:" + password);

        CompletableFuture<Void> served = CompletableFuture.runAsync(() -> assertThatThrownBy(this::serve)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("wrong\n"));

        served.get(60, TimeUnit.SECONDS);
    }
}
