// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command asks people for, in which words and when, and which secrets it never sends. */
class TypedSecretsTest {
    private static final String PIN = VirtualReaders.USER_PIN;
    private static final String SO_PIN = VirtualReaders.SO_PIN;
    private static int lastNumber = 783_000;

    private final String id = "ZZSIM" + ++lastNumber;

    private SimulatedDevice device() throws Exception {
        return VirtualReaders.memory().device(id);
    }

    private String[] onDevice(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--terminal=simulator:memory", "--device=" + id));
        return arguments.toArray(String[]::new);
    }

    private Run run(Io.Person person, String... command) {
        return Run.of(Bench.ENVIRONMENT, person, onDevice(command));
    }

    private Run with(Map<String, String> environment, String... command) {
        Map<String, String> all = new HashMap<>(Bench.ENVIRONMENT);
        all.putAll(environment);
        return Run.of(all, onDevice(command));
    }

    private int secretsSent() throws Exception {
        return device().recorder()
                .count(exchange ->
                        Set.of(0x20, 0x24, 0x2C, 0x50).contains(exchange.ins()) && exchange.dataLength() > 0);
    }

    // Words

    @Test
    void aBlankDevicesSoPinIsCalledNewAndTypedTwice() throws Exception {
        VirtualReaders.memory().blankDevice(id);
        TypedAnswers person = new TypedAnswers(id, SO_PIN, SO_PIN, PIN, PIN);

        run(person, "initialize").done();

        assertThat(person.questions)
                .containsExactly(
                        "Every key, certificate and key domain on device " + id
                                + " will be erased: it has no keys. Type " + id + " to go on: ",
                        "New SO-PIN of device " + id + ": ",
                        "The same again: ",
                        "New user PIN of device " + id + ": ",
                        "The same again: ");
        run(null, "pin", "verify", "--pin-env=PIN").done();
    }

    @Test
    void aBlankDevicesSoPinThatIsTypedInTwoWaysIsNotSet() throws Exception {
        VirtualReaders.memory().blankDevice(id);
        TypedAnswers person = new TypedAnswers(id, SO_PIN, "0000000000000000");

        assertThat(run(person, "initialize").failed().err()).contains("not the same");
        assertThat(run(null, "pin", "status").done().out()).contains("not initialized");
    }

    @Test
    void thePresentSoPinIsAskedForOnceAndTheNewOneByItsName() throws Exception {
        device();
        TypedAnswers person = new TypedAnswers(SO_PIN, "0011223344556677", "0011223344556677");

        run(person, "pin", "change", "--so").done();

        assertThat(person.questions)
                .containsExactly(
                        "SO-PIN of device " + id + ": ", "New SO-PIN of device " + id + ": ", "The same again: ");
        TypedAnswers back = new TypedAnswers(id, "0011223344556677", PIN, PIN);
        run(back, "initialize").done();
        assertThat(back.questions).element(1).isEqualTo("SO-PIN of device " + id + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "", "ZZSIM00000", "zzsim783001"})
    void anythingButTheDevicesIdErasesNothing(String typed) throws Exception {
        device();
        run(null, "generate", "--label=one", "--pin-env=PIN").done();

        assertThat(run(new TypedAnswers(typed, SO_PIN, PIN, PIN), "initialize")
                        .failed()
                        .err())
                .contains("not " + id, "nothing was done");

        assertThat(run(null, "keys").done().out()).contains("one");
    }

