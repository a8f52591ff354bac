// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.MalformedDataException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bodies byte for byte, both ways, and what is none. */
class BodiesTest {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private static byte[] hex(String text) {
        return HEX.parseHex(text.replace(" ", ""));
    }

    private static String hex(byte[] bytes) {
        return HEX.formatHex(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "0046010000, 300",
        "0C46010000, 300",
        "0048010000, 30",
        "8050000000, 120",
        "8074019300, 30",
        "8068010000, 27",
        "00A4040000, 27",
        "0046, 27"
    })
    void eachCommandHasALimitThatIsNotTheLongestOfAll(String command, long seconds) {
        Duration ordinary = Duration.ofSeconds(27);

        assertThat(RamCommands.patience(hex(command), ordinary)).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(RamCommands.patience(hex(command), Duration.ofMinutes(9))).isEqualTo(Duration.ofMinutes(9));
    }

    @Test
    void initiationIsThatOfTheVendorsClient() throws Exception {
        byte[] atr = hex("3BDE18FF8191FE1FC38031815448534D317380214081071C");

        byte[] body = Post.initiation(atr).encode();

        assertThat(hex(body)).isEqualTo("E81AC0183BDE18FF8191FE1FC38031815448534D317380214081071C");
        assertThat(Post.parse(body).atr()).isEqualTo(atr);
    }

    @Test
    void requestsAreThoseOfThePublishedExchange() throws Exception {
        byte[] select = hex("00A404000BE82B0601040181C31F020100");
        byte[] read = hex("00B12F02000004540200000000");

        byte[] body = new Requests(List.of(new Request.Command(select), new Request.Command(read))).encode();

        assertThat(hex(body)).isEqualTo("AA22221100A404000BE82B0601040181C31F020100220D00B12F02000004540200000000");
        List<Request> parsed = Requests.parse(body).list();
        assertThat(((Request.Command) parsed.get(0)).apdu()).isEqualTo(select);
        assertThat(((Request.Command) parsed.get(1)).apdu()).isEqualTo(read);
        assertThat(hex(Requests.NONE.encode())).isEqualTo("AA00");
    }

    @Test
    void answersAreThoseOfThePublishedExchange() throws Exception {
        byte[] certificates = new byte[0x1D2];
        certificates[0x1D0] = (byte) 0x90;
        byte[] select = hex("6F0A820178850500010503059000");
        Answers answers = new Answers(List.of(new Answer.Response(select), new Answer.Response(certificates)), 2);

        byte[] body = Post.of(answers).encode();

        assertThat(hex(body))
                .startsWith("AB8201E9230E6F0A820178850500010503059000238201D2")
                .endsWith("9000800102");
        Answers parsed = Post.parse(body).answers();
        assertThat(parsed.processed()).isEqualTo(2);
        assertThat(((Answer.Response) parsed.list().get(1)).apdu()).isEqualTo(certificates);
        assertThat(hex(Post.of(new Answers(List.of(), 0)).encode())).isEqualTo("AB03800100");
    }

