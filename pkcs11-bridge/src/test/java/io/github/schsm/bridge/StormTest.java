// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.spi.KeyRequest;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sixteen threads on one token, in good times and in bad: every result is right, or its failure is a typed one. */
class StormTest {
    private static final Duration GUARD = Duration.ofMinutes(5);
    private static final int THREADS = 16;
    private static final int ROUNDS = 30;
    private static final int MOST_SESSIONS = 16;

    private static final List<Long> LOSSES = List.of(
            Ckr.SESSION_HANDLE_INVALID.value(),
            Ckr.SESSION_CLOSED.value(),
            Ckr.DEVICE_REMOVED.value(),
            Ckr.DEVICE_ERROR.value(),
            Ckr.GENERAL_ERROR.value(),
            Ckr.FUNCTION_FAILED.value(),
            Ckr.HOST_MEMORY.value(),
            Ckr.USER_NOT_LOGGED_IN.value(),
            Ckr.OBJECT_HANDLE_INVALID.value(),
            Ckr.KEY_HANDLE_INVALID.value(),
            Ckr.OPERATION_ACTIVE.value(),
            Ckr.SESSION_COUNT.value(),
            Ckr.TOKEN_NOT_PRESENT.value());

    private final FakeBench bench = new FakeBench();

    private interface Work {
        void run(Pkcs11Token token, int thread, int round) throws Exception;
    }

    private static byte[] bytes(int thread, int round, int length) {
        byte[] bytes = new byte[length];
        new Random(1000L * thread + round).nextBytes(bytes);
        return bytes;
    }

