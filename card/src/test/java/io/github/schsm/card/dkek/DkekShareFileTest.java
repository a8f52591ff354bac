// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.card.files.WrappedKeyBlob;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors made by OpenSSL's EVP_BytesToKey and {@code openssl enc}. */
class DkekShareFileTest {
    private static final byte[] PASSWORD = "ultra-secret".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SHARE =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final byte[] SALT = HexFormat.of().parseHex("a1b2c3d4e5f60718");
    private static final DkekShareFile FEW = DkekShareFile.withRounds(1000);
    private static final byte[] FILE_OF_FEW = HexFormat.of()
            .parseHex("53616c7465645f5fa1b2c3d4e5f607188018edcacfb583b8a6f020386bbf1ac7"
                    + "706a729bfe00cea91d410d4926c1869a9ae4fd78ac4e86207cb2bf718c1d6b7e");

    /** Published with wrapped keys of genuine devices. It takes ten million rounds; other tests make do with fewer. */
    @Test
    void opens_a_genuine_devices_share() throws Exception {
        byte[] file;
        try (InputStream in = DkekShareFileTest.class.getResourceAsStream("genuine-rsa-dkek-share.hex")) {
            file = HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
        byte[] share = DkekShareFile.decrypt(file, "ptx-code-signing-dev".getBytes(StandardCharsets.US_ASCII));
        assertThat(WrappedKeyBlob.kcv(share)).isEqualTo(HexFormat.of().parseHex("D2F16CD233B4EF7F"));
    }

    @Test
    void writes_the_bytes_that_openssl_writes() throws Exception {
        assertThat(FEW.seal(SHARE, PASSWORD, SALT)).isEqualTo(FILE_OF_FEW);
        assertThat(FEW.open(FILE_OF_FEW, PASSWORD)).isEqualTo(SHARE);
    }

    @Test
    void says_that_the_password_is_wrong_and_nothing_of_it() {
        byte[] wrong = "ultra-wrong".getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> FEW.open(FILE_OF_FEW, wrong))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("password")
                .hasMessageNotContaining("ultra");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 16, 63, 65, 4096})
    void refuses_files_of_other_lengths(int length) {
        assertThatThrownBy(() -> FEW.open(Arrays.copyOf(FILE_OF_FEW, length), PASSWORD))
                .isInstanceOf(MalformedDataException.class);
    }

    @Test
    void refuses_files_with_another_beginning() {
        byte[] file = FILE_OF_FEW.clone();
        file[0] ^= 1;
        assertThatThrownBy(() -> FEW.open(file, PASSWORD))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("Salted__");
    }

    @Test
    void refuses_less_than_one_round() {
        assertThatThrownBy(() -> DkekShareFile.withRounds(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0");
    }
}
