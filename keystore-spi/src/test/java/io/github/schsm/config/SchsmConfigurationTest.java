// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchsmConfigurationTest {
    @Test
    void aChangedConfigurationIsReadBackFromItsText() throws Exception {
        SchsmConfiguration read = SchsmConfiguration.parse("device = A ; reader = a#b # comment\n# terminal = pcsc\n");

        SchsmConfiguration changed = read.with("device", " B, C ").with("name", "x");

        assertThat(read.entries()).hasSize(2).containsEntry("device", "A").containsEntry("reader", "a#b");
        assertThat(SchsmConfiguration.parse(changed.text())).isEqualTo(changed);
        assertThat(changed.get("device")).contains("B, C");
        assertThat(changed.with("name", null).get("name")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a;b", "pkcs11:token=A;b=1", "a;token=A", "a\nb", "a #b", "#b"})
    void aValueThatCouldNotBeReadBackIsRefused(String value) {
        assertThatThrownBy(() -> SchsmConfiguration.parse("").with("device", value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("device");
    }

    @Test
    void theSemicolonsOfAPkcs11UriBelongToTheValue() throws Exception {
        SchsmConfiguration read = SchsmConfiguration.parse("terminal = pkcs11:token=A%20B;serial=1?module-path=/m.so"
                + " ; device=pkcs11:token=C; id=%01;slot-id=3 ; name = x; pin = env:P");

        assertThat(read.entries())
                .hasSize(4)
                .containsEntry("terminal", "pkcs11:token=A%20B;serial=1?module-path=/m.so")
                .containsEntry("device", "pkcs11:token=C;id=%01;slot-id=3")
                .containsEntry("name", "x")
                .containsEntry("pin", "env:P");
        assertThat(SchsmConfiguration.parse(read.text())).isEqualTo(read);
        assertThat(read.with("device", "pkcs11:token=C;serial=2").get("device")).contains("pkcs11:token=C;serial=2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"device = A; serial=1", "device = pkcs11:token=A; color=1", "name=x;token=A"})
    void whatIsNoPartOfAPkcs11UriIsAnEntryOfItsOwn(String text) {
        assertThatThrownBy(() -> SchsmConfiguration.parse(text))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("unknown configuration entry");
    }

    @Test
    void aPinThatWasWrittenInTheWrongPlaceIsNotShown() throws Exception {
        assertThat(SchsmConfiguration.parse("pin = 648219").toString())
                .contains("pin")
                .doesNotContain("648219");
        assertThatThrownBy(() -> SchsmConfiguration.parse("pim = 648219"))
                .hasMessageContaining("pim")
                .message()
                .doesNotContain("648219");
    }
}
