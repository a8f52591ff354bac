// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;

/**
 * A key on a token, as a listing shows it.
 *
 * @param reference how the backend finds the key again; on a SmartCard-HSM the key id, 1 to 255, in decimal
 * @param label     what people call it; a generated one where none is stored
 * @param id        what tools call CKA_ID; may be empty
 * @param type      the kind of key
 */
public record TokenKey(String reference, String label, byte[] id, KeyType type) {
    /** Copies the id. */
    public TokenKey {
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(type, "type");
        id = id.clone();
    }

    @Override
    public byte[] id() {
        return id.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenKey that
                && reference.equals(that.reference)
                && label.equals(that.label)
                && type == that.type
                && Arrays.equals(id, that.id);
    }

    @Override
    public int hashCode() {
        return Objects.hash(reference, label, type, Arrays.hashCode(id));
    }

    @Override
    public String toString() {
        return PrintableText.of(type + " key \"" + label + "\" (" + reference + ", id "
                + HexFormat.of().formatHex(id) + ")");
    }
}
