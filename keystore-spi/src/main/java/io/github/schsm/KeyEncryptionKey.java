// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import javax.crypto.SecretKey;

/**
 * A handle for the KEK that is in a key domain of a device: the domain's UID and the check value (KCV), no bytes.
 * What {@code KeyAgreement ECDH_XKEK} gives, and what {@code Cipher XKEK} and the protections take. Its algorithm is
 * {@code XKEK}, or {@code DKEK} for a key made of shares.
 */
public interface KeyEncryptionKey extends SecretKey {
    /** The device it is in. */
    String deviceId();

    /** The slot of its key domain. */
    int slot();

    /** The UID of its key domain, at least 32 bytes; empty for a DKEK. */
    byte[] domainUid();

    /** The check value: the first 8 bytes of SHA-256 of the KEK. Equal on both sides of an agreement. */
    byte[] kcv();
}
