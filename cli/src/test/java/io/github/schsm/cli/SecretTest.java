// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class SecretTest {
    @TempDir
    Path folder;

    private static Io io(Map<String, String> environment, Io.@Nullable Person person) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        return new Io(nowhere, nowhere, environment::get, person);
    }

    private static final Io EMPTY = io(Map.of(), null);

    private Path file(String content, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve("pin"), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    private static Secret ofFile(Path file) {
        return new Secret("user PIN", "--pin", null, file);
    }

    @Test
    void environmentVariableHoldsIt() throws Exception {
        Secret secret = new Secret("user PIN", "--pin", "PIN_A", null);

        assertThat(secret.read(io(Map.of("PIN_A", "648219"), null), "")).containsExactly("648219".toCharArray());
        assertThatThrownBy(() -> secret.read(EMPTY, ""))
                .hasMessage("the environment variable PIN_A (--pin-env) is not set: it should hold the user PIN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"648219", "648219\n", "648219\r\n"})
    void fileHoldsItInItsOnlyLine(String content) throws Exception {
        assertThat(ofFile(file(content, "rw-------")).read(EMPTY, "")).containsExactly("648219".toCharArray());
    }

    @Test
    void fileOfSeveralLinesIsNotCutShort() throws Exception {
        assertThat(ofFile(file("one\ntwo\n", "rw-------")).read(EMPTY, "")).containsExactly("one\ntwo".toCharArray());
    }

    @Test
    void blanksBelongToIt() throws Exception {
        assertThat(ofFile(file(" 648 219 \n", "r--------")).read(EMPTY, "")).containsExactly(" 648 219 ".toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
    void fileThatOthersMayReadOrChangeIsRefusedWithTheWayOut(String permissions) throws Exception {
        Path file = file("648219", permissions);

        assertThatThrownBy(() -> ofFile(file).read(EMPTY, ""))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--pin-file")
                .hasMessageContaining("chmod 600 " + file)
                .hasMessageNotContaining("648219");
    }

    @Test
    void fileThatOthersMayReplaceIsRefusedWithTheWayOut() throws Exception {
        Path file = file("648219", "rw-------");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> ofFile(file).read(EMPTY, ""))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--pin-file")
                .hasMessageContaining("chmod o-w " + folder.toRealPath());
    }

    @Test
    void missingEmptyLongAndUnreadableFilesAreNamed() throws Exception {
        assertThatThrownBy(() -> ofFile(folder.resolve("none")).read(EMPTY, ""))
                .hasMessageContaining("none")
                .hasMessageContaining("no such file");
        Path empty = file("\n", "rw-------");
        assertThatThrownBy(() -> ofFile(empty).read(EMPTY, "")).hasMessage("the user PIN is empty");
        Path endless = file("1".repeat(5000), "rw-------");
        assertThatThrownBy(() -> ofFile(endless).read(EMPTY, "")).hasMessageContaining("too long");
        Path binary = Files.write(folder.resolve("pin"), new byte[] {(byte) 0xC3, 0x28});
        assertThatThrownBy(() -> ofFile(binary).read(EMPTY, "")).hasMessageContaining("no text");
    }

    @Test
    void somebodyAtTheTerminalIsAskedForTheRightDevice() throws Exception {
        TypedAnswers person = new TypedAnswers("648219");

        char[] pin = new Secret("user PIN", "--pin", null, null).read(io(Map.of(), person), "of device ZZSIM000001");

        assertThat(pin).containsExactly("648219".toCharArray());
        assertThat(person.questions).containsExactly("User PIN of device ZZSIM000001: ");
    }

    @Test
    void newOneIsTypedTwiceAndBothWipedWhenTheyDiffer() {
        TypedAnswers person = new TypedAnswers("648219", "648218");
        Secret secret = new Secret("new user PIN", "--new-pin", null, null);

        assertThatThrownBy(() -> secret.readNew(io(Map.of(), person), "")).hasMessageContaining("not the same");

        assertThat(person.givenSecrets)
                .hasSize(2)
                .allSatisfy(typed -> assertThat(typed).containsOnly('\0'));
    }

    @Test
    void withoutATerminalTheOptionsAreNamed() {
        assertThatThrownBy(() -> new Secret("SO-PIN", "--so-pin", null, null).read(EMPTY, "of device DECC0401002"))
                .hasMessage(
                        "the SO-PIN of device DECC0401002 is needed and there is no terminal to ask on: give --so-pin-env"
                                + " NAME or --so-pin-file FILE");
    }

    @Test
    void twoSourcesAreOneTooMany() {
        assertThatThrownBy(() -> Secret.of("user PIN", "--pin", "A", folder))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("--pin-env")
                .hasMessageContaining("--pin-file");
    }
}
