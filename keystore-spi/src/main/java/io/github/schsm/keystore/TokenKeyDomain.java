// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.Token;
import java.util.HexFormat;
import javax.crypto.SecretKey;

/** A key domain of a token. */
public final class TokenKeyDomain implements KeyDomain {
    private final Token token;
    private final int slot;
    private final byte[] uid;

    TokenKeyDomain(Token token, KeyDomain.Status status) {
        this.token = token;
        this.slot = status.slot();
        this.uid = status.uid();
    }

    /** The token it is on. */
    public Token token() {
        return token;
    }

    @Override
    public int slot() {
        return slot;
    }

    @Override
    public byte[] uid() {
        return uid.clone();
    }

    @Override
    public boolean isXkek() {
        return uid.length > 0;
    }

    @Override
    public String deviceId() {
        return token.id();
    }

    @Override
    public byte[] kcv() throws SchsmException {
        return status().kcv();
    }

    @Override
    public KeyDomain.Status status() throws SchsmException {
        return token.keyDomains().status(slot);
    }

    @Override
    public SecretKey kek() throws SchsmException {
        KeyDomain.Status status = status();
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
        return new KekHandle(token, status);
    }

    @Override
    public KeyDomain.Status importShare(byte[] share) throws SchsmException {
        if (isXkek()) {
            throw new KeyDomainException("key domain " + slot + " of device " + token.name()
                    + " is an XKEK domain: its KEK is agreed between devices, there are no shares");
        }
        return token.keyDomains().importShare(slot, share);
    }

    @Override
    public void clearKek() throws SchsmException {
        token.keyDomains().clearKek(slot);
    }

    @Override
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
