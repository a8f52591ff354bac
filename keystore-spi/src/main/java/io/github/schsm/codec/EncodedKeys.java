// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.MalformedDataException;
import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serial;
import java.io.Serializable;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyRep;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** What our public keys share with the JDK's: the hash code, and a serialized form that can be read again. */
public final class EncodedKeys {
    /** Any key of the JDK will do to see how it computes hash codes. */
    private static final String SAMPLE = "EC";

    private static final boolean IS_SUM = isSum();

    private EncodedKeys() {}

    /** The hash code that the JDK's key with this encoding has, so that equal keys meet in a {@code HashSet}. */
    public static int hashCode(byte[] encoded) {
        return IS_SUM ? sum(encoded) : Arrays.hashCode(encoded);
    }

    /** As JDK 17 does it. */
    private static int sum(byte[] encoded) {
        int sum = encoded.length;
        for (byte b : encoded) {
            sum += (b & 0xFF) * 37;
        }
        return sum;
    }

    private static boolean isSum() {
        try {
            byte[] encoded = EcCurve.SECP256R1
                    .publicKey(EcCurve.SECP256R1.encode(
                            EcCurve.SECP256R1.parameters().getGenerator()))
                    .getEncoded();
            PublicKey sample = KeyFactory.getInstance(SAMPLE).generatePublic(new X509EncodedKeySpec(encoded));
            return sample.hashCode() != Arrays.hashCode(encoded);
        } catch (GeneralSecurityException noSample) {
            return true;
        }
    }

    /**
     * What is written in place of an EC key: what the JDK writes, where its providers know the curve, so that any JVM
     * reads it; else a form that only needs our classes.
     */
    static Object serialized(byte[] encoded) {
        try {
            KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
            return new KeyRep(KeyRep.Type.PUBLIC, "EC", "X.509", encoded);
        } catch (GeneralSecurityException curveOfOurs) {
            return new Serialized(encoded);
        }
    }

    /** An EC key on a curve that the JDK does not know. */
    private static final class Serialized implements Serializable {
        @Serial
        private static final long serialVersionUID = 1L;

        private final byte[] encoded;

        Serialized(byte[] encoded) {
            this.encoded = encoded;
        }

        @Serial
        private Object readResolve() throws ObjectStreamException {
            try {
                SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(encoded);
                ASN1ObjectIdentifier oid =
                        ASN1ObjectIdentifier.getInstance(info.getAlgorithm().getParameters());
                return EcCurve.named(oid.getId())
                        .orElseThrow(() -> new IllegalArgumentException("there is no curve " + oid))
                        .publicKey(PublicKeyNumbers.bits(info));
            } catch (MalformedDataException | RuntimeException notOne) {
                InvalidObjectException refusal =
                        new InvalidObjectException("an EC public key cannot be read: " + notOne.getMessage());
                refusal.initCause(notOne);
                throw refusal;
            }
        }
    }
}
