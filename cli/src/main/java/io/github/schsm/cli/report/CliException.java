// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.report;

import io.github.schsm.SchsmException;
import java.io.Serial;

/** The command cannot do what it was asked for, for a reason that is not a device's. */
public class CliException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    public CliException(String message) {
        super(message);
    }

    public CliException(String message, Throwable cause) {
        super(message, cause);
    }
}
