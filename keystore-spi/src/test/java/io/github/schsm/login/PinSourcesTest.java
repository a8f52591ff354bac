// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.callback.TokenPinCallback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each source of a PIN gives, and what it says of itself: the rules of what may be sent depend on it. */
class PinSourcesTest {
    private static final PinRequest REQUEST = request(OptionalInt.empty());
    private static final PinRequest LAST_TRY = request(OptionalInt.of(1));

    private final List<Callback> heard = new ArrayList<>();

    private static PinRequest request(OptionalInt triesLeft) {
        return new PinRequest("ZZSIM000001", "", "Reader", triesLeft, false, false);
    }

    private static PinSource configured(String pin) {
        return PinSources.configured(pin, () -> null);
    }

    /** Answers every question for a password, and notes what it hears. */
    private CallbackHandler answering(String pin) {
        return callbacks -> {
            heard.addAll(List.of(callbacks));
            if (callbacks[0] instanceof PasswordCallback password) {
                password.setPassword(pin == null ? null : pin.toCharArray());
            }
        };
    }

    private static void assertKind(PinSource source, boolean interactive, boolean stored, boolean onReader) {
        assertThat(source.isInteractive()).as("asks somebody").isEqualTo(interactive);
        assertThat(source.isStored()).as("stored").isEqualTo(stored);
        assertThat(source.isOnReader()).as("on the reader").isEqualTo(onReader);
    }

    @Test
    void aFileGivesItsFirstLineAndIsStored(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pin");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, "648219\nmore\n");
        PinSource source = configured("file:" + file);

        assertThat(source.pin(REQUEST)).containsExactly("648219".toCharArray());
        assertKind(source, false, true, false);
        Files.writeString(file, "\n648219\n");
        assertThatThrownBy(() -> source.pin(REQUEST))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(file.toString(), "first line");
    }

    @Test
    void anEnvironmentVariableThatIsThereIsGivenAndOneThatIsNotIsNamed() throws Exception {
        PinSource path = configured("env:PATH");

        assertThat(path.pin(REQUEST)).containsExactly(System.getenv("PATH").toCharArray());
        assertKind(path, false, true, false);
        assertThatThrownBy(() -> configured("env:SCHSM_NOT_THERE").pin(REQUEST))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("env:SCHSM_NOT_THERE", "no such environment variable");
    }

    @Test
    void aHandlerIsAskedAndHearsHowItEnded() throws Exception {
        PinSource source = PinSources.configured(PinSources.CALLBACK, () -> answering("648219"));

        assertThat(source.pin(REQUEST)).containsExactly("648219".toCharArray());
        assertThat(heard)
                .singleElement()
                .isInstanceOfSatisfying(
                        TokenPinCallback.class,
                        asked -> assertThat(asked.getPassword()).as("wiped").isEqualTo("      ".toCharArray()));
        assertKind(source, true, false, false);
        assertThat(source.inform(LoginCallback.accepted("ZZSIM000001"))).isTrue();
        NewPinCallback wanted = new NewPinCallback(REQUEST);
        source.changeTransportPin(wanted);
        assertThat(heard).hasSize(3).contains(wanted);
    }

    @Test
    void aHandlerThatGivesNoPinOrHasItTypedOnTheReaderGivesNone() throws Exception {
        assertThat(PinSources.callback(answering(null)).pin(REQUEST)).isNull();
        PinSource onReader = PinSources.callback(callbacks -> ((TokenPinCallback) callbacks[0]).enterOnReader());

        assertThat(onReader.isOnReader()).isFalse();
        assertThat(onReader.pin(new PinRequest("ZZSIM000001", "", "Reader", OptionalInt.empty(), false, true)))
                .isNull();
        assertKind(onReader, true, false, true);
    }

    @Test
    void noHandlerIsTold() {
        PinSource source = configured(PinSources.CALLBACK);

        assertThatThrownBy(() -> source.pin(REQUEST))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no callback handler");
        assertThat(source.inform(LoginCallback.accepted("ZZSIM000001"))).isFalse();
    }

    @Test
    void aHandlerThatFailsIsToldWithItsReasonAndOneThatOnlyHearsMayFail() {
        for (Exception failure : List.of(new IOException("no answer"), new UnsupportedCallbackException(null, ""))) {
            PinSource source = PinSources.callback(callbacks -> {
                if (failure instanceof IOException io) {
                    throw io;
                }
                throw (UnsupportedCallbackException) failure;
            });

            assertThatThrownBy(() -> source.pin(REQUEST))
                    .isInstanceOf(SchsmException.class)
                    .hasMessageContaining("the PIN of ZZSIM000001")
                    .hasMessageNotContaining("null")
                    .hasCause(failure);
            assertThat(source.inform(LoginCallback.refused("ZZSIM000001", 2))).isFalse();
        }
        assertThatThrownBy(() -> PinSources.callback(callbacks -> {
                            throw new IOException("no answer");
                        })
                        .pin(REQUEST))
                .hasMessageEndingWith(": no answer");
    }

