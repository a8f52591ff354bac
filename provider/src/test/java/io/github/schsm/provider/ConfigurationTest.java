// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.Cvc;
import io.github.schsm.SchsmDevice;
import io.github.schsm.config.SchsmConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    @Test
    void readsEntriesFromLinesAndSemicolonsWithComments() throws Exception {
        SchsmConfiguration configuration = SchsmConfiguration.of("""
                # members of the signing group
                terminal = sunpcsc      # pcsc (default) | sunpcsc
                device   = DECC0401002, DECC0401003 ; name = signing
                reader = Virtual PCD 00 0[01]
                pin = env:SIGNING_PIN
                trust = production, test
                """);

        assertThat(configuration.terminal()).isEqualTo("sunpcsc");
        assertThat(configuration.devices()).containsExactly("DECC0401002", "DECC0401003");
        assertThat(configuration.name()).contains("signing");
        assertThat(configuration.isWantedReader("Virtual PCD 00 01")).isTrue();
        assertThat(configuration.isWantedReader("Virtual PCD 00 02")).isFalse();
        assertThat(configuration.pin()).contains("env:SIGNING_PIN");
        assertThat(configuration.trust().roots()).hasSize(2);
    }

    @Test
    void tokensOfAPkcs11ModuleAreNamedByLabelsAndUrisAsWell() throws Exception {
        SchsmConfiguration configuration =
                SchsmConfiguration.of("terminal = pkcs11:/usr/lib/m.so; device = Signing 2026 ä,"
                        + " pkcs11:token=A%2CB;serial=1, slot:0x1F ; pin = prompt");

        assertThat(configuration.scheme()).isEqualTo("pkcs11");
        assertThat(configuration.location()).isEqualTo("/usr/lib/m.so");
        assertThat(configuration.devices())
                .containsExactly("Signing 2026 ä", "pkcs11:token=A%2CB;serial=1", "slot:0x1F");
        assertThatThrownBy(() -> SchsmConfiguration.of("device = Signing 2026")).hasMessageContaining("Signing 2026");
    }

    @Test
    void theSimulatorsRootIsTrustedOnlyWithTheSimulatorOrByName() throws Exception {
        assertThat(SchsmConfiguration.of("").trust().roots())
                .extracting(Cvc::chr)
                .containsExactly("DESRCACC100001");
        assertThat(SchsmConfiguration.of("terminal = simulator:memory").trust().roots())
                .extracting(Cvc::chr)
                .containsExactly("DESRCACC100001", "ZZSRCACC100001");
        assertThat(SchsmConfiguration.of("terminal = simulator:memory; trust = test")
                        .trust()
                        .roots())
                .extracting(Cvc::chr)
                .containsExactly("UTSRCACC100001");
    }

    @Test
    void readsAFile(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("schsm.properties"), "device = DECC0401002\n");

        assertThat(SchsmConfiguration.of(file.toString()).devices()).containsExactly("DECC0401002");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "devise = X | devise | terminal, device, reader, pin, trust, dates, channel, name",
                "terminal = usb | usb | simulator:memory",
                "terminal = simulator: | simulator: | simulator:memory",
                "pin = 648219 | prompt | env:NAME",
                "trust = everybody | everybody | production",
                "channel = yes | yes | plain, pin (PINs over a secure channel) or secure",
                "reader = ( | ( | regular expression",
                "device = | device | no value",
                "device = a; device = b | device | twice",
                "name = a b | a b | letters",
                "no-such-file | no-such-file | keys are"
            })
    void anEntryThatCannotBeUsedIsNamedWithWhatCan(String text, String named, String wayOut) {
        assertThatThrownBy(() -> SchsmConfiguration.of(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(named)
                .hasMessageContaining(wayOut);
    }

    @Test
    void aPinThatWasWrittenInTheWrongPlaceIsNotRepeated() {
        assertThatThrownBy(() -> SchsmConfiguration.of("pin = 648219"))
                .message()
                .doesNotContain("648219");
    }

    @Test
    void anUnusableConfigurationIsToldAtUseAndNotByConfigure() throws Exception {
        Provider provider = new SchsmProvider().configure("devise = X");
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);

        assertThatThrownBy(() -> keyStore.load(null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("devise");
        assertThatThrownBy(() -> KeyPairGenerator.getInstance("EC", provider).generateKeyPair())
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("devise");
    }

    @Test
    void configureGivesANewProviderOfTheConfiguredName() {
        SchsmProvider original = new SchsmProvider();
        Provider named = original.configure("terminal = simulator:memory; name = x");

        assertThat(named).isNotSameAs(original);
        assertThat(named.getName()).isEqualTo("SCHSM-x");
        assertThat(original.getName()).isEqualTo("SCHSM");
        assertThat(original.isConfigured()).isTrue();
    }

    @Test
    void aKeyStoreOfAnotherKindHasNoDevice() throws Exception {
        KeyStore software = KeyStore.getInstance("PKCS12");
        software.load(null, null);

        assertThatThrownBy(() -> SchsmDevice.of(software)).hasMessageContaining("PKCS12");
        KeyStore notLoaded = KeyStore.getInstance("SCHSM", new SchsmProvider());
        assertThatThrownBy(() -> SchsmDevice.of(notLoaded)).hasMessageContaining("not loaded");
    }
}
