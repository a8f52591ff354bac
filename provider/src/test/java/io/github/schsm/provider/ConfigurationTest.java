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

        assertThat(configuration.terminals().get(0).scheme()).isEqualTo("pkcs11");
        assertThat(configuration.terminals().get(0).location()).isEqualTo("/usr/lib/m.so");
        assertThat(configuration.devices())
                .containsExactly("Signing 2026 ä", "pkcs11:token=A%2CB;serial=1", "slot:0x1F");
        assertThatThrownBy(() -> SchsmConfiguration.of("device = Signing 2026")).hasMessageContaining("Signing 2026");
    }

    @Test
    void aKeyDomainIsAKeyStoreOfSeveralDevices() throws Exception {
        SchsmConfiguration configuration = SchsmConfiguration.of("""
                terminal = pcsc, pkcs11:/usr/lib/p11-kit-proxy.so,simulator:/tmp/a,b , ram:https://0.0.0.0:8443/x
                device   = DECC0401002, DECC0401003
                domain   = 62AEA0ED
                copies   = 2
                delete   = present
                pin      = prompt
                pin.DECC0401003 = env:OTHER
                """);

        assertThat(configuration.terminals())
                .extracting(SchsmConfiguration.Terminal::text)
                .containsExactly(
                        "pcsc", "pkcs11:/usr/lib/p11-kit-proxy.so", "simulator:/tmp/a,b", "ram:https://0.0.0.0:8443/x");
        assertThat(configuration.isManyAsOne()).isTrue();
        assertThat(configuration.domain()).contains("62aea0ed");
        assertThat(configuration.copies()).hasValue(2);
        assertThat(configuration.deletesPresentOnly()).isTrue();
        assertThat(configuration.pin("DECC0401002")).contains("prompt");
        assertThat(configuration.pin("DECC0401003")).contains("env:OTHER");
        assertThat(configuration.trust().roots()).extracting(Cvc::chr).doesNotContain("ZZSRCACC100001");
    }

    @Test
    void oneOfSeveralDevicesHasItsOwnPin() throws Exception {
        SchsmConfiguration domain = SchsmConfiguration.of(
                "device = A, B; domain = 62AEA0ED; copies = 2; pin = prompt; pin.B = env:OTHER; name = x");

        assertThat(domain.ofDevice("A").text()).isEqualTo("device = A\nname = x\npin = prompt\n");
        assertThat(domain.ofDevice("B").text()).isEqualTo("device = B\nname = x\npin = env:OTHER\n");
    }

    @Test
    void severalDevicesAreOneKeyStoreOnlyWhereThatIsSaid() throws Exception {
        assertThat(SchsmConfiguration.of("device = A, B").isManyAsOne()).isFalse();

        SchsmConfiguration all = SchsmConfiguration.of("device = A, B; members = all");
        assertThat(all.isManyAsOne()).isTrue();
        assertThat(all.domain()).isEmpty();
        assertThat(all.copies()).isEmpty();
        assertThat(all.deletesPresentOnly()).isFalse();
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
                "devise = X | devise | terminal, device, reader, domain, members, copies, delete, pin, trust, dates, channel, alias, name, dkek, dkek.password, pin.<device id>, audit, audit.uses, audit.size, audit.keep",
                "terminal = usb | usb | simulator:memory",
                "terminal = simulator: | simulator: | simulator:memory",
                "pin = 648219 | prompt | env:NAME",
                "trust = everybody | everybody | production",
                "channel = yes | yes | plain, pin (PINs over a secure channel) or secure",
                "reader = ( | ( | regular expression",
                "device = | device | no value",
                "device = a; device = b | device | twice",
                "name = a b | a b | letters",
                "domain = 62AEA0E | 62AEA0E | first 8",
                "domain = signing | signing | hexadecimal",
                "members = some | some | all",
                "members = all; copies = 0 | copies = 0 | a number from 1",
                "members = all; delete = away | away | all or present",
                "copies = 2 | copies | domain = <UID>",
                "delete = present | delete | members = all",
                "device = A, B; pin.C = prompt | pin.C | A, B",
                "pin. = prompt | pin. | pin.<device id>",
                "pin.A = 648219 | pin.A | env:NAME",
                "terminal = pcsc, | terminal | pcsc",
                "terminal = pcsc, pcsc | pcsc | twice",
                "terminal = pcsc, usb | pcsc, usb | ram:<url>",
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
