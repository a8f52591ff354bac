// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmLoadParameter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AliasPatternsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls             | tls          | true",
                "tls             | tls2         | false",
                "tls             | TLS          | false",
                "tls, tls2       | tls2         | true",
                "tls*            | tls          | true",
                "tls*            | tls-2026     | true",
                "*tls            | my tls       | true",
                "sign-*          | sign         | false",
                "sign-*-ec       | sign-a-b-ec  | true",
                "sign-*-ec       | sign-a-b-rsa | false",
                "*a*b*           | xaxbx        | true",
                "*a*b*           | xbxax        | false",
                "?               | \uD83D\uDD11 | true",
                "?               | ab           | false",
                "k?y             | key          | true",
                "k?y             | k,y          | true",
                "a.c             | abc          | false",
                "[ab]            | a            | false",
                "*               | any thing    | true",
                "tls             | tls [7]      | false",
                "tls*            | tls [7]      | true",
            })
    void showsWhatAPatternFits(String patterns, String alias, boolean shown) {
        assertThat(AliasPatterns.parse(patterns).show(alias)).isEqualTo(shown);
    }

    @Test
    void emptyAliasIsShownByStarsOnly() {
        assertThat(AliasPatterns.of(List.of("**")).show("")).isTrue();
        assertThat(AliasPatterns.of(List.of("?")).show("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls,", ",", " ", "a,,b", "a\u0007", "a\uFFFD"})
    void whatIsNoPatternIsRefused(String list) {
        assertThatThrownBy(() -> AliasPatterns.parse(list)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tooManyAndTooLongAreRefused() {
        assertThatThrownBy(() -> AliasPatterns.of(Collections.nCopies(1001, "a")))
                .hasMessageContaining("1000");
        assertThatThrownBy(() -> AliasPatterns.of(List.of("a".repeat(201)))).hasMessageContaining("201");
    }

    @Test
    void bothHaveToShowIt() {
        AliasPatterns both =
                AliasPatterns.parse("tls*").and(AliasPatterns.parse("*2")).and(AliasPatterns.ALL);

        assertThat(both.show("tls2")).isTrue();
        assertThat(both.show("tls")).isFalse();
        assertThat(both.show("sign2")).isFalse();
        assertThat(both).hasToString("tls* and *2");
        assertThat(AliasPatterns.ALL.and(AliasPatterns.ALL).isAll()).isTrue();
        assertThat(AliasPatterns.ALL.and(both).show("tls")).isFalse();
    }

    /** A careless matcher takes years for this. */
    @Test
    void noPatternTakesLong() {
        AliasPatterns nasty = AliasPatterns.of(List.of("a*".repeat(90) + "b"));

        boolean shown =
                Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> nasty.show("a".repeat(10_000)));

        assertThat(shown).isFalse();
    }

    @Test
    void loadParameterTakesPatterns() {
        SchsmLoadParameter all = new SchsmLoadParameter("DECC0401002", null);
        assertThat(all.aliases()).isEmpty();

        SchsmLoadParameter some = all.withAliases("tls", "sign-*");

        assertThat(some.aliases()).containsExactly("tls", "sign-*");
        assertThat(some.deviceId()).isEqualTo("DECC0401002");
        assertThat(new SchsmLoadParameter(null).withAliases("tls").deviceId()).isNull();
        assertThatThrownBy(() -> all.withAliases()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> all.withAliases(" ")).isInstanceOf(IllegalArgumentException.class);
    }
}
