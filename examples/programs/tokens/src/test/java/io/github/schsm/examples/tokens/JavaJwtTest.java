// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.SignatureGenerationException;
import io.github.schsm.SchsmEcPrivateKey;
import io.github.schsm.SchsmRsaPrivateKey;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Recipe(
        program = "java-jwt",
        version = "4.6.2",
        verdict = Verdict.CODE,
        how = "`asECPrivateKey()`, `asRSAPrivateKey()`",
        limit = "no ES256K: java-jwt")
@Tag("programs")
class JavaJwtTest extends DeviceTokens {
    private static Algorithm ec256(PrivateKey key, ECPublicKey publicKey) {
        // region java-jwt-ec
        Algorithm algorithm = Algorithm.ECDSA256(publicKey, ((SchsmEcPrivateKey) key).asECPrivateKey());
        // endregion
        return algorithm;
    }

    private static Algorithm rsa256(PrivateKey key, RSAPublicKey publicKey) {
        // region java-jwt-rsa
        Algorithm algorithm = Algorithm.RSA256(publicKey, ((SchsmRsaPrivateKey) key).asRSAPrivateKey());
        // endregion
        return algorithm;
    }

    private static ECPrivateKey ec(KeyKind kind) throws GeneralSecurityException {
        return ((SchsmEcPrivateKey) key(kind)).asECPrivateKey();
    }

    private static RSAPrivateKey rsa() throws GeneralSecurityException {
        return ((SchsmRsaPrivateKey) key(KeyKind.RSA2048)).asRSAPrivateKey();
    }

    @Test
    void signsByEc() throws Exception {
        ECPublicKey p256 = (ECPublicKey) publicKey(KeyKind.P256);
        ECPublicKey p384 = (ECPublicKey) publicKey(KeyKind.P384);
        ECPublicKey p521 = (ECPublicKey) publicKey(KeyKind.P521);

        assertThat(verify(JWT.create().withSubject("alice").sign(ec256(key(KeyKind.P256), p256)), p256))
                .isTrue();
        assertThat(verify(JWT.create().sign(Algorithm.ECDSA384(p384, ec(KeyKind.P384))), p384))
                .isTrue();
        assertThat(verify(JWT.create().sign(Algorithm.ECDSA512(p521, ec(KeyKind.P521))), p521))
                .isTrue();
    }

    @Test
    void signsByRsa() throws Exception {
        RSAPublicKey publicKey = (RSAPublicKey) publicKey(KeyKind.RSA2048);

        assertThat(verify(JWT.create().sign(rsa256(key(KeyKind.RSA2048), publicKey)), publicKey))
                .isTrue();
        assertThat(verify(JWT.create().sign(Algorithm.RSA512(publicKey, rsa())), publicKey))
                .isTrue();
    }

    @Test
    void verifiesItsTokens() throws Exception {
        Algorithm algorithm = ec256(key(KeyKind.P256), (ECPublicKey) publicKey(KeyKind.P256));
        String token = JWT.create().withSubject("alice").sign(algorithm);

        assertThat(JWT.require(algorithm).build().verify(token).getSubject()).isEqualTo("alice");
    }

    /** java-jwt sets the parameters before the key, so that the first provider of PSS in the list gets the key. */
    @Test
    void signsPssWithTheProviderAtTheHeadOfTheList() throws Exception {
        RSAPublicKey publicKey = (RSAPublicKey) publicKey(KeyKind.RSA2048);
        Algorithm algorithm = Algorithm.RSA256PSS(publicKey, rsa());

        assertThatThrownBy(() -> JWT.create().sign(algorithm)).isInstanceOf(SignatureGenerationException.class);
        putProviderFirst();
        try {
            assertThat(verify(JWT.create().sign(algorithm), publicKey)).isTrue();
        } finally {
            putProviderLast();
        }
    }
}
