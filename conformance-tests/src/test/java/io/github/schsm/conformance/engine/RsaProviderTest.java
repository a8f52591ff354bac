// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmRsaPrivateKey;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.nio.charset.StandardCharsets;
import java.security.InvalidParameterException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RSA keys of a registered provider in programs that name none, and in the key store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("jdk")
class RsaProviderTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);

    private SimulatorBench bench;
    private Provider provider;
    private KeyPair pair;
    private KeyPair software;

    @BeforeAll
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        bench.source().keyStore();
        pair = generate("shared", 1024);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        generator.initialize(1024);
        software = generator.generateKeyPair();
    }

    @AfterEach
    void unregister() {
        Security.removeProvider(provider.getName());
    }

    @AfterAll
    void close() {
        bench.close();
    }

    private KeyPair generate(String label, int bits, KeyAlgorithm... allowed) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", provider);
        SchsmKeySpec.Builder spec = SchsmKeySpec.builder(label).keySize(bits);
        if (allowed.length > 0) {
            spec.allow(allowed);
        }
        generator.initialize(spec.build());
        return generator.generateKeyPair();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 99})
    void handlesFindTheirProviderAndSoftwareKeysTheirs(int place) throws Exception {
        Security.insertProviderAt(provider, place);
        PSSParameterSpec parameters = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        for (String algorithm : List.of("SHA256withRSA", "SHA512withRSA", "RSASSA-PSS")) {
            for (KeyPair used : List.of(pair, software, pair)) {
                Signature signature = Signature.getInstance(algorithm);
                signature.initSign(used.getPrivate());
                Signature verifier = Signature.getInstance(algorithm);
                verifier.initVerify(used.getPublic());
                if (algorithm.equals("RSASSA-PSS")) {
                    signature.setParameter(parameters);
                    verifier.setParameter(parameters);
                }
                signature.update(DATA);
                byte[] signed = signature.sign();
                assertThat(signature.getProvider().equals(provider))
                        .as("%s at %d", algorithm, place)
                        .isEqualTo(used == pair);
                verifier.update(DATA);
                assertThat(verifier.verify(signed)).isTrue();
            }
        }
        for (String transformation :
                List.of("RSA", "RSA/ECB/PKCS1Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "RSA/ECB/NoPadding")) {
            for (KeyPair used : List.of(pair, software)) {
                Cipher encrypt = Cipher.getInstance(transformation);
                encrypt.init(Cipher.ENCRYPT_MODE, used.getPublic());
                byte[] encrypted = encrypt.doFinal(DATA);
                assertThat(encrypt.getProvider()).isNotEqualTo(provider);
                Cipher decrypt = Cipher.getInstance(transformation);
                decrypt.init(Cipher.DECRYPT_MODE, used.getPrivate());
                assertThat(decrypt.getProvider().equals(provider)).isEqualTo(used == pair);
                assertThat(decrypt.doFinal(encrypted)).endsWith(DATA);
            }
        }
    }

    @Test
    void plainGeneratorsAreLeftToOthersWhereItStandsInFront() throws Exception {
        Security.insertProviderAt(provider, 1);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        assertThat(generator.generateKeyPair().getPrivate()).isNotInstanceOf(SchsmKey.class);
        generator.initialize(new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4));
        assertThat(generator.generateKeyPair().getPrivate()).isNotInstanceOf(SchsmKey.class);
        KeyPairGenerator ours = KeyPairGenerator.getInstance("RSA", provider.getName());
        assertThatThrownBy(() -> ours.initialize(1024))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("SchsmKeySpec");
        ours.initialize(SchsmKeySpec.builder("in front").keySize(1024).build());
        assertThat(ours.generateKeyPair().getPrivate()).isInstanceOf(SchsmRsaPrivateKey.class);

        Security.removeProvider(provider.getName());
        Security.addProvider(provider);
        KeyPairGenerator behind = KeyPairGenerator.getInstance("RSA", provider.getName());
        behind.initialize(1024);
        assertThat(behind.generateKeyPair().getPrivate()).isInstanceOf(SchsmRsaPrivateKey.class);
    }

    @Test
    void keyStoreGivesTheKeyWithItsChainAndAttributes() throws Exception {
        KeyPair made = generate("with chain", 1024, KeyAlgorithm.RSA_RAW, KeyAlgorithm.RSA_DECRYPT_RAW);
        KeyStore keyStore = bench.source().keyStore();
        assertThat(keyStore.getCertificateChain("with chain")).isNull();
        assertThat(keyStore.getCertificate("with chain").getPublicKey()).isEqualTo(made.getPublic());
        Pki pki = Pki.create();
        X509Certificate[] chain = pki.chain(pki.issue("RSA", made.getPublic()));
        assertThatThrownBy(() -> keyStore.setKeyEntry(
                        "with chain", made.getPrivate(), null, pki.chain(pki.issue("Other", pair.getPublic()))))
                .isInstanceOf(java.security.KeyStoreException.class);
        keyStore.setKeyEntry("with chain", made.getPrivate(), null, chain);

        KeyStore again = bench.source().keyStore();
        assertThat(again.getCertificateChain("with chain")).containsExactly(chain);
        PrivateKey key = (PrivateKey) again.getKey("with chain", null);
        assertThat(key).isEqualTo(made.getPrivate());
        assertThat(((RSAKey) key).getModulus().bitLength()).isEqualTo(1024);
        assertThat(((RSAKey) key).getParams()).isNull();
        KeyStore.Entry entry = again.getEntry("with chain", null);
        assertThat(entry.getAttributes().stream()
                        .map(KeyStore.Entry.Attribute::getValue)
                        .collect(Collectors.toSet()))
                .anyMatch(value -> value.contains("RSA_RAW") && value.contains("RSA_DECRYPT_RAW"));
        assertThat(Collections.list(again.aliases())).contains("with chain", "shared");
        Signature signature = Signature.getInstance("SHA256withRSA", provider);
        signature.initSign(key);
        signature.update(DATA);
        assertThat(Pki.verifies("SHA256withRSA", chain[0].getPublicKey(), DATA, signature.sign()))
                .isTrue();
    }
}
