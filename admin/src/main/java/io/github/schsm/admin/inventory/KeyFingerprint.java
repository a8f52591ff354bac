// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * What says that keys on several devices are one key: the SHA-256 of the public key as SubjectPublicKeyInfo, always in the
 * form that {@code openssl pkey -pubout -outform DER} gives, on whichever device and under whichever certificate it is.
 */
public final class KeyFingerprint {
    static final HexFormat HEX = HexFormat.of().withUpperCase();

    private KeyFingerprint() {}

    /**
     * The SHA-256 of a public key, 64 upper-case hexadecimal digits.
     *
     * @return empty for a key that is neither RSA nor on a curve that devices have
     */
    public static Optional<String> of(PublicKey key) {
        return encoded(key).map(KeyFingerprint::sha256);
    }

    /** The SubjectPublicKeyInfo that the fingerprint is of, DER. */
    public static Optional<byte[]> encoded(PublicKey key) {
        PublicKey numbers = PublicKeyNumbers.of(key);
        try {
            if (numbers instanceof RSAPublicKey rsa) {
                return Optional.of(new SubjectPublicKeyInfo(
                                new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                new org.bouncycastle.asn1.pkcs.RSAPublicKey(rsa.getModulus(), rsa.getPublicExponent()))
                        .getEncoded(ASN1Encoding.DER));
            }
            if (numbers instanceof ECPublicKey ec) {
                EcCurve curve = EcCurve.of(ec.getParams()).orElse(null);
                return curve == null
                        ? Optional.empty()
                        : Optional.of(curve.publicKey(curve.encode(ec.getW())).getEncoded());
            }
        } catch (MalformedDataException notOnItsCurve) {
            return Optional.empty();
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return Optional.empty();
    }

    static String sha256(byte[] encoded) {
        return HEX.formatHex(HashAlgorithm.SHA256.digest(encoded));
    }
}
