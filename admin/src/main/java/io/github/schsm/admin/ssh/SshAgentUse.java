// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

/**
 * A use of a key that a program asks for.
 *
 * @param key     the key
 * @param purpose what it is for, as far as what is to be signed tells, e.g. {@code log in as "git"} or {@code make a
 *                signature in the namespace "file"}; text from outside is escaped
 */
public record SshAgentUse(SshAgentKey key, String purpose) {}
