// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one place where secrets become bytes. */
class SecretBytesTest {
    private static byte[] pin(String text) throws InvalidRequestException {
        return SecretBytes.of(text.toCharArray(), SecretBytes.USER_PIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"648219", "1234567890123456", "ä1234", "\uD83D\uDD1189", " 64821"})
    void aPinIsItsUtf8(String text) throws Exception {
        assertThat(pin(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theSecretThatWasGivenStaysAsItIs() throws Exception {
        char[] pin = "648219".toCharArray();
        SecretBytes.of(pin, SecretBytes.USER_PIN);
        assertThat(pin).containsExactly("648219".toCharArray());
    }

    @Test
    void everyWrongLengthIsToldByTheSameSentence() {
        Set<String> sentences = new TreeSet<>();
        for (int length : new int[] {0, 1, 5, 17, 300, 70_000}) {
            assertThatThrownBy(() -> pin("1".repeat(length)))
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                    .satisfies(refused -> sentences.add(refused.getMessage()));
        }
        assertThat(sentences).singleElement().asString().contains("6 to 16", "not used");
    }

    @Test
    void bytesAreCountedAndNotCharacters() throws Exception {
        assertThat(pin("äöü")).hasSize(6);
        assertThatThrownBy(() -> pin("äöüäöüäöü")).hasMessageContaining("6 to 16");
        assertThatThrownBy(() -> pin("12345")).hasMessageContaining("6 to 16");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uD800",
                "648219\uD800xx",
                "\uDC00648219",
                "648219\uD83D",
                "64\uD8008219",
                "\uDD11\uD83D648219",
                "648219\uFFFD",
                "\uFFFD\uFFFD\uFFFD"
            })
    void damagedCharactersAreRefusedAndNeverLeftOutOrReplaced(String text) {
        assertThatThrownBy(() -> pin(text))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                .hasMessageContaining("user PIN")
                .hasMessageContaining("U+FFFD")
                .hasMessageNotContaining("648219");
        assertThatThrownBy(() -> SecretBytes.password(text.toCharArray(), "password"))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                .hasMessageContaining("password");
    }

    @Test
    void aPasswordHasAnyLengthButNone() throws Exception {
        assertThat(SecretBytes.password("ß".repeat(5000).toCharArray(), "password"))
                .hasSize(10_000);
        assertThatThrownBy(() -> SecretBytes.password(new char[0], "password"))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
    }

    @Test
    void anSoPinIsSixteenHexadecimalDigits() throws Exception {
        assertThat(SecretBytes.soPin("3537363231383830".toCharArray()))
                .isEqualTo("57621880".getBytes(StandardCharsets.US_ASCII));
        assertThat(SecretBytes.soPin("aAbBcCdDeEfF0099".toCharArray())).hasSize(8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "3",
                "353736323138383",
                "35373632313838301",
                "353736323138383g",
                "353736323138383\uFF10",
                "353736323138383\u0660",
                "353736323138383\uD800",
                "353736323138383\uFFFD",
                "3537 6231 838830"
            })
    void anythingElseIsNoSoPin(String text) {
        assertThatThrownBy(() -> SecretBytes.soPin(text.toCharArray()))
                .isInstanceOf(InvalidRequestException.class)
                .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET")
                .hasMessageContaining("16 hexadecimal digits");
    }

    @Test
    void bytesThatAProgramMadeAreCheckedToo() {
        for (int length : new int[] {0, 5, 17}) {
            assertThatThrownBy(() -> SecretBytes.require(new byte[length], SecretBytes.USER_PIN))
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        }
        for (int length : new int[] {0, 7, 9, 16}) {
            assertThatThrownBy(() -> SecretBytes.requireSoPin(new byte[length]))
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        }
    }

    @Test
    void settingsAreMadeOfPossiblePinsAndCountTheTriesByBytes() throws Exception {
        char[] so = "3537363231383830".toCharArray();
        for (String pin : new String[] {"", "12345", "1".repeat(17), "\uDC00648219", "648219\uFFFD"}) {
            assertThatThrownBy(() ->
                            DeviceInitialization.builder(pin.toCharArray(), so).build())
                    .isInstanceOf(InvalidRequestException.class)
                    .matches(told -> SchsmException.is(told, Reason.UNUSABLE_SECRET), "reason UNUSABLE_SECRET");
        }
        assertThatThrownBy(() -> DeviceInitialization.builder("ä1234".toCharArray(), so)
                        .retries(5)
                        .build())
                .hasMessageContaining("1 to 3");
        assertThat(DeviceInitialization.builder("äöüäöü".toCharArray(), so)
                        .retries(10)
                        .build()
                        .retries())
                .isEqualTo(10);
        assertThatThrownBy(() -> DeviceInitialization.builder("648219".toCharArray(), so)
                        .label("ä".repeat(17))
                        .build())
                .hasMessageContaining("1 to 32 bytes");
    }

    @Test
    void wipes_two_secrets_after_their_use_however_it_ends() {
        List<byte[]> used = new ArrayList<>();

        assertThatThrownBy(() -> SecretBytes.use(
                        SecretBytes.USER_PIN,
                        "648219".toCharArray(),
                        SecretBytes::soPin,
                        "3537363231383830".toCharArray(),
                        (first, second) -> {
                            assertThat(first).isEqualTo("648219".getBytes(StandardCharsets.US_ASCII));
                            assertThat(second).isEqualTo("57621880".getBytes(StandardCharsets.US_ASCII));
                            used.add(first);
                            used.add(second);
                            throw new SchsmException("refused");
                        }))
                .hasMessage("refused");

        assertThat(used).hasSize(2).allSatisfy(secret -> assertThat(secret).containsOnly(0));
    }

    @Test
    void uses_neither_of_two_secrets_if_the_second_is_impossible() {
        List<byte[]> encoded = new ArrayList<>();
        SecretBytes.Encoding noted = typed -> {
            encoded.add(SecretBytes.USER_PIN.encode(typed));
            return encoded.get(0);
        };

        assertThatThrownBy(() -> SecretBytes.use(
                        noted, "648219".toCharArray(), SecretBytes.USER_PIN, "1".toCharArray(), (first, second) -> {
                            throw new AssertionError("used");
                        }))
                .isInstanceOf(InvalidRequestException.class);

        assertThat(encoded)
                .singleElement()
                .satisfies(secret -> assertThat(secret).containsOnly(0));
    }
}
