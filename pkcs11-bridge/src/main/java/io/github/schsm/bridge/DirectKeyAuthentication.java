// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import java.util.List;

/** Authentication by registered keys at the card next to a module: each call is one use of the card. */
final class DirectKeyAuthentication implements PublicKeyAuthentication {
    private final DirectCard card;

    DirectKeyAuthentication(DirectCard card) {
        this.card = card;
    }

    @Override
    public PublicKeyAuthentication.Status status() throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().status());
    }

    @Override
    public List<RegisteredPublicKey> registeredKeys() throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().registeredKeys());
    }

    @Override
    public PublicKeyAuthentication.Status register(AttestedPublicKey key) throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().register(key));
    }

    @Override
    public PublicKeyAuthentication.Status replace(int index, AttestedPublicKey key) throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().replace(index, key));
    }

    @Override
    public PublicKeyChallenge challenge(String chr) throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().challenge(chr));
    }

    @Override
    public PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        return card.use(there -> there.publicKeyAuthentication().authenticate(response));
    }
}
