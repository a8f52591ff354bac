// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.PinPadCallback;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.terminal.SimulatedPinPad;
import io.github.schsm.simulator.terminal.SimulatedPinPad.Typed;
import java.security.AuthProvider;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A PIN that is typed on the reader's pad, as programs see it. */
class PinPadLoginTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;
    private static int lastNumber = 340_000;

    private final Deque<Typed> script = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private String id;
    private SimulatedDevice simulated;

    @BeforeEach
    void putSomebodyAtTheReader() throws Exception {
        id = "ZZSIM" + ++lastNumber;
        simulated = VirtualReaders.memory().device(id);
        simulated.setPinPad(SimulatedPinPad.create().with(wanted -> script.remove()));
    }

    @AfterEach
    void everythingWasTyped() {
        assertThat(script).isEmpty();
    }

    private AuthProvider provider(String pin) {
        return (AuthProvider)
                new SchsmProvider().configure("terminal = simulator:memory; device = " + id + "; pin = " + pin);
    }

    private void handle(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof PinPadCallback pad) {
                told.add(pad.entry() + " " + pad.request().triesLeft().orElse(-1));
            } else if (callback instanceof LoginCallback login) {
                told.add((login.isAccepted() ? "accepted" : "refused")
                        + (login.triesLeft().isPresent()
                                ? " " + login.triesLeft().getAsInt()
                                : ""));
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static void generateAndSign(AuthProvider provider) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("k").build());
        KeyPair pair = generator.generateKeyPair();
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        for (int i = 0; i < 3; i++) {
            signature.initSign(pair.getPrivate());
            signature.update((byte) i);
            assertThat(signature.sign()).isNotEmpty();
        }
    }

    @Test
    void isAskedForOnceWhereAKeyNeedsIt() throws Exception {
        AuthProvider provider = provider("pinpad");
        provider.setCallbackHandler(this::handle);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        assertThat(told).isEmpty();
        script.add(Typed.pins(RIGHT));

        generateAndSign(provider);

        assertThat(told).containsExactly("VERIFY 3", "FINISHED 3", "accepted");
    }

    @Test
    void isAskedForWithNobodyToTell() throws Exception {
        AuthProvider provider = provider("pinpad");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        script.add(Typed.pins(RIGHT));

        generateAndSign(provider);
    }

    @Test
    void isAskedForByLoginOnceAndAgainAfterLogout() throws Exception {
        AuthProvider provider = provider("pinpad");
        script.add(Typed.pins(RIGHT));

        provider.login(null, this::handle);
        provider.login(null, this::handle);
        generateAndSign(provider);

        provider.logout();
        script.add(Typed.pins("000000"));
        assertThatThrownBy(() -> provider.login(null, this::handle))
                .isInstanceOf(FailedLoginException.class)
                .hasMessageContaining("2 tries");
        assertThat(told).containsExactly("VERIFY 3", "FINISHED 3", "accepted", "VERIFY 3", "FINISHED 3", "refused 2");
    }

    @Test
    void goesBeforeAHandlerThatCouldAnswerWhereItIsConfigured() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider("pinpad"));
        CallbackHandler wouldAnswer = callbacks -> {
            if (callbacks[0] instanceof PasswordCallback password) {
                password.setPassword("000000".toCharArray());
            }
        };
        script.add(Typed.pins(RIGHT));

        keyStore.load(() -> new KeyStore.CallbackHandlerProtection(wouldAnswer));
    }

    @Test
    void isOneOfTheAnswersThatAHandlerHas() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider("callback"));
        script.add(Typed.pins(RIGHT));

        keyStore.load(() -> new KeyStore.CallbackHandlerProtection(callbacks -> {
            if (callbacks[0] instanceof TokenPinCallback pin) {
                assertThat(pin.hasPinPad()).isTrue();
                pin.enterOnReader();
            } else {
                handle(callbacks);
            }
        }));

        assertThat(told).containsExactly("VERIFY 3", "FINISHED 3", "accepted");
    }

    @Test
    void cancellingIsNotTakenForAWrongPin() throws Exception {
        AuthProvider provider = provider("pinpad");
        script.add(Typed.cancel());
        assertThatThrownBy(() -> provider.login(null, this::handle))
                .isInstanceOf(LoginException.class)
                .isNotInstanceOf(FailedLoginException.class)
                .hasMessageContaining("cancelled");
        script.add(Typed.nothing());
        assertThatThrownBy(() -> provider.login(null, this::handle)).hasMessageContaining("in time");
        script.add(Typed.pins(RIGHT));
        provider.login(null, this::handle);
    }

    @Test
    void changesThePinAndIsAskedForTheNewOne() throws Exception {
        AuthProvider provider = provider("pinpad");
        provider.setCallbackHandler(this::handle);
        script.add(Typed.pins(RIGHT));
        provider.login(null, null);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        script.add(Typed.pins(RIGHT, "12345678", "12345678"));
        SchsmDevice.of(keyStore).administration().changePinOnReader();
        script.add(Typed.pins("12345678"));

        generateAndSign(provider);

        assertThat(told).contains("CHANGE -1");
    }

    @Test
    void doesNotGoWithASecureChannelAndAsksNobodyInVain() {
        AuthProvider provider = provider("pinpad; channel = secure");

        assertThatThrownBy(() -> provider.login(null, this::handle))
                .hasCauseInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining("secure channel")
                .hasMessageContaining("channel = plain");

        assertThat(told).isEmpty();
    }

    @Test
    void isMissedByName() throws Exception {
        simulated.setPinPad(null);

        assertThatThrownBy(() -> provider("pinpad").login(null, null))
                .hasCauseInstanceOf(UnsupportedByDeviceException.class)
                .hasMessageContaining(simulated.readerName())
                .hasMessageContaining("PIN pad");
    }
}
