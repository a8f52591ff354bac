// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.simulator.VirtualReaders;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.junit.jupiter.api.Test;

/** What an engine or key store does once something went wrong. */
class AfterRefusedInitTest {
    private static final String ID = "ZZSIM800002";

    private final Provider provider = new SchsmProvider().configure("terminal = simulator:memory; device = " + ID);

    @Test
    void aCipherWhoseNewInitWasRefusedDoesNotGoOnWithTheOldKey() throws Exception {
        KeyStore.getInstance("SCHSM", provider).load(null, "648219".toCharArray());
        KeyGenerator generator = KeyGenerator.getInstance("AES", provider);
        generator.init(SchsmKeySpec.builder("aes").build());
        SecretKey key = generator.generateKey();
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        assertThat(cipher.doFinal(new byte[16])).hasSize(16);

        assertThatThrownBy(() -> cipher.init(Cipher.DECRYPT_MODE, key))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("IvParameterSpec");
        assertThatThrownBy(() -> cipher.doFinal(new byte[16])).isInstanceOf(IllegalStateException.class);
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(new byte[16]));
        assertThat(cipher.doFinal(new byte[16])).hasSize(16);
    }

    @Test
    void aCreationDateIsAskedForWithoutFearOfAnEmptyReader() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, null);
        VirtualReaders.memory().device(ID).remove();
        try {
            assertThat(keyStore.getCreationDate("any")).isNotNull();
        } finally {
            VirtualReaders.memory().device(ID).insert();
        }
        assertThat(keyStore.getCreationDate("no such alias")).isNull();
    }
}
