// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyDomain;
import io.github.schsm.KeyEncryptionKey;
import io.github.schsm.codec.PrintableText;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handle for the KEK that is in a key domain of a token.
 */
public final class KekHandle implements KeyEncryptionKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient KeyDomain.Status status;

    /** A handle for the KEK whose check value the status has. */
    public KekHandle(Token token, KeyDomain.Status status) {
        this.token = Objects.requireNonNull(token, "token");
        this.status = Objects.requireNonNull(status, "status");
    }

    /** The token whose domain holds the KEK. */
    public Token token() {
        return token;
    }

    @Override
    public String deviceId() {
        return token.id();
    }

    @Override
    public int slot() {
        return status.slot();
    }

    @Override
    public byte[] domainUid() {
        return status.uid();
    }

    @Override
    public byte[] kcv() {
        return status.kcv();
    }

    @Override
    public String getAlgorithm() {
        return status.isXkek() ? "XKEK" : "DKEK";
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
        return other instanceof KekHandle that
                && token.uniqueId().equals(that.token.uniqueId())
                && slot() == that.slot()
                && Arrays.equals(kcv(), that.kcv());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(kcv());
    }

    @Override
    public String toString() {
        return PrintableText.of(
                getAlgorithm() + " with KCV " + HexFormat.of().withUpperCase().formatHex(kcv()) + " in slot " + slot()
                        + " of device " + token.name());
    }

    @Serial
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a KEK never leaves its device");
    }

    @Serial
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a KEK never leaves its device");
    }
}
