// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files and the texts next to this class were made and printed by sc-hsm-tool of OpenSC 0.23. */
class DkekSharePasswordTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final DkekShareFile FEW = DkekShareFile.withRounds(10);
    private static final byte[] PASSWORD = HexFormat.of().parseHex("7fedcba987654321");
    private static final byte[] SHARE = new byte[DkekShareFile.SHARE_LENGTH];
    private static final byte[] SALT = new byte[8];
    private static final String ONE =
            "Prime : f0:c1:ce:45:99:aa:03:87\nShare ID : 1\nShare value : 95:9d:fa:c6:30:33:e9:b9\n";

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(DkekSharePasswordTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    private static List<DkekPasswordShare> printed(String name) throws Exception {
        return DkekPasswordShare.parse(new String(resource(name), StandardCharsets.US_ASCII).toCharArray());
    }

    private static List<DkekPasswordShare> parse(String text) throws MalformedDataException {
        return DkekPasswordShare.parse(text.toCharArray());
    }

    /** Every choice of that many. */
    private static <T> List<List<T>> choices(List<T> all, int size) {
        List<List<T>> choices = new ArrayList<>();
        for (int bits = 0; bits < 1 << all.size(); bits++) {
            if (Integer.bitCount(bits) == size) {
                List<T> choice = new ArrayList<>();
                for (int i = 0; i < all.size(); i++) {
                    if ((bits >> i & 1) != 0) {
                        choice.add(all.get(i));
                    }
                }
                choices.add(choice);
            }
        }
        return choices;
    }

    /** The passwords open the files that sc-hsm-tool made with them, by ten million rounds: {@code ./check full} does it. */
    @ParameterizedTest
    @CsvSource({"share-2-of-3, 2, 3, 053b78384e39f8fe", "share-3-of-11, 3, 11, 787936498393f781"})
    void recreates_passwords_of_sc_hsm_tool_from_the_shares_it_printed(
            String name, int threshold, int total, String expected) throws Exception {
        List<DkekPasswordShare> shares = printed(name + ".txt");
        assertThat(shares)
                .extracting(DkekPasswordShare::id)
                .hasSize(total)
                .startsWith(1)
                .endsWith(total);
        byte[] password = HexFormat.of().parseHex(expected);
        for (List<DkekPasswordShare> presented : choices(shares, threshold)) {
            assertThat(DkekSharePassword.recreate(presented).get(0)).isEqualTo(password);
        }

        if (Boolean.getBoolean("schsm.full")) {
            byte[] file = resource(name + ".pbe");
            byte[] opened = DkekShareFile.decrypt(file, shares.subList(total - threshold, total));

            assertThat(opened).hasSize(DkekShareFile.SHARE_LENGTH);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "3, 3", "2, 5", "4, 7", "7, 7"})
    void every_choice_of_enough_shares_opens_the_file_and_none_of_fewer(int threshold, int total) throws Exception {
        byte[] file = FEW.seal(SHARE, PASSWORD, SALT);
        List<DkekPasswordShare> shares = DkekSharePassword.divide(PASSWORD, threshold, total, RANDOM);
        for (int size = DkekSharePassword.MIN_THRESHOLD; size <= total; size++) {
            for (List<DkekPasswordShare> presented : choices(shares, size)) {
                if (size >= threshold) {
                    assertThat(FEW.open(file, presented)).isEqualTo(SHARE);
                } else {
                    assertThatThrownBy(() -> FEW.open(file, presented))
                            .isInstanceOf(InvalidRequestException.class)
                            .hasMessageContaining("threshold");
                }
            }
        }
    }

    @Test
    void shares_survive_being_written_down() throws Exception {
        List<DkekPasswordShare> shares = DkekSharePassword.divide(PASSWORD, 2, 12, RANDOM);
        StringBuilder text = new StringBuilder("kept by different people\n");
        for (DkekPasswordShare share : shares) {
            text.append(new String(share.encode(), StandardCharsets.US_ASCII));
        }
        List<DkekPasswordShare> read = parse(text.toString());
        assertThat(read).hasSize(12);
        assertThat(DkekSharePassword.recreate(read.subList(9, 12))).containsExactly(PASSWORD);
    }

    @Test
    void writes_the_lines_that_sc_hsm_tool_prints() throws Exception {
        String all = new String(resource("share-3-of-11.txt"), StandardCharsets.US_ASCII);
        for (DkekPasswordShare share : printed("share-3-of-11.txt")) {
            assertThat(all).contains(new String(share.encode(), StandardCharsets.US_ASCII));
        }
    }

    @Test
    void generates_passwords_of_63_bits_that_do_not_begin_with_a_zero() {
        for (int i = 0; i < 5000; i++) {
            byte[] password = DkekSharePassword.generate(RANDOM);
            assertThat(password).hasSize(8);
            assertThat(password[0]).isPositive();
        }
    }

    @Test
    void divides_over_safe_primes_of_64_bits() throws Exception {
        BigInteger prime =
                DkekSharePassword.divide(PASSWORD, 2, 3, RANDOM).get(0).prime();
        assertThat(prime.bitLength()).isEqualTo(64);
        assertThat(prime.isProbablePrime(80)).isTrue();
        assertThat(prime.subtract(BigInteger.ONE).shiftRight(1).isProbablePrime(80))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({"00edcba987654321, edcba987654321", "0000000000000001, 01", "0000000000000000, 00"})
    void opens_files_whose_password_lost_its_leading_zeros_and_those_where_it_did_not(String whole, String stripped)
            throws Exception {
        byte[] password = HexFormat.of().parseHex(whole);
        byte[] shortened = HexFormat.of().parseHex(stripped);
        List<DkekPasswordShare> shares =
                DkekSharePassword.divide(password, 2, 3, RANDOM).subList(1, 3);
        assertThat(DkekSharePassword.recreate(shares)).containsExactly(password, shortened);
        for (byte[] used : List.of(password, shortened)) {
            assertThat(FEW.open(FEW.seal(SHARE, used, SALT), shares)).isEqualTo(SHARE);
        }
    }

    @Test
    void refuses_a_share_with_a_wrong_value_naming_the_shares_and_not_their_values() throws Exception {
        byte[] file = FEW.seal(SHARE, PASSWORD, SALT);
        List<DkekPasswordShare> shares = new ArrayList<>(DkekSharePassword.divide(PASSWORD, 2, 3, RANDOM));
        for (int bit = 0; bit < 64; bit++) {
            DkekPasswordShare good = shares.get(0);
            BigInteger value = good.value().flipBit(bit).mod(good.prime());
            List<DkekPasswordShare> presented =
                    List.of(new DkekPasswordShare(good.prime(), good.id(), value), shares.get(2));
            assertThatThrownBy(() -> FEW.open(file, presented))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("[1, 3]")
                    .hasMessageNotContaining(value.toString())
                    .hasMessageNotContaining(value.toString(16));
        }
    }

    @Test
    void refuses_shares_that_do_not_belong_together_or_are_too_few() throws Exception {
        List<DkekPasswordShare> shares = DkekSharePassword.divide(PASSWORD, 2, 3, RANDOM);
        DkekPasswordShare other =
                DkekSharePassword.divide(PASSWORD, 2, 3, RANDOM).get(1);
        assertThatThrownBy(() -> DkekSharePassword.recreate(List.of(shares.get(0), other)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("different primes");
        assertThatThrownBy(() -> DkekSharePassword.recreate(List.of(shares.get(0), shares.get(0))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> DkekSharePassword.recreate(shares.subList(0, 1)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("at least 2");
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "0, 3", "4, 3", "2, 2", "2, 256", "-1, -1"})
    void refuses_thresholds_and_totals_that_make_no_sense(int threshold, int total) {
        assertThatThrownBy(() -> DkekSharePassword.divide(PASSWORD, threshold, total, RANDOM))
                .isInstanceOf(InvalidRequestException.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9, 9", "10, 10", " 11 , 11", "0a, 10", "0B, 11", "ff, 255", "255, 255"})
    void reads_ids_as_they_were_printed_and_as_sc_hsm_tool_wants_them(String typed, int id) throws Exception {
        assertThat(parse(ONE.replace("ID : 1", "ID : " + typed)))
                .extracting(DkekPasswordShare::id)
                .containsExactly(id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "256", "1000", "-1", "x", "1:2", "fff"})
    void refuses_other_ids(String typed) {
        assertThatThrownBy(() -> parse(ONE.replace("ID : 1", "ID : " + typed)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("id");
    }

    @Test
    void finds_typing_errors_in_the_prime() {
        for (String wrong : List.of("f0:c1:ce:45:99:aa:03:86", "f0:c1:ce:54:99:aa:03:87", "f0:c1:ce:45:99:aa:03")) {
            assertThatThrownBy(() -> parse(ONE.replace("f0:c1:ce:45:99:aa:03:87", wrong)))
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("safe prime");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "9",
                "959",
                "95:9d:fg",
                "f0:c1:ce:45:99:aa:03:87",
                "ff:ff:ff:ff:ff:ff:ff:ff",
                "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:01"
            })
    void refuses_values_that_cannot_be(String value) {
        assertThatThrownBy(() -> parse(ONE.replace("95:9d:fa:c6:30:33:e9:b9", value)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("value");
    }

    @Test
    void reads_values_without_colons_and_with_their_leading_zeros_lost() throws Exception {
        assertThat(parse(ONE.replace("95:9d:fa:c6:30:33:e9:b9", "9DFAC63033E9B9")))
                .extracting(DkekPasswordShare::value)
                .containsExactly(new BigInteger("9dfac63033e9b9", 16));
    }

    @Test
    void refuses_texts_without_a_whole_share() {
        for (String text : List.of("", "hello\n", "Prime : f0:c1:ce:45:99:aa:03:87\n")) {
            assertThatThrownBy(() -> parse(text))
                    .isInstanceOf(MalformedDataException.class)
                    .hasMessageContaining("no lines");
        }
        assertThatThrownBy(() -> parse(ONE + "Share ID : 2\n"))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("no \"Share value\"");
        assertThatThrownBy(() -> parse("Share value : 01\n"))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("one is missing");
    }

    @Test
    void shows_only_the_number_of_a_share() throws Exception {
        assertThat(parse(ONE).get(0)).hasToString("password share 1");
    }
}
