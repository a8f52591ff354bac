// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked at.
 *
 * @param id       what was looked at, e.g. {@code pcsc.service}; always the same
 * @param severity whether it is well
 * @param message  what was found, in a sentence
 * @param remedy   what to do about it; null if it is well
 * @param proposal a file that would mend it; null if none would
 */
public record Finding(
        String id,
        Severity severity,
        String message,
        @Nullable String remedy,
        @Nullable Proposal proposal) {
    /** Whether something is well. */
    public enum Severity {
        /** It is. */
        OK,
        /** It may be the reason for trouble. */
        WARNING,
        /** Devices cannot be used, or not all, before it is mended. */
        PROBLEM
    }

    /**
     * A file to be written.
     *
     * @param path    where
     * @param content what is in it
     */
    public record Proposal(String path, String content) {}

    public Finding {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(message, "message");
    }

    static Finding ok(String id, String message) {
        return new Finding(id, Severity.OK, message, null, null);
    }

    static Finding warning(String id, String message, String remedy) {
        return new Finding(id, Severity.WARNING, message, remedy, null);
    }

    static Finding problem(String id, String message, String remedy) {
        return new Finding(id, Severity.PROBLEM, message, remedy, null);
    }
}
