// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
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
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** The salt is random: what looks like padding in it is none, and a blob whose key part has no padding is refused. */
    @ParameterizedTest
    @CsvSource({
        "no padding at all,           0102030405060708 0909090909090909",
        "padding in the salt's end,   0102030405060780 0000000000000000",
        "padding as the first byte,   8000000000000000 0000000000000000",
        "zeros only,                  0000000000000000 0000000000000000",
        "another padding,             0102030405060708 0A0B0C0101010101",
    })
    void refuses_a_key_that_is_not_padded(String what, String plain) throws Exception {
        byte[] encoded = sealed(HexFormat.of().parseHex(plain.replace(" ", "")));

        assertThatThrownBy(() -> WrappedKeyBlob.parse(encoded).unwrap(KEK))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("not padded");
    }

    @Test
    void takes_padding_right_behind_the_salt_for_an_empty_key() throws Exception {
        byte[] encoded = sealed(HexFormat.of().parseHex("80000000000000808000000000000000"));

        assertThat(WrappedKeyBlob.parse(encoded).unwrap(KEK)).isEmpty();
    }

    @Test
    void refuses_a_blob_without_cipher_text() {
        byte[] good = blob(0);
        byte[] head = Arrays.copyOf(good, good.length - 32);
        byte[] mac = mac(head);
        byte[] encoded = Arrays.copyOf(head, head.length + mac.length);
        System.arraycopy(mac, 0, encoded, head.length, mac.length);

        assertThatThrownBy(() -> WrappedKeyBlob.parse(encoded)).isInstanceOf(MalformedDataException.class);
    }

    /** A blob of this plain text under the KEK, with a MAC that is right, made without the class that is tested. */
    private static byte[] sealed(byte[] plain) throws Exception {
        byte[] empty = blob(0);
        Cipher aes = Cipher.getInstance("AES/CBC/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(derived(1), "AES"), new IvParameterSpec(new byte[16]));
        byte[] signed = Arrays.copyOf(empty, empty.length - 16);
        System.arraycopy(aes.doFinal(plain), 0, signed, signed.length - 16, 16);
        byte[] encoded = Arrays.copyOf(signed, empty.length);
        System.arraycopy(mac(signed), 0, encoded, signed.length, 16);
        return encoded;
    }

    private static byte[] mac(byte[] signed) {
        CMac cmac = new CMac(AESEngine.newInstance());
        cmac.init(new KeyParameter(derived(2)));
        cmac.update(signed, 0, signed.length);
        byte[] mac = new byte[16];
        cmac.doFinal(mac, 0);
        return mac;
    }

    private static byte[] derived(int counter) {
        SHA256Digest sha256 = new SHA256Digest();
        sha256.update(KEK, 0, KEK.length);
        sha256.update(new byte[] {0, 0, 0, (byte) counter}, 0, 4);
        byte[] key = new byte[32];
        sha256.doFinal(key, 0);
        return key;
    }
}
