// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.cert.Certificate;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.Test;

/** Arguments that are not there or too small are told of as the JCA documents, and change nothing. */
class MissingArgumentsTest {
    private static final char[] PIN = "648219".toCharArray();

    private final Provider provider =
            new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM320001");

    private KeyStore keyStore() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    @Test
    void theKeyStoreNamesWhatIsMissing() throws Exception {
        KeyStore keyStore = keyStore();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder("here").build());
        KeyPair pair = generator.generateKeyPair();
        int size = keyStore.size();
        Certificate[] hole = {null};
        Certificate[] own = {keyStore.getCertificate("here")};
        refuses("null", () -> keyStore.setKeyEntry("x", (Key) null, null, null));
        refuses("null", () -> keyStore.setKeyEntry("x", (byte[]) null, null));
        refuses("null", () -> keyStore.setKeyEntry("x", new byte[3], hole));
        refuses("null", () -> keyStore.setKeyEntry("x", pair.getPrivate(), null, hole));
        refuses("null", () -> keyStore.setCertificateEntry("x", null));
        refuses("alias", () -> keyStore.setKeyEntry(null, pair.getPrivate(), null, own));
        refuses("alias", () -> keyStore.setKeyEntry(" ", pair.getPrivate(), null, own));
        assertThat(keyStore.containsAlias(null)).isFalse();
        assertThat(keyStore.getKey(null, null)).isNull();
        assertThat(keyStore.getCertificate(null)).isNull();
        assertThat(keyStore.getCertificateAlias(null)).isNull();
        keyStore.deleteEntry(null);
        assertThat(keyStore.size()).isEqualTo(size);
        assertThat(keyStore.containsAlias("here")).isTrue();
    }

    private static void refuses(String naming, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(KeyStoreException.class).isThrownBy(call).withMessageContaining(naming);
    }

    @Test
    void afterABufferThatWasTooShortADecryptionIsRepeatedWithALongerOne() throws Exception {
        keyStore();
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").build());
        SecretKey key = generator.generateKey();
        byte[] data = new byte[30];
        java.util.Arrays.fill(data, (byte) 7);
        IvParameterSpec iv = new IvParameterSpec(new byte[16]);
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, key, iv);
        byte[] encrypted = cipher.doFinal(data);
        cipher.init(Cipher.DECRYPT_MODE, key, iv);
        assertThat(cipher.update(encrypted, 0, 16)).isNullOrEmpty();
        assertThatThrownBy(() -> cipher.doFinal(encrypted, 16, 16, new byte[20], 0))
                .isInstanceOf(ShortBufferException.class);
        byte[] output = new byte[32];
        assertThat(cipher.doFinal(encrypted, 16, 16, output, 0)).isEqualTo(30);
        assertThat(java.util.Arrays.copyOf(output, 30)).isEqualTo(data);
    }
}