    @Test
    void thePadGivesNoPinAndTheHandlerHears() throws Exception {
        for (PinSource source : List.of(
                PinSources.configured(PinSources.PIN_PAD, () -> answering("648219")),
                PinSources.onReader(() -> answering("648219")))) {
            heard.clear();

            assertThat(source.pin(REQUEST)).isNull();
            assertThat(heard).isEmpty();
            assertKind(source, true, false, true);
            assertThat(source.inform(LoginCallback.accepted("ZZSIM000001"))).isTrue();
            assertThat(heard).hasSize(1);
        }
    }

    @Test
    void aPromptWithoutATerminalSaysSo() throws Exception {
        PinSource source = configured("prompt");

        assertKind(source, true, false, false);
        assertThatThrownBy(() -> source.pin(REQUEST))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("pin = prompt", "ZZSIM000001");
        assertThat(source.inform(LoginCallback.refused("ZZSIM000001", 2))).isFalse();
        NewPinCallback wanted = new NewPinCallback(REQUEST);
        source.changeTransportPin(wanted);
        assertThat(wanted.newPin()).isNull();
    }

    @Test
    void aPasswordIsCopiedAndWiped() throws Exception {
        char[] given = "648219".toCharArray();
        PinSource source = PinSources.password(given);
        given[0] = 'x';

        assertThat(source.pin(REQUEST)).containsExactly("648219".toCharArray());
        assertKind(source, false, false, false);
        source.destroy();
        assertThat(source.pin(REQUEST)).containsExactly(new char[6]);
    }

    // Somebody who is asked, or else what is configured

    /** Stored, and notes what becomes of it. */
    private static final class Stored implements PinSource {
        private boolean destroyed;

        @Override
        public char[] pin(PinRequest request) {
            return "stored".toCharArray();
        }

        @Override
        public boolean isStored() {
            return true;
        }

        @Override
        public void destroy() {
            destroyed = true;
        }
    }

    @Test
    void whoAnswersIsTakenAndOnlyThenWhatIsConfigured() throws Exception {
        PinSource answered = new PinOrElse(PinSources.callback(answering("648219")), new Stored());
        PinSource silent = new PinOrElse(PinSources.callback(answering(null)), new Stored());
        PinSource empty = new PinOrElse(PinSources.callback(answering("")), new Stored());

        assertThat(answered.pin(REQUEST)).containsExactly("648219".toCharArray());
        assertKind(answered, true, false, false);
        for (PinSource otherwise : List.of(silent, empty)) {
            assertThat(otherwise.pin(REQUEST)).containsExactly("stored".toCharArray());
            assertKind(otherwise, false, true, false);
        }
        assertThat(silent.pin(LAST_TRY))
                .as("what lies there is not for the last try")
                .isNull();
        assertKind(silent, true, false, false);
    }

    @Test
    void theLastTryIsForAnotherWhoIsAsked() throws Exception {
        PinSource source =
                new PinOrElse(PinSources.callback(answering(null)), PinSources.callback(answering("648219")));

        assertThat(source.pin(LAST_TRY)).containsExactly("648219".toCharArray());
    }

    @Test
    void whatIsTypedOnTheReaderIsAnAnswer() throws Exception {
        PinSource pad = new PinOrElse(PinSources.onReader(() -> answering(null)), new Stored());

        assertThat(pad.pin(REQUEST)).isNull();
        assertKind(pad, true, false, true);
        assertThat(pad.inform(LoginCallback.accepted("ZZSIM000001"))).isTrue();
    }

    @Test
    void bothAreWipedAndWhoIsAskedChangesATransportPin() throws Exception {
        Stored stored = new Stored();
        Stored other = new Stored();
        PinSource source = new PinOrElse(PinSources.callback(answering(null)), stored);
        NewPinCallback wanted = new NewPinCallback(REQUEST);

        source.changeTransportPin(wanted);
        assertThat(heard).containsExactly(wanted);
        new PinOrElse(other, stored).destroy();
        assertThat(stored.destroyed).isTrue();
        assertThat(other.destroyed).isTrue();
    }

    // The JVM's own handler

    /** One that the security property can name. */
    public static final class DefaultHandler implements CallbackHandler {
        @Override
        public void handle(Callback[] callbacks) {}
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void withoutASecurityPropertyThereIsNoHandler(String value) throws Exception {
        withProperty(value, () -> assertThat(Handlers.ofSecurityProperty()).isNull());
    }

    @Test
    void theSecurityPropertyNamesAHandler() throws Exception {
        withProperty(
                " " + DefaultHandler.class.getName() + " ",
                () -> assertThat(Handlers.ofSecurityProperty()).isInstanceOf(DefaultHandler.class));
        withProperty(
                "java.lang.String",
                () -> assertThatThrownBy(Handlers::ofSecurityProperty)
                        .isInstanceOf(ConfigurationException.class)
                        .hasMessageContaining("java.lang.String"));
    }

    private interface Check {
        void run() throws Exception;
    }

    private static void withProperty(String value, Check check) throws Exception {
        String before = Security.getProperty(Handlers.DEFAULT_HANDLER);
        Security.setProperty(Handlers.DEFAULT_HANDLER, value);
        try {
            check.run();
        } finally {
            Security.setProperty(Handlers.DEFAULT_HANDLER, before == null ? "" : before);
        }
    }
}
