// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationStreamTest {
    private static final String FOUR_LINES = """
            # the device of the web server
            terminal = pcsc
            device = DECC0401002
            pin = file:/etc/schsm/pin
            alias = tls, sign-*
            """;

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Never ends. */
    private static final class Endless extends InputStream {
        private final int value;
        private long read;

        private Endless(int value) {
            this.value = value;
        }

        @Override
        public int read() {
            read++;
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) value);
            read += length;
            return length;
        }
    }

    @Test
    void configurationIsRead() throws Exception {
        ConfigurationStream read = ConfigurationStream.read(stream(FOUR_LINES));

        SchsmConfiguration configuration = read.configuration().orElseThrow();
        assertThat(configuration.devices()).containsExactly("DECC0401002");
        assertThat(configuration.aliases().show("sign-2026")).isTrue();
        assertThat(configuration.aliases().show("other")).isFalse();
        assertThat(read.content()).isEqualTo(FOUR_LINES.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n\t\n", "# only\n  # comments", "\uFEFF"})
    void nothingIsNoConfiguration(String text) throws Exception {
        assertThat(ConfigurationStream.read(stream(text)).configuration()).isEmpty();
        assertThat(ConfigurationStream.isOne(stream(text))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "terminal = pcsc                          | true",
                "terminal = 'pcsc'; device = A            | true",
                "pin = prompt; terminal=simulator:memory  | true",
                "terminal = pkcs11:/usr/lib/m.so; devise = A | true",
                "terminal = ram:8080                      | true",
                "terminal = other:place                   | true",
                "device = DECC0401002                     | true",
                "device = DECC0401002; alias = tls        | true",
                "members = all                            | true",
                "members = some                           | false",
                "terminal = xterm                         | false",
                "name = x                                 | false",
                "device = A; color = red                  | false",
                "app.name = x                             | false",
                "terminal                                 | false",
                "xterminal = pcsc                         | false",
            })
    void looksLikeOne(String text, boolean one) throws Exception {
        assertThat(ConfigurationStream.isOne(stream(text.replace('\'', '"')))).isEqualTo(one);
    }

    @Test
    void otherFilesAreNotTakenForOne() throws Exception {
        ByteArrayOutputStream jks = new ByteArrayOutputStream();
        ByteArrayOutputStream pkcs12 = new ByteArrayOutputStream();
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, null);
        store.store(jks, "password".toCharArray());
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.store(pkcs12, "password".toCharArray());
        for (byte[] other : new byte[][] {
            jks.toByteArray(),
            pkcs12.toByteArray(),
            "-----BEGIN CERTIFICATE-----\nMIIB=\n".getBytes(StandardCharsets.US_ASCII),
            "domain app1 { keystore a keyStoreType=\"PKCS12\"; };".getBytes(StandardCharsets.US_ASCII),
            "terminal = pcsc\nü".getBytes(StandardCharsets.ISO_8859_1),
            "terminal = pcsc".getBytes(StandardCharsets.UTF_16),
            new byte[] {0}
        }) {
            assertThat(ConfigurationStream.isOne(new ByteArrayInputStream(other)))
                    .isFalse();
            assertThatThrownBy(() -> ConfigurationStream.read(new ByteArrayInputStream(other)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is on a device and not in a file")
                    .hasMessageContaining("the key store file");
        }
    }

    @Test
    void readsNoMoreThanAConfigurationMayHave() throws Exception {
        Endless probed = new Endless('#');
        assertThat(ConfigurationStream.isOne(probed)).isFalse();
        assertThat(probed.read).isLessThan(TextFile.MOST_BYTES + 100_000L);
        Endless loaded = new Endless('#');
        assertThatThrownBy(() -> ConfigurationStream.read(loaded)).hasMessageContaining("is too long");
        assertThat(loaded.read).isLessThan(TextFile.MOST_BYTES + 100_000L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "devise = A                | unknown configuration entry \"devise\"",
                "any.thing = A             | unknown configuration entry \"any.thing\"",
                "terminal = xterm          | use pcsc",
                "alias = tls,              | alias = tls,",
                "pin = 648219              | not repeated here",
            })
    void mistakesAreToldAsInAnyConfiguration(String text, String told) {
        assertThatThrownBy(() -> ConfigurationStream.read(stream(text)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("the key store file cannot be used: ")
                .hasMessageContaining(told);
    }

    /** What a program may have got from anybody, and read because the runtime recognized it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "terminal = pkcs11:/tmp/upload.so         | terminal = pkcs11:…",
                "terminal = pcsc, pkcs11:/tmp/upload.so   | terminal = pkcs11:…",
                "terminal = ram:http://0.0.0.0:80/x       | terminal = ram:…",
                "terminal = other:place                   | terminal = other:…",
                "terminal = simulator:/nowhere/at/all     | terminal = simulator:…",
                "terminal = simulator:/                   | terminal = simulator:…",
                "terminal = pcsc; audit = file:/tmp/log   | audit = …",
                "terminal = pcsc; dkek = file:/tmp/share  | dkek = …",
                "terminal = pcsc; pin = file:/etc/pin     | pin = …",
                "terminal = pcsc; pin = env:PATH          | pin = …",
                "terminal = pcsc; pin = callback          | pin = …",
                "device = A; pin.A = file:/etc/pin        | pin.A = …",
                "device = A; trust = file:/etc/roots      | trust = …",
                "reader = (.*)*x                          | reader = …",
                "terminal = pcsc; ram.keystore = /tmp/a   | ram.keystore = …",
            })
    void guessedFileDoesNothingThatItsTypeHasToBeNamedFor(String text, String told) throws Exception {
        assertThat(ConfigurationStream.isOne(stream(text))).isTrue();

        assertThatThrownBy(() -> ConfigurationStream.readGuessed(stream(text), unchecked -> false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the key store file says " + told)
                .hasMessageContaining("KeyStore.getInstance(\"SCHSM\")")
                .hasMessageContaining("schsm.probe = all");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "terminal = pcsc",
                "terminal = sunpcsc; device = DECC0401002; pin = pinpad; alias = tls, sign-*",
                "terminal = pcsc, simulator:memory; trust = production, simulator; channel = secure; dates = required",
                "domain = 62AEA0ED; copies = 2; delete = present; name = x",
            })
    void guessedFileOfDevicesAtHandIsRead(String text) throws Exception {
        assertThat(ConfigurationStream.readGuessed(stream(text), unchecked -> false)
                        .configuration())
                .isPresent();
    }

    @Test
    void guessedFileNamesAFolderOfTheSimulatorOnly(@TempDir Path folder) throws Exception {
        String text = "terminal = simulator:" + folder;
        assertThatThrownBy(() -> ConfigurationStream.readGuessed(stream(text), unchecked -> false))
                .hasMessageContaining("simulator:…");
        assertThat(folder).isEmptyDirectory();

        Files.createFile(folder.resolve("ZZSIM000001.device"));

        assertThat(ConfigurationStream.readGuessed(stream(text), unchecked -> false)
                        .configuration())
                .isPresent();
    }

    @Test
    void guessedFileSaysWhatAProviderSays() throws Exception {
        String text = "terminal = pcsc; pin = file:/etc/schsm/pin";
        SchsmConfiguration configured = SchsmConfiguration.of("pin = file:/etc/schsm/pin\nterminal = pcsc");

        assertThat(ConfigurationStream.readGuessed(stream(text), configured::equals)
                        .configuration())
                .contains(configured);
    }
}
