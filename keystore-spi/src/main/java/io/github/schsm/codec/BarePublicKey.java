// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import java.io.Serial;
import java.io.Serializable;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.Certificate;

/**
 * The public key of a key that has neither a certificate nor a request, where the JCA wants a certificate: so that there
 * is a way from the key to its public half, and to a certification request ({@code keytool -certreq -dname …}). Nobody has
 * signed anything. Its type is {@value #TYPE}, its encoding the structure of that name (RFC 5280, section 4.1).
 */
public final class BarePublicKey extends Certificate {
    @Serial
    private static final long serialVersionUID = 1L;

    static final String TYPE = "SubjectPublicKeyInfo";

    private final PublicKey publicKey;

    public BarePublicKey(PublicKey publicKey) {
        super(TYPE);
        this.publicKey = publicKey;
    }

    @Override
    public byte[] getEncoded() {
        return publicKey.getEncoded();
    }

    @Override
    public PublicKey getPublicKey() {
        return publicKey;
    }

    @Override
    public void verify(PublicKey key) throws SignatureException {
        throw new SignatureException("the " + publicKey.getAlgorithm()
                + " key has no certificate, this is its public key alone: there is no signature to verify");
    }

    @Override
    public void verify(PublicKey key, String signatureProvider) throws SignatureException {
        verify(key);
    }

    @Override
    public String toString() {
        return "public key without a certificate: " + publicKey;
    }

    /** There is no certificate factory of that type, so the key itself is written. */
    @Override
    protected Object writeReplace() {
        return new Serialized(publicKey);
    }

    private record Serialized(PublicKey publicKey) implements Serializable {
        @Serial
        private Object readResolve() {
            return new BarePublicKey(publicKey);
        }
    }
}