    /** One use of the token, a different one each time, and a check of what came back. */
    private static void use(Pkcs11Token token, int thread, int round) throws Exception {
        switch ((thread + round) % 8) {
            case 0, 1 -> {
                byte[] hash = bytes(thread, round, 32);
                EcCurve curve = EcCurve.SECP256R1;
                byte[] der = token.sign(FakeBench.key(token, "ec"), KeyAlgorithm.ECDSA, hash);
                assertThat(curve.verify(
                                curve.encode(((ECPublicKey) FakeBench.EC.getPublic()).getW()),
                                hash,
                                EcdsaSignature.parse(der).plain(32)))
                        .as("signature")
                        .isTrue();
            }
            case 2 -> {
                byte[] data = bytes(thread, round, 40);
                Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                cipher.init(Cipher.DECRYPT_MODE, FakeBench.RSA.getPublic());
                byte[] signature = token.sign(FakeBench.key(token, "rsa"), KeyAlgorithm.RSA_PKCS1, data);
                assertThat(cipher.doFinal(signature)).isEqualTo(data);
            }
            case 3 -> {
                byte[] data = bytes(thread, round, 40);
                Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
                cipher.init(Cipher.ENCRYPT_MODE, FakeBench.RSA.getPublic());
                assertThat(token.decrypt(
                                FakeBench.key(token, "rsa"), KeyAlgorithm.RSA_DECRYPT_PKCS1, cipher.doFinal(data)))
                        .isEqualTo(data);
            }
            case 4 -> {
                byte[] data = bytes(thread, round, 9600);
                byte[] iv = bytes(round, thread, 16);
                Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
                cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(FakeBench.AES, "AES"), new IvParameterSpec(iv));
                assertThat(token.cipher(FakeBench.key(token, "aes"), true, iv, data))
                        .isEqualTo(cipher.doFinal(data));
            }
            case 5 -> {
                byte[] data = bytes(thread, round, 9000);
                Mac mac = Mac.getInstance("AESCMAC", new BouncyCastleProvider());
                mac.init(new SecretKeySpec(FakeBench.AES, "AES"));
                assertThat(token.mac(FakeBench.key(token, "aes"), data)).isEqualTo(mac.doFinal(data));
            }
            case 6 -> {
                KeyAgreement other = KeyAgreement.getInstance("ECDH");
                other.init(FakeBench.PEER.getPrivate());
                other.doPhase(FakeBench.EC.getPublic(), true);
                assertThat(token.agree(FakeBench.key(token, "ec"), FakeBench.peer()))
                        .isEqualTo(other.generateSecret());
            }
            default -> {
                assertThat(token.random(100)).hasSize(100);
                token.details(FakeBench.key(token, "ec"));
                assertThat(token.certificates()).hasSize(1);
            }
        }
    }

    private static KeyRequest newKey(String label) {
        return new KeyRequest(
                KeyType.EC,
                label,
                new byte[0],
                EcCurve.SECP256R1,
                0,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /** Runs the work in all threads at once and waits for them. The failures that are typed come back. */
    private static List<SchsmException> storm(List<Pkcs11Token> tokens, Work work) throws Exception {
        Queue<SchsmException> refusals = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                all.add(threads.submit(() -> {
                    start.await();
                    for (int round = 0; round < ROUNDS; round++) {
                        try {
                            work.run(tokens.get(thread % tokens.size()), thread, round);
                        } catch (SchsmException refused) {
                            refusals.add(refused);
                        }
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return List.copyOf(refusals);
    }

    private void requireSound(List<String> contents) {
        assertThat(bench.module.misuses()).isEmpty();
        assertThat(bench.module.openSessions()).isLessThanOrEqualTo(MOST_SESSIONS);
        assertThat(bench.module.activeOperations()).isZero();
        assertThat(bench.module.sessionObjects()).isZero();
        assertThat(bench.contents()).isEqualTo(contents);
    }

    @Test
    void everyResultIsRightAndThereIsOneLogin() {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            List<String> contents = bench.contents();
            List<SchsmException> refusals = storm(List.of(bench.loaded()), StormTest::use);
            assertThat(refusals).isEmpty();
            assertThat(bench.module.logins()).isEqualTo(1);
            assertThat(bench.module.mostSessions()).isLessThanOrEqualTo(MOST_SESSIONS);
            requireSound(contents);
        });
    }

    @Test
    void severalKeyStoresShareSessionsAndLogin() {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            List<String> contents = bench.contents();
            List<Pkcs11Token> tokens = List.of(bench.loaded(), bench.loaded(), bench.loaded());
            assertThat(storm(tokens, StormTest::use)).isEmpty();
            requireSound(contents);
            for (Pkcs11Token token : tokens) {
                assertThat(token.isLoggedIn()).isTrue();
            }
        });
    }

    @Test
    void keysComeAndGoWhileOthersAreUsed() {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            List<String> contents = bench.contents();
            List<SchsmException> refusals = storm(List.of(bench.loaded()), (token, thread, round) -> {
                if (thread % 4 == 0) {
                    String label = "new " + thread + " " + round;
                    TokenKey made = token.generate(newKey(label));
                    assertThat(made.label()).isEqualTo(label);
                    token.sign(made, KeyAlgorithm.ECDSA, new byte[32]);
                    token.delete(made);
                } else {
                    use(token, thread, round);
                }
            });
            assertThat(refusals).isEmpty();
            requireSound(contents);
        });
    }

    /** Any call may fail, with any of the answers that say that something was lost. */
    @ParameterizedTest
    @ValueSource(ints = {7, 19, 53})
    void faultsInBetweenAreOvercomeOrTyped(int distance) {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            List<String> contents = bench.contents();
            Pkcs11Token token = bench.loaded();
            AtomicInteger calls = new AtomicInteger();
            FakeScript script = bench.module.script();
            script.beforeEach(FakeScript.ANY, () -> {
                int call = calls.incrementAndGet();
                if (call % distance == 0) {
                    script.answer(FakeScript.ANY, 1, LOSSES.get(call / distance % LOSSES.size()));
                }
            });
            List<SchsmException> refusals = storm(List.of(token), StormTest::use);
            script.clear();

            assertThat(calls.get()).isGreaterThan(THREADS * ROUNDS);
            refusals.forEach(FaultMatrixTest::requireSentence);
            token.load(FakePin.right());
            for (int round = 0; round < 8; round++) {
                use(token, 0, round);
            }
            requireSound(contents);
            assertThat(bench.device.user.presented()).containsOnly(FakeToken.USER_PIN);
        });
    }

    @Test
    void aTokenThatComesAndGoesFailsWhileItIsAwayAndWorksAfterwards() {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            List<String> contents = bench.contents();
            Pkcs11Token token = bench.loaded();
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger times = new AtomicInteger();
            bench.module.script().beforeEach(FakeScript.ANY, () -> {
                int call = calls.incrementAndGet() % 150;
                synchronized (times) {
                    boolean away = bench.module.isEmpty(times.get() % 3);
                    if (call == 100 && !away) {
                        bench.module.pull(times.get() % 3);
                    } else if (call == 120 && away) {
                        times.incrementAndGet();
                        bench.module.insert(times.get() % 3, bench.device);
                    }
                }
            });
            List<SchsmException> refusals = storm(List.of(token), StormTest::use);
            bench.module.script().clear();
            if (bench.module.isEmpty(times.get() % 3)) {
                bench.module.insert(1, bench.device);
            }

            assertThat(times.get()).isPositive();
            refusals.forEach(FaultMatrixTest::requireSentence);
            for (int round = 0; round < 8; round++) {
                use(token, 0, round);
            }
            requireSound(contents);
            assertThat(bench.device.user.presented()).containsOnly(FakeToken.USER_PIN);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fewSessionsAreShared(boolean stated) {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            bench.device.maxSessions(3, stated);
            List<String> contents = bench.contents();
            assertThat(storm(List.of(bench.loaded()), StormTest::use)).isEmpty();
            assertThat(bench.module.mostSessions()).isLessThanOrEqualTo(3);
            requireSound(contents);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneSessionDoesForEverything(boolean stated) {
        Assertions.assertTimeoutPreemptively(GUARD, () -> {
            bench.device.maxSessions(1, stated);
            List<String> contents = bench.contents();
            Pkcs11Token token = bench.loaded();
            TokenKey made = token.generate(newKey("new"));
            token.sign(made, KeyAlgorithm.ECDSA, new byte[32]);
            token.delete(made);
            assertThat(storm(List.of(token), StormTest::use)).isEmpty();
            assertThat(bench.module.mostSessions()).isEqualTo(1);
            requireSound(contents);
        });
    }
}
