// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.MalformedDataException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApduTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "'',     -1,    00B10102",
        "'',     256,   00B1010200",
        "'',     32,    00B1010220",
        "'',     65536, 00B10102000000",
        "'',     1024,  00B10102000400",
        "540200, -1,    00B1010203540200",
        "540200, 256,   00B101020354020000",
        "540200, 65536, 00B101020000035402000000",
        "540200, 257,   00B101020000035402000101",
    })
    void is_short_where_that_is_enough_and_extended_elsewhere(String data, int ne, String encoded) {
        CommandApdu command = CommandApdu.of(0x00, 0xB1, 0x01, 0x02, hex(data), ne);
        assertThat(command.encode()).isEqualTo(hex(encoded));
        assertThat(command.encodedLength()).isEqualTo(encoded.length() / 2);
    }

    @Test
    void writes_long_data_in_extended_form() {
        byte[] encoded = CommandApdu.of(0x80, 0x74, 0x01, 0x93, new byte[256], CommandApdu.NO_LE)
                .encode();
        assertThat(encoded).hasSize(4 + 3 + 256).startsWith(hex("80740193 000100"));
        assertThat(CommandApdu.of(0x80, 0x52, 0x02, 0x00, new byte[256], 256).encode())
                .hasSize(4 + 3 + 256 + 2)
                .endsWith(hex("0100"));
        assertThat(CommandApdu.of(0, 0, 0, 0, new byte[255], CommandApdu.NO_LE).encode())
                .hasSize(4 + 1 + 255);
    }

    @Test
    void shows_bytes_in_groups_and_nothing_of_a_secret() {
        assertThat(CommandApdu.of(0x00, 0xB1, 0x2F, 0x02, hex("54020000"), 65_536))
                .hasToString("00 B1 2F02 0004 54020000 0000");
        CommandApdu verify = new CommandApdu(0x00, 0x20, 0x00, 0x81, hex("363438323139"), -1, true);
        assertThat(verify).hasToString("00 20 0081 ***");
        assertThat(CommandApdu.of(0x80, 0x68, 1, 0x70, new byte[200], 256).toString())
                .contains("..(200 bytes)");
        assertThat(new ResponseApdu(hex("0102"), 0x9000)).hasToString("0102 9000");
        assertThat(new ResponseApdu(new byte[0], 0x6A82)).hasToString("6A82");
    }

    @Test
    void keeps_copies() {
        byte[] data = {1, 2, 3};
        CommandApdu command = CommandApdu.of(0, 0, 0, 0, data, -1);
        data[0] = 9;
        command.data()[1] = 9;
        assertThat(command.data()).containsExactly(1, 2, 3);
        assertThat(command).isEqualTo(CommandApdu.of(0, 0, 0, 0, new byte[] {1, 2, 3}, -1));
        command.wipe();
        assertThat(command.data()).containsOnly(0);
    }

    @Test
    void refuses_what_is_no_apdu() {
        assertThatThrownBy(() -> CommandApdu.of(256, 0, 0, 0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandApdu.of(0, 0, 0, -1, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandApdu.of(0, 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandApdu.of(0, 0, 0, 0, 65_537)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CommandApdu.of(0, 0, 0, 0, new byte[65_536], -1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ResponseApdu(new byte[0], 0x10000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reads_answers_and_refuses_those_that_are_none() throws Exception {
        assertThat(ResponseApdu.parse(hex("01026282"))).isEqualTo(new ResponseApdu(hex("0102"), 0x6282));
        assertThat(ResponseApdu.parse(hex("9000")).isOk()).isTrue();
        assertThat(new ResponseApdu(hex("01"), 0x6A82).encode()).isEqualTo(hex("016A82"));
        for (int length : new int[] {0, 1, 65_539, 100_000}) {
            assertThatThrownBy(() -> ResponseApdu.parse(new byte[length])).isInstanceOf(MalformedDataException.class);
        }
    }
}
