package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.PublicKeyAuthentication.RegisteredPublicKey;
import io.github.schsm.PublicKeyChallenge;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import java.util.List;

/** Authentication by registered keys at the card beside a module: each call is one use of the card. */
final class DirectKeyAuthentication implements PublicKeyAuthentication {
    private final DirectCard channel;

    DirectKeyAuthentication(DirectCard channel) {
        this.channel = channel;
    }

    private interface Function<T> {
        T apply(PublicKeyAuthentication keys) throws SchsmException;
    }

    private <T> T use(Function<T> function) throws SchsmException {
        return channel.use(card -> function.apply(card.publicKeyAuthentication()));
    }

    @Override
    public PublicKeyAuthentication.Status status() throws SchsmException {
        return use(PublicKeyAuthentication::status);
    }

    @Override
    public List<RegisteredPublicKey> registeredKeys() throws SchsmException {
        return use(PublicKeyAuthentication::registeredKeys);
    }

    @Override
    public PublicKeyAuthentication.Status register(AttestedPublicKey key) throws SchsmException {
        return use(keys -> keys.register(key));
    }

    @Override
    public PublicKeyAuthentication.Status replace(int index, AttestedPublicKey key) throws SchsmException {
        return use(keys -> keys.replace(index, key));
    }

    @Override
    public PublicKeyChallenge challenge(String chr) throws SchsmException {
        return use(keys -> keys.challenge(chr));
    }

    @Override
    public PublicKeyAuthentication.Status authenticate(PublicKeyResponse response) throws SchsmException {
        return use(keys -> keys.authenticate(response));
    }
}
