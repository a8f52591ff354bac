// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads at once, and cards that are removed at the worst moment. */
class RobustnessTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final int SIGN = 0x68;

    private SimulatorBench bench;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private static SchsmKeySpec spec(String label) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build();
    }

    private record Signed(int key, byte[] data, byte[] signature) {}

    @Test
    void sixteenThreadsShareTwoKeysOnTwoDevices() throws Exception {
        List<SimulatorBench.SimulatedMember> members = List.of(bench.source(), bench.target());
        List<KeyPair> pairs = new ArrayList<>();
        for (SimulatorBench.SimulatedMember member : members) {
            KeyStore keyStore = member.keyStore();
            KeyPair pair = Group.generatePair(member.provider(), spec("shared"));
            pairs.add(new KeyPair(pair.getPublic(), (PrivateKey) keyStore.getKey("shared", null)));
        }
        assertSignsWith(members.get(0).provider(), pairs.get(0));
        members.forEach(member -> member.recorder().start());
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<List<Signed>>> running = new ArrayList<>();
        for (int thread = 0; thread < 16; thread++) {
            int number = thread;
            running.add(threads.submit(() -> {
                List<Signed> done = new ArrayList<>();
                for (int i = 0; i < 125; i++) {
                    int key = (number + i) % 2;
                    byte[] data =
                            ByteBuffer.allocate(8).putInt(number).putInt(i).array();
                    Signature signature = Signature.getInstance(
                            "SHA256withECDSA", members.get(key).provider());
                    signature.initSign(pairs.get(key).getPrivate());
                    signature.update(data);
                    done.add(new Signed(key, data, signature.sign()));
                }
                return done;
            }));
        }
        List<Signed> all = new ArrayList<>();
        for (Future<List<Signed>> thread : running) {
            all.addAll(thread.get(10, TimeUnit.MINUTES));
        }
        threads.shutdown();

        assertThat(all).hasSize(2000);
        Set<ByteBuffer> data = new HashSet<>();
        for (Signed signed : all) {
            data.add(ByteBuffer.wrap(signed.data()));
            Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
            verifier.initVerify(pairs.get(signed.key()).getPublic());
            verifier.update(signed.data());
            assertThat(verifier.verify(signed.signature())).isTrue();
        }
        assertThat(data).hasSize(2000);
        for (SimulatorBench.SimulatedMember member : members) {
            assertThat(member.recorder().exchanges()).hasSize(1000).allMatch(exchange -> exchange.ins() == SIGN);
        }
    }

    /** Looking for the second device has selected the applet of the first. */
    private static void assertSignsWith(Provider provider, KeyPair pair) throws Exception {
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[0], signature.sign()))
                .isTrue();
    }

    /** Answers with the PIN and counts how often it was asked. */
    private static final class Asked implements CallbackHandler {
        private final AtomicInteger times = new AtomicInteger();
        private final AtomicInteger told = new AtomicInteger();

        @Override
        public void handle(Callback[] callbacks) {
            if (callbacks[0] instanceof PasswordCallback wanted) {
                times.incrementAndGet();
                wanted.setPassword(PIN);
            } else {
                told.incrementAndGet();
            }
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void disturb(String how) throws Exception {
        switch (how) {
            case "removed" -> {
                bench.source().remove();
                bench.source().insert();
            }
            case "reset" -> bench.source().device().reset();
            case "selected" -> bench.source().raw().select();
            default -> throw new AssertionError(how);
        }
    }

    /** The steps of signing twice with one engine, run with a disturbance after each of them in turn. */
    @ParameterizedTest
    @CsvSource({
        "removed, password",
        "removed, callback",
        "reset, password",
        "reset, callback",
        "selected, password",
        "selected, callback"
    })
    void anythingMayHappenToTheCardBetweenAnyTwoStepsOfSigning(String how, String pin) throws Exception {
        Provider provider = bench.source().provider();
        Asked asked = new Asked();
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        KeyStore.ProtectionParameter protection = pin.equals("password")
                ? new KeyStore.PasswordProtection(PIN)
                : new KeyStore.CallbackHandlerProtection(asked);
        keyStore.load(() -> protection);
        KeyPair pair = Group.generatePair(provider, spec("k"));
        byte[] data = {1, 2, 3, 4};

        int steps = 0;
        for (int disturbed = 0; disturbed == 0 || disturbed < steps; disturbed++) {
            Signature[] engine = new Signature[1];
            PrivateKey[] key = new PrivateKey[1];
            byte[][] signatures = new byte[2][];
            List<Step> program = List.of(
                    () -> key[0] = (PrivateKey) keyStore.getKey("k", null),
                    () -> engine[0] = Signature.getInstance("SHA256withECDSA", provider),
                    () -> engine[0].initSign(key[0]),
                    () -> engine[0].update(data, 0, 2),
                    () -> engine[0].update(data, 2, 2),
                    () -> signatures[0] = engine[0].sign(),
                    () -> engine[0].update(data),
                    () -> signatures[1] = engine[0].sign(),
                    () -> assertThat(keyStore.size()).isEqualTo(1));
            steps = program.size();
            for (int step = 0; step < steps; step++) {
                program.get(step).run();
                if (step == disturbed) {
                    disturb(how);
                }
            }
            for (byte[] signature : signatures) {
                assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), data, signature))
                        .as("%s after step %d", how, disturbed)
                        .isTrue();
            }
        }
        if (pin.equals("callback")) {
            assertThat(asked.times.get())
                    .as("asked at load, and again at most once for each time the card lost its power")
                    .isBetween(1, how.equals("selected") ? 1 : 1 + steps);
            assertThat(asked.told.get()).as("told once for each answer").isEqualTo(asked.times.get());
        }
        assertThat(bench.source().raw().select().send("00200081").getSW())
                .as("no try was lost")
                .isEqualTo(0x63C3);
    }

    @Test
    void missingCardIsNamedAndUsedAgainWhenItIsBack() throws Exception {
        Provider provider = bench.source().provider();
        KeyStore keyStore = bench.source().keyStore();
        KeyPair pair = Group.generatePair(provider, spec("k"));
        PrivateKey key = (PrivateKey) keyStore.getKey("k", null);
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(key);
        bench.source().remove();

        for (int i = 0; i < 3; i++) {
            signature.update(new byte[5]);
            Throwable thrown = catchThrowable(signature::sign);
            assertThat(thrown)
                    .isInstanceOf(SignatureException.class)
                    .hasMessageContaining(bench.source().id())
                    .hasCauseInstanceOf(TokenNotPresentException.class);
        }

        bench.source().insert();
        signature.update(new byte[5]);
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[5], signature.sign()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cardTakenOutDuringTheCommandCostsThatSignatureOnly(boolean executed) throws Exception {
        Provider provider = bench.source().provider();
        bench.source().keyStore();
        KeyPair pair = Group.generatePair(provider, spec("k"));
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        bench.source()
                .device()
                .faults()
                .add(1, Faults.instruction(SIGN), executed ? Fault.removalAfter() : Fault.removalBefore());

        signature.update(new byte[5]);
        assertThat(catchThrowable(signature::sign)).isInstanceOf(SignatureException.class);

        bench.source().insert();
        signature.update(new byte[6]);
        assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[6], signature.sign()))
                .isTrue();
    }

    @Test
    void anotherDeviceInTheSameReaderIsNotTakenForIt() throws Exception {
        KeyStore ofTarget = KeyStore.getInstance(
                "SCHSM",
                new SchsmProvider().configure(bench.configuration(bench.target().id())));
        bench.target().remove();

        Throwable thrown = catchThrowable(() -> ofTarget.load(null, PIN));

        assertThat(thrown).hasMessageContaining(bench.target().id());
        bench.target().insert();
        ofTarget.load(null, PIN);
    }

    @Test
    void twoProvidersOnOneDeviceDoNotDisturbEachOther() throws Exception {
        Provider one = bench.source().provider();
        Provider other =
                new SchsmProvider().configure(bench.configuration(bench.source().id()));
        KeyStore first = bench.source().keyStore();
        KeyPair pair = Group.generatePair(one, spec("k"));
        KeyStore second = KeyStore.getInstance("SCHSM", other);
        second.load(null, PIN);

        for (int i = 0; i < 5; i++) {
            for (Provider provider : List.of(one, other)) {
                KeyStore keyStore = provider.equals(one) ? first : second;
                Signature signature = Signature.getInstance("SHA256withECDSA", provider);
                signature.initSign((PrivateKey) keyStore.getKey("k", null));
                signature.update(new byte[i]);
                assertThat(Pki.verifies("SHA256withECDSA", pair.getPublic(), new byte[i], signature.sign()))
                        .isTrue();
            }
        }
    }
}
