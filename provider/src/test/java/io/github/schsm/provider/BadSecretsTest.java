// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AuthProvider;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.FailedLoginException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every place that takes a secret, with every kind of secret that cannot be one: nothing goes to the device. */
class BadSecretsTest {
    private static final String RIGHT = VirtualReaders.USER_PIN;
    private static final String SO_PIN = VirtualReaders.SO_PIN;
    private static final List<String> WRONG_LENGTHS =
            List.of("1", "12345", "1".repeat(17), "1".repeat(300), "1".repeat(70_000), "äöüäöüäöü");
    private static final List<String> DAMAGED =
            List.of("\uD800", RIGHT + "\uD800xx", "\uDC00" + RIGHT, RIGHT + "\uFFFD", "64\uFFFD219");
    private static final List<String> NO_SO_PINS = List.of(
            "1",
            "353736323138383",
            "1".repeat(17),
            "1".repeat(70_000),
            "353736323138383\uFF10",
            "353736323138383\uFFFD");
    private static int lastNumber = 781_000;

    private String id;
    private SimulatedDevice simulated;
    private TokenAdministration administration;

    @BeforeEach
    void takeADevice() throws Exception {
        id = "ZZSIM" + ++lastNumber;
        simulated = VirtualReaders.memory().device(id);
        KeyStore keyStore = keyStore("");
        keyStore.load(null, null);
        administration = SchsmDevice.of(keyStore).administration();
        simulated.recorder().start();
    }

    private AuthProvider provider(String entries) {
        return (AuthProvider)
                new SchsmProvider().configure("terminal = simulator:memory; device = " + id + "; " + entries);
    }

    private KeyStore keyStore(String entries) throws Exception {
        return KeyStore.getInstance("SCHSM", provider(entries));
    }

    private static CallbackHandler answering(String pin) {
        return callbacks -> {
            if (callbacks[0] instanceof PasswordCallback password) {
                password.setPassword(pin.toCharArray());
            }
        };
    }

