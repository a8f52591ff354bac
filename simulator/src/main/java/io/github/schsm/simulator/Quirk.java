package io.github.schsm.simulator;

/**
 * Where devices with the same application differ from the reference (section 10 of the protocol notes): mostly an
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
    /** The device key is on secp256k1. Takes effect when a device is made. */
    DEVICE_KEY_ON_SECP256K1,
    /** The key check value is zero until the user PIN is verified. */
    KCV_NEEDS_PIN,
    /** Chip authentication only after the user PIN. */
    CHIP_AUTHENTICATION_NEEDS_PIN,
    /** ECDSA signatures carry leading zeros that DER forbids. */
    SUPERFLUOUS_ZEROS
}
