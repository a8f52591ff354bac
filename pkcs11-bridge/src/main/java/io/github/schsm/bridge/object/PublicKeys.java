// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import io.github.schsm.MalformedDataException;
import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Public keys in attributes of PKCS#11 objects, in the forms that modules give them. */
final class PublicKeys {
    private static final int OCTET_STRING = 0x04;
    private static final int PRINTABLE_STRING = 0x13;
    private static final int SEQUENCE = 0x30;
    private static final int MOST_MODULUS_BITS = 16_384;
    private static final int MOST_EXPONENT_BITS = 256;

    private PublicKeys() {}

    /** The public key that a public or private key object tells of; null if it does not, or of an unknown curve. */
    static @Nullable PublicKey of(Attributes attributes) {
        Optional<BigInteger> modulus = attributes.integer(Ck.CKA_MODULUS);
        Optional<BigInteger> exponent = attributes.integer(Ck.CKA_PUBLIC_EXPONENT);
        if (modulus.isPresent() && exponent.isPresent()) {
            return rsa(modulus.get(), exponent.get());
        }
        Optional<byte[]> point = attributes.bytes(Ck.CKA_EC_POINT);
        EcCurve curve = curve(attributes);
        return curve == null || point.isEmpty() ? null : ec(curve, point.get());
    }

    private static @Nullable PublicKey rsa(BigInteger modulus, BigInteger exponent) {
        if (modulus.bitLength() > MOST_MODULUS_BITS || exponent.bitLength() > MOST_EXPONENT_BITS) {
            return null;
        }
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
        } catch (GeneralSecurityException notAnRsaKey) {
            return null;
        }
    }

    /** The standard wraps the point into an OCTET STRING, some modules do not. */
    private static @Nullable PublicKey ec(EcCurve curve, byte[] value) {
        try {
            if (value.length == 1 + 2 * curve.fieldLength()) {
                return curve.publicKey(value);
            }
            return curve.publicKey(Tlv.parse(value).expect(OCTET_STRING).value());
        } catch (MalformedDataException notAPointOfIt) {
            return null;
        }
    }

    /**
     * The curve in CKA_EC_PARAMS: by object identifier, by name, or by its parameters; null if it is not one of ours.
     */
    static @Nullable EcCurve curve(Attributes attributes) {
        Optional<byte[]> parameters = attributes.bytes(Ck.CKA_EC_PARAMS);
        if (parameters.isEmpty()) {
            return null;
        }
        Optional<String> oid = ObjectIdentifiers.decode(parameters.get());
        if (oid.isPresent()) {
            return EcCurve.named(oid.get()).orElse(null);
        }
        try {
            Tlv value = Tlv.parse(parameters.get());
            if (value.tag() == PRINTABLE_STRING) {
                return EcCurve.named(new String(value.value(), StandardCharsets.US_ASCII))
                        .orElse(null);
            }
            return value.tag() == SEQUENCE ? EcCurve.fromEcParameters(value) : null;
        } catch (MalformedDataException noneOfTheThree) {
            return null;
        }
    }
}
