package io.github.schsm.card.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class WrappedKeyBlobTest {
    private static final byte[] KEK = new byte[32];
    private static final byte[] KEY = HexFormat.of().parseHex("0010000102030405060708090A0B0C0D0E0F");

    private static byte[] blob(int keyLength) {
        return WrappedKeyBlob.wrap(
                        KEK,
                        WrappedKeyBlob.AES,
                        new byte[] {1, 2, 3},
                        new byte[] {0x10, (byte) 0x92},
                        Arrays.copyOf(KEY, keyLength),
                        new SecureRandom())
                .encode();
    }

    @Test
    void gives_the_key_back_whatever_its_length() throws Exception {
        for (int length = 0; length <= KEY.length; length++) {
            WrappedKeyBlob blob = WrappedKeyBlob.parse(blob(length));
            assertThat(blob.unwrap(KEK)).isEqualTo(Arrays.copyOf(KEY, length));
            assertThat(blob.allowedAlgorithmIds()).containsExactly(0x10, 0x92);
            assertThat(blob.algorithmOid()).containsExactly(1, 2, 3);
            assertThat(blob.type()).isEqualTo(15);
        }
    }

    @Test
    void has_the_first_bytes_of_the_keks_hash_as_check_value() throws Exception {
        assertThat(WrappedKeyBlob.kcv(KEK)).isEqualTo(HexFormat.of().parseHex("66687AADF862BD77"));
        assertThat(WrappedKeyBlob.parse(blob(4)).kcv()).isEqualTo(WrappedKeyBlob.kcv(KEK));
    }

    @Test
    void refuses_another_kek_and_every_changed_byte() {
        byte[] other = KEK.clone();
        other[31] = 1;
        byte[] good = blob(KEY.length);
        assertThatThrownBy(() -> WrappedKeyBlob.parse(good).unwrap(other))
                .isInstanceOf(DeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.INVALID_DATA), "reason INVALID_DATA")
                .hasMessageContaining("another KEK");
        for (int at = 0; at < good.length; at++) {
            byte[] changed = good.clone();
            changed[at] ^= 1;
            assertThatThrownBy(() -> WrappedKeyBlob.parse(changed).unwrap(KEK))
                    .as("byte %d", at)
                    .isInstanceOf(SchsmException.class);
        }
    }

    @Test
    void refuses_every_truncation_and_lengths_beyond_the_end() {
        byte[] good = blob(KEY.length);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> {
                        WrappedKeyBlob.parse(cut).unwrap(KEK);
                    })
                    .isInstanceOf(SchsmException.class);
        }
        byte[] bomb = good.clone();
        bomb[9] = (byte) 0xFF;
        bomb[10] = (byte) 0xFF;
        assertThatThrownBy(() -> WrappedKeyBlob.parse(bomb)).isInstanceOf(MalformedDataException.class);
        assertThatThrownBy(() -> WrappedKeyBlob.parse(new byte[70_000])).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void shows_nothing_but_type_and_check_value() throws Exception {
        assertThat(WrappedKeyBlob.parse(blob(16))).hasToString("wrapped key of type 15, KCV 66687AADF862BD77");
    }
}
