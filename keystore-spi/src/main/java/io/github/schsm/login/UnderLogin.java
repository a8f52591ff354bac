// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import org.jspecify.annotations.Nullable;

/**
 * What is done with a device, and the login under which it is. A function that a device is used with may be one as well:
 * so the device needs no method that shows logins to its users, who give a PIN.
 */
public interface UnderLogin {
    /** Who knows the PIN; null uses only what needs none. */
    @Nullable
    Authenticator login();
}
