// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The configuration has an entry that cannot be used; the message lists what can. */
public final class ConfigurationException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** @param message one sentence that names the thing, the value and the way out */
    public ConfigurationException(String message) {
        super(Reason.CONFIGURATION, message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public ConfigurationException(String message, @Nullable Throwable cause) {
        super(Reason.CONFIGURATION, message, cause);
    }
}
