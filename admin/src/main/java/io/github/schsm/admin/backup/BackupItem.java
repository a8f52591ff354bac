// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something of a backup, and what becomes of it when it is restored.
 *
 * @param kind    what it is
 * @param label   its label
 * @param outcome what became of it, or would
 * @param reason  why, in a sentence; null where the outcome says it all
 */
public record BackupItem(
        Kind kind, String label, Outcome outcome, @Nullable String reason) {
    /** Refuses nulls where a value is needed. */
    public BackupItem {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(outcome, "outcome");
    }

    /** What can be in a backup. */
    public enum Kind {
        /** A key with its description and certificate. */
        KEY,
        /** A certificate that belongs to no key. */
        CERTIFICATE,
        /** A data object. */
        DATA,
        /** The device's label. */
        DEVICE_LABEL
    }

    /** What becomes of something. */
    public enum Outcome {
        /** It would be written; of a plan only. */
        TO_WRITE,
        /** It was written. */
        WRITTEN,
        /** It is there already. */
        PRESENT,
        /** Something else has its place, and is not replaced. */
        CONFLICT,
        /** This device cannot have it. */
        IMPOSSIBLE,
        /** It is not in the archive, because it could not be saved. */
        NOT_SAVED,
        /** The device failed or refused. */
        FAILED,
        /** It was not tried, because something before it failed in a way that ended the work. */
        NOT_TRIED
    }

    /** Whether it is on the device now, or would be. */
    public boolean isThere() {
        return outcome == Outcome.TO_WRITE || outcome == Outcome.WRITTEN || outcome == Outcome.PRESENT;
    }
}
