package io.github.schsm;

import java.security.PrivateKey;
import java.util.List;

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
    PublicKeyAuthenticationStatus status() throws SchsmException;

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
    PublicKeyAuthenticationStatus register(AttestedPublicKey key) throws SchsmException;

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
    PublicKeyAuthenticationStatus replace(int index, AttestedPublicKey key) throws SchsmException;

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
    PublicKeyAuthenticationStatus authenticate(PublicKeyResponse response) throws SchsmException;

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
    default PublicKeyAuthenticationStatus authenticate(PrivateKey key, String chr) throws SchsmException {
        return authenticate(PublicKeyResponse.sign(challenge(chr), key));
    }
}