    @Test
    void whatWillBeErasedIsCounted() throws Exception {
        device();
        run(null, "generate", "--label=one", "--pin-env=PIN").done();
        run(null, "group-signer", "create", "--label=group", "--pin-env=PIN").done();
        TypedAnswers no = new TypedAnswers("no");

        run(no, "initialize").failed();

        assertThat(no.questions)
                .singleElement()
                .asString()
                .contains("2 keys, 1 of which can be a group signer", "no device can join");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--retries=0",
                "--retries=11",
                "--key-domains=-1",
                "--key-domains=256",
                "--dkek-shares=256",
                "--no-unblock --unblock-only",
                "--no-pin",
                "--no-pin --transport-pin --required-keys=1 --registered-keys=1",
                "--pin-and-keys",
                "--required-keys=3 --registered-keys=2",
                "--label=12345678901234567890123456789012x",
                "--label= "
            })
    void optionsAreCheckedBeforeAnythingIsTyped(String options) throws Exception {
        device();
        List<String> command = new ArrayList<>(List.of("initialize"));
        for (String option : options.split("(?<=\\S) (?=-)", -1)) {
            command.add(option);
        }
        TypedAnswers person = new TypedAnswers(id, SO_PIN, PIN, PIN);

        Run refused = run(person, command.toArray(String[]::new));

        assertThat(refused.status()).as(refused.out()).isNotZero();
        assertThat(person.questions).isEmpty();
    }

    @Test
    void moreTriesSayHowLongThePinHasToBe() throws Exception {
        device();
        TypedAnswers person = new TypedAnswers(id, SO_PIN, PIN, PIN);

        assertThat(run(person, "initialize", "--retries=7").failed().err()).contains("1 to 3");

        assertThat(person.questions).element(2).asString().contains("at least 8 characters for 7 tries");
    }

    @Test
    void aTransportPinDoesNotKeepTheLabelFromBeingWritten() throws Exception {
        device();
        run(null, "initialize", "--yes", "--transport-pin", "--label=lab 7", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();

        assertThat(run(null, "devices").done().out()).contains("lab 7");
        assertThat(run(null, "pin", "status").done().out()).contains("transport PIN");
    }

    // Secrets that cannot be one

    @Test
    void noCommandSendsASecretThatCannotBeOne() throws Exception {
        device().recorder().start();
        List<String> bad = List.of(
                "1", "12345", "1".repeat(17), "1".repeat(300), "1".repeat(70_000), PIN + "\uFFFD", "\uD800" + PIN);
        List<List<String>> commands = List.of(
                List.of("pin", "verify", "--pin-env=BAD"),
                List.of("generate", "--label=x", "--pin-env=BAD"),
                List.of("pin", "change", "--pin-env=BAD", "--new-pin-env=NEW_PIN"),
                List.of("pin", "change", "--pin-env=PIN", "--new-pin-env=BAD"),
                List.of("pin", "change", "--so", "--so-pin-env=BAD", "--new-pin-env=SO_PIN"),
                List.of("pin", "change", "--so", "--so-pin-env=SO_PIN", "--new-pin-env=BAD"),
                List.of("pin", "unblock", "--so-pin-env=SO_PIN", "--new-pin-env=BAD"),
                List.of("pin", "unblock", "--keep-pin", "--so-pin-env=BAD"),
                List.of("initialize", "--yes", "--so-pin-env=SO_PIN", "--new-pin-env=BAD"),
                List.of("initialize", "--yes", "--so-pin-env=BAD", "--new-pin-env=PIN"));
        for (List<String> command : commands) {
            Set<String> lengths = new TreeSet<>();
            for (String secret : bad) {
                Run refused = with(Map.of("BAD", secret), command.toArray(String[]::new))
                        .failed();
                assertThat(refused.err()).as("%s", command).doesNotContain(PIN);
                if (secret.chars().allMatch(Character::isDigit)) {
                    lengths.add(refused.err());
                }
            }
            assertThat(lengths).as("%s", command).hasSize(1);
        }
        assertThat(secretsSent()).isZero();
        run(null, "pin", "verify", "--pin-env=PIN").done();
    }

    @Test
    void aShareFilesPasswordIsNotDamagedOnItsWay(@TempDir Path folder) {
        Path file = folder.resolve("share.pbe");

        for (String damaged : List.of("caf\uFFFD", "caf\uD800", "\uDC00")) {
            assertThat(with(Map.of("BAD", damaged), "domain", "create-share", file.toString(), "--password-env=BAD")
                            .failed()
                            .err())
                    .contains("password", "not used");
            assertThat(Run.of(Map.of(), new TypedAnswers(damaged, damaged), "domain", "create-share", file.toString())
                            .failed()
                            .err())
                    .contains("password", "not used");
        }

        assertThat(file).doesNotExist();
    }

    // Empty is none

    @Test
    void anEmptyVariableOrFileLeavesTheChoiceToWhatComesNext(@TempDir Path folder) throws Exception {
        device();
        Path empty = Files.createFile(
                folder.resolve("empty"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Path config = Files.writeString(folder.resolve("schsm.properties"), "pin = env:PIN\n");
        for (String option : List.of("--pin-env=EMPTY", "--pin-file=" + empty)) {
            with(Map.of("EMPTY", ""), "pin", "verify", option, "--config=" + config)
                    .done();

            TypedAnswers person = new TypedAnswers(PIN);
            Run.of(Map.of("EMPTY", ""), person, onDevice("pin", "verify", option))
                    .done();
            assertThat(person.questions).hasSize(1);

            assertThat(with(Map.of("EMPTY", ""), "pin", "verify", option)
                            .failed()
                            .err())
                    .contains("the user PIN is empty");
            with(Map.of("EMPTY", ""), "keys", option).done();
        }
    }

    @Test
    void aPresentPinWithMoreBehindItIsWrongAndNothingIsChanged() throws Exception {
        device();

        assertThat(with(Map.of("LONG", PIN + "1"), "pin", "change", "--pin-env=LONG", "--new-pin-env=NEW_PIN")
                        .failed()
                        .err())
                .contains("user PIN is wrong");

        run(null, "pin", "verify", "--pin-env=PIN").done();
    }
}
