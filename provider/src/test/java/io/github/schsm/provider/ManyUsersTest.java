// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.PinSources;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.Token;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import org.junit.jupiter.api.Test;

/** Several users of one device in one program: none may stop or log out another. */
class ManyUsersTest {
    private static final char[] PIN = "648219".toCharArray();

    private static Provider provider(String id) {
        return new SchsmProvider().configure("terminal = simulator:memory; device = " + id);
    }

    private static KeyPair generate(Provider provider, String label) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder(label).build());
        return generator.generateKeyPair();
    }

    @Test
    void loggingInAgainDoesNotDisturbWhoSigns() throws Exception {
        Provider provider = provider("ZZSIM300001");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        KeyPair pair = generate(provider, "shared");
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch signing = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Integer>> signers = Collections.nCopies(2, 0).stream()
                    .map(ignored -> threads.submit(() -> {
                        int done = 0;
                        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
                        signature.initSign(pair.getPrivate());
                        while (!stop.get()) {
                            signature.update((byte) done);
                            assertThat(signature.sign()).isNotEmpty();
                            done++;
                            if (done == 1) {
                                signing.countDown();
                            }
                        }
                        return done;
                    }))
                    .toList();
            try {
                assertThat(signing.await(60, TimeUnit.SECONDS)).isTrue();
                for (int round = 0; round < 100; round++) {
                    KeyStore another = KeyStore.getInstance("SCHSM", provider);
                    another.load(null, PIN);
                }
            } finally {
                stop.set(true);
            }
            for (Future<Integer> signer : signers) {
                assertThat(signer.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aCallbackHandlerMayLookIntoTheKeyStoreWhileOthersWaitForTheDevice() throws Exception {
        Provider provider = provider("ZZSIM300002");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        KeyPair pair = generate(provider, "asked");
        AtomicReference<List<String>> seen = new AtomicReference<>();
        CountDownLatch started = new CountDownLatch(2);
        List<Thread> others = List.of(
                new Thread(() -> {
                    started.countDown();
                    assertThat(aliases(keyStore)).contains("asked");
                }),
                new Thread(() -> {
                    started.countDown();
                    assertThat(devices((SchsmProvider) provider)).isPositive();
                }));
        CallbackHandler handler = callbacks -> {
            if (seen.get() == null) {
                others.forEach(Thread::start);
                awaitWaiting(started, others);
                seen.set(aliases(keyStore));
                assertThat(devices((SchsmProvider) provider)).isPositive();
            }
            ((PasswordCallback) callbacks[0]).setPassword(PIN);
        };
        Token token = TokenDevice.tokenOf(SchsmDevice.of(keyStore));
        token.logout();
        token.useWhenNeeded(PinSources.callback(handler));
        ExecutorService signing = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
        });
        others.forEach(thread -> thread.setDaemon(true));
        Future<byte[]> signature = signing.submit(() -> {
            Signature signer = Signature.getInstance("SHA256withECDSA", provider);
            signer.initSign(pair.getPrivate());
            return signer.sign();
        });
        assertThat(signature.get(60, TimeUnit.SECONDS)).isNotEmpty();
        assertThat(seen.get()).contains("asked");
        for (Thread other : others) {
            other.join(TimeUnit.SECONDS.toMillis(60));
            assertThat(other.isAlive()).isFalse();
        }
        signing.shutdownNow();
    }

    private static void awaitWaiting(CountDownLatch started, List<Thread> threads) {
        try {
            started.await();
            while (threads.stream()
                    .anyMatch(thread -> thread.getState() == Thread.State.RUNNABLE
                            || thread.getState() == Thread.State.TIMED_WAITING)) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static List<String> aliases(KeyStore keyStore) {
        try {
            return Collections.list(keyStore.aliases());
        } catch (java.security.KeyStoreException notLoaded) {
            throw new IllegalStateException(notLoaded);
        }
    }

    private static int devices(SchsmProvider provider) {
        try {
            return provider.devices().size();
        } catch (io.github.schsm.SchsmException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aPinThatDidNotLogInIsWiped() throws Exception {
        Provider provider = provider("ZZSIM300003");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        Token token = TokenDevice.tokenOf(SchsmDevice.of(keyStore));
        VirtualReaders.memory().device("ZZSIM300003").remove();
        AtomicBoolean wiped = new AtomicBoolean();
        PinSource pin = new PinSource() {
            @Override
            public char[] pin(PinRequest request) {
                return PIN.clone();
            }

            @Override
            public boolean isInteractive() {
                return false;
            }

            @Override
            public void destroy() {
                wiped.set(true);
            }
        };
        try {
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> token.load(pin)))
                    .isInstanceOf(io.github.schsm.TokenNotPresentException.class);
        } finally {
            VirtualReaders.memory().device("ZZSIM300003").insert();
        }
        assertThat(wiped).isTrue();
    }
}
