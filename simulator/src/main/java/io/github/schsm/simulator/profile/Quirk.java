// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.profile;

/**
 * Where devices with the same application differ from the reference (docs/protocol.md#devices-that-differ): mostly an
 * open firmware. A host has to cope with each.
 */
public enum Quirk {
    /** A key domain's UID is {@code x || y} of the group signer's point, 64 bytes. */
    UID_IS_WHOLE_POINT,
    /** ECDH answers {@code 04 || x}. */
    ECDH_ANSWERS_X_ONLY,
    /** Key attributes (A5) have a length of three bytes. */
    LONG_FORM_ATTRIBUTES,
    /** ENUMERATE OBJECTS lists keys and descriptions, no certificates and no data. */
    ENUMERATE_WITHOUT_CONTENTS,
    /** Deleting a key domain answers 6A88: the slot is free now. */
    DELETED_DOMAIN_ANSWERS_FREE,
    /** The device id file holds one certificate, signed with its own key. Takes effect when a device is made. */
    SELF_SIGNED_DEVICE,
    /** The device id file holds the root's certificate, too. Takes effect when a device is made. */
    THREE_CERTIFICATES,
    /** The device id file is empty until the device is initialized for the first time. */
    NO_CERTIFICATE_UNTIL_INITIALIZED,
    /** The device id file is empty, and stays so. Takes effect when a device is made. */
    NO_DEVICE_CERTIFICATE,
    /** The device is called ESPICOHSMTR in its certificate, as all of its kind are. Takes effect when a device is made. */
    SHARED_DEVICE_ID,
    /** The device key is on secp256k1. Takes effect when a device is made. */
    DEVICE_KEY_ON_SECP256K1,
    /**
     * An XKEK key domain is created with the group signer's whole request (7F21 || 42 || 5F37) before the signature;
     * its certificate part alone is answered 6A80.
     */
    XKEK_WANTS_WHOLE_REQUEST,
    /** The key check value is zero until the user PIN is verified. */
    KCV_NEEDS_PIN,
    /** Chip authentication only after the user PIN. */
    CHIP_AUTHENTICATION_NEEDS_PIN,
    /** ECDSA signatures carry leading zeros that DER forbids. */
    SUPERFLUOUS_ZEROS,
    /** SELECT of a file gives its size in tag 80 and no life cycle status, as firmware 1.x does. */
    FILE_SIZE_IN_80,
    /** READ BINARY that goes over the end answers 9000 with what was there; only at the end 6282. */
    READ_OVER_END_IS_OK,
    /** READ BINARY with Le for all there is answers 6282 too: fewer bytes came than an answer can hold. */
    READ_ALL_ENDS_WITH_WARNING,
    /**
     * The first INITIALIZE DEVICE after a reset of a device that was initialized before answers 6A84, while memory is
     * tidied; the second does it.
     */
    FIRST_INITIALIZE_ANSWERS_FULL,
    /** INITIALIZE DEVICE ends all logins. */
    INITIALIZE_LOGS_OUT,
    /** UNWRAP KEY under a KCV that no domain has answers 6A80. */
    UNKNOWN_KCV_IS_WRONG_DATA,
    /** UNWRAP KEY of an RSA key of more than 2048 bits works once, then answers 6F00 until the card is reset. */
    LONG_RSA_UNWRAPS_ONCE,
    /** MANAGE KEY DOMAIN answers 6B00 past the last slot. */
    SLOTS_END_WITH_6B00,
    /** A key whose use counter is used up answers 6A84. */
    USED_UP_KEY_ANSWERS_FULL,
    /** WRAP KEY answers 6A88 for keys in XKEK domains: the firmware cannot wrap them. */
    XKEK_DOMAINS_DO_NOT_WRAP,
    /** Blobs of keys on the secp*r1 curves have an empty coefficient a. */
    EC_BLOB_WITHOUT_A,
    /** SP 800-56C derivation gives as many bytes as the input has. */
    DERIVES_AS_MUCH_AS_GIVEN,
    /** A DKEK share that was imported without the user PIN counts when the PIN is verified, not before. */
    SHARE_WAITS_FOR_PIN,
    /** Public keys of more than 256 bits are not registered for authentication, 6A80. */
    REGISTERS_256_BITS_AT_MOST,
    /** PSO: VERIFY CERTIFICATE keeps the certificate in a CA file. */
    PSO_STORES_CERTIFICATES,
    /** SIGN with algorithm 30, a DigestInfo to pad, answers 6400. */
    NO_PKCS1_PADDING
}
