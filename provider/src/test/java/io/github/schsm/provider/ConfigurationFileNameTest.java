// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.config.SchsmConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code configure} takes for a file's name, and what for entries. */
class ConfigurationFileNameTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"schsm.properties", "a=b.conf", "name of x = y", "a;b", "Gr\u00f6\u00dfe"})
    void fileMayHaveAnyName(String name) throws Exception {
        Path file = Files.writeString(folder.resolve(name), "\uFEFFdevice = DECC0401002\r\n");

        assertThat(SchsmConfiguration.of(file.toString()).devices()).containsExactly("DECC0401002");
    }

    @ParameterizedTest
    @ValueSource(strings = {"terminal = usb", "device = A\nchannel = yes", "devise = X", "terminal = simulator:/x #y"})
    void fileThatCannotBeUsedIsNamed(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("a=b.conf"), text);

        assertThatThrownBy(() -> SchsmConfiguration.of(file.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/no/such/a=b.conf", "devise = X", "a=b"})
    void whatIsNeitherIsToldWithTheKeysThatThereAre(String text) {
        assertThatThrownBy(() -> SchsmConfiguration.of(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("terminal, device, reader");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trust = file:/tmp/Gr\uFFFDn",
                "pin = file:/tmp/Gr\uFFFDn",
                "trust = file:a\0b",
                "pin = file:a\0b"
            })
    void nameThatNoFileCanHaveIsAConfigurationError(String text) {
        assertThatThrownBy(() -> SchsmConfiguration.of(text)).isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-16"})
    void fileInAnotherEncodingIsToldWithItsNameAndTheReason(String encoding) throws Exception {
        Path file = Files.write(folder.resolve("c"), "device = DECC0401002\nname = \u00e4\n".getBytes(encoding));

        assertThatThrownBy(() -> SchsmConfiguration.of(file.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("UTF-8");
    }
}
