// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import java.io.Serial;

/**
 * The command line itself is wrong: a value that an option cannot have, or options that exclude each other. Found before
 * a device is looked at; the exit status is {@link Status#USAGE}.
 */
public final class UsageException extends CliException {
    @Serial
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A value that an option cannot have; the cause's message says what it can. */
    public static UsageException of(String option, Object value, Throwable cause) {
        return new UsageException(option + " " + value + ": " + cause.getMessage(), cause);
    }
}