    @Test
    void lengthsTakeOneToThreeBytes() throws Exception {
        for (int length : List.of(2, 127, 128, 255, 256, 4096, 65_500)) {
            byte[] apdu = new byte[length];
            byte[] body = new Requests(List.of(new Request.Command(apdu))).encode();

            assertThat(body)
                    .hasSize(length
                            + (length > 255 ? 4 : length > 127 ? 3 : 2)
                            + (length + 4 > 255 ? 4 : length > 125 ? 3 : 2));
            assertThat(((Request.Command) Requests.parse(body).list().get(0)).apdu())
                    .hasSize(length);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 00", "1, 01", "127, 7F", "128, 0080", "-1, FF", "-128, 80", "-129, FF7F", "70000, 011170"})
    void numbersAreSignedAndAsShortAsTheyCanBe(int number, String bytes) throws Exception {
        byte[] body = new Requests(List.of(new Request.Notification(number, "ü"))).encode();

        assertThat(hex(body)).contains(String.format(Locale.ROOT, "02%02X", bytes.length() / 2) + bytes + "0C02C3BC");
        assertThat(Requests.parse(body).list()).containsExactly(new Request.Notification(number, "ü"));
    }

    @Test
    void clientLeavesByItselfOrWithAnswers() throws Exception {
        assertThat(hex(Post.leaving("bye").encode())).isEqualTo("E1050C03627965");
        assertThat(Post.parse(hex("E1050C03627965")).leaving()).isEqualTo("bye");

        Post both = Post.of(new Answers(List.of(new Answer.Response(hex("9000"))), 1))
                .andLeaving("bye");

        // Where the vendor's client has it.
        assertThat(hex(both.encode())).isEqualTo("AB0E23029000E1050C03627965800101");
        assertThat(Post.parse(both.encode()).leaving()).isEqualTo("bye");
        assertThat(Post.parse(hex("AB0723029000800101E1050C03627965")).leaving())
                .isEqualTo("bye");
        assertThat(Post.parse(hex("E100")).leaving()).isEmpty();
    }

    @Test
    void answersFitTheirQuestionOrBeginTo() {
        Requests asked = new Requests(
                List.of(new Request.Command(new byte[4]), new Request.Reset(), new Request.Command(new byte[4])));
        Answer response = new Answer.Response(hex("9000"));
        Answer atr = new Answer.Atr(hex("3B00"));

        assertThat(new Answers(List.of(response, atr, response), 2).fit(asked)).isTrue();
        assertThat(new Answers(List.of(response, atr), 1).fit(asked)).isTrue();
        assertThat(new Answers(List.of(), 0).fit(asked)).isTrue();
        assertThat(new Answers(List.of(response, response), 2).fit(asked)).isFalse();
        assertThat(new Answers(List.of(response, atr, response), 1).fit(asked)).isFalse();
        assertThat(new Answers(List.of(response, atr, response, response), 3).fit(asked))
                .isFalse();
        assertThat(new Answers(List.of(atr), 0).fit(asked)).isFalse();
        assertThat(new Answers(List.of(), 1).fit(Requests.NONE)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "E8",
                "E800",
                "E803C0013B",
                "E804C0023B00C0023B00",
                "E804C1023B00",
                "E824C0223B00000000000000000000000000000000000000000000000000000000000000",
                "AB00",
                "AB80800100",
                "AB84000000038001 00",
                "AB8300000380 0100",
                "AB03800101 AB03800101",
                "E804C0023B00 AB03800100",
                "AB03800180",
                "AB0480 0200 80 00",
                "AB06800100230290 00",
                "AB06230190800101",
                "AB05220090800101",
                "AB0480050000000000",
                "AB 05 80 01 00",
                "3F0100",
                "AA00",
                "E1030C01FF",
                "E1050C03627965 E100",
            })
    void garbageIsNoPost(String body) {
        assertThatThrownBy(() -> Post.parse(hex(body))).isInstanceOf(MalformedDataException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "AB03800100",
                "AA8000",
                "AA0122",
                "AA03220500",
                "AA03C00100",
                "AA0423029000",
                "AA00AA00",
                "AA840000000022",
                "AA07E00502050102030405",
                "AA04E0020200",
                "AA05E0030C01FF",
                "AA03E0013F",
            })
    void garbageIsNoRequest(String body) {
        assertThatThrownBy(() -> Requests.parse(hex(body))).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void moreObjectsThanABodyHasAreRefused() {
        assertThatThrownBy(() -> Requests.parse(hex("AA820202" + "C000".repeat(257))))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("objects");
    }

    @Test
    void whateverComesIsReadOrRefused() {
        Random random = new Random(19);
        byte[][] seeds = {
            hex("E81AC0183BDE18FF8191FE1FC38031815448534D317380214081071C"),
            hex("AB1623026A8223029000E1050C03627965800102"),
            hex("AA1422050084000008C000E0080201010C03616263")
        };
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] body = seeds[i % seeds.length].clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                if (i % seeds.length == 2) {
                    Requests.parse(body);
                } else {
                    Post.parse(body);
                }
                read++;
            } catch (MalformedDataException refused) {
                assertThat(refused).hasMessageContaining("RAMOverHTTP body");
            }
        }
        assertThat(read).isBetween(100, 19_900);
    }
}