    private static void generate(KeyStore keyStore) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", keyStore.getProvider());
        generator.initialize(SchsmKeySpec.builder("k").build());
        generator.generateKeyPair();
    }

    private int secretsSent() {
        return simulated
                .recorder()
                .count(exchange ->
                        Set.of(0x20, 0x24, 0x2C, 0x50).contains(exchange.ins()) && exchange.dataLength() > 0);
    }

    private interface Entry {
        void take(char[] secret) throws Exception;
    }

    private Map<String, Entry> userPins(Path folder) {
        char[] so = SO_PIN.toCharArray();
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("load", pin -> keyStore("").load(null, pin));
        entries.put(
                "load with a parameter",
                pin -> keyStore("").load(new SchsmLoadParameter(id, new KeyStore.PasswordProtection(pin))));
        entries.put(
                "load with a handler",
                pin -> keyStore("").load(() -> new KeyStore.CallbackHandlerProtection(answering(String.valueOf(pin)))));
        entries.put("login", pin -> provider("").login(null, answering(String.valueOf(pin))));
        entries.put("changePin, old", pin -> administration.changePin(pin, "123456".toCharArray()));
        entries.put("changePin, new", pin -> administration.changePin(RIGHT.toCharArray(), pin));
        entries.put("unblock", pin -> administration.unblock(so, pin));
        entries.put(
                "initialize",
                pin -> administration.initialize(
                        DeviceInitialization.builder(pin, so).build()));
        entries.put("pin = file", pin -> {
            Path file = folder.resolve("pin");
            Files.deleteIfExists(file);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, String.valueOf(pin).replaceAll("[\uD800-\uDFFF]", "\uFFFD") + "\n");
            KeyStore configured = keyStore("pin = file:" + file);
            configured.load(null, null);
            generate(configured);
        });
        return entries;
    }

    private static InvalidRequestException refusal(Throwable thrown) {
        Throwable cause = thrown;
        while (cause != null && !SchsmException.is(cause, Reason.UNUSABLE_SECRET)) {
            cause = cause.getCause();
        }
        assertThat(cause)
                .as("%s", thrown)
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        return (InvalidRequestException) cause;
    }

    @Test
    void noPlaceThatTakesAUserPinSendsOneThatCannotBe(@TempDir Path folder) throws Exception {
        Map<String, Entry> entries = userPins(folder);
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            Set<String> sentences = new TreeSet<>();
            for (String bad : WRONG_LENGTHS) {
                if (entry.getKey().equals("pin = file") && bad.length() > 4096) {
                    continue; // refused by the size of the file
                }
                Throwable thrown = catchThrowable(() -> entry.getValue().take(bad.toCharArray()));
                assertThat(thrown).as(entry.getKey()).isNotNull().isNotInstanceOf(IllegalArgumentException.class);
                sentences.add(refusal(thrown).getMessage());
            }
            assertThat(sentences).as(entry.getKey()).hasSize(1);
            for (String bad : DAMAGED) {
                Throwable thrown = catchThrowable(() -> entry.getValue().take(bad.toCharArray()));
                assertThat(thrown).as(entry.getKey()).isNotNull();
                assertThat(refusal(thrown)).hasMessageContaining("U+FFFD");
            }
            assertThat(secretsSent()).as(entry.getKey()).isZero();
        }
        assertThat(administration.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 3));
        keyStore("").load(null, RIGHT.toCharArray());
    }

    @Test
    void noPlaceThatTakesAnSoPinSendsOneThatCannotBe() {
        char[] pin = "123456".toCharArray();
        Map<String, Entry> entries = Map.of(
                "changeSoPin, old", so -> administration.changeSoPin(so, SO_PIN.toCharArray()),
                "changeSoPin, new", so -> administration.changeSoPin(SO_PIN.toCharArray(), so),
                "unblock", so -> administration.unblock(so, pin),
                "unblock only", so -> administration.unblock(so, new char[0]),
                "initialize",
                        so -> administration.initialize(
                                DeviceInitialization.builder(pin, so).build()));
        Set<String> sentences = new TreeSet<>();
        entries.forEach((name, entry) -> {
            for (String bad : NO_SO_PINS) {
                Throwable thrown = catchThrowable(() -> entry.take(bad.toCharArray()));
                assertThat(thrown).as(name).isNotNull();
                sentences.add(refusal(thrown).getMessage());
            }
        });
        assertThat(sentences).hasSize(1);
        assertThat(secretsSent()).isZero();
    }

    @Test
    void aPasswordThatCannotBeAPinIsAWrongPasswordAndTouchesNoDevice() throws Exception {
        KeyStore keyStore = keyStore("");
        simulated.recorder().clear();

        assertThatThrownBy(() -> keyStore.load(null, "12345".toCharArray()))
                .hasCauseInstanceOf(UnrecoverableKeyException.class)
                .hasMessageContaining("6 to 16");
        assertThatThrownBy(() -> provider("").login(null, answering("12345"))).isInstanceOf(FailedLoginException.class);

        assertThat(secretsSent()).isZero();
    }

    @Test
    void nobodyProfitsFromAnothersLoginByAPinThatIsNone() throws Exception {
        KeyStore first = keyStore("name = first");
        first.load(null, RIGHT.toCharArray());
        simulated.recorder().clear();

        for (String bad : List.of("\uD800", RIGHT + "\uD800xx", "")) {
            KeyStore second = keyStore("name = second");
            Throwable thrown = catchThrowable(() -> {
                second.load(null, bad.toCharArray());
                generate(second);
            });
            assertThat(thrown).as(bad).isNotNull();
        }
        assertThat(secretsSent()).isZero();
    }

    @Test
    void aPresentPinWithMoreBehindItIsWrongAndNothingIsChanged() throws Exception {
        assertThatThrownBy(() -> administration.changePin((RIGHT + "1").toCharArray(), "123456".toCharArray()))
                .isInstanceOf(PinException.class)
                .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
        keyStore("").load(null, RIGHT.toCharArray());
    }

    // Empty is none

    private Path pinFile(Path folder) throws Exception {
        Path file = Files.createFile(
                folder.resolve("right"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, RIGHT + "\n");
    }

    @Test
    void anEmptyPinIsNoneAndTheConfiguredSourceIsUsed(@TempDir Path folder) throws Exception {
        String configured = "pin = file:" + pinFile(folder);
        Map<String, Entry> entries = new LinkedHashMap<>();
        entries.put("load", empty -> {
            KeyStore keyStore = keyStore(configured);
            keyStore.load(null, empty);
            generate(keyStore);
        });
        entries.put("password protection", empty -> {
            KeyStore keyStore = keyStore(configured);
            keyStore.load(() -> new KeyStore.PasswordProtection(empty));
            generate(keyStore);
        });
        entries.put("no password protection", empty -> {
            KeyStore keyStore = keyStore(configured);
            keyStore.load(() -> new KeyStore.PasswordProtection(null));
            generate(keyStore);
        });
        entries.put("handler", empty -> {
            KeyStore keyStore = keyStore(configured);
            keyStore.load(() -> new KeyStore.CallbackHandlerProtection(answering("")));
            generate(keyStore);
        });
        entries.put("login", empty -> provider(configured).login(null, answering("")));
        entries.put("getKey", empty -> {
            KeyStore keyStore = keyStore(configured);
            keyStore.load(null, null);
            keyStore.getKey("k", empty);
            keyStore.getEntry("k", new KeyStore.PasswordProtection(empty));
            generate(keyStore);
        });
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            assertThat(catchThrowable(() -> entry.getValue().take(new char[0])))
                    .as(entry.getKey())
                    .isNull();
        }
    }

    @Test
    void anEmptyPinIsThePublicViewWhereNoSourceIsConfigured() throws Exception {
        KeyStore keyStore = keyStore("");
        keyStore.load(null, new char[0]);
        assertThat(keyStore.size()).isZero();
        assertThatThrownBy(() -> generate(keyStore)).hasRootCauseInstanceOf(PinRequiredException.class);
        assertThatThrownBy(() -> provider("").login(null, answering("")))
                .hasCauseInstanceOf(PinRequiredException.class);
        assertThat(secretsSent()).isZero();
    }

    @Test
    void aConfiguredPinThatStandsInForAnAnswerIsNotSentTwiceIfItIsWrong(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(pinFile(folder), "000000\n");
        for (int i = 0; i < 3; i++) {
            AuthProvider provider = provider("pin = file:" + file);
            assertThatThrownBy(() -> provider.login(null, answering(""))).isNotNull();
        }
        assertThat(secretsSent()).isOne();
    }

    // What initialization leaves open

    @Test
    void theLabelIsWrittenInTheSessionThatInitializationLeavesOpen() throws Exception {
        for (Set<DeviceInitialization.Option> options : List.of(
                Set.of(DeviceInitialization.Option.TRANSPORT_PIN),
                Set.of(DeviceInitialization.Option.RESET_RETRY_COUNTER))) {
            administration.initialize(DeviceInitialization.builder(RIGHT.toCharArray(), SO_PIN.toCharArray())
                    .label("für Prüfungen")
                    .options(options)
                    .build());

            KeyStore keyStore = keyStore("");
            keyStore.load(null, null);
            assertThat(SchsmDevice.of(keyStore).info().label()).isEqualTo("für Prüfungen");
            assertThat(administration.userPin().state())
                    .isEqualTo(
                            options.contains(DeviceInitialization.Option.TRANSPORT_PIN)
                                    ? PinStatus.State.TRANSPORT
                                    : PinStatus.State.NOT_VERIFIED);
            assertThatThrownBy(() -> generate(keyStore)).isNotNull();
        }
    }

    @Test
    void aLoginToWhatWasThereBeforeIsNotTriedOnWhatWasInitialized() throws Exception {
        KeyStore keyStore = keyStore("");
        keyStore.load(null, RIGHT.toCharArray());
        TokenAdministration loggedIn = SchsmDevice.of(keyStore).administration();
        loggedIn.initialize(DeviceInitialization.builder("12345678".toCharArray(), SO_PIN.toCharArray())
                .label("next")
                .build());

        assertThat(loggedIn.userPin()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 3));
        assertThat(SchsmDevice.of(keyStore).info().label()).isEqualTo("next");
    }
}
