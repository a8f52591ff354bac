// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.MalformedDataException;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.transport.ProtectedLength;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecureMessagingTest {
    private static final byte[] ENCRYPTION_KEY = hex("000102030405060708090A0B0C0D0E0F");
    private static final byte[] MAC_KEY = hex("101112131415161718191A1B1C1D1E1F");

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static SecureMessaging aes() {
        return new SecureMessaging(ChannelProtocol.AES_128, ENCRYPTION_KEY, MAC_KEY);
    }

    private static void assertProtected(CommandApdu command, String expected) {
        assertThat(HexFormat.of().withUpperCase().formatHex(command.encode())).isEqualTo(expected.replace(" ", ""));
    }

    private static ResponseApdu answer(String encoded) throws MalformedDataException {
        return ResponseApdu.parse(hex(encoded));
    }

    /** ICAO Doc 9303-11, appendix D.4. */
    @Test
    void triple_des_protects_as_the_example_of_ICAO_Doc_9303_says() throws Exception {
        SecureMessaging channel = new SecureMessaging(
                ChannelProtocol.TRIPLE_DES,
                hex("979EC13B1CBFE9DCD01AB0FED307EAE5"),
                hex("F1CB1F1FB5ADF208806B89DC579DC1F8"),
                hex("887022120C06C226"));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0xA4, 0x02, 0x0C, hex("011E"), CommandApdu.NO_LE), false),
                "0CA4020C15 8709016375432908C044F6 8E08BF8B92D635FF24F8 00");
        assertThat(channel.unprotect(answer("99029000 8E08FA855A5D4C50A8ED 9000")))
                .isEqualTo(new ResponseApdu(new byte[0], 0x9000));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0xB0, 0x00, 0x00, 4), false),
                "0CB000000D 970104 8E08ED6705417E96BA55 00");
        assertThat(channel.unprotect(answer("8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000")))
                .isEqualTo(new ResponseApdu(hex("60145F01"), 0x9000));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0xB0, 0x00, 0x04, 0x12), false),
                "0CB000040D 970112 8E082EA28A70F3C7B535 00");
        assertThat(channel.unprotect(answer("871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A 99029000"
                        + "8E08C8B2787EAEA07D74 9000")))
                .isEqualTo(new ResponseApdu(hex("04303130365F36063034303030305C026175"), 0x9000));
    }

    /** Computed with the openssl command: every case of command, odd instructions, answers with and without data. */
    @Test
    void aes_protects_every_case_of_command_and_odd_instructions() throws Exception {
        SecureMessaging channel = aes();

        assertProtected(
                channel.protect(
                        CommandApdu.of(0x80, 0x68, 0x01, 0x70, hex("0001020304050607"), CommandApdu.SHORT_LE), true),
                "8C680170 000020 871101C90880B6DE84F469D6E84265DDF1B24A 970100 8E08BC91FB2B23D05EBC 0000");
        assertThat(channel.unprotect(
                        answer("8711012E1CC8387F670C36881E236CB492DB52 99029000 8E0858917827305FDDCD 9000")))
                .isEqualTo(new ResponseApdu(hex("CAFE"), 0x9000));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0xD7, 0x2F, 0x10, hex("540200005301AA"), CommandApdu.NO_LE), true),
                "0CD72F10 00001C 8510CE2C7135261025C01D4E2389467804A2 8E08500DE94071FC2371 0000");
        assertThat(channel.unprotect(answer("99029000 8E086F3FE0257C588DE3 9000")))
                .isEqualTo(new ResponseApdu(new byte[0], 0x9000));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0x20, 0x00, 0x81, CommandApdu.NO_LE), true),
                "0C200081 00000A 8E0883486BD79D2935BD 0000");
        assertThat(channel.unprotect(answer("990263C3 8E08E2DC4F4ACA657367 63C3")))
                .isEqualTo(new ResponseApdu(new byte[0], 0x63C3));

        assertProtected(
                channel.protect(CommandApdu.of(0x00, 0xB1, 0x2F, 0x02, hex("54020000"), CommandApdu.EXTENDED_LE), true),
                "0CB12F02 000020 85103D6E79129F2ED7F72568B4927B78A865 97020000 8E08C84988D6A5898F62 0000");
        assertThat(channel.unprotect(answer("85200BCF9D73260BD1A6D90A7BE7EA7ECC7E899FD36C2CB1BE11729FD70505D83942"
                        + "99026282 8E0887596F451EE0BB48 6282")))
                .isEqualTo(new ResponseApdu(hex("00112233445566778899AABBCCDDEEFF"), 0x6282));
    }

    @Test
    void the_short_form_is_used_where_a_reader_has_no_other() {
        assertProtected(
                aes().protect(
                                CommandApdu.of(0x80, 0x68, 0x01, 0x70, hex("0001020304050607"), CommandApdu.SHORT_LE),
                                false),
                "8C680170 20 871101C90880B6DE84F469D6E84265DDF1B24A 970100 8E08BC91FB2B23D05EBC 00");
    }

    /** What a device would answer to the first command. */
    private static ResponseApdu protectedAnswer(ChannelProtocol protocol, String objects, int counter, int sw) {
        byte[] ssc = new byte[protocol.blockLength()];
        ssc[ssc.length - 1] = (byte) counter;
        byte[] covered = hex(objects);
        byte[] padded = covered.length == 0 ? covered : protocol.pad(covered);
        byte[] signed = Arrays.copyOf(ssc, ssc.length + padded.length);
        System.arraycopy(padded, 0, signed, ssc.length, padded.length);
        String mac = HexFormat.of().formatHex(protocol.mac(MAC_KEY, signed));
        return new ResponseApdu(hex(objects + "8E08" + mac), sw);
    }

    private static String encrypted(ChannelProtocol protocol, String blocks) {
        byte[] counter = new byte[protocol.blockLength()];
        counter[counter.length - 1] = 2;
        return HexFormat.of()
                .formatHex(protocol.crypt(
                        Cipher.ENCRYPT_MODE, ENCRYPTION_KEY, protocol.iv(ENCRYPTION_KEY, counter), hex(blocks)));
    }

    private static void assertRefused(ResponseApdu answer, String why) {
        SecureMessaging channel = aes();
        channel.protect(CommandApdu.of(0x00, 0x84, 0x00, 0x00, 8), true);
        assertThatThrownBy(() -> channel.unprotect(answer))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "            | 9000 | no status word",
                "990190      | 9000 | cannot stand",
                "9902900099029000 | 9000 | cannot stand",
                "99029000    | 6A82 | inside",
                "99026A82    | 9001 | inside",
                "99029000970110 | 9000 | cannot stand",
                "9902900087110133333333333333333333333333333333 | 9000 | cannot stand",
                "87110233333333333333333333333333333333 99029000 | 9000 | padding indicator",
                "8700 99029000 | 9000 | padding indicator",
                "870101 99029000 | 9000 | whole blocks",
                "8500 99029000 | 9000 | whole blocks",
                "850F333333333333333333333333333333 99029000 | 9000 | whole blocks",
            })
    void an_answer_that_has_the_right_MAC_but_not_the_right_form_is_refused(String objects, String sw, String why) {
        String text = objects == null ? "" : objects.replace(" ", "");
        assertRefused(protectedAnswer(ChannelProtocol.AES_128, text, 2, HexFormat.fromHexDigits(sw)), why);
    }

    @Test
    void the_status_word_under_the_MAC_counts_where_the_one_outside_says_only_that_the_messaging_went_well()
            throws Exception {
        SecureMessaging channel = aes();
        channel.protect(CommandApdu.of(0x00, 0x20, 0x00, 0x81, CommandApdu.NO_LE), true);

        assertThat(channel.unprotect(protectedAnswer(ChannelProtocol.AES_128, "990263C2", 2, 0x9000)))
                .isEqualTo(new ResponseApdu(new byte[0], 0x63C2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000000000000000000000000000",
                "11111111111111111111111111111111",
                "80000000000000000000000000000001",
                "1111111111111111111111111111118000000000000000000000000000000000"
            })
    void data_that_are_not_padded_are_refused(String blocks) {
        String cryptogram = encrypted(ChannelProtocol.AES_128, blocks);
        String length = HexFormat.of().toHexDigits((byte) (cryptogram.length() / 2));
        assertRefused(
                protectedAnswer(ChannelProtocol.AES_128, "85" + length + cryptogram + "99029000", 2, 0x9000),
                "not padded");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4})
    void an_answer_of_another_place_in_the_sequence_is_refused(int counter) {
        assertRefused(protectedAnswer(ChannelProtocol.AES_128, "99029000", counter, 0x9000), "MAC is wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "99", "99029000", "8E07112233445566779000", "8E08112233445566", "8F081122334455667788"})
    void an_answer_without_a_MAC_is_refused(String data) {
        assertRefused(new ResponseApdu(hex(data), 0x9000), "no MAC");
    }

    @ParameterizedTest
    @EnumSource(ChannelProtocol.class)
    void a_channel_that_was_destroyed_knows_its_keys_no_more(ChannelProtocol protocol) throws Exception {
        SecureMessaging channel = new SecureMessaging(protocol, ENCRYPTION_KEY, MAC_KEY);
        SecureMessaging destroyed = new SecureMessaging(protocol, ENCRYPTION_KEY, MAC_KEY);
        destroyed.destroy();
        CommandApdu command = CommandApdu.of(0x00, 0x84, 0x00, 0x00, 8);

        assertThat(destroyed.protect(command, true)).isNotEqualTo(channel.protect(command, true));
        ResponseApdu answer = protectedAnswer(protocol, "99029000", 2, 0x9000);
        assertThatThrownBy(() -> destroyed.unprotect(answer)).hasMessageContaining("MAC is wrong");
        assertThat(channel.unprotect(answer).isOk()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(ChannelProtocol.class)
    void of_a_channel_that_was_destroyed_zeros_are_left(ChannelProtocol protocol) {
        SecureMessaging destroyed = new SecureMessaging(protocol, ENCRYPTION_KEY, MAC_KEY);
        CommandApdu command = CommandApdu.of(0x80, 0x68, 0x01, 0x70, hex("CAFE"), CommandApdu.SHORT_LE);
        destroyed.protect(command, true);
        destroyed.destroy();

        byte[] zeros = new byte[ChannelProtocol.KEY_LENGTH];
        assertThat(destroyed.protect(command, true))
                .isEqualTo(new SecureMessaging(protocol, zeros, zeros).protect(command, true));
    }

    @Test
    void the_counter_carries_into_its_first_byte() {
        SecureMessaging before = new SecureMessaging(
                ChannelProtocol.AES_128, ENCRYPTION_KEY, MAC_KEY, hex("00FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"));
        SecureMessaging after = new SecureMessaging(
                ChannelProtocol.AES_128, ENCRYPTION_KEY, MAC_KEY, hex("01000000000000000000000000000000"));
        CommandApdu command = CommandApdu.of(0x00, 0x84, 0x00, 0x00, 8);
        before.protect(command, true);

        assertThat(before.protect(command, true)).isEqualTo(after.protect(command, true));
    }

    @Test
    void a_long_length_of_the_answer_is_told_with_its_high_byte_first() {
        CommandApdu hidden = aes().protect(CommandApdu.of(0x00, 0xB1, 0x2F, 0x02, 0x1234), true);

        assertThat(HexFormat.of().withUpperCase().formatHex(hidden.data())).startsWith("97021234");
    }

    @ParameterizedTest
    @EnumSource(ChannelProtocol.class)
    void a_block_of_padding_only_is_no_data_and_a_longer_padding_is_none(ChannelProtocol protocol) {
        byte[] block = new byte[protocol.blockLength()];
        block[0] = (byte) 0x80;
        byte[] blocks = new byte[2 * protocol.blockLength()];
        blocks[protocol.blockLength() - 1] = (byte) 0x80;

        assertThat(protocol.unpaddedLength(block)).isZero();
        assertThat(protocol.unpaddedLength(protocol.pad(block))).isEqualTo(block.length);
        assertThat(protocol.unpaddedLength(blocks)).isEqualTo(-1);
    }

    @Test
    void the_longest_data_that_fit_are_those_that_are_said_to() {
        for (int room = 40; room < 1500; room++) {
            for (boolean withLe : new boolean[] {true, false}) {
                int longest = ProtectedLength.dataWithin(room, withLe);
                int ne = withLe ? CommandApdu.EXTENDED_LE : CommandApdu.NO_LE;
                CommandApdu fits = CommandApdu.of(0x80, 0x78, 0x01, 0x10, new byte[longest], ne);
                CommandApdu tooLong = CommandApdu.of(0x80, 0x78, 0x01, 0x10, new byte[longest + 1], ne);
                assertThat(ProtectedLength.of(fits)).isLessThanOrEqualTo(room);
                assertThat(ProtectedLength.of(tooLong)).isGreaterThan(room);
                assertThat(aes().protect(fits, true).dataLength()).isLessThanOrEqualTo(room);
                assertThat(new SecureMessaging(ChannelProtocol.TRIPLE_DES, ENCRYPTION_KEY, MAC_KEY)
                                .protect(fits, true)
                                .dataLength())
                        .isLessThanOrEqualTo(room);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 256, 8190})
    void the_longest_answer_that_fits_is_the_one_that_is_said_to(int room) {
        // 87, its length, padding indicator, whole blocks; 99 and 8E.
        int longest = ProtectedLength.answerWithin(room);
        int blocks = ChannelProtocol.AES_128.paddedLength(longest);
        int header = blocks + 1 < 0x80 ? 2 : blocks + 1 <= 0xFF ? 3 : 4;
        assertThat(header + 1 + blocks + 4 + 10).isLessThanOrEqualTo(room).isGreaterThan(room - 16 - 2);
    }
}
