// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Collections;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another program deletes a key and makes another one, which gets the same number. */
class ReusedKeyNumberTest {
    private static final String CONFIGURATION = "terminal = simulator:memory; device = ZZSIM800001";

    private final Provider ours = new SchsmProvider().configure(CONFIGURATION);
    private final Provider another = new SchsmProvider().configure(CONFIGURATION);

    private static KeyStore load(Provider provider) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, "648219".toCharArray());
        return keyStore;
    }

    private static void generate(Provider provider, String label) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        generator.initialize(SchsmKeySpec.builder(label).build());
        generator.generateKeyPair();
    }

    @BeforeEach
    void deleteAll() throws Exception {
        KeyStore keyStore = load(ours);
        for (String alias : Collections.list(keyStore.aliases())) {
            keyStore.deleteEntry(alias);
        }
    }

    @Test
    void whatIsDeletedAndRenamedByAnOldKeyStoreIsNotTheOtherKey() throws Exception {
        KeyStore old = load(ours);
        generate(ours, "mine");
        KeyStore.Entry entry = old.getEntry("mine", null);
        KeyStore theirs = load(another);
        theirs.deleteEntry("mine");
        generate(another, "theirs");

        assertThatThrownBy(() -> old.deleteEntry("mine"))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("load the key store again");
        assertThatThrownBy(() -> old.setEntry("renamed", entry, null)).isInstanceOf(KeyStoreException.class);
        old.load(null, "648219".toCharArray());
        assertThat(Collections.list(old.aliases())).containsExactly("theirs");
    }

    @Test
    void anEmptyPasswordIsNoLoginEvenWhereSomebodyElseIsLoggedIn() throws Exception {
        generate(ours, "mine");

        KeyStore view = KeyStore.getInstance("SCHSM", another);
        view.load(null, new char[0]);
        PrivateKey key = (PrivateKey) view.getKey("mine", null);
        Signature signature = Signature.getInstance("SHA256withECDSA", another);

        assertThatThrownBy(() -> {
                    signature.initSign(key);
                    signature.sign();
                })
                .hasStackTraceContaining("PinRequiredException");
    }
}
