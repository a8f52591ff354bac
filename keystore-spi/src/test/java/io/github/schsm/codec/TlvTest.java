// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.MalformedDataException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlvTest {
    @ParameterizedTest
    @CsvSource({
        "3003020101, 30, 5, 3",
        "7F2101AA, 7F21, 4, 1",
        "5F378101AA, 5F37, 5, 1",
        "5482000101, 54, 5, 1",
        "0483000001FF, 4, 6, 1",
        "048400000001FF, 4, 7, 1",
        "0500, 5, 2, 0"
    })
    void readsTagsAndLengthsInEveryForm(String hex, String tag, int length, int valueLength) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(hex);
        Tlv object = Tlv.parse(bytes);

        assertThat(object.tag()).isEqualTo(Integer.parseInt(tag, 16));
        assertThat(object.encodedLength()).isEqualTo(length);
        assertThat(object.valueLength()).isEqualTo(valueLength);
        assertThat(object.encoded()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "7F",
                "7F21",
                "3080",
                "300200",
                "30847FFFFFFF00",
                "3085000000000100",
                "1F81828304",
                "308200",
                "0484FFFFFFFF00",
                "048002",
                "30030201"
            })
    void refusesWhatIsCutOffTooLongOrIndefinite(String hex) {
        assertThatThrownBy(() -> Tlv.parse(HexFormat.of().parseHex(hex)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("malformed");
    }

    @Test
    void refusesBytesBehindTheObjectUnlessAskedForTheFirst() throws Exception {
        byte[] bytes = HexFormat.of().parseHex("0401AA0000");

        assertThatThrownBy(() -> Tlv.parse(bytes)).hasMessageContaining("follow");
        assertThat(Tlv.parseFirst(bytes).value()).containsExactly(0xAA);
    }

    @Test
    void boundsNesting() throws Exception {
        Tlv nested = Tlv.of(0x04, new byte[0]);
        for (int i = 0; i < 40; i++) {
            nested = Tlv.of(0x30, nested);
        }
        Tlv outer = Tlv.parse(nested.encoded());

        assertThatThrownBy(() -> descend(outer)).hasMessageContaining("nested deeper");
    }

    private static void descend(Tlv object) throws MalformedDataException {
        for (Tlv child : object.children()) {
            descend(child);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 0x7F, 0x80, 0xFF, 0x100, 0xFFFF, 0x10000})
    void writesWhatItReads(int length) throws Exception {
        byte[] value = new byte[length];
        Tlv object = Tlv.of(0x7F4E, value);

        assertThat(Tlv.parse(object.encoded())).isEqualTo(object);
        assertThat(Tlv.parse(object.encoded()).value()).isEqualTo(value);
    }

    @Test
    void anyBytesAreReadOrRefusedButNeverCrash() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            try {
                Tlv.parseAll(bytes)
                        .forEach(object -> assertThat(object.encodedLength()).isLessThanOrEqualTo(64));
            } catch (MalformedDataException refused) {
                assertThat(refused.offset()).isBetween(0, bytes.length);
            }
        }
    }

    @Test
    void aMissingChildIsNamed() throws Exception {
        Tlv object = Tlv.of(0x30, Tlv.of(0x04, new byte[1]));

        assertThat(object.find(0x5F37)).isEmpty();
        assertThatThrownBy(() -> object.require(0x5F37))
                .hasMessageContaining("5F37")
                .hasMessageContaining("30");
    }
}
