// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.util.Objects;

/**
 * A certificate on a token that belongs to no key, as a listing shows it.
 *
 * @param reference how the backend finds it again; on a SmartCard-HSM the number of its CA file in decimal
 * @param label     what people call it; a generated one where none is stored
 */
public record TokenCertificate(String reference, String label) {
    /** Checks that nothing is missing. */
    public TokenCertificate {
        Objects.requireNonNull(reference, "reference");
        Objects.requireNonNull(label, "label");
    }
}
