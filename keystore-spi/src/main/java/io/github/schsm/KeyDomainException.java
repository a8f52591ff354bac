// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A key domain rule forbids the operation: another domain, no KEK, another KEK, a KDM for another device. */
public final class KeyDomainException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public KeyDomainException(String message) {
        super(Reason.KEY_DOMAIN, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public KeyDomainException(String message, @Nullable Throwable cause) {
        super(Reason.KEY_DOMAIN, message, cause);
    }
}
