// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EncodedKeys;
import io.github.schsm.codec.PrintableText;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.math.BigInteger;
import java.security.KeyRep;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/** An attested RSA key; equality and encoding are those of the key, the proof is an addition. */
final class AttestedRsaPublicKey implements AttestedPublicKey, RSAPublicKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient RSAPublicKey key;
    private final transient Cvc request;
    private final transient DeviceIdentity identity;

    AttestedRsaPublicKey(Cvc request, DeviceIdentity identity) {
        this.key = (RSAPublicKey) request.plainKey();
        this.request = request;
        this.identity = identity;
    }

    @Override
    public Cvc request() {
        return request;
    }

    @Override
    public DeviceIdentity identity() {
        return identity;
    }

    @Override
    public BigInteger getModulus() {
        return key.getModulus();
    }

    @Override
    public BigInteger getPublicExponent() {
        return key.getPublicExponent();
    }

    /** Overridden because from JDK 22 on two interfaces of this class have a default of that name. */
    @Override
    public @Nullable AlgorithmParameterSpec getParams() {
        return key.getParams();
    }

    @Override
    public String getAlgorithm() {
        return key.getAlgorithm();
    }

    @Override
    public String getFormat() {
        return key.getFormat();
    }

    @Override
    public byte[] getEncoded() {
        return key.getEncoded();
    }

    /** Equal to every RSA key with these numbers; one that is bound to RSASSA-PSS is another key. */
    @Override
    public boolean equals(Object other) {
        return other instanceof RSAPublicKey that
                && that.getModulus().equals(getModulus())
                && that.getPublicExponent().equals(getPublicExponent())
                && that.getAlgorithm().equals(getAlgorithm());
    }

    @Override
    public int hashCode() {
        return EncodedKeys.hashCode(getEncoded());
    }

    @Override
    public String toString() {
        return PrintableText.of("RSA public key of " + getModulus().bitLength() + " bits, attested by " + identity);
    }

    @Serial
    private Object writeReplace() {
        return new KeyRep(KeyRep.Type.PUBLIC, getAlgorithm(), getFormat(), getEncoded());
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("an RSA public key is serialized as a java.security.KeyRep");
    }
}
