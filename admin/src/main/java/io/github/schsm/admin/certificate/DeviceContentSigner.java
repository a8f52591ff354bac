// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.admin.key.DeviceKey;
import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.SignatureException;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DefaultSignatureAlgorithmIdentifierFinder;
import org.bouncycastle.operator.RuntimeOperatorException;

/** A key of a device as Bouncy Castle signs with it. Its own builder would look for hashes in our provider for PSS. */
final class DeviceContentSigner implements ContentSigner {
    private final AlgorithmIdentifier identifier;
    private final Signature signature;
    private final OutputStream stream;

    /** @param algorithm as the JCA calls it */
    DeviceContentSigner(DeviceKey key, String algorithm) throws GeneralSecurityException {
        identifier = new DefaultSignatureAlgorithmIdentifierFinder().find(algorithm);
        signature = Signature.getInstance(algorithm, key.provider());
        signature.initSign(key.privateKey());
        stream = new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    signature.update(bytes, offset, length);
                } catch (SignatureException failed) {
                    throw new IOException(failed);
                }
            }
        };
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return identifier;
    }

    @Override
    public OutputStream getOutputStream() {
        return stream;
    }

    @Override
    public byte[] getSignature() {
        try {
            return signature.sign();
        } catch (SignatureException failed) {
            throw new RuntimeOperatorException("the key did not sign", failed);
        }
    }
}
