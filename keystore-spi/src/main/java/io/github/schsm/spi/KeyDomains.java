// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.WrappedKeyEntry;
import java.util.List;

/**
 * The key domain operations of a token (docs/protocol.md#key-domains), by slot number. Programs use
 * {@link SchsmDevice} and {@link KeyDomain}.
 */
public interface KeyDomains {
    /**
     * A slot's state.
     *
     * @throws DeviceException if the slot is free
     * @throws SchsmException          if there is no such slot
     */
    KeyDomain.Status status(int slot) throws SchsmException;

    /**
     * How many slots the device has.
     *
     * @throws SchsmException if it cannot be asked
     */
    int slots() throws SchsmException;

    /**
     * The slots in which there is a domain.
     *
     * @throws SchsmException if they cannot be read
     */
    List<KeyDomain.Status> list() throws SchsmException;

    /**
     * Creates an XKEK key domain, after checking that the KDM is good for this very device.
     *
     * @throws KeyDomainException       if it is not
     * @throws UntrustedDeviceException if the device does not trace to a trusted root
     * @throws SchsmException           if the device refuses
     */
    KeyDomain.Status createXkek(int slot, Kdm kdm) throws SchsmException;

    /**
     * Creates a DKEK key domain.
     *
     * @param shares how many shares its key is made of, 1 to 255
     * @throws SchsmException if the device refuses
     */
    KeyDomain.Status createDkek(int slot, int shares) throws SchsmException;

    /**
     * Imports one share of a DKEK.
     *
     * @param share 32 bytes, the caller's to wipe
     * @throws SchsmException if the device refuses
     */
    KeyDomain.Status importShare(int slot, byte[] share) throws SchsmException;

    /**
     * Deletes the KEK; the keys stay.
     *
     * @throws SchsmException if the device refuses
     */
    void clearKek(int slot) throws SchsmException;

    /**
     * Deletes the domain.
     *
     * @throws DeviceException if there are keys in it
     * @throws SchsmException        if the device refuses
     */
    void delete(int slot) throws SchsmException;

    /**
     * Agrees on the KEK of the exchange key's domain.
     *
     * @param exchange an exchange key of this token
     * @param peer     the other side's
     * @return the domain's state with the new KEK's check value
     * @throws UntrustedDeviceException if the peer's key is not attested by a trusted device
     * @throws KeyDomainException       if it is of another domain
     * @throws SchsmException           if the device refuses
     */
    KeyDomain.Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException;

    /**
     * Wraps a key under its domain's KEK.
     *
     * @return the blob of docs/protocol.md#wrapped-keys, with the key's description and certificate as stored
     * @throws SchsmException if the key may not leave or there is no KEK
     */
    WrappedKeyEntry wrap(TokenKey key) throws SchsmException;

    /**
     * Says that many keys are going to be unwrapped one after the other, or no more are: what is asked before each can then
     * be asked now and then.
     */
    default void expectMany(boolean expected) {}

    /**
     * Removes the requests and descriptions of exchange keys that migrations made, where the keys themselves are gone: what
     * remains if the card is out while one is deleted. Costs nothing where the list of objects names none.
     *
     * @throws SchsmException if the device refuses
     */
    default void removeRemains() throws SchsmException {}

    /**
     * Unwraps a key and stores its description and certificate with it; if any of that fails nothing is left behind.
     *
     * @param entry blob, description and certificates
     * @param label the label it gets
     * @return the key
     * @throws SchsmException if the device refuses
     */
    TokenKey unwrap(WrappedKeyEntry entry, String label) throws SchsmException;

    /**
     * Imports a software key under a DKEK that the host has: wraps it as a device would, and unwraps it into the key domain
     * with that DKEK. One use of the key proves that it is the one that was wrapped, where its algorithm list allows any; if
     * anything fails nothing is left behind.
     *
     * @param request the key, and what goes with it
     * @param dkek    32 bytes, the caller's to wipe; its check value is compared with the device's before anything is sent
     * @return the key
     * @throws KeyDomainException if the device has no key domain with that DKEK
     * @throws SchsmException     if the device refuses
     */
    default TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        throw new UnsupportedByDeviceException("software keys cannot be imported there");
    }
}
