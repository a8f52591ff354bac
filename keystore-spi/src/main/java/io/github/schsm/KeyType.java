// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

/** The kinds of keys a device holds. */
public enum KeyType {
    /** Elliptic curve key pair. */
    EC,
    /** RSA key pair. */
    RSA,
    /** AES key. */
    AES,
    /** Not known: nothing on the device describes the key, and it cannot be asked (without a PIN, or at all). */
    UNKNOWN;

    /** Whether the key is one half of a pair. */
    public boolean isPrivate() {
        return this != AES;
    }
}
