package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.Token;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A handle for the KEK that is in a key domain of a device: the domain's UID and the check value (KCV), no bytes.
 * What {@code KeyAgreement ECDH_XKEK} gives, and what {@code Cipher XKEK} and the protections take.
 */
public final class KeyEncryptionKey implements SecretKey {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Token token;
    private final transient KeyDomainStatus status;

    /** A handle for the KEK whose check value the status has. */
    public KeyEncryptionKey(Token token, KeyDomainStatus status) {
        this.token = Objects.requireNonNull(token, "token");
        this.status = Objects.requireNonNull(status, "status");
    }

    /** The token whose domain holds the KEK. */
    public Token token() {
        return token;
    }

    /** The device it is in. */
    public String deviceId() {
        return token.id();
    }

    /** The slot of its key domain. */
    public int slot() {
        return status.slot();
    }

    /** The UID of its key domain, at least 32 bytes; empty for a DKEK. */
    public byte[] domainUid() {
        return status.uid();
    }

    /** The check value: the first 8 bytes of SHA-256 of the KEK. Equal on both sides of an agreement. */
    public byte[] kcv() {
        return status.kcv();
    }

    /** {@code XKEK}, or {@code DKEK} for a key made of shares. */
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
        return other instanceof KeyEncryptionKey that
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
