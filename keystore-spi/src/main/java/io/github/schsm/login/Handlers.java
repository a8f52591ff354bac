// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.ConfigurationException;
import java.security.Security;
import javax.security.auth.callback.CallbackHandler;
import org.jspecify.annotations.Nullable;

/** Where a callback handler comes from at the moment when one is needed. */
@FunctionalInterface
public interface Handlers {
    /** The security property that names the handler of providers which were given none, as the JDK's own providers read it. */
    String DEFAULT_HANDLER = "auth.login.defaultCallbackHandler";

    /**
     * The handler.
     *
     * @return null if there is none
     * @throws ConfigurationException if the one that is configured cannot be used
     */
    @Nullable
    CallbackHandler get() throws ConfigurationException;

    /** The handler of the security property. */
    static @Nullable CallbackHandler ofSecurityProperty() throws ConfigurationException {
        String name = Security.getProperty(DEFAULT_HANDLER);
        if (name == null || name.isBlank()) {
            return null;
        }
        try {
            return Class.forName(name.strip(), true, Thread.currentThread().getContextClassLoader())
                    .asSubclass(CallbackHandler.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException unusable) {
            throw new ConfigurationException(
                    "the security property " + DEFAULT_HANDLER + " names " + name
                            + ", which is no CallbackHandler with a constructor without arguments",
                    unusable);
        }
    }
}
