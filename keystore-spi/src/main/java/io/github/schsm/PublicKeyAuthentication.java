// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serializable;
import java.security.PrivateKey;
import java.util.List;
import java.util.Objects;

/**
 * Public key authentication of a device (n of m, docs/protocol.md#public-key-authentication): people with keys in
 * devices of their own authenticate in place of the user PIN or in addition to it if the device was initialized so.
 *
 * <p>The state belongs to the connection: it ends when the device is reset or removed, when another program selects
 * it, and with this program. It cannot be brought back by itself; operations fail with
 * {@link SchsmException.Reason#PUBLIC_KEY_AUTHENTICATION_REQUIRED} then. Every method throws {@link UnsupportedByDeviceException} if
 * the device was not initialized with public key authentication.
 */
public interface PublicKeyAuthentication {
    /**
     * How many keys there are, are missing, are required, and have authenticated.
     *
     * @throws SchsmException if it cannot be asked
     */
    Status status() throws SchsmException;

    /**
     * The registered keys, in the order of their places.
     *
     * @throws SchsmException if they cannot be read
     */
    List<RegisteredPublicKey> registeredKeys() throws SchsmException;

    /**
     * Registers a key in the next free place. The device takes no PIN for it: register all of them at once.
     *
     * @param key an EC key with the attestation of the device that holds it
     * @return the state afterwards
     * @throws UntrustedDeviceException if the key is not attested by a device that traces to a trusted root
     * @throws InvalidRequestException  if it is no EC key, or all places are taken
     * @throws DeviceException    if it is registered already
     * @throws SchsmException           if the device refuses
     */
    Status register(AttestedPublicKey key) throws SchsmException;

    /**
     * Puts another key in the place of a registered one, if the device was initialized to allow it. Needs the
     * authentication that keys need.
     *
     * @param index the place, from 0
     * @param key   as for {@link #register}
     * @return the state afterwards; the new key has not authenticated
     * @throws UntrustedDeviceException if the key is not attested by a device that traces to a trusted root
     * @throws DeviceException  if there is no such place, or no key in it
     * @throws SchsmException           if the device refuses
     */
    Status replace(int index, AttestedPublicKey key) throws SchsmException;

    /**
     * A challenge for the holder of a registered key, who may be somewhere else: hand it over as
     * {@link PublicKeyChallenge#encode()}. It is good for one response, until the device is asked for another one; leave
     * the device alone meanwhile.
     *
     * @param chr the holder reference of the registered key
     * @throws DeviceException if no such key is registered
     * @throws InvalidRequestException if it has authenticated already, or keys are still missing
     * @throws SchsmException          if the device refuses
     */
    PublicKeyChallenge challenge(String chr) throws SchsmException;

    /**
     * Authenticates with the response to the last {@link #challenge}.
     *
     * @return the state afterwards
     * @throws InvalidRequestException          if the device has forgotten the challenge, or this is the response to an
     *                                         older one: ask for a new challenge
     * @throws DeviceException if it was signed with another key
     * @throws InvalidRequestException         if it is for another device
     * @throws SchsmException                  if the device cannot be reached
     */
    Status authenticate(PublicKeyResponse response) throws SchsmException;

    /**
     * Authenticates with a key that is at hand: a challenge, its signature, the response.
     *
     * @param key an EC private key, of another SmartCard-HSM or of any provider that is registered
     * @param chr the holder reference under which it is registered: that of its request
     * @return the state afterwards
     * @throws DeviceException if it is another key than the registered one
     * @throws SchsmException                  as {@link #challenge}, {@link PublicKeyResponse#sign} and
     *                                         {@link #authenticate(PublicKeyResponse)}
     */
    default Status authenticate(PrivateKey key, String chr) throws SchsmException {
        return authenticate(PublicKeyResponse.sign(challenge(chr), key));
    }

    /**
     * How far public key authentication has come (docs/protocol.md#public-key-authentication).
     *
     * @param total         how many public keys the device takes
     * @param missing       how many of them are not registered yet
     * @param required      how many of them have to authenticate
     * @param authenticated how many have done so since the device was last reset or selected
     */
    record Status(int total, int missing, int required, int authenticated) implements Serializable {
        /** Whether all keys are registered: before that nobody can authenticate. */
        public boolean isComplete() {
            return missing == 0;
        }

        /** Whether as many keys as required have authenticated. */
        public boolean isAuthenticated() {
            return authenticated >= required;
        }

        @Override
        public String toString() {
            return authenticated + " of " + required + " keys authenticated, "
                    + (missing == 0 ? total + " registered" : total - missing + " of " + total + " registered");
        }
    }

    /**
     * A public key that is registered with a device for authentication.
     *
     * @param index         its place, from 0
     * @param chr           the holder reference in the key's request; of one key only as long as nobody registers another
     *                      under the same name
     * @param authenticated whether it has authenticated since the device was last reset or selected
     */
    record RegisteredPublicKey(int index, String chr, boolean authenticated) {
        /** Checks that it is complete. */
        public RegisteredPublicKey {
            Objects.requireNonNull(chr, "chr");
        }
    }
}
