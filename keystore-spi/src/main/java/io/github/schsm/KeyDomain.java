package io.github.schsm;

import javax.crypto.SecretKey;

/**
 * A key domain of a device: a group of devices among which keys may migrate and which no key can leave (chapter 3 of
 * the vendor's how-to). Got from {@link SchsmDevice}; holds no secret.
 * Generators take no other implementation.
 */
public interface KeyDomain {
    /** Bytes of a UID that every firmware gives: the x-coordinate of the group signer's point. */
    int UID_LENGTH = 32;

    /** The slot it is in, from 0. */
    int slot();

    /** The UID of an XKEK domain, at least {@value #UID_LENGTH} bytes; empty for a DKEK domain. */
    byte[] uid();

    /** Whether its KEK is agreed between devices; otherwise it is a DKEK made of shares. */
    boolean isXkek();

    /** The device it is in. */
    String deviceId();

    /**
     * The KEK's check value, asked from the device.
     *
     * @return 8 bytes; all zero if there is no KEK
     * @throws SchsmException if the device does not answer
     */
    byte[] kcv() throws SchsmException;

    /**
     * Its state, asked from the device.
     *
     * @throws SchsmException if the device does not answer
     */
    KeyDomainStatus status() throws SchsmException;

    /**
     * A handle for the KEK that is in the domain now, to wrap and unwrap with.
     *
     * @throws KeyDomainException if there is none
     * @throws SchsmException     if the device does not answer
     */
    SecretKey kek() throws SchsmException;

    /**
     * Imports one share of a DKEK domain.
     *
     * @param share 32 bytes, the caller's to wipe
     * @return the state afterwards
     * @throws SchsmException if the device refuses
     */
    KeyDomainStatus importShare(byte[] share) throws SchsmException;

    /**
     * Deletes the KEK, so that nothing can be wrapped or unwrapped until the next agreement; the keys stay.
     *
     * @throws SchsmException if the device refuses
     */
    void clearKek() throws SchsmException;

    /**
     * Deletes the domain.
     *
     * @throws DeviceException if there are keys in it
     * @throws SchsmException        if the device refuses
     */
    void delete() throws SchsmException;
}
