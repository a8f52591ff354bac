// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people copy into a shell does what it says, whatever a device calls its keys. */
class ShellLineTest {
    private final ShellLine posix = ShellLine.of(List.of("schsm"), false);
    private final ShellLine windows = ShellLine.of(List.of("schsm"), true);

    @ParameterizedTest
    @DisabledOnOs(OS.WINDOWS)
    @ValueSource(
            strings = {
                "tls",
                "a b",
                "it's",
                "$(touch x)",
                "`touch x`",
                "a; rm -rf /",
                "a & b | c > d < e",
                "#comment",
                "~root",
                "=ls",
                "*?[a]{b,c}!",
                "\"quoted\"",
                "שלום"
            })
    void aShellGivesTheLabelToTheCommandAsItIs(String label) throws IOException, InterruptedException {
        String line = posix.line("migrate", "--label", label);
        Process shell = new ProcessBuilder("sh", "-c", "schsm() { printf '%s\\n' \"$@\"; }; " + line).start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(shell.waitFor()).isZero();
        assertThat(output).isEqualTo("migrate\n--label\n" + label + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\u0003touch x", "\u202Etxt", "a\u001B[2J", "back\\slash"})
    void whatCannotBePastedSafelyIsNot(String label) {
        assertThat(posix.line("show", label)).isEmpty();
        assertThat(windows.line("show", label)).isEmpty();
    }

    @Test
    void whatShellsOfWindowsReadIsNotQuotedForThem() {
        assertThat(windows.line("show", "a b")).isEqualTo("schsm show \"a b\"");
        assertThat(windows.line("show", "%PATH%")).isEmpty();
        assertThat(windows.line("show", "a\"&calc")).isEmpty();
        assertThat(windows.line("show", "$(calc)")).isEmpty();
    }

    @Test
    void aLabelIsNoOption() {
        assertThat(ShellLine.value("--yes")).isEmpty();
        assertThat(ShellLine.value("@/etc/passwd")).isEmpty();
        assertThat(ShellLine.value("tls@home")).isEqualTo("tls@home");
    }
}
