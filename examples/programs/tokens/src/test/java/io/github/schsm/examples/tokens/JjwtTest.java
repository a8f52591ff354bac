// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.KeyAlgorithm;
import io.jsonwebtoken.security.Keys;
import io.jsonwebtoken.security.SignatureAlgorithm;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Recipe(
        program = "jjwt",
        version = "0.13.0",
        verdict = Verdict.CODE,
        how = "`Keys.builder(key).provider(provider).build()`",
        limit = "no ES256K: jjwt")
@Tag("programs")
class JjwtTest extends DeviceTokens {
    private static String sign(PrivateKey key, SignatureAlgorithm algorithm, Provider provider) {
        // region jjwt-sign
        PrivateKey signer = Keys.builder(key).provider(provider).build();
        return Jwts.builder().subject("alice").signWith(signer, algorithm).compact();
        // endregion
    }

    private static String subject(String token, PublicKey key) {
        return Jwts.parser()
                .verifyWith(key)
                .build()
                .parseSignedClaims(token)
                .getPayload()
                .getSubject();
    }

    @ParameterizedTest
    @CsvSource({
        "ES256, P256",
        "ES384, P384",
        "ES512, P521",
        "RS256, RSA2048",
        "RS512, RSA2048",
        "PS256, RSA2048",
        "PS384, RSA2048"
    })
    void signsByEveryAlgorithm(String algorithm, KeyKind kind) throws Exception {
        String token = sign(key(kind), (SignatureAlgorithm) Jwts.SIG.get().forKey(algorithm), world.provider());

        assertThat(subject(token, publicKey(kind))).isEqualTo("alice");
    }

    /** The JCA selects the registered provider by the key. */
    @ParameterizedTest
    @CsvSource({"ES256, P256", "RS256, RSA2048"})
    void signsWithTheKeyAsItIs(String algorithm, KeyKind kind) throws Exception {
        String token = Jwts.builder()
                .subject("alice")
                .signWith(key(kind), (SignatureAlgorithm) Jwts.SIG.get().forKey(algorithm))
                .compact();

        assertThat(subject(token, publicKey(kind))).isEqualTo("alice");
    }

    @ParameterizedTest
    @CsvSource({"RSA-OAEP, RSA2048", "RSA-OAEP-256, RSA2048"})
    @SuppressWarnings("unchecked")
    void decryptsByRsa(String algorithm, KeyKind kind) throws Exception {
        String message = Jwts.builder()
                .subject("alice")
                .encryptWith(
                        publicKey(kind),
                        (KeyAlgorithm<PublicKey, PrivateKey>) Jwts.KEY.get().forKey(algorithm),
                        Jwts.ENC.A256GCM)
                .compact();

        assertThat(Jwts.parser()
                        .decryptWith(key(kind))
                        .build()
                        .parseEncryptedClaims(message)
                        .getPayload()
                        .getSubject())
                .isEqualTo("alice");
    }

    private static String decrypt(String message, PrivateKey key, ECPublicKey publicKey) {
        // region jjwt-decrypt
        PrivateKey decrypter = Keys.builder(key).publicKey(publicKey).build();
        return Jwts.parser()
                .decryptWith(decrypter)
                .build()
                .parseEncryptedClaims(message)
                .getPayload()
                .getSubject();
        // endregion
    }

    @ParameterizedTest
    @CsvSource({"ECDH-ES, P256", "ECDH-ES+A128KW, P384", "ECDH-ES+A256KW, P256"})
    @SuppressWarnings("unchecked")
    void decryptsByAgreement(String algorithm, KeyKind kind) throws Exception {
        String message = Jwts.builder()
                .subject("alice")
                .encryptWith(
                        publicKey(kind),
                        (KeyAlgorithm<PublicKey, PrivateKey>) Jwts.KEY.get().forKey(algorithm),
                        Jwts.ENC.A256GCM)
                .compact();

        assertThat(decrypt(message, key(kind), (ECPublicKey) publicKey(kind))).isEqualTo("alice");
    }

    @Test
    void hasNoEs256k() {
        assertThat(Jwts.SIG.get().get("ES256K")).isNull();
    }
}
