package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    @ValueSource(strings = {"", " ", "a;b", "a\nb", "a #b", "#b"})
    void aValueThatCouldNotBeReadBackIsRefused(String value) {
        assertThatThrownBy(() -> SchsmConfiguration.parse("").with("device", value))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("device");
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
