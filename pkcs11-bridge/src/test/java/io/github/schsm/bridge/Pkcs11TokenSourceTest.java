// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.spi.TokenSource;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Pkcs11TokenSourceTest {
    private final Pkcs11TokenSource source = new Pkcs11TokenSource();

    @TempDir
    private Path folder;

    @Test
    void theSourceIsThereOnTheModulePathAndOnTheClassPath() throws Exception {
        try (InputStream services = Pkcs11TokenSource.class
                .getModule()
                .getResourceAsStream("META-INF/services/" + TokenSource.class.getName())) {
            assertThat(services).asString(StandardCharsets.UTF_8).contains(Pkcs11TokenSource.class.getName());
        }
        assertThat(Pkcs11TokenSource.class.getModule().getDescriptor().provides())
                .anySatisfy(provides -> {
                    assertThat(provides.service()).isEqualTo(TokenSource.class.getName());
                    assertThat(provides.providers()).containsExactly(Pkcs11TokenSource.class.getName());
                });
        assertThat(source.scheme()).isEqualTo("pkcs11");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/no/such/module.so | /no/such/module.so",
                "token=A | names no module",
                "? | names no module",
                "?module-name=no-such-module | there is no PKCS#11 module no-such-module",
                "?module-name=../m | is no name",
                "?module-name= | is no name",
                "?module-path=/no/such/module.so | /no/such/module.so",
                "colour=red?module-path=/m.so | no attribute \"colour\"",
                "token=A?pin-value=1&module-path=/m.so | pin = …"
            })
    void aTerminalThatLeadsToNoModuleIsRefusedWithTheReason(String location, String reason) {
        assertThatThrownBy(() -> source.open(location, new FakeHost()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aModuleNameIsLookedForInTheFolderThatIsNamedAndCompletedAsThePlatformHasIt() throws Exception {
        Path library = Files.writeString(folder.resolve(System.mapLibraryName("mine")), "no library");

        assertThatThrownBy(() -> source.open("?module-path=" + folder + "&module-name=mine", new FakeHost()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(library.toString());
        assertThatThrownBy(() -> source.open("?module-path=" + folder + "&module-name=yours", new FakeHost()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aDeviceThatCannotBeMeantIsRefusedBeforeAModuleIsLoaded() {
        assertThatThrownBy(() -> source.open("/no/such/module.so", new FakeHost("A", "slot:first")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("slot:first");
    }
}
