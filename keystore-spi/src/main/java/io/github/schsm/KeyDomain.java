// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
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
    Status status() throws SchsmException;

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
    Status importShare(byte[] share) throws SchsmException;

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

    /**
     * A key domain's state as the device answers it (docs/protocol.md#key-domains).
     *
     * @param slot        its slot, from 0
     * @param shares      how many shares a DKEK is made of; 0 for an XKEK
     * @param outstanding how many of them are missing
     * @param kcv         the KEK's check value, 8 bytes; all zero if there is no KEK
     * @param uid         the UID of an XKEK domain, at least 32 bytes; empty for a DKEK domain
     */
    record Status(int slot, int shares, int outstanding, byte[] kcv, byte[] uid) {
        /** Copies the arrays. */
        public Status {
            kcv = kcv.clone();
            uid = uid.clone();
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }

        @Override
        public byte[] uid() {
            return uid.clone();
        }

        /** Whether it is an XKEK domain. */
        public boolean isXkek() {
            return uid.length > 0;
        }

        /**
         * Whether a DKEK must be there, because none of its shares is missing, and the device does not show its check value:
         * some firmware does only after the user PIN was verified.
         */
        public boolean isKcvHidden() {
            return !isXkek() && outstanding == 0 && !hasKek();
        }

        /** Whether the device shows that a KEK is there; see {@link #isKcvHidden()}. */
        public boolean hasKek() {
            return !Arrays.equals(kcv, new byte[kcv.length]);
        }

        /**
         * Whether two UIDs name the same key domain: some firmware says {@code x}, some {@code x || y}, so as many bytes
         * are compared as both have, at least {@value KeyDomain#UID_LENGTH}.
         */
        public static boolean sameUid(byte[] one, byte[] other) {
            int length = Math.min(one.length, other.length);
            return length >= KeyDomain.UID_LENGTH && Arrays.equals(one, 0, length, other, 0, length);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Status that
                    && slot == that.slot
                    && shares == that.shares
                    && outstanding == that.outstanding
                    && Arrays.equals(kcv, that.kcv)
                    && Arrays.equals(uid, that.uid);
        }

        @Override
        public int hashCode() {
            return Objects.hash(slot, shares, outstanding, Arrays.hashCode(kcv), Arrays.hashCode(uid));
        }

        @Override
        public String toString() {
            HexFormat hex = HexFormat.of().withUpperCase();
            String shown = isKcvHidden() ? "not shown before the PIN is verified" : hex.formatHex(kcv);
            return (isXkek() ? "XKEK" : "DKEK") + " key domain in slot " + slot + ", KCV " + shown
                    + (isXkek() ? ", UID " + hex.formatHex(uid) : "");
        }
    }
}
