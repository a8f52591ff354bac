// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.codec.SoftwareKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A software key that is to be imported into a token.
 *
 * @param key         its numbers, the caller's to wipe
 * @param label       the label it gets
 * @param id          its id (CKA_ID); null for what other tools give it
 * @param allowed     what it may be used for; empty for no list
 * @param certificate the X.509 certificate to be stored with it, DER, of this very key; null for none
 */
public record ImportRequest(
        SoftwareKey key,
        String label,
        byte @Nullable [] id,
        List<KeyAlgorithm> allowed,
        byte @Nullable [] certificate) {
    /** Copies the arrays. */
    public ImportRequest {
        id = id == null ? null : id.clone();
        allowed = List.copyOf(allowed);
        certificate = certificate == null ? null : certificate.clone();
    }

    @Override
    public byte @Nullable [] id() {
        return id == null ? null : id.clone();
    }

    @Override
    public byte @Nullable [] certificate() {
        return certificate == null ? null : certificate.clone();
    }

    @Override
    public String toString() {
        return key + " \"" + label + "\"";
    }
}
