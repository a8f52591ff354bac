// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.security.Key;
import java.security.PrivateKey;
import java.util.Arrays;

/**
 * A private key as a PrivateKeyInfo (PKCS#8), whatever its curve: a JDK has no key factory for some. Its bytes can be
 * wiped, and it is never serialized.
 */
final class EncodedPrivateKey implements PrivateKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String algorithm;
    private final transient byte[] encoded;
    private volatile boolean destroyed;

    /** @param encoded its own from now on */
    EncodedPrivateKey(String algorithm, byte[] encoded) {
        this.algorithm = algorithm;
        this.encoded = encoded;
    }

    /** The same key under another name of its algorithm. */
    EncodedPrivateKey(String algorithm, Key key) {
        this(algorithm, key.getEncoded());
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "PKCS#8";
    }

    @Override
    public byte[] getEncoded() {
        return encoded.clone();
    }

    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(encoded, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a private key is not written");
    }

    @Override
    public String toString() {
        return algorithm + " private key";
    }
}
