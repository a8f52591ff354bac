// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyFormatTest {
    /** RFC 7638, section 3.1. */
    private static final String RFC_MODULUS =
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS"
                    + "oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs"
                    + "8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF4"
                    + "4-csFCur-kEgU8awapJzKnqDKgw";

    private static PublicKey rsa() throws Exception {
        return KeyFactory.getInstance("RSA")
                .generatePublic(new RSAPublicKeySpec(
                        new BigInteger(1, Base64.getUrlDecoder().decode(RFC_MODULUS)), BigInteger.valueOf(65537)));
    }

    private static PublicKey ec(EcCurve curve) throws MalformedDataException {
        return curve.publicKeyOf(BigInteger.valueOf(1_234_567));
    }

    private static String text(PublicKey key, PublicKeyFormat format) throws InvalidRequestException {
        return new String(format.encode(key, "a comment"), StandardCharsets.UTF_8);
    }

    @Test
    void thumbprintIsThatOfTheStandardsExample() throws Exception {
        assertThat(text(rsa(), PublicKeyFormat.JWK))
                .contains("\"kid\" : \"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs\"", "\"e\" : \"AQAB\"")
                .endsWith("}\n");
    }

    static Stream<EcCurve> curvesOfJwk() {
        return Stream.of(EcCurve.SECP256R1, EcCurve.SECP384R1, EcCurve.SECP521R1, EcCurve.SECP256K1);
    }

    @ParameterizedTest
    @MethodSource("curvesOfJwk")
    void keysOnRegisteredCurvesComeBackFromTheirJwk(EcCurve curve) throws Exception {
        PublicKey key = ec(curve);

        byte[] jwk = PublicKeyFormat.JWK.encode(key, "");

        assertThat(PublicKeyNumbers.areEqual(PublicKeys.parse("jwk", jwk), key)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = EcCurve.class,
            names = {"SECP256R1", "SECP384R1", "SECP521R1", "SECP256K1"},
            mode = EnumSource.Mode.EXCLUDE)
    void curveWithoutARegisteredNameHasNoJwk(EcCurve curve) {
        assertThatThrownBy(() -> PublicKeyFormat.JWK.encode(ec(curve), ""))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(curve.curveName())
                .hasMessageContaining("registered");
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void pemAndDerHaveEveryCurve(EcCurve curve) throws Exception {
        PublicKey key = ec(curve);
        for (PublicKeyFormat format : List.of(PublicKeyFormat.PEM, PublicKeyFormat.DER)) {
            assertThat(PublicKeyNumbers.areEqual(PublicKeys.parse("k", format.encode(key, "")), key))
                    .isTrue();
        }
    }

    @Test
    void sshLineHasTypeKeyAndComment() throws Exception {
        for (PublicKey key : List.of(rsa(), ec(EcCurve.SECP256R1), ec(EcCurve.SECP384R1), ec(EcCurve.SECP521R1))) {
            String line = text(key, PublicKeyFormat.SSH);
            assertThat(line).matches("(ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/=]+ a comment\n");
            assertThat(PublicKeyNumbers.areEqual(PublicKeys.parse("ssh", line.getBytes(StandardCharsets.UTF_8)), key))
                    .isTrue();
        }
    }

    @Test
    void whatSshHasNotIsRefused() {
        assertThatThrownBy(() -> text(ec(EcCurve.BRAINPOOLP256R1), PublicKeyFormat.SSH))
                .hasMessageContaining("brainpoolP256r1")
                .hasMessageContaining("secp384r1");
        assertThatThrownBy(() -> PublicKeyFormat.SSH.encode(ec(EcCurve.SECP256R1), "two\nssh-rsa lines"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("one line");
        assertThatThrownBy(() -> PublicKeyFormat.CVC.encode(ec(EcCurve.SECP256R1), ""))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "ssh-rsa",
                "ssh-rsa ???",
                "{}",
                "{\"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AA\", \"y\": \"AA\"}",
                "{\"kty\": \"EC\", \"crv\": \"Ed25519\"}",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"
            })
    void whatIsNoPublicKeyIsRefusedByName(String text) {
        assertThatThrownBy(() -> PublicKeys.parse("the file x", text.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("the file x");
    }

    @Test
    void pointThatIsNotOnTheCurveIsRefused() throws Exception {
        String jwk = text(ec(EcCurve.SECP256R1), PublicKeyFormat.JWK);
        String other = jwk.replaceFirst("\"y\" : \"[^\"]+\"", "\"y\" : \"" + "A".repeat(43) + "\"");

        assertThatThrownBy(() -> PublicKeys.parse("jwk", other.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("not on the curve");
    }

    @Test
    void curvesAreFoundByTheirRegisteredNames() {
        assertThat(PublicKeyFormat.jwkCurve("P-521")).isEqualTo(Optional.of(EcCurve.SECP521R1));
        assertThat(PublicKeyFormat.jwkCurve("secp521r1")).isEmpty();
    }
}
