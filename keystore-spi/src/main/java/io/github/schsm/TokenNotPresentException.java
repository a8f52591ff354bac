// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The token is not there: no reader, an empty reader, or a device that is not connected
 * ({@link SchsmException.Reason#TOKEN_NOT_PRESENT}); it was removed while a command was under way, so that nobody knows
 * whether it was executed ({@link SchsmException.Reason#TOKEN_REMOVED}); or another device is in its reader
 * ({@link SchsmException.Reason#TOKEN_CHANGED}).
 */
public final class TokenNotPresentException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public TokenNotPresentException(String message) {
        super(Reason.TOKEN_NOT_PRESENT, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TokenNotPresentException(String message, @Nullable Throwable cause) {
        super(Reason.TOKEN_NOT_PRESENT, message, cause);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     */
    public TokenNotPresentException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public TokenNotPresentException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
