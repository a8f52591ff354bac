// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static io.github.schsm.conformance.bench.Pki.assertSigns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key stores that programs open by a file, whose content is a configuration; registered is a provider without one. */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.DOMAIN, BenchKind.SOFTHSM},
        repeated = {BenchKind.RAM})
class KeyStoreFilesTest {
    private static final char[] PIN = "648219".toCharArray();

    private final BenchKind kind;
    private final SchsmProvider registered = new SchsmProvider();

    @TempDir
    private Path folder;

    private Bench bench;
    private KeyPair pair;

    KeyStoreFilesTest(BenchKind kind) {
        this.kind = kind;
    }

    /** Opens the bench. */
    @BeforeEach
    void open() throws Exception {
        bench = kind.open();
        bench.source().keyStore();
        pair = Group.generateEc(bench.source().provider(), "tls", "secp256r1");
        Security.addProvider(registered);
    }

    /** Clears the bench. */
    @AfterEach
    void close() throws Exception {
        Security.setProperty("schsm.probe", "");
        Security.removeProvider(registered.getName());
        registered.close();
        bench.close();
    }

    /** As people write it. */
    private String text(String... more) {
        return "# a key store\n" + bench.source().configuration().replace("; ", "\n") + "\n" + String.join("\n", more)
                + "\n";
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static KeyStore loaded(String text) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        keyStore.load(stream(text), PIN);
        return keyStore;
    }

    private static byte[] sign(Signature signature, PrivateKey key) throws Exception {
        signature.initSign(key);
        signature.update(new byte[] {1, 2, 3});
        return signature.sign();
    }

