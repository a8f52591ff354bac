// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import io.github.schsm.SchsmException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The audit log cannot be written or read ({@link SchsmException.Reason#AUDIT_LOG}). Where a change was not begun because
 * of it, the device was not asked for anything; where a change was done and its result could not be written, the
 * message says so.
 */
public final class AuditLogException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the file and the way out */
    public AuditLogException(String message) {
        this(message, null);
    }

    /**
     * @param message one sentence that names the file and the way out
     * @param cause   what brought this about
     */
    public AuditLogException(String message, @Nullable Throwable cause) {
        super(Reason.AUDIT_LOG, message, cause);
    }
}
