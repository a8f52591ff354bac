// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The way to the device failed: the PC/SC service, a reader, or a library that speaks to them
 * ({@link SchsmException.Reason#TRANSPORT}); or the secure channel was refused or broken
 * ({@link SchsmException.Reason#SECURE_CHANNEL}).
 */
public final class TransportException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TransportException(String message) {
        super(Reason.TRANSPORT, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TransportException(String message, @Nullable Throwable cause) {
        super(Reason.TRANSPORT, message, cause);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     */
    public TransportException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TransportException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
