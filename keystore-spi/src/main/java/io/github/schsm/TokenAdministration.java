// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.callback.PinPadCallback;
import java.util.Optional;
import java.util.Set;

/** PINs and initialization of a device (docs/protocol.md#commands). PINs are the caller's to wipe. */
public interface TokenAdministration {
    /**
     * The user PIN's state.
     *
     * @throws SchsmException if it cannot be read
     */
    PinStatus userPin() throws SchsmException;

    /**
     * The SO-PIN's state.
     *
     * @throws SchsmException if it cannot be read
     */
    PinStatus soPin() throws SchsmException;

    /**
     * Changes the user PIN. The old one is verified by itself first: the device cuts old and new at its own length of the
     * old one, wherever that ends here. Where it is a transport PIN, which cannot be verified, the new one is, afterwards.
     *
     * @throws InvalidRequestException if one of them cannot be a PIN; nothing is sent then
     * @throws PinException   if the old one is wrong
     * @throws SchsmException if the device refuses the new one
     */
    void changePin(char[] oldPin, char[] newPin) throws SchsmException;

    /**
     * Changes the user PIN on the reader's pad, where the present one is typed by itself first, unless that was done to
     * log in; then the present one again, and the new one twice. A callback handler that was set is told by a
     * {@link PinPadCallback} each time. Takes as long as the person does.
     *
     * @throws UnsupportedByDeviceException if the reader has no such pad
     * @throws PinException                 if the present one is wrong, or nothing was entered
     * @throws SchsmException               if the device refuses the new one
     */
    void changePinOnReader() throws SchsmException;

    /**
     * Changes the SO-PIN, 16 hex digits each. The old one is verified by itself first.
     *
     * @throws InvalidRequestException if one of them is something else; nothing is sent then
     * @throws PinException   if the old one is wrong
     * @throws SchsmException if the device refuses the new one
     */
    void changeSoPin(char[] oldPin, char[] newPin) throws SchsmException;

    /**
     * Unblocks the user PIN with the SO-PIN.
     *
     * @param newPin the new user PIN; an empty one keeps the old
     * @throws InvalidRequestException if one of them cannot be a PIN; nothing is sent then
     * @throws PinException   if the SO-PIN is wrong
     * @throws SchsmException if the device was not initialized to allow it
     */
    void unblock(char[] soPin, char[] newPin) throws SchsmException;

    /**
     * Checks whether this way to the device has words for what it shall be initialized with, before anybody is asked for
     * a PIN.
     *
     * @param settings with any PINs, which are not looked at
     * @throws SchsmException if {@link #initialize} would refuse them without asking the device
     */
    default void requirePossible(DeviceInitialization settings) throws SchsmException {}

    /**
     * Initializes the device: every key, certificate and key domain on it is erased.
     *
     * @throws PinException   if the device was initialized with another SO-PIN
     * @throws SchsmException if it refuses
     */
    void initialize(DeviceInitialization settings) throws SchsmException;

    /**
     * Gives the token another label; what else it says of itself (serial number, manufacturer) stays.
     *
     * @param label 1 to 32 bytes in UTF-8, which is what PKCS#11 shows of it
     * @throws PinException   if there is no user PIN
     * @throws SchsmException if the device refuses; the old label stays then
     */
    void setLabel(String label) throws SchsmException;

    /**
     * What the device was initialized to allow: whether the SO-PIN unblocks the user PIN, say. The device tells it when
     * it is selected, so this costs no command of its own.
     *
     * @return empty if the device, or the way to it, does not say
     * @throws SchsmException if it cannot be asked
     */
    default Optional<Set<DeviceInitialization.Option>> options() throws SchsmException {
        return Optional.empty();
    }

    /**
     * Free memory in bytes; -1 if the device does not say.
     *
     * @throws SchsmException if it cannot be asked
     */
    long freeMemory() throws SchsmException;

    /**
     * The state of a PIN.
     *
     * @param state     what it is
     * @param triesLeft how often it may be tried before it is blocked; -1 if the device does not say
     */
    record PinStatus(State state, int triesLeft) {
        /** The states a PIN can be in. */
        public enum State {
            /** Verified since the last reset or selection of the applet. */
            VERIFIED,
            /** Not verified. */
            NOT_VERIFIED,
            /** Not verified, and no tries are left. */
            BLOCKED,
            /** Has to be changed before anything else. */
            TRANSPORT,
            /** The device was never initialized: there is no PIN. */
            NOT_INITIALIZED,
            /** The device was initialized without a PIN: registered keys take its place (public key authentication). */
            KEYS_INSTEAD
        }
    }
}
