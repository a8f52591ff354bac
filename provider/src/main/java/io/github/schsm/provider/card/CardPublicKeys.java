// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.card.SmartCardHsm;
import java.util.List;

/** Public key authentication of a SmartCard-HSM. */
final class CardPublicKeys implements PublicKeyAuthentication {
    private final CardToken token;

    CardPublicKeys(CardToken token) {
        this.token = token;
    }

    @Override
    public PublicKeyAuthentication.Status status() throws SchsmException {
        return token.withCard(SmartCardHsm::publicKeyAuthentication);
    }

    @Override
    public List<RegisteredPublicKey> registeredKeys() throws SchsmException {
        return List.copyOf(token.withCard(SmartCardHsm::registeredKeys));
    }

    @Override
    public PublicKeyAuthentication.Status register(AttestedPublicKey key) throws SchsmException {
        requireTrusted(key);
        return token.withCard(card -> card.registerPublicKey(key));
    }

    @Override
    public PublicKeyAuthentication.Status replace(int index, AttestedPublicKey key) throws SchsmException {
        requireTrusted(key);
        return token.withCard(card -> card.replacePublicKey(index, key));
    }

    /** Who registers a key that is in no device lets everybody in who has a copy of it. */
    private void requireTrusted(AttestedPublicKey key) throws SchsmException {
        if (!key.request().isEc()) {
            throw new InvalidRequestException("public key authentication needs an EC key, the key from device "
                    + key.identity().deviceId() + " is an " + key.getAlgorithm() + " key");
        }
        token.trust().verify(key);
    }

    @Override
    public PublicKeyChallenge challenge(String chr) throws SchsmException {
        return token.withCard(card -> card.publicKeyChallenge(chr));
    }

    @Override
    public PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        return token.authenticate(response);
    }
}