    private void assertVerifies(byte[] made) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", "SunEC");
        signature.initVerify(pair.getPublic());
        signature.update(new byte[] {1, 2, 3});
        assertThat(signature.verify(made)).isTrue();
    }

    @Test
    void streamWithAConfigurationIsThatConfiguration() throws Exception {
        KeyStore keyStore = loaded(text());

        assertThat(Collections.list(keyStore.aliases())).containsExactly("tls");
        PrivateKey key = (PrivateKey) keyStore.getKey("tls", PIN);
        assertThat(key).isEqualTo(pair.getPrivate());
        assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), key));
        assertVerifies(sign(Signature.getInstance("SHA256withECDSA", "SCHSM"), key));
        assertVerifies(
                sign(Signature.getInstance("SHA256withECDSA", bench.source().provider()), key));
    }

    @Test
    void signaturesAreMadeByWhicheverProviderIsRegistered() throws Exception {
        PrivateKey key = (PrivateKey) loaded(text()).getKey("tls", PIN);
        Provider broken = new SchsmProvider().configure("colour = blue");
        Provider other = new SchsmProvider().configure("device = DECC0000000; name = elsewhere");
        for (Provider provider : new Provider[] {broken, other}) {
            assertVerifies(sign(Signature.getInstance("SHA256withECDSA", provider), key));
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(stream(text()), PIN);
            assertSigns(provider, keyStore.getKey("tls", null), pair);
            ((SchsmProvider) provider).close();
        }
    }

    @Test
    void emptyStreamIsTheConfigurationOfTheProvider() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", bench.source().provider());
        for (String empty : new String[] {"", "\n", "# see java.security\n"}) {
            keyStore.load(stream(empty), PIN);
            assertThat(Collections.list(keyStore.aliases())).containsExactly("tls");
        }
        try (InputStream nothing = Files.newInputStream(Path.of("/dev/null"))) {
            keyStore.load(nothing, PIN);
        }
        assertThat(keyStore.getKey("tls", null)).isEqualTo(pair.getPrivate());
    }

    /** The very tokens, with their logins, of a file and of a provider that say the same. */
    @Test
    void sameConfigurationHasTheSameLogin() throws Exception {
        KeyStore first = loaded(text());
        KeyStore second = KeyStore.getInstance("SCHSM");
        second.load(stream("name = x\n" + text("alias = t*")), null);
        PrivateKey key = (PrivateKey) second.getKey("tls", null);
        assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), key));
        assertThat(first.getKey("tls", null)).isEqualTo(key);

        SchsmProvider configured = (SchsmProvider) new SchsmProvider()
                .configure("name = configured; " + bench.source().configuration());
        Security.addProvider(configured);
        try {
            KeyStore theirs = KeyStore.getInstance("SCHSM", configured);
            theirs.load(null, PIN);
            try (SchsmProvider fresh = (SchsmProvider) new SchsmProvider().configure("name = fresh")) {
                KeyStore ofFile = KeyStore.getInstance("SCHSM", fresh);
                ofFile.load(stream(text()), null);
                assertVerifies(
                        sign(Signature.getInstance("SHA256withECDSA", fresh), (PrivateKey) ofFile.getKey("tls", null)));
            }
            assertVerifies(sign(
                    Signature.getInstance("SHA256withECDSA", configured), (PrivateKey) theirs.getKey("tls", null)));
        } finally {
            Security.removeProvider(configured.getName());
            configured.close();
        }
    }

    @Test
    void whatAFileOpenedEndsWithItsProvider() throws Exception {
        SchsmProvider own = (SchsmProvider) new SchsmProvider().configure("name = own");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", own);
        keyStore.load(stream(text()), PIN);
        PrivateKey key = (PrivateKey) keyStore.getKey("tls", null);

        own.close();

        assertThatThrownBy(() -> sign(Signature.getInstance("SHA256withECDSA", registered), key))
                .hasStackTraceContaining("was closed");
        assertThatThrownBy(() -> keyStore.load(stream(text()), PIN)).hasMessageContaining("the provider was closed");
    }

    @Test
    void fileIsRecognizedWithoutAType() throws Exception {
        File file = Files.writeString(folder.resolve("hsm.schsm"), text("alias = tls"))
                .toFile();

        // Each bench has a terminal of its own kind.
        assertThatThrownBy(() -> KeyStore.getInstance(file, PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("name the type");
        Security.setProperty("schsm.probe", "all");
        KeyStore byPassword = KeyStore.getInstance(file, PIN);
        KeyStore byParameter = KeyStore.getInstance(file, () -> new KeyStore.PasswordProtection(PIN));

        for (KeyStore keyStore : new KeyStore[] {byPassword, byParameter}) {
            assertThat(keyStore.getType()).isEqualTo("SCHSM");
            assertThat(keyStore.getProvider()).isSameAs(registered);
            assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), (PrivateKey) keyStore.getKey("tls", PIN)));
        }
        KeyStore built = KeyStore.Builder.newInstance(file, new KeyStore.PasswordProtection(PIN))
                .getKeyStore();
        assertThat(built.getKey("tls", PIN)).isEqualTo(pair.getPrivate());
        File properties = Files.writeString(folder.resolve("app.properties"), "name = x\n")
                .toFile();
        assertThatThrownBy(() -> KeyStore.getInstance(properties, PIN)).hasMessageContaining("Unrecognized");
    }

    /** What a provider is configured for is not what a stranger's file wants. */
    @Test
    void whatAProviderSaysIsTakenFromAFileWithoutAType() throws Exception {
        Path pin = Files.writeString(folder.resolve("pin"), "648219");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-------"));
        String text = text("pin = file:" + pin);
        File file = Files.writeString(folder.resolve("hsm.schsm"), text + "alias = tls\n")
                .toFile();
        assertThatThrownBy(() -> KeyStore.getInstance(file, PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("name the type");

        SchsmProvider configured = (SchsmProvider) new SchsmProvider().configure(text + "name = configured");
        Security.addProvider(configured);
        try {
            KeyStore keyStore = KeyStore.getInstance(file, "changeit".toCharArray());
            assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), (PrivateKey) keyStore.getKey("tls", PIN)));
        } finally {
            Security.removeProvider(configured.getName());
            configured.close();
        }
    }

    /** Wherever the PIN of the key store's file comes from, the password that a program insists on is none. */
    @Test
    void passwordIsNotSentWhereTheFileSaysWhereThePinIs() throws Exception {
        Path pin = Files.writeString(folder.resolve("pin"), "648219");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-------"));
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        for (int i = 0; i < 4; i++) {
            keyStore.load(stream(text("pin = file:" + pin)), "changeit".toCharArray());
        }

        assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), (PrivateKey)
                keyStore.getKey("tls", "changeit".toCharArray())));
    }

    /** A program that opens its key store again and again with a password of its own does not block the device. */
    @Test
    void passwordOfAProgramDoesNotUseUpTheTries() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        for (int i = 0; i < 4; i++) {
            char[] wrong = ("00000" + i).toCharArray();
            for (int again = 0; again < 2; again++) {
                assertThatThrownBy(() -> keyStore.load(stream(text()), wrong))
                        .isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(UnrecoverableKeyException.class);
            }
        }

        KeyStore byPin = KeyStore.getInstance("SCHSM", bench.source().provider());
        byPin.load(null, PIN);
        assertThat(byPin.getKey("tls", null)).isEqualTo(pair.getPrivate());
        loaded(text());
    }

    @Test
    void logoutEndsTheLoginsOfFiles() throws Exception {
        KeyStore keyStore = loaded(text());
        PrivateKey key = (PrivateKey) keyStore.getKey("tls", null);
        assertVerifies(sign(Signature.getInstance("SHA256withECDSA"), key));

        registered.logout();

        assertThatThrownBy(() -> sign(Signature.getInstance("SHA256withECDSA", registered), key))
                .hasStackTraceContaining("PIN");
    }

    /** The runtime would show every key where the program asked for one. */
    @Test
    void parameterThatTheRuntimeWouldForgetIsRefused() throws Exception {
        Security.setProperty("schsm.probe", "all");
        File file = Files.writeString(folder.resolve("hsm.schsm"), text()).toFile();
        SchsmLoadParameter parameter = new SchsmLoadParameter(new KeyStore.PasswordProtection(PIN));

        assertThatThrownBy(() -> KeyStore.getInstance(file, parameter.withAliases("tls")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("alias = tls into the file");

        assertThat(KeyStore.getInstance(file, parameter).getType()).isEqualTo("SCHSM");
    }

    @Test
    void fileOfAPinThatIsMissingIsToldWithTheFolderWhereItWasLookedFor() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        keyStore.load(stream(text("pin = file:no-such-pin")), null);

        assertThatThrownBy(() -> keyStore.setCertificateEntry("ca", Pki.create().root()))
                .hasStackTraceContaining("pin = file:no-such-pin")
                .hasStackTraceContaining("working directory, " + Path.of("").toAbsolutePath());
    }

    @Test
    void wrongPasswordIsToldAsTheJcaSays() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM");
        for (String wrong : new String[] {"000000", "x"}) {
            assertThatThrownBy(() -> keyStore.load(stream(text()), wrong.toCharArray()))
                    .isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(UnrecoverableKeyException.class);
        }
        loaded(text());
    }

    @Test
    void mistakesAreToldAndLeaveTheKeyStoreAsItWas() throws Exception {
        KeyStore keyStore = loaded(text("alias = tls"));
        assertThatThrownBy(() -> keyStore.load(stream(text("colour = blue")), PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the key store file cannot be used: ")
                .hasMessageContaining("\"colour\"");
        assertThatThrownBy(() -> keyStore.load(new ByteArrayInputStream(new byte[] {0x30, (byte) 0x82, 0, 0}), PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is on a device and not in a file: load it with a null stream");

        assertThat(keyStore.getKey("tls", null)).isEqualTo(pair.getPrivate());
    }

    @Test
    void storingToAStreamIsRefused() throws Exception {
        KeyStore keyStore = loaded(text());
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThatThrownBy(() -> keyStore.store(out, PIN))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot be written")
                .hasMessageContaining("null stream");

        assertThat(out.size()).isZero();
        keyStore.store(null, PIN);
    }

    @Test
    void changesReachTheDeviceThatTheFileMeans() throws Exception {
        KeyStore keyStore = loaded(text());
        SchsmDevice.of(keyStore).rename("tls", "renamed");

        assertThat(keyStore.containsAlias("renamed")).isTrue();
        assertThat(((SchsmKey) keyStore.getKey("renamed", null)).key().label()).isEqualTo("renamed");
        keyStore.deleteEntry("renamed");
        assertThat(keyStore.size()).isZero();
    }
}
