// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.PrivateKey;
import java.security.Provider;
import org.jose4j.jca.ProviderContext;
import org.jose4j.jwa.AlgorithmFactoryFactory;
import org.jose4j.jwe.JsonWebEncryption;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "jose4j",
        version = "0.9.7",
        verdict = Verdict.CODE,
        how = "PS256: `ProviderContext` with the provider's name; ECDH-ES: `asECPrivateKey()`",
        limit = "no ES256K on Java 16 and newer: jose4j")
@Tag("programs")
class Jose4jTest extends DeviceTokens {
    private static String sign(PrivateKey key, String algorithm, Provider provider) throws JoseException {
        // region jose4j-sign
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload("hello");
        token.setAlgorithmHeaderValue(algorithm);
        token.setKey(key);
        ProviderContext context = new ProviderContext();
        context.getSuppliedKeyProviderContext().setSignatureProvider(provider.getName());
        token.setProviderContext(context);
        return token.getCompactSerialization();
        // endregion
    }

    private static boolean verify(String text, KeyKind kind) throws Exception {
        return verify(text, publicKey(kind));
    }

    @ParameterizedTest
    @CsvSource({
        "ES256, P256",
        "ES384, P384",
        "ES512, P521",
        "RS256, RSA2048",
        "RS512, RSA2048",
        "PS256, RSA2048",
        "PS512, RSA2048"
    })
    void signsByEveryAlgorithm(String algorithm, KeyKind kind) throws Exception {
        assertThat(verify(sign(key(kind), algorithm, world.provider()), kind)).isTrue();
    }

    /** The JCA selects the registered provider by the key. */
    @ParameterizedTest
    @CsvSource({"ES256, P256", "RS256, RSA2048"})
    void signsWithoutNamingTheProvider(String algorithm, KeyKind kind) throws Exception {
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload("hello");
        token.setAlgorithmHeaderValue(algorithm);
        token.setKey(key(kind));

        assertThat(verify(token.getCompactSerialization(), kind)).isTrue();
    }

    /** jose4j sets the parameters before the key, so that the first provider of PSS in the list gets the key. */
    @Test
    void pssNeedsTheProvidersName() throws Exception {
        JsonWebSignature token = new JsonWebSignature();
        token.setPayload("hello");
        token.setAlgorithmHeaderValue("PS256");
        token.setKey(key(KeyKind.RSA2048));

        assertThatThrownBy(token::getCompactSerialization).hasStackTraceContaining("key must be RSAPrivateKey");
    }

    /** Only where the JDK itself has secp256k1. */
    @Test
    void hasNoEs256k() {
        assertThat(AlgorithmFactoryFactory.getInstance()
                        .getJwsAlgorithmFactory()
                        .isAvailable("ES256K"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"RSA-OAEP, RSA2048", "RSA-OAEP-256, RSA2048"})
    void decryptsByRsa(String algorithm, KeyKind kind) throws Exception {
        String message = encrypt(algorithm, kind);

        JsonWebEncryption token = new JsonWebEncryption();
        token.setCompactSerialization(message);
        token.setKey(key(kind));

        assertThat(token.getPayload()).isEqualTo("hello");
    }

    private static String decrypt(String message, PrivateKey key) throws JoseException {
        // region jose4j-decrypt
        JsonWebEncryption token = new JsonWebEncryption();
        token.setCompactSerialization(message);
        token.setKey(((SchsmEcPrivateKey) key).asECPrivateKey());
        return token.getPayload();
        // endregion
    }

    @ParameterizedTest
    @CsvSource({"ECDH-ES, P256", "ECDH-ES+A128KW, P384", "ECDH-ES+A256KW, P256"})
    void decryptsByAgreement(String algorithm, KeyKind kind) throws Exception {
        assertThat(decrypt(encrypt(algorithm, kind), key(kind))).isEqualTo("hello");
    }

    private static String encrypt(String algorithm, KeyKind kind) throws Exception {
        JsonWebEncryption token = new JsonWebEncryption();
        token.setPayload("hello");
        token.setAlgorithmHeaderValue(algorithm);
        token.setEncryptionMethodHeaderParameter("A256GCM");
        token.setKey(publicKey(kind));
        return token.getCompactSerialization();
    }
}
