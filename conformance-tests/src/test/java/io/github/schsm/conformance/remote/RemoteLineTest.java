// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.FreePort;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RamBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lines that break, ends that are killed and come back, and what may be heard in between. */
@Timeout(600)
class RemoteLineTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final String ID = "ZZSIM000001";

    @TempDir
    Path folder;

    private static String url(int port) {
        return "http://127.0.0.1:" + port + "/line";
    }

    private static String configuration(int port) {
        return "terminal = ram:" + url(port) + "; device = " + ID
                + "; trust = simulator; ram.silence = 6; ram.wait = 60";
    }

    private static KeyPair key(Provider provider) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static byte[] sign(Provider provider, KeyPair pair) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update(new byte[10]);
        return signature.sign();
    }

    private static void signSoon(Provider provider, KeyPair pair) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                byte[] signature = sign(provider, pair);
                assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[10], signature))
                        .isTrue();
                return;
            } catch (GeneralSecurityException notYet) {
                assertThat(System.nanoTime()).as(notYet.toString()).isLessThan(end);
                Thread.sleep(100);
            }
        }
    }

    private static Throwable root(Throwable thrown) {
        Throwable at = thrown;
        while (!(at instanceof SchsmException) && at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    @Test
    void providerGoesOnWhenAKilledClientIsStartedAgain() throws Exception {
        int port = FreePort.next();
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration(port));
                Lender first = new Lender(folder, url(port), ID)) {
            KeyStore keys = KeyStore.getInstance("SCHSM", provider);
            keys.load(null, PIN);
            KeyPair pair = key(provider);
            sign(provider, pair);

            first.kill();
            long begin = System.nanoTime();
            assertThatThrownBy(() -> sign(provider, pair))
                    .satisfies(thrown -> assertThat(root(thrown)).isInstanceOf(TokenNotPresentException.class));
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(28));

            try (Lender second = new Lender(folder, url(port), ID)) {
                // The same key object, the same login.
                signSoon(provider, pair);
                assertThat(second.end()).as(second.said()).isZero();
            }
            assertThatThrownBy(() -> sign(provider, pair))
                    .satisfies(thrown -> assertThat(root(thrown)).isInstanceOf(TokenNotPresentException.class));
        }
    }

    @Test
    void otherMemberOfADomainGoesOnWhileTheRemoteOneIsKilled() throws Exception {
        int port = FreePort.next();
        String here = "simulator:" + folder.resolve("here");
        byte[] uid;
        try (SchsmProvider local = simulated(here, "ZZSIM000002");
                SchsmProvider far = simulated("simulator:" + folder.resolve("devices"), ID)) {
            KeyStore localKeys = loaded(local);
            KeyPair signer = Group.generatePair(local, Group.signerSpec("group-signer"));
            uid = DomainBench.join(signer, loaded(far));
            DomainBench.join(signer, localKeys);
            // It stays where it is, so that nothing would be complete.
            loaded(local).deleteEntry("group-signer");
        }
        // No names: a simulated folder makes each device that is named.
        String domain = "terminal = ram:" + url(port) + ", " + here
                + "; trust = simulator; ram.silence = 6; ram.wait = 60" + "; domain = " + DomainBench.digits(uid);
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(domain);
                Lender first = new Lender(folder, url(port), ID)) {
            SchsmDomain members = SchsmDomain.of(loaded(provider));
            KeyPair pair = key(provider);
            assertThat(members.members()).hasSize(2).allMatch(SchsmDomain.Member::isPresent);

            first.kill();
            for (int i = 0; i < 6; i++) {
                assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[10], sign(provider, pair)))
                        .isTrue();
            }
            loaded(provider);
            assertThat(members.members())
                    .filteredOn(SchsmDomain.Member::isPresent)
                    .hasSize(1);

            try (Lender second = new Lender(folder, url(port), ID)) {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!members.members().stream().allMatch(SchsmDomain.Member::isPresent)) {
                    assertThat(System.nanoTime()).as(second.said()).isLessThan(end);
                    Thread.sleep(100);
                }
                assertThat(members.synchronize().isComplete()).isTrue();
            }
        }
    }

    private static SchsmProvider simulated(String terminal, String device) {
        return (SchsmProvider) new SchsmProvider()
                .configure("terminal = " + terminal + "; device = " + device + "; trust = simulator");
    }

    private static KeyStore loaded(Provider provider) throws Exception {
        KeyStore keys = KeyStore.getInstance("SCHSM", provider);
        keys.load(null, PIN);
        return keys;
    }

    @Test
    void clientComesToAServerThatIsStartedAgain() throws Exception {
        int port = FreePort.next();
        Path sign = folder.resolve("sign");
        Process server = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Jdk.ownClassPath(),
                        Borrower.class.getName(),
                        configuration(port),
                        sign.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("borrower.txt").toFile())
                .start();
        try (Lender lender = new Lender(folder, url(port), ID)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!Files.exists(sign)) {
                assertThat(System.nanoTime())
                        .as(Files.readString(folder.resolve("borrower.txt")) + lender.said())
                        .isLessThan(end);
                Thread.sleep(50);
            }

            server.destroyForcibly().waitFor();

            try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration(port))) {
                KeyStore keys = KeyStore.getInstance("SCHSM", provider);
                keys.load(null, PIN);
                sign(provider, key(provider));
                assertThat(lender.said()).contains("Not connected: ").contains("Again in 1 s.");
            }
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void clientComesToAProviderThatIsMadeAgain() throws Exception {
        int port = FreePort.next();
        try (Lender lender = new Lender(folder, url(port), ID)) {
            for (int i = 0; i < 2; i++) {
                try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration(port))) {
                    KeyStore keys = KeyStore.getInstance("SCHSM", provider);
                    keys.load(null, PIN);
                    sign(provider, key(provider));
                }
            }
            assertThat(lender.said()).contains("the server has no more work");
        }
    }

    @Test
    void cardThatWasOutForAMomentIsNotMissed() throws Exception {
        try (RamBench bench = new RamBench()) {
            bench.source().keyStore();
            Provider provider = bench.source().provider();
            KeyPair pair = key(provider);

            for (int i = 0; i < 3; i++) {
                bench.source().remove();
                bench.source().insert();
                assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[10], sign(provider, pair)))
                        .isTrue();
            }
        }
    }

    @Test
    void pinGoesOverASecureChannelOnly() throws Exception {
        try (RamBench bench = new RamBench()) {
            ApduRecorder wire = bench.source().recorder();
            wire.start();
            bench.source().keyStore();
            sign(bench.source().provider(), key(bench.source().provider()));

            List<ApduRecorder.Exchange> verifications = wire.exchanges().stream()
                    .filter(exchange -> exchange.ins() == 0x20)
                    .toList();
            assertThat(verifications).anyMatch(ApduRecorder.Exchange::isProtected);
            assertThat(verifications)
                    .filteredOn(exchange -> !exchange.isProtected())
                    .allMatch(exchange -> exchange.dataLength() == 0);
        }
    }

    @Test
    void manyThreadsShareALineThatComesAndGoes() throws Exception {
        try (RamBench bench = new RamBench()) {
            Provider one = bench.source().provider();
            try (SchsmProvider another =
                    (SchsmProvider) new SchsmProvider().configure(bench.source().configuration())) {
                bench.source().keyStore();
                KeyStore.getInstance("SCHSM", another).load(null, PIN);
                KeyPair first = key(one);
                KeyPair second = key(another);
                AtomicBoolean end = new AtomicBoolean();
                AtomicInteger signed = new AtomicInteger();
                ExecutorService threads = Executors.newFixedThreadPool(8);
                List<Future<?>> results = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    boolean odd = i % 2 == 1;
                    results.add(threads.submit((Callable<Void>) () -> {
                        while (!end.get()) {
                            useOnce(odd ? another : one, odd ? second : first, signed);
                        }
                        return null;
                    }));
                }
                boolean goesOn = awaitMore(signed);
                for (int i = 0; i < 3; i++) {
                    Thread.sleep(500);
                    bench.source().remove();
                    Thread.sleep(300);
                    bench.source().insert();
                    bench.await(2);
                    goesOn &= awaitMore(signed);
                }
                end.set(true);
                for (Future<?> result : results) {
                    result.get(2, TimeUnit.MINUTES);
                }
                threads.shutdown();

                assertThat(goesOn).isTrue();
            }
        }
    }

    /** Whether one more signature is made soon. */
    private static boolean awaitMore(AtomicInteger signed) throws InterruptedException {
        int before = signed.get();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (signed.get() == before && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        return signed.get() > before;
    }

    /** A signature that is right, or the one failure that says that the device is away. */
    private static void useOnce(Provider provider, KeyPair pair, AtomicInteger signed) throws Exception {
        byte[] signature;
        try {
            signature = sign(provider, pair);
        } catch (GeneralSecurityException away) {
            assertThat(root(away)).isInstanceOf(TokenNotPresentException.class);
            Thread.sleep(20);
            return;
        }
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[10], signature))
                .isTrue();
        signed.incrementAndGet();
    }
}
