// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtEncoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.JwtEncodingException;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;

@Recipe(
        program = "Spring Security",
        version = "7.1.2",
        verdict = Verdict.CONFIGURATION,
        how = "a `JWK` with the key; PS256: `jdk.security.provider.preferred=RSASSA-PSS:SCHSM`")
@Tag("programs")
class SpringSecurityTest extends DeviceTokens {
    static JwtEncoder encoder(PrivateKey key, PublicKey publicKey) {
        // region spring-encoder
        JWK jwk = publicKey instanceof RSAPublicKey rsa
                ? new RSAKey.Builder(rsa).privateKey(key).build()
                : new ECKey.Builder(Curve.P_256, (ECPublicKey) publicKey)
                        .privateKey(key)
                        .build();
        JwtEncoder encoder = new NimbusJwtEncoder(new ImmutableJWKSet<>(new JWKSet(jwk)));
        // endregion
        return encoder;
    }

    static String sign(JwtEncoder encoder, String algorithm) {
        return encoder.encode(JwtEncoderParameters.from(
                        JwsHeader.with(SignatureAlgorithm.from(algorithm)).build(),
                        JwtClaimsSet.builder().subject("alice").build()))
                .getTokenValue();
    }

    private static String sign(KeyKind kind, String algorithm) throws GeneralSecurityException {
        return sign(encoder(key(kind), publicKey(kind)), algorithm);
    }

    @ParameterizedTest
    @CsvSource({"ES256, P256", "RS256, RSA2048", "RS512, RSA2048"})
    void signs(String algorithm, KeyKind kind) throws Exception {
        assertThat(verify(sign(kind, algorithm), publicKey(kind))).isTrue();
    }

    /** Nimbus sets the parameters before the key, so that the first provider of PSS in the list gets the key. */
    @Test
    void pssNeedsTheProviderToBePreferred() throws Exception {
        assertThatThrownBy(() -> sign(KeyKind.RSA2048, "PS256"))
                .isInstanceOf(JwtEncodingException.class)
                .hasStackTraceContaining("InvalidKeyException");
    }

    @Test
    void signsPssWithThePreferredProvider(@TempDir Path folder) throws Exception {
        Command.run(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.security.properties="
                        + Path.of(
                                getClass().getResource("/preferred.properties").toURI()),
                "-cp",
                Command.classPath(),
                SpringEncoderProgram.class.getName(),
                folder.toString());

        PublicKey key = KeyFactory.getInstance("RSA", "SunRsaSign")
                .generatePublic(
                        new X509EncodedKeySpec(Files.readAllBytes(folder.resolve(SpringEncoderProgram.PUBLIC_KEY))));
        assertThat(verify(Files.readString(folder.resolve(SpringEncoderProgram.TOKEN)), key))
                .isTrue();
    }

    @Test
    void signsPssWithTheProviderAtTheHeadOfTheList() throws Exception {
        putProviderFirst();
        try {
            assertThat(verify(sign(KeyKind.RSA2048, "PS256"), publicKey(KeyKind.RSA2048)))
                    .isTrue();
        } finally {
            putProviderLast();
        }
    }
}
