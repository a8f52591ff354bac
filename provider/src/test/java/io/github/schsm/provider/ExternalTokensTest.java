// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource.Directory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExternalTokensTest {
    private final Token one = StubToken.named("1");
    private final Token two = StubToken.named("2");
    private final Map<String, Token> names = Map.of("1", one, "first", one, "2", two, "second", two);

    private ExternalTokens tokens(String devices) throws ConfigurationException {
        Directory directory = new Directory() {
            @Override
            public List<Found> list() {
                return List.of(new Found("slot A", one, null), new Found("slot B", null, "empty"));
            }

            @Override
            public Token find(String device) throws SchsmException {
                if (device == null) {
                    throw new ConfigurationException("several");
                }
                Token token = names.get(device);
                if (token == null) {
                    throw new TokenNotPresentException("no token " + device);
                }
                return token;
            }
        };
        return new ExternalTokens(directory, SchsmConfiguration.of("terminal = other:x" + devices));
    }

    @Test
    void theSourceDecidesWhatIsMeantIfTheConfigurationNamesNothing() throws Exception {
        assertThat(tokens("").find("second")).isSameAs(two);
        assertThatThrownBy(() -> tokens("").find(null)).hasMessage("several");
    }

    @Test
    void aTokenMayBeNamedOtherwiseThanInTheConfiguration() throws Exception {
        ExternalTokens tokens = tokens("; device = first");

        assertThat(tokens.find(null)).isSameAs(one);
        assertThat(tokens.find("1")).isSameAs(one);
        assertThatThrownBy(() -> tokens.find("2"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("2", "first");
    }

    @Test
    void ofSeveralConfiguredTokensTheOneThatIsThereIsMeant() throws Exception {
        assertThat(tokens("; device = away, 2, second").find(null)).isSameAs(two);
        assertThatThrownBy(() -> tokens("; device = first, 2").find(null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("first", "2", "device = …");
        assertThatThrownBy(() -> tokens("; device = away, gone").find(null))
                .isInstanceOf(TokenNotPresentException.class)
                .hasMessageContaining("no token away")
                .satisfies(absent -> assertThat(absent.getSuppressed()).hasSize(1));
    }

    @Test
    void placesWithoutTokenAreListedWithTheReason() throws Exception {
        assertThat(tokens("").list())
                .satisfiesExactly(
                        there -> assertThat(there.token()).isNotNull(),
                        empty -> assertThat(empty.problem()).isEqualTo("empty"));
    }
}
