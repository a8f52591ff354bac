// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

/** The commands of docs/protocol.md#commands, under the names that their specifications give them. */
public enum CardCommand {
    SELECT("SELECT"),
    READ_BINARY("READ BINARY"),
    UPDATE_BINARY("UPDATE BINARY"),
    DELETE_FILE("DELETE FILE"),
    ENUMERATE_OBJECTS("ENUMERATE OBJECTS"),
    VERIFY("VERIFY"),
    CHANGE_REFERENCE_DATA("CHANGE REFERENCE DATA"),
    RESET_RETRY_COUNTER("RESET RETRY COUNTER"),
    INITIALIZE_DEVICE("INITIALIZE DEVICE"),
    MANAGE_KEY_DOMAIN("MANAGE KEY DOMAIN"),
    CREATE_KEY_DOMAIN("MANAGE KEY DOMAIN (create)"),
    DELETE_KEY_DOMAIN("MANAGE KEY DOMAIN (delete)"),
    GENERATE_KEY_PAIR("GENERATE ASYMMETRIC KEY PAIR"),
    GENERATE_SYMMETRIC_KEY("GENERATE SYMMETRIC KEY"),
    SIGN("SIGN"),
    DECIPHER("DECIPHER"),
    DERIVE_XKEK("DECIPHER (ECDH_XKEK)"),
    SYMMETRIC_CIPHER("SYMMETRIC CIPHER"),
    DERIVE_EC_KEY("DERIVE EC KEY"),
    WRAP_KEY("WRAP KEY"),
    UNWRAP_KEY("UNWRAP KEY"),
    GET_CHALLENGE("GET CHALLENGE"),
    MSE_SET("MANAGE SECURITY ENVIRONMENT"),
    SELECT_AUTHENTICATION_KEY("MANAGE SECURITY ENVIRONMENT (authentication)"),
    MANAGE_PUBLIC_KEY_AUTHENTICATION("MANAGE PUBLIC KEY AUTHENTICATION"),
    REGISTER_PUBLIC_KEY("MANAGE PUBLIC KEY AUTHENTICATION (register)"),
    EXTERNAL_AUTHENTICATE("EXTERNAL AUTHENTICATE"),
    GENERAL_AUTHENTICATE("GENERAL AUTHENTICATE"),
    VERIFY_CERTIFICATE("PSO: VERIFY CERTIFICATE");

    private final String title;

    CardCommand(String title) {
        this.title = title;
    }

    /** The name for messages. */
    public String title() {
        return title;
    }

    /** Whether its data, where it has any, hold a user PIN or SO-PIN. */
    public boolean carriesPin() {
        return this == VERIFY
                || this == CHANGE_REFERENCE_DATA
                || this == RESET_RETRY_COUNTER
                || this == INITIALIZE_DEVICE;
    }

    boolean usesKey() {
        return this == SIGN
                || this == DECIPHER
                || this == DERIVE_XKEK
                || this == SYMMETRIC_CIPHER
                || this == DERIVE_EC_KEY
                || this == WRAP_KEY;
    }
}
