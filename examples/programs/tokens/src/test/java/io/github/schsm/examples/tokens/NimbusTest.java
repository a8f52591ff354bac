// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Recipe(
        program = "Nimbus JOSE + JWT",
        version = "10.10",
        verdict = Verdict.CODE,
        how = "PS256: `signer.getJCAContext().setProvider(provider)`; EC keys with their curve")
class NimbusTest extends DeviceTokens {
    private static String sign(PrivateKey key, JWSAlgorithm algorithm, Provider provider) throws JOSEException {
        // region nimbus-sign
        JWSSigner signer = key.getAlgorithm().equals("RSA")
                ? new RSASSASigner(key)
                : new ECDSASigner(
                        key, Curve.forJWSAlgorithm(algorithm).iterator().next());
        signer.getJCAContext().setProvider(provider);
        JWSObject token = new JWSObject(new JWSHeader(algorithm), new Payload("hello"));
        token.sign(signer);
        return token.serialize();
        // endregion
    }

    private static boolean verify(String token, KeyKind kind) throws Exception {
        JWSVerifier verifier = kind == KeyKind.RSA2048
                ? new RSASSAVerifier((RSAPublicKey) publicKey(kind))
                : new ECDSAVerifier((ECPublicKey) publicKey(kind));
        if (kind == KeyKind.SECP256K1) {
            verifier.getJCAContext().setProvider(DeviceKeys.SOFTWARE);
        }
        return JWSObject.parse(token).verify(verifier);
    }

    @Test
    void signs() throws Exception {
        String token = sign(key(KeyKind.P256), JWSAlgorithm.ES256, world.provider());

        assertThat(verify(token, KeyKind.P256)).isTrue();
        assertThat(verify(token.replaceFirst("\\.[^.]{8}", ".aGVsbG8h"), KeyKind.P256))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ES384, P384",
        "ES512, P521",
        "ES256K, SECP256K1",
        "RS256, RSA2048",
        "RS384, RSA2048",
        "RS512, RSA2048",
        "PS256, RSA2048",
        "PS384, RSA2048",
        "PS512, RSA2048"
    })
    @Tag("programs")
    void signsByEveryAlgorithm(String algorithm, KeyKind kind) throws Exception {
        assertThat(verify(sign(key(kind), JWSAlgorithm.parse(algorithm), world.provider()), kind))
                .isTrue();
    }

    /** The JCA selects the provider by the key, but not for PSS, whose parameters come before it. */
    @ParameterizedTest
    @CsvSource({"ES256, P256", "RS256, RSA2048"})
    @Tag("programs")
    void signsWithTheRegisteredProvider(String algorithm, KeyKind kind) throws Exception {
        JWSObject token = new JWSObject(new JWSHeader(JWSAlgorithm.parse(algorithm)), new Payload("hello"));
        token.sign(kind == KeyKind.RSA2048 ? new RSASSASigner(key(kind)) : new ECDSASigner(key(kind), Curve.P_256));

        assertThat(verify(token.serialize(), kind)).isTrue();
    }

    /** By the registered provider: the JCA selects it by the key. */
    private static String decrypt(String message, PrivateKey key) throws Exception {
        // region nimbus-decrypt
        JWEObject token = JWEObject.parse(message);
        JWEDecrypter decrypter = key.getAlgorithm().equals("RSA")
                ? new RSADecrypter(key)
                : new ECDHDecrypter(key, Set.of(), Curve.P_256);
        token.decrypt(decrypter);
        return token.getPayload().toString();
        // endregion
    }

    private static String encrypt(JWEAlgorithm algorithm, KeyKind kind) throws JOSEException, GeneralSecurityException {
        JWEEncrypter encrypter = kind == KeyKind.RSA2048
                ? new RSAEncrypter((RSAPublicKey) publicKey(kind))
                : new ECDHEncrypter((ECPublicKey) publicKey(kind));
        JWEObject token = new JWEObject(new JWEHeader(algorithm, EncryptionMethod.A256GCM), new Payload("hello"));
        token.encrypt(encrypter);
        return token.serialize();
    }

    @ParameterizedTest
    @CsvSource({
        "RSA-OAEP-256, RSA2048",
        "RSA-OAEP-512, RSA2048",
        "ECDH-ES, P256",
        "ECDH-ES+A128KW, P256",
        "ECDH-ES+A256KW, P256"
    })
    @Tag("programs")
    void decrypts(String algorithm, KeyKind kind) throws Exception {
        String message = encrypt(JWEAlgorithm.parse(algorithm), kind);

        assertThat(decrypt(message, key(kind))).isEqualTo("hello");
    }

    /** With SHA-1, which Nimbus calls deprecated and others still send. */
    @ParameterizedTest
    @ValueSource(strings = "RSA-OAEP")
    @Tag("programs")
    @SuppressWarnings("deprecation")
    void decryptsOaepWithSha1(String algorithm) throws Exception {
        String message = encrypt(JWEAlgorithm.parse(algorithm), KeyKind.RSA2048);

        assertThat(decrypt(message, key(KeyKind.RSA2048))).isEqualTo("hello");
    }
}
