package io.github.schsm;

import java.security.Key;

/**
 * A handle for a key in a token. Holds which token and which key, never a PIN or a connection: it may outlive the
 * card's removal, and the key's bytes cannot be had from it ({@link #getEncoded()} and {@link #getFormat()} are null).
 */
public sealed interface SchsmKey extends Key permits SchsmPrivateKey, SchsmSecretKey {
    /** The token that holds the key. */
    Token token();

    /** Which key of the token it is. */
    TokenKey key();

    /** What was known of the key when the handle was made. */
    KeyDetails details();

    /** The key's label. */
    default String label() {
        return key().label();
    }

    /** The device id or serial number of the token. */
    default String deviceId() {
        return token().id();
    }
}
