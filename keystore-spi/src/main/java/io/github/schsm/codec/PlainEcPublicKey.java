// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * An EC public key on any {@link EcCurve}. Of our own, because a JDK without Brainpool has no key factory that could
 * make one; being an {@link ECPublicKey} and X.509-encodable, it is understood by every provider.
 */
public class PlainEcPublicKey implements ECPublicKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient EcCurve curve;
    private final transient ECPoint point;

    public PlainEcPublicKey(EcCurve curve, ECPoint point) {
        this.curve = curve;
        this.point = point;
    }

    public EcCurve curve() {
        return curve;
    }

    @Override
    public ECPoint getW() {
        return point;
    }

    @Override
    public ECParameterSpec getParams() {
        return curve.parameters();
    }

    @Override
    public String getAlgorithm() {
        return "EC";
    }

    @Override
    public String getFormat() {
        return "X.509";
    }

    @Override
    public byte[] getEncoded() {
        AlgorithmIdentifier algorithm =
                new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, new ASN1ObjectIdentifier(curve.oid()));
        try {
            return new SubjectPublicKeyInfo(algorithm, curve.encode(point)).getEncoded(ASN1Encoding.DER);
        } catch (IOException memoryOnly) {
            throw new UncheckedIOException(memoryOnly);
        }
    }

    /** Equal to every EC key with that point and curve, and to a key of the JDK that has no more than the encoding. */
    @Override
    public boolean equals(Object other) {
        if (other instanceof ECPublicKey that) {
            return point.equals(that.getW())
                    && that.getParams() != null
                    && EcCurve.of(that.getParams()).filter(curve::equals).isPresent();
        }
        return other instanceof PublicKey that && Arrays.equals(getEncoded(), that.getEncoded());
    }

    @Override
    public int hashCode() {
        return EncodedKeys.hashCode(getEncoded());
    }

    @Override
    public String toString() {
        return "EC public key on " + curve;
    }

    /** What stands for it in a stream; of an attested key the key alone, without the proof. */
    @Serial
    protected final Object writeReplace() {
        return EncodedKeys.serialized(getEncoded());
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("an EC public key is serialized by its encoding");
    }
}
