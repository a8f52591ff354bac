package io.github.schsm;

import io.github.schsm.spi.Token;
import java.security.Key;
import java.security.interfaces.RSAPublicKey;

/**
 * A handle for a key in a token. Holds which token and which key, never a PIN or a connection: it may outlive the
 * card's removal, and the key's bytes cannot be had from it ({@link #getEncoded()} and {@link #getFormat()} are null).
 */
public sealed interface SchsmKey extends Key permits SchsmPrivateKey, SchsmSecretKey {
    /** The token that holds the key. */
    Token token();

    /** Which key of the token it is. */
    TokenKey key();

    /** What was known of the key when the handle was made; see {@link #currentDetails} for a use counter that falls. */
    KeyDetails details();

    /**
     * What is known of the key now. Asks the device only for what may have changed: after each use of a key with a use
     * counter that is one command.
     *
     * @throws SchsmException if it cannot be read or the key is not there any more
     */
    default KeyDetails currentDetails() throws SchsmException {
        return token().details(key());
    }

    /**
     * A handle of the kind that fits the key: an {@link SchsmOpaquePrivateKey} where the public half of a private key is
     * not known.
     */
    static SchsmKey of(Token token, TokenKey key, KeyDetails details) {
        if (key.type() == KeyType.AES) {
            return new SchsmSecretKey(token, key, details);
        }
        if (key.type() == KeyType.EC && details.curve() != null) {
            return new SchsmEcPrivateKey(token, key, details);
        }
        if (key.type() == KeyType.RSA && details.publicKey() instanceof RSAPublicKey) {
            return new SchsmRsaPrivateKey(token, key, details);
        }
        return new SchsmOpaquePrivateKey(token, key, details);
    }

    /** The key's label. */
    default String label() {
        return key().label();
    }

    /** The device id or serial number of the token. */
    default String deviceId() {
        return token().id();
    }
}
