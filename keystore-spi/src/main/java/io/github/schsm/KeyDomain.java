package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.Token;
import java.util.HexFormat;
import javax.crypto.SecretKey;

/**
 * A key domain of a device: a group of devices among which keys may migrate and which no key can leave (chapter 3 of
 * the vendor's how-to). Got from {@link SchsmDevice}; holds no secret.
 */
public final class KeyDomain {
    /** Bytes of a UID that every firmware gives: the x-coordinate of the group signer's point. */
    public static final int UID_LENGTH = 32;

    private final Token token;
    private final int slot;
    private final byte[] uid;

    KeyDomain(Token token, KeyDomainStatus status) {
        this.token = token;
        this.slot = status.slot();
        this.uid = status.uid();
    }

    /** The token it is on. */
    public Token token() {
        return token;
    }

    /** The slot it is in, from 0. */
    public int slot() {
        return slot;
    }

    /** The UID of an XKEK domain, at least {@value #UID_LENGTH} bytes; empty for a DKEK domain. */
    public byte[] uid() {
        return uid.clone();
    }

    /** Whether its KEK is agreed between devices; otherwise it is a DKEK made of shares. */
    public boolean isXkek() {
        return uid.length > 0;
    }

    /** The device it is in. */
    public String deviceId() {
        return token.id();
    }

    /**
     * The KEK's check value, asked from the device.
     *
     * @return 8 bytes; all zero if there is no KEK
     * @throws SchsmException if the device does not answer
     */
    public byte[] kcv() throws SchsmException {
        return status().kcv();
    }

    /**
     * Its state, asked from the device.
     *
     * @throws SchsmException if the device does not answer
     */
    public KeyDomainStatus status() throws SchsmException {
        return token.keyDomains().status(slot);
    }

    /**
     * A handle for the KEK that is in the domain now, to wrap and unwrap with.
     *
     * @throws KeyDomainException if there is none
     * @throws SchsmException     if the device does not answer
     */
    public SecretKey kek() throws SchsmException {
        KeyDomainStatus status = status();
        if (status.isKcvHidden()) {
            throw new KeyDomainException("device " + token.id() + " does not show the KCV of key domain " + slot
                    + " before the user PIN is verified: log in first (KeyStore.load with the PIN)");
        }
        if (!status.hasKek()) {
            throw new KeyDomainException("key domain " + slot + " of device " + token.name()
                    + (isXkek()
                            ? " has no KEK: agree on one first (KeyAgreement ECDH_XKEK)"
                            : " has no KEK: import its DKEK shares first"));
        }
        return new KeyEncryptionKey(token, status);
    }

    /**
     * Imports one share of a DKEK domain.
     *
     * @param share 32 bytes, the caller's to wipe
     * @return the state afterwards
     * @throws SchsmException if the device refuses
     */
    public KeyDomainStatus importShare(byte[] share) throws SchsmException {
        if (isXkek()) {
            throw new KeyDomainException("key domain " + slot + " of device " + token.name()
                    + " is an XKEK domain: its KEK is agreed between devices, there are no shares");
        }
        return token.keyDomains().importShare(slot, share);
    }

    /**
     * Deletes the KEK, so that nothing can be wrapped or unwrapped until the next agreement; the keys stay.
     *
     * @throws SchsmException if the device refuses
     */
    public void clearKek() throws SchsmException {
        token.keyDomains().clearKek(slot);
    }

    /**
     * Deletes the domain.
     *
     * @throws ObjectExistsException if there are keys in it
     * @throws SchsmException        if the device refuses
     */
    public void delete() throws SchsmException {
        token.keyDomains().delete(slot);
    }

    @Override
    public String toString() {
        return PrintableText.of(
                (isXkek() ? "XKEK key domain " + HexFormat.of().withUpperCase().formatHex(uid) : "DKEK key domain")
                        + " in slot " + slot + " of device " + token.name());
    }
}
