// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.keystore.TokenDevice;
import io.github.schsm.login.Handlers;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.PinSources;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Security;
import java.security.UnrecoverableKeyException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AccountLockedException;
import javax.security.auth.login.CredentialExpiredException;
import javax.security.auth.login.FailedLoginException;
import javax.security.auth.login.LoginException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a PIN comes from, how often it is sent, and who hears of it. */
@Tag("jdk")
class AuthenticationTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;
    private static final int VERIFY = 0x20;
    private static int lastNumber = 771_000;

    private final List<String> heard = new ArrayList<>();
    private String id;
    private SimulatedDevice simulated;

    @BeforeEach
    void takeADevice() throws Exception {
        id = "ZZSIM" + ++lastNumber;
        simulated = VirtualReaders.memory().device(id);
        simulated.recorder().start();
    }

    private AuthProvider provider(String entries) {
        return (AuthProvider)
                new SchsmProvider().configure("terminal = simulator:memory; device = " + id + "; " + entries);
    }

    private KeyStore keyStore(String entries) throws Exception {
        return KeyStore.getInstance("SCHSM", provider(entries));
    }

    private void load(String pin) throws Exception {
        keyStore("").load(null, pin.toCharArray());
    }

    private int pinsSent() {
        return simulated.recorder().count(exchange -> exchange.ins() == VERIFY && exchange.dataLength() > 0);
    }

    private TokenAdministration administration() throws Exception {
        KeyStore keyStore = keyStore("");
        keyStore.load(null, null);
        return SchsmDevice.of(keyStore).administration();
    }

    private int triesLeft() throws Exception {
        return administration().userPin().triesLeft();
    }

    private static void generate(KeyStore keyStore) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", keyStore.getProvider());
        generator.initialize(SchsmKeySpec.builder("k").build());
        generator.generateKeyPair();
    }

    /** Answers with a PIN whatever the callback is, as long as it can be cast: what many programs have. */
    private static CallbackHandler simple(String pin) {
        return callbacks -> ((PasswordCallback) callbacks[0]).setPassword(pin.toCharArray());
    }

    /** Answers, notes, and refuses what it does not know. */
    private CallbackHandler attentive(String pin) {
        return callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof TokenPinCallback wanted) {
                    heard.add(wanted.getPrompt());
                    wanted.setPassword(pin.toCharArray());
                } else if (callback instanceof LoginCallback login) {
                    heard.add(login.getMessage());
                } else {
                    throw new UnsupportedCallbackException(callback);
                }
            }
        };
    }

    // A password of this very call

    @Test
    void aPasswordIsSentAtOnceAndOnTheLastTryTooUnlessItIsTheOneThatWasRefused() throws Exception {
        assertThatThrownBy(() -> load("000000"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        assertThatThrownBy(() -> load("000000"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        assertThatThrownBy(() -> load("000000"))
                .hasRootCauseInstanceOf(PinRequiredException.class)
                .hasMessageContaining("only one try is left")
                .hasMessageContaining("refused this very one before");
        assertThat(pinsSent()).isEqualTo(2);
        assertThat(triesLeft()).isOne();

        load(RIGHT);
        assertThat(triesLeft()).isNotEqualTo(1);
        assertThatThrownBy(() -> load("000000"))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
    }

    @Test
    void aPinThatWasRefusedIsKnownToEveryProviderAndForgottenWhenItIsSet() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> load("12345678"))
                    .hasRootCauseInstanceOf(PinException.class)
                    .satisfies(reported -> assertThat(reported)
                            .rootCause()
                            .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        }
        administration().changePin(RIGHT.toCharArray(), "12345678".toCharArray());

        load("12345678");
    }

    @Test
    void aPinThatAnotherProgramSetIsTakenAlthoughItWasRefusedBefore() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> load("654321"))
                    .hasRootCauseInstanceOf(PinException.class)
                    .satisfies(reported -> assertThat(reported)
                            .rootCause()
                            .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        }
        // the other program has other memories: the change goes past this provider's
        var card = VirtualReaders.memory()
                .terminals()
                .getTerminal(simulated.readerName())
                .connect("*")
                .getBasicChannel();
        byte[] pins = (RIGHT + "654321").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(card.transmit(new javax.smartcardio.CommandAPDU(0x00, 0x24, 0x00, 0x81, pins))
                        .getSW())
                .isEqualTo(0x9000);

        load("654321");
    }

    // What lies in the configuration

    private Path pinFile(Path folder, String pin, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("pin"), pin + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @Test
    void aConfiguredPinIsNeverSentOnTheLastTryNorTwiceIfItIsWrong(@TempDir Path folder) throws Exception {
        Path file = pinFile(folder, "000000", "rw-------");
        KeyStore wrong = keyStore("pin = file:" + file);
        wrong.load(null, null);
        assertThatThrownBy(() -> generate(wrong))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        assertThat(catchThrowable(() -> generate(wrong))).hasRootCauseInstanceOf(PinRequiredException.class);
        KeyStore again = keyStore("pin = file:" + file + "; name = again");
        again.load(null, null);
        assertThatThrownBy(() -> generate(again))
                .hasRootCauseInstanceOf(PinRequiredException.class)
                .hasStackTraceContaining("not sent again by itself");
        assertThat(pinsSent()).isEqualTo(1);

        pinFile(folder, "000001", "rw-------");
        KeyStore corrected = keyStore("pin = file:" + file + "; name = corrected");
        corrected.load(null, null);
        assertThatThrownBy(() -> generate(corrected))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN"));
        pinFile(folder, RIGHT, "rw-------");
        KeyStore right = keyStore("pin = file:" + file + "; name = right");
        right.load(null, null);
        assertThatThrownBy(() -> generate(right))
                .hasRootCauseInstanceOf(PinRequiredException.class)
                .hasStackTraceContaining("only one try is left");
        assertThat(pinsSent()).isEqualTo(2);

        load(RIGHT);
        generate(right);
    }

    @Test
    void aPinIsNotVerifiedAgainByItselfOnTheLastTry() throws Exception {
        KeyStore keyStore = keyStore("");
        keyStore.load(null, RIGHT.toCharArray());
        generate(keyStore);
        simulated.remove();
        simulated.insert();
        var channel = VirtualReaders.memory()
                .terminals()
                .getTerminal(simulated.readerName())
                .connect("*")
                .getBasicChannel();
        channel.transmit(new javax.smartcardio.CommandAPDU(
                0x00, 0xA4, 0x04, 0x0C, java.util.HexFormat.of().parseHex("E82B0601040181C31F0201")));
        for (int i = 0; i < 2; i++) {
            channel.transmit(new javax.smartcardio.CommandAPDU(0x00, 0x20, 0x00, 0x81, new byte[6]));
        }
        int before = pinsSent();

        assertThatThrownBy(() -> generate(keyStore))
                .hasRootCauseInstanceOf(PinRequiredException.class)
                .hasStackTraceContaining("only one try is left");

        assertThat(pinsSent()).isEqualTo(before);
        assertThat(triesLeft()).isOne();
    }

    @Test
    void aPinFileThatIsNotPrivateOrHoldsNoneIsRefusedByTheEntryThatNamesIt(@TempDir Path folder) throws Exception {
        Path file = pinFile(folder, RIGHT, "rw-r-----");
        KeyStore keyStore = keyStore("pin = file:" + file);
        keyStore.load(null, null);
        assertThatThrownBy(() -> generate(keyStore))
                .hasRootCauseInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining("pin = file:" + file + " can be read by others")
                .hasStackTraceContaining("chmod 600 " + file);

        pinFile(folder, "", "rw-------");
        assertThatThrownBy(() -> generate(keyStore))
                .hasRootCauseInstanceOf(ConfigurationException.class)
                .hasStackTraceContaining("pin = file:" + file + " has no PIN in its first line");
        assertThat(pinsSent()).isZero();

        pinFile(folder, RIGHT, "rw-------");
        generate(keyStore);
    }

    // Callback handlers

    @Test
    void aHandlerThatKnowsPasswordsOnlyIsEnough() throws Exception {
        AuthProvider provider = provider("");
        provider.login(null, simple(RIGHT));
        generate(KeyStore.getInstance("SCHSM", loaded(provider)));

        assertThatThrownBy(() -> {
                    provider.logout();
                    provider.login(null, simple("000000"));
                })
                .isInstanceOf(FailedLoginException.class)
                .hasMessageContaining("2 tries are left");
    }

    private static AuthProvider loaded(AuthProvider provider) throws Exception {
        KeyStore.getInstance("SCHSM", provider).load(null, null);
        return provider;
    }

    @Test
    void aHandlerHearsWhoseTheQuestionIsHowManyTriesAreLeftAndHowItEnded() throws Exception {
        AuthProvider provider = provider("");
        for (String wrong : List.of("000000", "000001")) {
            assertThatThrownBy(() -> provider.login(null, attentive(wrong))).isInstanceOf(FailedLoginException.class);
        }
        provider.login(null, attentive(RIGHT));

        assertThat(heard)
                .containsExactly(
                        "PIN of SmartCard-HSM (" + id + ") (3 tries left): ",
                        "Device " + id + " refused the PIN; 2 tries are left before it is blocked.",
                        "PIN of SmartCard-HSM (" + id + ") (2 tries left): ",
                        "Device " + id + " refused the PIN; 1 try is left before it is blocked.",
                        "PIN of SmartCard-HSM (" + id + ") (last try before it is blocked): ",
                        "Device " + id + " accepted the PIN.");
    }

    @Test
    void aHandlerThatGivesTheSameWrongPinAgainAndAgainBlocksNothing() throws Exception {
        AuthProvider provider = provider("");
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> provider.login(null, simple("000000"))).isInstanceOf(LoginException.class);
        }

        assertThat(triesLeft()).isOne();
        provider.login(null, simple(RIGHT));
    }

    @Test
    void everyEndOfALoginHasItsExceptionAndABlockedPinIsNotAskedFor() throws Exception {
        AuthProvider provider = provider("");
        assertThatThrownBy(() -> provider.login(null, null))
                .hasMessageContaining("callback handler")
                .hasMessageContaining(Handlers.DEFAULT_HANDLER);
        assertThatThrownBy(() -> provider.login(null, callbacks -> {})).hasCauseInstanceOf(PinRequiredException.class);
        assertThatThrownBy(() -> provider.login(null, callbacks -> {
                    throw new IOException("nobody is here");
                }))
                .isInstanceOf(LoginException.class)
                .hasMessageContaining("nobody is here");
        for (String wrong : List.of("000000", "000001")) {
            assertThatThrownBy(() -> provider.login(null, simple(wrong))).isInstanceOf(FailedLoginException.class);
        }
        assertThatThrownBy(() -> provider.login(null, simple("000002"))).isInstanceOf(AccountLockedException.class);
        assertThatThrownBy(() -> provider.login(null, attentive(RIGHT)))
                .isInstanceOf(AccountLockedException.class)
                .hasCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported.getCause())
                        .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED"));
        assertThat(heard).isEmpty();
    }

    @Test
    void loginDoesNothingWhereItIsDoneAndTakesTheHandlerThatWasSetOrTheJvmsOwn() throws Exception {
        AuthProvider provider = provider("");
        provider.setCallbackHandler(attentive(RIGHT));
        provider.login(null, null);
        provider.login(null, simple("000000"));
        assertThat(heard).hasSize(2);
        provider.logout();

        provider.setCallbackHandler(null);
        Security.setProperty(Handlers.DEFAULT_HANDLER, DefaultHandler.class.getName());
        try {
            provider.login(null, null);
            provider.logout();
            Security.setProperty(Handlers.DEFAULT_HANDLER, "java.lang.String");
            assertThatThrownBy(() -> provider.login(null, null)).hasMessageContaining("java.lang.String");
        } finally {
            Security.setProperty(Handlers.DEFAULT_HANDLER, "");
        }
    }

    /** As the security property wants it. */
    public static final class DefaultHandler implements CallbackHandler {
        @Override
        public void handle(Callback[] callbacks) {
            if (callbacks[0] instanceof PasswordCallback password) {
                password.setPassword(RIGHT.toCharArray());
            }
        }
    }

    // KeyStore.Builder

    @Test
    void aBuilderAsksNobodyAgainWhoGaveNoAnswerAndBlocksNothingByAStubbornOne() throws Exception {
        KeyStore.Builder silent = KeyStore.Builder.newInstance(
                "SCHSM", provider(""), new KeyStore.CallbackHandlerProtection(callbacks -> heard.add("asked")));
        assertThatThrownBy(silent::getKeyStore).hasRootCauseInstanceOf(PinRequiredException.class);
        assertThat(heard).containsExactly("asked");
        KeyStore.Builder stubborn = KeyStore.Builder.newInstance(
                "SCHSM", provider(""), new KeyStore.CallbackHandlerProtection(simple("000000")));
        assertThatThrownBy(stubborn::getKeyStore).hasMessageNotContaining("blocked after");
        assertThat(triesLeft()).isOne();
    }

    @Test
    void aWrongPasswordIsToldTheWayTheKeyStoreClassDocuments() {
        assertThatThrownBy(() -> load("000000"))
                .isInstanceOf(IOException.class)
                .hasCauseInstanceOf(UnrecoverableKeyException.class)
                .hasMessageContaining("2 tries are left");
    }

    // Transport PIN

    private void makeTransportPin() throws Exception {
        administration()
                .initialize(DeviceInitialization.builder(RIGHT.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                        .options(Set.of(DeviceInitialization.Option.TRANSPORT_PIN))
                        .build());
    }

    @Test
    void aTransportPinIsChangedByAHandlerThatKnowsHow() throws Exception {
        makeTransportPin();
        AuthProvider provider = provider("");

        provider.login(null, callbacks -> {
            if (callbacks[0] instanceof NewPinCallback wanted) {
                heard.add(wanted.request().question());
                wanted.setPins(RIGHT.toCharArray(), "12345678".toCharArray());
            } else if (callbacks[0] instanceof PasswordCallback) {
                throw new AssertionError("asked again for the PIN that was just set");
            }
        });

        assertThat(heard).containsExactly("Transport PIN of SmartCard-HSM (" + id + ")");
        generate(KeyStore.getInstance("SCHSM", loaded(provider)));
        load("12345678");
    }

    @Test
    void aTransportPinIsNamedWithTheWayOutWhereNobodyChangesIt() throws Exception {
        makeTransportPin();

        assertThatThrownBy(() -> load(RIGHT))
                .hasRootCauseInstanceOf(PinException.class)
                .satisfies(reported -> assertThat(reported)
                        .rootCause()
                        .matches(told -> SchsmException.is(told, Reason.TRANSPORT_PIN), "reason TRANSPORT_PIN"))
                .hasMessageContaining("schsm pin change")
                .hasMessageContaining("NewPinCallback");
        assertThatThrownBy(() -> provider("").login(null, simple(RIGHT)))
                .isInstanceOf(CredentialExpiredException.class);
        assertThat(administration().userPin().state()).isEqualTo(PinStatus.State.TRANSPORT);
        administration().changePin(RIGHT.toCharArray(), "12345678".toCharArray());
        load("12345678");
    }

    // SO-PIN

    @Test
    void theSoPinsLastTryIsNotForOneThatWasRefused() throws Exception {
        char[] wrong = "0000000000000000".toCharArray();
        TokenAdministration administration = administration();
        for (int left = 14; left > 0; left--) {
            assertThatThrownBy(() -> administration.unblock(wrong, new char[0]))
                    .isInstanceOf(PinException.class)
                    .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                    .hasMessageContaining("SO-PIN is wrong");
        }

        assertThatThrownBy(() -> administration.unblock(wrong, new char[0]))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("SO-PIN");

        assertThat(administration.soPin().triesLeft()).isOne();
        administration.unblock(VirtualReaders.SO_PIN.toCharArray(), "654321".toCharArray());
        administration.changeSoPin(VirtualReaders.SO_PIN.toCharArray(), wrong);
        administration.unblock(wrong, new char[0]);
        load("654321");
    }

    @ParameterizedTest
    @CsvSource({"true, 654321", "false, 654321", "false, ''"})
    void unblockingThatOptionsForbidIsExplained(boolean unblockOnly, String newPin) throws Exception {
        administration()
                .initialize(DeviceInitialization.builder(RIGHT.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                        .options(
                                unblockOnly
                                        ? Set.of(
                                                DeviceInitialization.Option.RESET_RETRY_COUNTER,
                                                DeviceInitialization.Option.UNBLOCK_ONLY)
                                        : Set.of())
                        .build());

        assertThatThrownBy(() -> administration().unblock(VirtualReaders.SO_PIN.toCharArray(), newPin.toCharArray()))
                .hasMessageContaining("RESET RETRY COUNTER")
                .hasMessageContaining("set no new one");

        if (unblockOnly) {
            administration().unblock(VirtualReaders.SO_PIN.toCharArray(), new char[0]);
        }
    }

    // What is asked

    @Test
    void aQuestionNamesTheDeviceAndTheTriesLeft() {
        assertThat(new PinRequest("D", "", "R", OptionalInt.empty(), false, false).question())
                .isEqualTo("PIN of D");
        assertThat(new PinRequest("D", "mine", "R", OptionalInt.of(1), false, false).question())
                .isEqualTo("PIN of mine (D) (last try before it is blocked)");
    }

    @Test
    void aPasswordCostsOneCommandAndEveryOtherSourceTheTriesLeftToo() throws Exception {
        KeyStore warm = keyStore("");
        warm.load(null, null);
        simulated.recorder().clear();
        warm.load(null, RIGHT.toCharArray());
        assertThat(simulated.recorder().count(exchange -> exchange.ins() == VERIFY))
                .isOne();
        PinSource password = PinSources.password(RIGHT.toCharArray());
        SchsmDevice.of(warm).logout();
        simulated.recorder().clear();
        TokenDevice.tokenOf(SchsmDevice.of(warm)).useWhenNeeded(password);
        generate(warm);
        assertThat(simulated.recorder().count(exchange -> exchange.ins() == VERIFY))
                .isEqualTo(2);
    }
}
