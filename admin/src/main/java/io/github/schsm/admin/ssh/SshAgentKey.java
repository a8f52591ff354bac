// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

/**
 * A key that an agent offers.
 *
 * @param label       its label on the device
 * @param type        SSH's name of its kind, e.g. {@code ecdsa-sha2-nistp256} or {@code ssh-rsa}
 * @param fingerprint the SHA-256 of the public key as OpenSSH shows it, {@code SHA256:} and Base64
 * @param publicKey   the line for {@code authorized_keys}, without a line end; the comment is the label
 */
public record SshAgentKey(String label, String type, String fingerprint, String publicKey) {}
