// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.MalformedDataException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/**
 * The one place where public keys are compared: by their numbers. What made a key, under which name of its algorithm it
 * goes ({@code rsaEncryption}, {@code id-RSASSA-PSS}), and in which form its point is encoded makes no difference;
 * {@code equals} of different makers disagree about all three.
 */
public final class PublicKeyNumbers {
    private static final Set<ASN1ObjectIdentifier> RSA = Set.of(
            PKCSObjectIdentifiers.rsaEncryption,
            PKCSObjectIdentifiers.id_RSASSA_PSS,
            PKCSObjectIdentifiers.id_RSAES_OAEP);

    private PublicKeyNumbers() {}

    /** Whether they are the same key: modulus and exponent, or curve and point. Null is no key, and equals none. */
    public static boolean areEqual(@Nullable PublicKey one, @Nullable PublicKey other) {
        if (one == null || other == null) {
            return false;
        }
        PublicKey first = of(one);
        PublicKey second = of(other);
        if (first instanceof RSAPublicKey a && second instanceof RSAPublicKey b) {
            return a.getModulus().equals(b.getModulus())
                    && a.getPublicExponent().equals(b.getPublicExponent());
        }
        if (first instanceof ECPublicKey a && second instanceof ECPublicKey b) {
            return a.getW().equals(b.getW()) && areEqual(a.getParams(), b.getParams());
        }
        byte[] encoded = first.getEncoded();
        return encoded != null && Arrays.equals(encoded, second.getEncoded());
    }

    /** By numbers too: two unknown curves are not the same for that. */
    private static boolean areEqual(@Nullable ECParameterSpec one, @Nullable ECParameterSpec other) {
        return one != null
                && other != null
                && one.getCurve().getField().equals(other.getCurve().getField())
                && one.getCurve().getA().equals(other.getCurve().getA())
                && one.getCurve().getB().equals(other.getCurve().getB())
                && one.getGenerator().equals(other.getGenerator())
                && one.getOrder().equals(other.getOrder());
    }

    /**
     * The key with its numbers to be seen: an {@link RSAPublicKey}, or an {@link ECPublicKey} on any {@link EcCurve}. A
     * key that shows them already is given back as it is, and so is one that is neither.
     */
    public static PublicKey of(PublicKey key) {
        byte[] encoded = key instanceof RSAPublicKey || key instanceof ECPublicKey ? null : key.getEncoded();
        if (encoded == null) {
            return key;
        }
        try {
            return parse(encoded);
        } catch (MalformedDataException neither) {
            return key;
        }
    }

    /**
     * The key of a SubjectPublicKeyInfo: RSA under any of its object identifiers, EC on any {@link EcCurve}, which may be
     * named or written out, with a point in any form of X9.62.
     *
     * @param subjectPublicKeyInfo DER
     * @throws MalformedDataException if it is no such key
     */
    public static PublicKey parse(byte[] subjectPublicKeyInfo) throws MalformedDataException {
        try {
            return parse(SubjectPublicKeyInfo.getInstance(subjectPublicKeyInfo));
        } catch (IllegalArgumentException | IllegalStateException | ClassCastException notThatStructure) {
            throw malformed(String.valueOf(notThatStructure.getMessage()));
        }
    }

    private static PublicKey parse(SubjectPublicKeyInfo info) throws MalformedDataException {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        try {
            if (RSA.contains(algorithm)) {
                return rsa(org.bouncycastle.asn1.pkcs.RSAPublicKey.getInstance(info.parsePublicKey()));
            }
            if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
                return curve(info.getAlgorithm().getParameters()).publicKeyInAnyForm(bits(info));
            }
        } catch (IOException notDer) {
            throw malformed(String.valueOf(notDer.getMessage()));
        }
        throw malformed("its algorithm is " + algorithm + "; EC or RSA is expected");
    }

    /** The bits of a key, without its algorithm: what key identifiers are hashes of (RFC 5280 section 4.2.1.2). */
    public static byte[] bits(PublicKey key) {
        return bits(SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    }

    /** By way of the structure: Bouncy Castle's getter had another type before 1.70. */
    static byte[] bits(SubjectPublicKeyInfo info) {
        ASN1Sequence parts = (ASN1Sequence) info.toASN1Primitive();
        return ((ASN1BitString) parts.getObjectAt(1)).getOctets();
    }

    private static PublicKey rsa(org.bouncycastle.asn1.pkcs.RSAPublicKey numbers) throws MalformedDataException {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(numbers.getModulus(), numbers.getPublicExponent()));
        } catch (GeneralSecurityException unusable) {
            throw malformed("the RSA key is not usable: " + unusable.getMessage());
        }
    }

    /** The curve of a key's algorithm identifier, named or written out. */
    static EcCurve curve(@Nullable ASN1Encodable parameters) throws MalformedDataException, IOException {
        if (parameters instanceof ASN1ObjectIdentifier name) {
            return EcCurve.named(name.getId())
                    .orElseThrow(() -> malformed("its curve " + name + " is none of " + EcCurve.names()));
        }
        if (parameters instanceof ASN1Sequence writtenOut) {
            return EcCurve.fromEcParameters(Tlv.parse(writtenOut.getEncoded(ASN1Encoding.DER)));
        }
        throw malformed("it names no curve");
    }

    private static MalformedDataException malformed(String reason) {
        return new MalformedDataException("public key", reason);
    }
}
