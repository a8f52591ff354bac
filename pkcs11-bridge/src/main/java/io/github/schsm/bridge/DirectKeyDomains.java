// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyDomains;
import java.util.List;

/**
 * The key domains of the card next to a module: each call is one use of the card, and keys go by the bridge's names.
 */
final class DirectKeyDomains implements KeyDomains {
    private final DirectCard card;
    private final CardKeys keys;

    DirectKeyDomains(DirectCard card, CardKeys keys) {
        this.card = card;
        this.keys = keys;
    }

    @Override
    public KeyDomain.Status status(int slot) throws SchsmException {
        return card.use(there -> there.keyDomains().status(slot));
    }

    @Override
    public int slots() throws SchsmException {
        return card.use(there -> there.keyDomains().slots());
    }

    @Override
    public List<KeyDomain.Status> list() throws SchsmException {
        return card.use(there -> there.keyDomains().list());
    }

    @Override
    public KeyDomain.Status createXkek(int slot, Kdm kdm) throws SchsmException {
        return card.use(there -> there.keyDomains().createXkek(slot, kdm));
    }

    @Override
    public KeyDomain.Status createDkek(int slot, int shares) throws SchsmException {
        return card.use(there -> there.keyDomains().createDkek(slot, shares));
    }

    @Override
    public KeyDomain.Status importShare(int slot, byte[] share) throws SchsmException {
        return card.use(there -> there.keyDomains().importShare(slot, share));
    }

    @Override
    public void clearKek(int slot) throws SchsmException {
        card.run(there -> there.keyDomains().clearKek(slot));
    }

    @Override
    public void delete(int slot) throws SchsmException {
        card.run(there -> there.keyDomains().delete(slot));
    }

    @Override
    public KeyDomain.Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException {
        TokenKey onCard = keys.onCard(exchange);
        return card.use(there -> there.keyDomains().agree(onCard, peer));
    }

    @Override
    public WrappedKeyEntry wrap(TokenKey key) throws SchsmException {
        TokenKey onCard = keys.onCard(key);
        return card.use(there -> there.keyDomains().wrap(onCard));
    }

    @Override
    public TokenKey unwrap(WrappedKeyEntry entry, String label) throws SchsmException {
        return keys.named(keys.change(there -> there.keyDomains().unwrap(entry, label)));
    }

    @Override
    public TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        return keys.named(keys.change(there -> there.keyDomains().importKey(request, dkek)));
    }
}
