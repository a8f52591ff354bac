// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.admin.selftest.CheckResult.Evidence;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The device does something else than is written. */
final class Contradiction extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Evidence evidence;
    private final transient @Nullable String known;

    Contradiction(Evidence evidence, @Nullable String known) {
        super(evidence.expected(), null, false, false);
        this.evidence = evidence;
        this.known = known;
    }

    Evidence evidence() {
        return evidence;
    }

    /** Where such devices are known; null if they are not. */
    @Nullable
    String known() {
        return known;
    }
}
