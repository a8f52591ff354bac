// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SecretFile;
import io.github.schsm.config.SchsmConfiguration;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts as editors save them, and what a line of a configuration means. */
class ConfigurationFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void place() {
        file = folder.resolve("a=b #c.conf");
    }

    private void write(String text, Charset encoding) throws IOException {
        Files.write(file, text.getBytes(encoding));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void commentBehindAValueNeedsABlankOnBothSides() throws Exception {
        assertThat(SchsmConfiguration.parse("terminal = pcsc            # pcsc (default) | sunpcsc\n#device = A\n  #\n")
                        .entries())
                .containsOnlyKeys("terminal")
                .containsEntry("terminal", "pcsc");
        assertThat(SchsmConfiguration.parse("reader = a#b #").get("reader")).contains("a#b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"terminal = simulator:/x/a #b", "device = A #B", "device = A ; name = x #y", "reader = a #"})
    void valueIsNeverCutWithoutAWord(String line) throws Exception {
        if (line.endsWith("#")) {
            assertThat(SchsmConfiguration.parse(line).get("reader")).contains("a");
            return;
        }
        assertThatThrownBy(() -> SchsmConfiguration.parse(line))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("#")
                .hasMessageContaining("double quotes");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "terminal = \"simulator:/x/a #b\" | simulator:/x/a #b",
                "terminal = \"simulator:/x/a # b\"   # a comment | simulator:/x/a # b",
                "terminal=\"simulator:/x;y\" ; device = A | simulator:/x;y",
                "terminal = \"simulator:/x/\"\"y\"\"\" | simulator:/x/\"y\"",
                "terminal = simulator:/x/\"y\" | simulator:/x/\"y\""
            })
    void quotesKeepAValueTogether(String line, String value) throws Exception {
        SchsmConfiguration read = SchsmConfiguration.parse(line);

        assertThat(read.get("terminal")).contains(value);
        assertThat(SchsmConfiguration.parse(read.text())).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(strings = {"terminal = \"simulator:/x", "terminal = \"simulator:/x\" y", "terminal = \"\""})
    void quotesThatDoNotMatchAreRefused(String line) {
        assertThatThrownBy(() -> SchsmConfiguration.parse(line)).isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"device = A\n\nterminal = simulator:/x/a #b", "device = A\r\n\r\ndevise = B", "\n\ndevice ="})
    void fileLineAndReasonAreNamed(String text) throws IOException {
        write(text, StandardCharsets.UTF_8);

        assertThatThrownBy(() -> SchsmConfiguration.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("line 3: ");
    }

    @Test
    void lineOfTheOnlyLineIsNamedToo() throws IOException {
        write("devise = A", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> SchsmConfiguration.read(file)).hasMessageContaining("line 1: unknown");
    }

    @Test
    void byteOrderMarkIsNoPartOfTheFirstKey() throws Exception {
        write("\uFEFFdevice = A\r\nname = ä\r\n", StandardCharsets.UTF_8);

        assertThat(SchsmConfiguration.read(file).entries())
                .hasSize(2)
                .containsEntry("device", "A")
                .containsEntry("name", "ä");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ISO-8859-1 | line 2 is not UTF-8",
                "UTF-16 | it is UTF-16",
                "UTF-16LE | NUL character in line 1",
                "UTF-16BE | NUL character in line 1"
            })
    void otherEncodingsAreRefusedWithASentence(String encoding, String reason) throws IOException {
        write("device = A\nname = ä\n", Charset.forName(encoding));

        assertThatThrownBy(() -> SchsmConfiguration.read(file))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason)
                .hasMessageContaining("save it as UTF-8");
        assertThatThrownBy(() -> SecretFile.firstLine(file, "the file"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(reason)
                .hasMessageContaining("save it as UTF-8");
    }

    @Test
    void littleEndianMarkIsKnownToo() throws IOException {
        write("\uFEFFdevice = A", StandardCharsets.UTF_16LE);

        assertThatThrownBy(() -> SchsmConfiguration.read(file)).hasMessageContaining("UTF-16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"648219", "\uFEFF648219", "\uFEFF648219\n", "648219\r\n", "\uFEFF648219\r\n"})
    void secretIsTheSameHoweverItWasSaved(String text) throws Exception {
        write(text, StandardCharsets.UTF_8);

        assertThat(SecretFile.firstLine(file, "the file")).containsExactly("648219".toCharArray());
        assertThat(SecretFile.withoutLastLineEnd(file, "the file")).containsExactly("648219".toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"simulator:/tmp/Gr\uFFFDn", "simulator:/tmp/\uD800"})
    void whatWasReadInTheWrongEncodingIsRefused(String terminal) {
        assertThatThrownBy(() -> SchsmConfiguration.parse("terminal = " + terminal))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("terminal")
                .hasMessageContaining("encoding");
        assertThatThrownBy(() -> SchsmConfiguration.parse("").with("terminal", terminal))
                .isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Gr\uFFFD\uFFFDe", "\uD800", "a\uDC00b", "\uD83D"})
    void labelThatNobodyCouldTypeIsRefused(String label) {
        assertThatThrownBy(() -> Labels.require(label))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("encoding");
        assertThatThrownBy(() -> SchsmKeySpec.builder(label)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> UnwrapSpec.label(label)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DataObject.of(label, false)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DataObject.of("x", false).withApplication(label, ""))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> DeviceInitialization.builder("648219".toCharArray(), "3537363231383830".toCharArray())
                        .label(label))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(PrintableText.isWhole(Labels.nearest(label))).isTrue();
    }

    @Test
    void labelOfAnyScriptIsTaken() {
        assertThat(Labels.require("Größe \uD83D\uDD11 鍵")).isEqualTo("Größe \uD83D\uDD11 鍵");
        assertThat(Labels.nearest("Größe \uD83D\uDD11 鍵")).isEqualTo("Größe \uD83D\uDD11 鍵");
    }
}
