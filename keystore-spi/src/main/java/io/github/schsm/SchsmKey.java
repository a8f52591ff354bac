// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.Key;
import java.util.List;

/**
 * A handle for a key in a token. Holds which token and which key, never a PIN or a connection: it may outlive the
 * card's removal, and the key's bytes cannot be had from it ({@link #getEncoded()} and {@link #getFormat()} are null).
 * Handles come from the key store and the generators; the engines take no other implementation.
 */
public interface SchsmKey extends Key {
    /** Which key of the token it is. */
    TokenKey key();

    /** What was known of the key when the handle was made; see {@link #currentDetails} for a use counter that falls. */
    KeyDetails details();

    /**
     * What is known of the key now. Asks the device only for what may have changed: after each use of a key with a use
     * counter that is one command.
     *
     * @throws SchsmException if it cannot be read or the key is not there any more
     */
    KeyDetails currentDetails() throws SchsmException;

    /**
     * The device's word that the key was generated in it.
     *
     * @throws UntrustedDeviceException if the key has none, or none any more; the message says why and what to do
     * @throws SchsmException       if the device cannot be read
     */
    KeyAttestation attestation() throws SchsmException;

    /** The key's label. */
    default String label() {
        return key().label();
    }

    /** The device id or serial number of the token; of a key in a domain what the domain is called. */
    String deviceId();

    /** The devices that have the key: that one or, of a key in a {@link SchsmDomain}, every member that has it. */
    default List<String> deviceIds() {
        return List.of(deviceId());
    }
}
