// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.object;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;

/** Object identifiers between DER, as PKCS#11 has them in attributes, and the dotted form that people write. */
public final class ObjectIdentifiers {
    private ObjectIdentifiers() {}

    /**
     * The whole DER object.
     *
     * @param dotted e.g. {@code 1.2.840.10045.3.1.7}
     */
    public static byte[] encode(String dotted) {
        try {
            return new ASN1ObjectIdentifier(dotted).getEncoded();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The dotted form; empty if the bytes are no such object. */
    static Optional<String> decode(byte[] der) {
        try {
            return ASN1Primitive.fromByteArray(der) instanceof ASN1ObjectIdentifier identifier
                    ? Optional.of(identifier.getId())
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
