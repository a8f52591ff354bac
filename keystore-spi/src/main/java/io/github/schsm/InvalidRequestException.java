// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The request itself cannot be carried out: a parameter, label or key that does not fit the operation
 * ({@link SchsmException.Reason#INVALID_REQUEST}), a secret that cannot be one
 * ({@link SchsmException.Reason#UNUSABLE_SECRET}), or a response to a challenge that the device no longer knows
 * ({@link SchsmException.Reason#CHALLENGE_LOST}).
 */
public final class InvalidRequestException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public InvalidRequestException(String message) {
        super(Reason.INVALID_REQUEST, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public InvalidRequestException(String message, @Nullable Throwable cause) {
        super(Reason.INVALID_REQUEST, message, cause);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     */
    public InvalidRequestException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public InvalidRequestException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
