// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.io.IOException;

/** Decides about each use of a key before it happens. Asked for one use at a time. */
@FunctionalInterface
public interface SshAgentConfirmation {
    /**
     * Whether the key may be used.
     *
     * @throws IOException if nobody can be asked, which is a no; the message says why
     */
    boolean isAllowed(SshAgentUse use) throws IOException;
}
