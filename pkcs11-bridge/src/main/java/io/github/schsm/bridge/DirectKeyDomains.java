package io.github.schsm.bridge;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.spi.KeyDomains;
import java.util.List;

/** The key domains of the card beside a module: each call is one use of the card, and keys go by the bridge's names. */
final class DirectKeyDomains implements KeyDomains {
    private final DirectCard channel;

    DirectKeyDomains(DirectCard channel) {
        this.channel = channel;
    }

    private interface Function<T> {
        T apply(KeyDomains domains) throws SchsmException;
    }

    private <T> T use(Function<T> function) throws SchsmException {
        return channel.use(card -> function.apply(card.keyDomains()));
    }

    @Override
    public KeyDomain.Status status(int slot) throws SchsmException {
        return use(domains -> domains.status(slot));
    }

    @Override
    public int slots() throws SchsmException {
        return use(KeyDomains::slots);
    }

    @Override
    public List<KeyDomain.Status> list() throws SchsmException {
        return use(KeyDomains::list);
    }

    @Override
    public KeyDomain.Status createXkek(int slot, Kdm kdm) throws SchsmException {
        return use(domains -> domains.createXkek(slot, kdm));
    }

    @Override
    public KeyDomain.Status createDkek(int slot, int shares) throws SchsmException {
        return use(domains -> domains.createDkek(slot, shares));
    }

    @Override
    public KeyDomain.Status importShare(int slot, byte[] share) throws SchsmException {
        return use(domains -> domains.importShare(slot, share));
    }

    @Override
    public void clearKek(int slot) throws SchsmException {
        use(domains -> {
            domains.clearKek(slot);
            return true;
        });
    }

    @Override
    public void delete(int slot) throws SchsmException {
        use(domains -> {
            domains.delete(slot);
            return true;
        });
    }

    @Override
    public KeyDomain.Status agree(TokenKey exchange, AttestedPublicKey peer) throws SchsmException {
        TokenKey there = channel.onCard(exchange);
        return use(domains -> domains.agree(there, peer));
    }

    @Override
    public WrappedKeyEntry wrap(TokenKey key) throws SchsmException {
        TokenKey there = channel.onCard(key);
        return use(domains -> domains.wrap(there));
    }

    @Override
    public TokenKey unwrap(WrappedKeyEntry entry, String label) throws SchsmException {
        return channel.named(channel.change(card -> card.keyDomains().unwrap(entry, label)));
    }
}
