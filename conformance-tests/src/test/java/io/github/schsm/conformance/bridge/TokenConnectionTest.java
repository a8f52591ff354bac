// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.KSPrivateKeyEntry;
import eu.europa.esig.dss.token.KeyStoreSignatureTokenConnection;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.provider.SchsmProvider;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import javax.crypto.KeyGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The European Commission's signature library lists every key of a key store and casts each chain to X.509, as many
 * programs do: it finds the certified keys among all the others.
 */
@Tag("jdk")
class TokenConnectionTest {
    private static final byte[] DATA = "document".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Provider provider;
    private KeyStore keyStore;

    @BeforeEach
    void makeKeys() throws Exception {
        provider = new SchsmProvider().configure("terminal = simulator:" + folder.resolve("readers"));
        Security.addProvider(provider);
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin());
        Pki pki = Pki.create();
        generate("EC", SchsmKeySpec.builder("bare").parameters(new ECGenParameterSpec("secp256r1")));
        generate("RSA", SchsmKeySpec.builder("bare RSA").keySize(1024));
        KeyGenerator aes = KeyGenerator.getInstance("AES", provider);
        aes.init(SchsmKeySpec.builder("secret").keySize(128).build());
        aes.generateKey();
        certify(pki, "rsa", generate("RSA", SchsmKeySpec.builder("rsa").keySize(1024)));
        certify(pki, "ec", generate("EC", SchsmKeySpec.builder("ec").parameters(new ECGenParameterSpec("secp256r1"))));
    }

    @AfterEach
    void close() throws Exception {
        Security.removeProvider(provider.getName());
        ((SchsmProvider) provider).logout();
    }

    private static char[] pin() {
        return "648219".toCharArray();
    }

    private KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(spec.build());
        return generator.generateKeyPair();
    }

    private void certify(Pki pki, String alias, KeyPair pair) throws Exception {
        keyStore.setKeyEntry(alias, pair.getPrivate(), null, pki.chain(pki.issue(alias, pair.getPublic())));
    }

    @Test
    void theCertifiedKeysAreListedAndSign() throws Exception {
        try (KeyStoreSignatureTokenConnection connection = new KeyStoreSignatureTokenConnection(
                (InputStream) null, "SCHSM", new KeyStore.PasswordProtection(pin()))) {
            List<DSSPrivateKeyEntry> keys = connection.getKeys();

            assertThat(keys)
                    .extracting(key -> ((KSPrivateKeyEntry) key).getAlias())
                    .containsExactlyInAnyOrder("rsa", "ec");
            for (DSSPrivateKeyEntry key : keys) {
                SignatureValue value = connection.sign(new ToBeSigned(DATA), DigestAlgorithm.SHA256, key);
                Signature verifier = Signature.getInstance(value.getAlgorithm().getJCEId());
                verifier.initVerify(key.getCertificate().getPublicKey());
                verifier.update(DATA);
                assertThat(verifier.verify(value.getValue())).isTrue();
                assertThat(key.getCertificateChain()).hasSize(3);
            }
        }
    }
}
