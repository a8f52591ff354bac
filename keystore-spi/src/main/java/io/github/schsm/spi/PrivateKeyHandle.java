// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.security.PublicKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The handle for a private key in a token. */
public abstract sealed class PrivateKeyHandle implements SchsmPrivateKey, KeyHandle
        permits EcKeyHandle, RsaKeyHandle, OpaqueKeyHandle {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient TokenKey key;
    private final transient KeyDetails details;
    private transient volatile boolean unnamed;

    PrivateKeyHandle(Token token, TokenKey key, KeyDetails details) {
        this.token = Objects.requireNonNull(token, "token");
        this.key = Objects.requireNonNull(key, "key");
        this.details = Objects.requireNonNull(details, "details");
    }

    @Override
    public final Token token() {
        return token;
    }

    @Override
    public final TokenKey key() {
        return key;
    }

    @Override
    public final KeyDetails details() {
        return details;
    }

    @Override
    public final boolean isUnnamed() {
        return unnamed;
    }

    @Override
    public final void madeWithoutName() {
        unnamed = true;
    }

    /** Another handle for this key, which has no name either if this has none. */
    final <H extends PrivateKeyHandle> H alsoUnnamed(H other) {
        if (unnamed) {
            other.madeWithoutName();
        }
        return other;
    }

    @Override
    public String getAlgorithm() {
        return key.type().name();
    }

    @Override
    public final @Nullable String getFormat() {
        return null;
    }

    @Override
    public final byte @Nullable [] getEncoded() {
        return null;
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof PrivateKeyHandle that
                && token.uniqueId().equals(that.token.uniqueId())
                && key.reference().equals(that.key.reference())
                && isSame(details.publicKey(), that.details.publicKey());
    }

    private static boolean isSame(@Nullable PublicKey one, @Nullable PublicKey other) {
        return one == null ? other == null : PublicKeyNumbers.areEqual(one, other);
    }

    @Override
    public final int hashCode() {
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
