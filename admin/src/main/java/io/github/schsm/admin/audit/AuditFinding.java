// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as the program wrote it.
 *
 * @param kind    what it is
 * @param file    the name of the file; null if it is missing
 * @param line    the line's number in the file, from 1; 0 if it is about no line
 * @param message what it is, in a sentence without its end
 */
public record AuditFinding(Kind kind, @Nullable String file, long line, String message) {
    /** Refuses one that says nothing. */
    public AuditFinding {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(message, "message");
    }

    /** What can be wrong with a log. */
    public enum Kind {
        /** A line is none of an audit log. */
        MALFORMED,
        /** A line, or the one before it, was changed or put in. */
        CHANGED,
        /** Lines are missing. */
        REMOVED,
        /** A line is not where it was written, or is there twice. */
        REORDERED,
        /** Lines are missing at the end, or were when the log was written on. */
        TRUNCATED,
        /** A whole file is missing, and the log does not say that it was removed because only so many are kept. */
        MISSING_FILE,
        /** What tells where the log ends is missing or cannot be read. */
        MISSING_HEAD,
        /** The log does not have a line that was noted or sealed. */
        OTHER_THAN_NOTED
    }
}
