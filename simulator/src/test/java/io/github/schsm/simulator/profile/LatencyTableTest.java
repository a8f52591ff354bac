// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyTableTest {
    private static final int SELECT = 0xA4;
    private static final int VERIFY = 0x20;
    private static final int SIGN = 0x68;
    private static final int GENERATE_KEY_PAIR = 0x46;
    private static final int GET_CHALLENGE = 0x84;

    @TempDir
    private Path folder;

    private static LatencyTable parse(String text) throws ConfigurationException {
        return LatencyTable.parse("x", text);
    }

    @Test
    void theLineThatSaysMostCounts() throws ConfigurationException {
        LatencyTable table = parse("""
                # a comment
                sign.ec-256 = 50   # another
                sign.EC = 80

                sign=300
                other = 27.5
                """);
        assertThat(table.isEmpty()).isFalse();
        assertThat(table.of(SIGN, "ec-256", 0)).isEqualTo(Duration.ofMillis(50));
        assertThat(table.of(SIGN, "ec-384", 0)).isEqualTo(Duration.ofMillis(80));
        assertThat(table.of(SIGN, "rsa-2048", 0)).isEqualTo(Duration.ofMillis(300));
        assertThat(table.of(SELECT, "", 0)).isEqualTo(Duration.ofNanos(27_500_000));
        assertThat(table.of(0xFF, "", 0)).as("an instruction that nobody knows").hasNanos(27_500_000);
        assertThat(table.ofRefused(0)).hasNanos(27_500_000);
    }

    @Test
    void bytesOfCommandAndAnswerAddUp() throws ConfigurationException {
        LatencyTable table = parse("get-challenge = 20\nget-challenge.byte = 0.5\nother.byte = 0.000001");
        assertThat(table.of(GET_CHALLENGE, "", 1000)).isEqualTo(Duration.ofMillis(520));
        assertThat(table.of(SELECT, "", 1000)).isEqualTo(Duration.ofNanos(1000));
    }

    @Test
    void withoutLinesThereIsNothingToWaitFor() throws ConfigurationException {
        assertThat(parse("# nothing\n\n").isEmpty()).isTrue();
        assertThat(LatencyTable.NONE.of(SIGN, "ec-256", 100)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"old-device, 165, 6000", "4k, 50, 1500"})
    void theSetsThatComeWithTheSimulator(String name, int sign, int generate) throws ConfigurationException {
        LatencyTable table = LatencyTable.read(name);
        assertThat(LatencyTable.NAMES).contains(name);
        assertThat(table.of(SIGN, "ec-256", 100)).isEqualTo(Duration.ofMillis(sign));
        assertThat(table.of(GENERATE_KEY_PAIR, "ec-256", 500)).isEqualTo(Duration.ofMillis(generate));
        assertThat(table.of(VERIFY, "", 10)).isEqualTo(table.ofRefused(10)).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sign 50|\"sign 50\" is not of the form command = milliseconds",
                "signature = 50|\"signature\" is no command; there are select, read-binary, ",
                "= 50|\"\" is no command",
                "sign = fast|\"fast\" is no number of milliseconds",
                "sign =|\"\" is no number of milliseconds",
                "sign = -1|\"-1\" is no number of milliseconds",
                "sign = 1e3|\"1e3\" is no number of milliseconds",
                "sign = 99999999999|is no number of milliseconds",
                "sign.dsa = 50|\"dsa\" is nothing that sign can be told apart by; there is ec, rsa, aes",
                "sign.ec- = 50|\"ec-\" is nothing that sign",
                "select.ec = 50|\"ec\" is nothing that select can be told apart by; there is byte",
                "other.ec = 50|\"ec\" is nothing that other can be told apart by; there is byte"
            })
    void aWrongLineIsNamed(String line, String complaint) {
        assertThatThrownBy(() -> parse("# first\nverify = 1\n" + line))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("latency table x, line 3: ")
                .hasMessageContaining(complaint);
    }

    @Test
    void noLineCountsTwice() {
        assertThatThrownBy(() -> parse("sign = 1\nSIGN = 1"))
                .hasMessage("latency table x, line 2: \"sign\" has a line already");
    }

    @Test
    void aFileIsReadOrNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("t"), "sign = 7");
        assertThat(LatencyTable.read(file.toString()).of(SIGN, "", 0)).isEqualTo(Duration.ofMillis(7));
        Files.write(file, new byte[] {(byte) 0xFF});
        assertThatThrownBy(() -> LatencyTable.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nowhere/t", "5k"})
    void whatIsNotThereIsNamedWithTheChoices(String name) {
        assertThatThrownBy(() -> LatencyTable.read(name))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("old-device, 4k");
        assertThatThrownBy(() -> LatencyTable.named(name)).hasMessageContaining("old-device, 4k");
        assertThatThrownBy(() -> LatencyTable.read(name + '\0')).hasMessageContaining("Nul character");
    }
}
