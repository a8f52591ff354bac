// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.THROWABLE;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.conformance.bench.Backend;
import io.github.schsm.conformance.bench.Backend.Ability;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AccountLockedException;
import javax.security.auth.login.CredentialExpiredException;
import javax.security.auth.login.FailedLoginException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every way to give the PIN, each on a device that nobody has used: how often the PIN crosses to the device, who is
 * asked, and what becomes of a login when the card was out. What is between program and device is the bench's.
 */
@OnBenches(
        value = {BenchKind.SIMULATOR, BenchKind.SOFTHSM},
        repeated = {BenchKind.PCSC, BenchKind.OPENSC})
class AuthenticationTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;
    private static final String OTHER = "135790";
    private static final int VERIFY = 0x20;
    private static final AtomicInteger NUMBER = new AtomicInteger(772_000);

    @TempDir
    private Path folder;

    private final Deque<String> answers = new ArrayDeque<>();
    private final List<String> heard = new ArrayList<>();
    private int questions;
    private final BenchKind kind;
    private Bench bench;
    private Bench.Member member;

    AuthenticationTest(BenchKind kind) {
        this.kind = kind;
    }

    /** The ways to give a PIN. */
    enum Way {
        PASSWORD(false),
        FILE(false),
        ENVIRONMENT(false),
        HANDLER(true),
        BUILDER(true),
        CALLBACK(true),
        LOGIN(true);

        private final boolean asks;

        Way(boolean asks) {
            this.asks = asks;
        }
    }

    /** A device that no test of this JVM has used: refused PINs are remembered by device id. */
    @BeforeEach
    void takeADevice() throws Exception {
        bench = kind.open();
        member = bench instanceof SimulatorBench simulator
                ? simulator.member("ZZSIM" + NUMBER.incrementAndGet())
                : bench.source();
        member.wire().ifPresent(ApduRecorder::start);
    }

    @AfterEach
    void giveItBack() throws Exception {
        bench.close();
    }

    private AuthProvider provider(String entries) {
        return (AuthProvider) new SchsmProvider().configure(member.configuration() + "; " + entries);
    }

    private KeyStore load(AuthProvider provider, String pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin.isEmpty() ? null : pin.toCharArray());
        return keyStore;
    }

    private void wrong(String pin) {
        assertThatThrownBy(() -> load(provider(""), pin))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
    }

    /** A key store whose PIN comes this way. */
    private KeyStore open(Way way) throws Exception {
        return switch (way) {
            case PASSWORD -> load(provider(""), RIGHT);
            case FILE -> load(provider("pin = file:" + pinFile("rw-------")), "");
            case ENVIRONMENT -> load(provider("pin = env:SCHSM_TEST_PIN"), "");
            case HANDLER -> {
                KeyStore keyStore = KeyStore.getInstance("SCHSM", provider(""));
                keyStore.load(
                        new SchsmLoadParameter(member.id(), new KeyStore.CallbackHandlerProtection(this::answer)));
                yield keyStore;
            }
            case BUILDER -> builder().getKeyStore();
            case CALLBACK -> {
                AuthProvider provider = provider("pin = callback");
                provider.setCallbackHandler(this::answer);
                yield load(provider, "");
            }
            case LOGIN -> {
                AuthProvider provider = provider("");
                provider.login(null, this::answer);
                yield load(provider, "");
            }
        };
    }

    private KeyStore.Builder builder() {
        return KeyStore.Builder.newInstance(
                "SCHSM", provider(""), new KeyStore.CallbackHandlerProtection(this::answer));
    }

    private String left(int tries) {
        return (has(Ability.TRIES_COUNTED) ? tries : "?") + " left";
    }

    private Path pinFile(String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("pin"), RIGHT + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    /** Notes what it is told, and answers with the next of the answers, else with the right PIN. */
    private void answer(Callback[] callbacks) throws UnsupportedCallbackException {
        for (Callback callback : callbacks) {
            if (callback instanceof TokenPinCallback wanted) {
                questions++;
                assertThat(wanted.deviceId()).isEqualTo(member.id());
                assertThat(wanted.reader()).isNotEmpty();
                assertThat(wanted.getPrompt()).contains(wanted.deviceId());
                String left = wanted.triesLeft().isPresent()
                        ? String.valueOf(wanted.triesLeft().getAsInt())
                        : "?";
                heard.add(left + (wanted.isLastTry() ? " left, the last" : " left"));
                wanted.setPassword((answers.isEmpty() ? RIGHT : answers.remove()).toCharArray());
            } else if (callback instanceof LoginCallback login) {
                heard.add(login.getMessage().contains("accepted") ? "accepted" : "refused");
            } else {
                throw new UnsupportedCallbackException(callback);
            }
        }
    }

    private static void use(KeyStore keyStore) throws Exception {
        Group.generatePair(
                keyStore.getProvider(),
                SchsmKeySpec.builder("key " + (keyStore.size() + 1)).build());
    }

    private boolean has(Ability ability) {
        return bench.backend().has(ability);
    }

    /** Where that can be seen. */
    private void assertPinsSent(int times) {
        if (times == 0 || has(Ability.OWN_COMMANDS)) {
            member.wire().ifPresent(wire -> assertThat(pinsSent(wire)).isEqualTo(times));
        }
    }

    private int pinsSent() {
        return member.wire().map(this::pinsSent).orElse(0);
    }

    private int pinsSent(ApduRecorder wire) {
        return wire.count(sent -> sent.ins() == VERIFY && sent.dataLength() > 0);
    }

    private TokenAdministration administration() throws Exception {
        return SchsmDevice.of(load(provider(""), "")).administration();
    }

    private void takeOutAndPutIn() throws Exception {
        member.remove();
        member.insert();
    }

    @ParameterizedTest
    @EnumSource
    void everyWaySendsThePinOnceAndAgainAfterTheCardWasOut(Way way) throws Exception {
        KeyStore keyStore = open(way);
        use(keyStore);
        use(keyStore);
        assertPinsSent(1);
        assertThat(questions).isEqualTo(way.asks ? 1 : 0);

        takeOutAndPutIn();
        use(keyStore);

        assertPinsSent(2);
        if (way.asks && !has(Ability.OWN_COMMANDS) && has(Ability.REMOVAL)) {
            // OpenSC keeps the PIN too, and may verify it again before anybody notices that the card was out.
            assertThat(questions).isBetween(1, 2);
        } else {
            assertThat(questions).isEqualTo(way.asks ? 2 : 0);
        }
        assertThat(keyStore.size()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void theLastTryIsNeverUsedByItselfButBySomebodyWhoIsAskedAndTold(Way way) throws Exception {
        KeyStore keyStore = open(way);
        use(keyStore);
        takeOutAndPutIn();
        wrong("000000");
        wrong("000001");
        int before = pinsSent();
        if (!has(Ability.TRIES)) {
            wrong("000002");
            wrong("000003");
            use(keyStore);
            return;
        }

        Throwable failure = catchThrowable(() -> use(keyStore));

        if (way.asks) {
            assertThat(failure).isNull();
            assertThat(heard).endsWith("1 left, the last", "accepted");
            assertPinsSent(before + 1);
        } else {
            assertThat(Backend.typed(failure))
                    .isInstanceOf(PinRequiredException.class)
                    .hasMessageContaining("only one try is left");
            assertThat(pinsSent()).isEqualTo(before);
            assertThat(administration().userPin().triesLeft()).isOne();
        }
    }

    private String wrongPin() {
        return has(Ability.TRIES_COUNTED) ? "2 tries are left" : "wrong";
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BUILDER") // it tries again by itself; see below
    void everyWayTellsThatThePinIsWrongAndHowManyTriesAreLeft(Way way) throws Exception {
        administration().changePin(RIGHT.toCharArray(), OTHER.toCharArray());
        int before = pinsSent();
        takeOutAndPutIn();

        Throwable failure = catchThrowable(() -> use(open(way)));

        assertThat(Backend.typed(failure))
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(has(Ability.TRIES_COUNTED) ? 2 : -1))
                .hasMessageContaining(wrongPin());
        switch (way) {
            case PASSWORD, HANDLER ->
                assertThat(failure).isInstanceOf(IOException.class).hasCauseInstanceOf(UnrecoverableKeyException.class);
            case LOGIN -> assertThat(failure).isInstanceOf(FailedLoginException.class);
            default -> assertThat(failure).hasMessageContaining(wrongPin());
        }
        assertPinsSent(before + 1);
        if (way == Way.FILE || way == Way.ENVIRONMENT) {
            assertThatThrownBy(() -> use(open(way)))
                    .as("the same PIN once more")
                    .extracting(Backend::typed, as(THROWABLE))
                    .isInstanceOf(PinRequiredException.class);
            assertPinsSent(before + 1);
        }
    }

    @Test
    void aBuilderAsksLateAndOnceAndAgainAfterAWrongPin() throws Exception {
        answers.add("000000");
        KeyStore.Builder builder = builder();
        assertThat(heard).isEmpty();

        KeyStore keyStore = builder.getKeyStore();
        use(keyStore);
        use(keyStore);

        if (has(Ability.ATTESTATION)) {
            assertThat(keyStore.getEntry("key 1", builder.getProtectionParameter("key 1")))
                    .isInstanceOf(UncertifiedKeyEntry.class);
        }
        assertThat(keyStore.getKey("key 1", null)).isInstanceOf(PrivateKey.class);
        assertThat(builder.getKeyStore().containsAlias("key 2")).isTrue();
        assertThat(heard).containsExactly(left(3), "refused", left(2), "accepted");
        assertPinsSent(2);
    }

    @Test
    void aLoginIsAskedForOnceEndsForAllKeysAtLogoutAndTakesTheHandlerThatWasSet() throws Exception {
        answers.addAll(List.of("000000", "000001"));
        AuthProvider provider = provider("");
        CallbackHandler handler = this::answer;
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> provider.login(null, handler)).isInstanceOf(FailedLoginException.class);
        }
        provider.login(null, handler);
        provider.login(null, handler);
        assertThat(heard)
                .containsExactly(
                        left(3),
                        "refused",
                        left(2),
                        "refused",
                        has(Ability.TRIES) ? "1 left, the last" : left(1),
                        "accepted");
        KeyStore keyStore = load(provider, "");
        use(keyStore);

        provider.logout();
        assertThatThrownBy(() -> use(keyStore))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(PinRequiredException.class);
        assertThat(keyStore.size()).isOne();

        provider.setCallbackHandler(handler);
        provider.login(null, null);
        use(keyStore);
        assertPinsSent(4);
    }

    @Test
    void aPinThatIsNotThereOrNotPrivateIsNamedAndNothingIsSent() throws Exception {
        KeyStore open = load(provider("pin = file:" + pinFile("rw-r--r--")), "");
        KeyStore unset = load(provider("pin = env:SCHSM_TEST_NO_PIN; name = unset"), "");
        KeyStore nobody = load(provider("pin = callback; name = nobody"), "");

        assertThatThrownBy(() -> use(open))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining("chmod 600 " + folder);
        assertThatThrownBy(() -> use(unset))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining("SCHSM_TEST_NO_PIN");
        assertThatThrownBy(() -> use(nobody))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining("no callback handler was set");
        assertPinsSent(0);

        pinFile("rw-------");
        use(open);
        assertPinsSent(1);
    }

    @Test
    void aTransportPinIsNoPinAndIsChangedByAHandlerThatKnowsHow() throws Exception {
        DeviceInitialization transport = DeviceInitialization.builder(
                        RIGHT.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                .options(Set.of(DeviceInitialization.Option.TRANSPORT_PIN))
                .build();
        if (bench.backend() == Backend.OPENSC) {
            // The card channel sets it, and what OpenSC says at a login then is only that it failed.
            administration().initialize(transport);
            assertThat(administration().userPin().state()).isEqualTo(PinStatus.State.TRANSPORT);
            bench.backend().assertRefused(() -> load(provider(""), RIGHT), member.id());
            return;
        }
        if (!has(Ability.TRANSPORT_PIN)) {
            bench.backend().assertRefused(() -> administration().initialize(transport), "TRANSPORT_PIN");
            use(load(provider(""), RIGHT));
            return;
        }
        administration().initialize(transport);
        assertThat(administration().userPin().state()).isEqualTo(PinStatus.State.TRANSPORT);
        assertThatThrownBy(() -> load(provider(""), RIGHT))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.TRANSPORT_PIN), "reason TRANSPORT_PIN");
        AuthProvider provider = provider("");
        assertThatThrownBy(() -> provider.login(null, this::answer)).isInstanceOf(CredentialExpiredException.class);

        provider.login(null, callbacks -> {
            if (callbacks[0] instanceof NewPinCallback wanted) {
                assertThat(wanted.request().transport()).isTrue();
                assertThat(wanted.request().deviceId()).isEqualTo(member.id());
                wanted.setPins(RIGHT.toCharArray(), OTHER.toCharArray());
            }
        });

        use(load(provider, ""));
        takeOutAndPutIn();
        use(load(provider(""), OTHER));
        assertThat(questions).isZero();
    }

    /** Of a token whose PIN is never blocked. */
    private void changesPinsWithoutTries() throws Exception {
        TokenAdministration pins = administration();
        assertThat(pins.userPin().state()).isEqualTo(PinStatus.State.NOT_VERIFIED);
        assertThat(pins.userPin().triesLeft()).isEqualTo(-1);
        pins.changePin(RIGHT.toCharArray(), OTHER.toCharArray());
        takeOutAndPutIn();
        for (int i = 0; i < 5; i++) {
            wrong("00000" + i);
        }
        use(load(provider(""), OTHER));
        char[] soPin = "0123456789ABCDEF".toCharArray();
        pins.changeSoPin(VirtualReaders.SO_PIN.toCharArray(), soPin);
        assertThatThrownBy(() -> pins.unblock(VirtualReaders.SO_PIN.toCharArray(), RIGHT.toCharArray()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        pins.unblock(soPin, RIGHT.toCharArray());
        wrong(OTHER);
        use(load(provider(""), RIGHT));
    }

    @Test
    void pinsAreChangedUnblockedAndReportedWithoutAKey() throws Exception {
        if (!has(Ability.TRIES)) {
            changesPinsWithoutTries();
            return;
        }
        char[] soPin = "0123456789ABCDEF".toCharArray();
        TokenAdministration pins = administration();
        assertThat(pins.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 3));
        assertThat(pins.soPin().triesLeft()).isEqualTo(15);

        pins.changePin(RIGHT.toCharArray(), OTHER.toCharArray());
        takeOutAndPutIn();
        wrong(RIGHT);
        assertThat(pins.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 2));
        wrong("000001");
        assertThatThrownBy(() -> load(provider(""), "000002"))
                .extracting(Backend::typed, as(THROWABLE))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED");
        assertThat(pins.userPin()).isEqualTo(new PinStatus(PinStatus.State.BLOCKED, 0));
        assertThatThrownBy(() -> provider("").login(null, this::answer)).isInstanceOf(AccountLockedException.class);
        assertThat(questions).as("a blocked PIN is not asked for").isZero();

        pins.changeSoPin(VirtualReaders.SO_PIN.toCharArray(), soPin);
        assertThatThrownBy(() -> pins.unblock(VirtualReaders.SO_PIN.toCharArray(), RIGHT.toCharArray()))
                .isInstanceOfSatisfying(
                        PinException.class,
                        wrong -> assertThat(wrong.triesLeft()).isEqualTo(14));
        pins.unblock(soPin, RIGHT.toCharArray());
        assertThat(pins.soPin().triesLeft()).isEqualTo(15);
        assertThat(pins.userPin().triesLeft()).isEqualTo(3);
        use(load(provider(""), RIGHT));
    }
}
