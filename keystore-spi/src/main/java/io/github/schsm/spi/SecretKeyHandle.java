// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmSecretKey;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.PrintableText;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The handle for an AES key in a token. */
public final class SecretKeyHandle implements SchsmSecretKey, KeyHandle {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient TokenKey key;
    private final transient KeyDetails details;
    private transient volatile boolean unnamed;

    /** A handle. */
    public SecretKeyHandle(Token token, TokenKey key, KeyDetails details) {
        this.token = Objects.requireNonNull(token, "token");
        this.key = Objects.requireNonNull(key, "key");
        this.details = Objects.requireNonNull(details, "details");
    }

    @Override
    public Token token() {
        return token;
    }

    @Override
    public TokenKey key() {
        return key;
    }

    @Override
    public KeyDetails details() {
        return details;
    }

    @Override
    public boolean isUnnamed() {
        return unnamed;
    }

    @Override
    public void madeWithoutName() {
        unnamed = true;
    }

    @Override
    public String getAlgorithm() {
        return key.type().name();
    }

    @Override
    public @Nullable String getFormat() {
        return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
        return null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretKeyHandle that
                && token.uniqueId().equals(that.token.uniqueId())
                && key.reference().equals(that.key.reference());
    }

    @Override
    public int hashCode() {
        return Objects.hash(token.uniqueId(), key.reference());
    }

    @Override
    public String toString() {
        return PrintableText.of(key + " in " + token.description());
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a key in a token cannot be serialized: store its alias instead");
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a key in a token cannot be serialized: store its alias instead");
    }
}
