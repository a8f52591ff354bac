// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The device, its firmware or the module in front of it does not have the operation. */
public final class UnsupportedByDeviceException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public UnsupportedByDeviceException(String message) {
        super(Reason.UNSUPPORTED, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public UnsupportedByDeviceException(String message, @Nullable Throwable cause) {
        super(Reason.UNSUPPORTED, message, cause);
    }
}
