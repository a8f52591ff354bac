package io.github.schsm.bridge;

import io.github.schsm.KeyDetails;
import io.github.schsm.PublicKeyAuthentication;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.spi.KeyDomains;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Another way to the same token, for what PKCS#11 cannot say: key domains, the device's identity, attributes of keys,
 * keys that the module does not see yet. A key has the same reference by either way.
 */
public interface Beside {
    /** What is done by the other way. */
    @FunctionalInterface
    interface Function<T> {
        /** Uses the token by the other way. */
        T apply(Token token) throws SchsmException;
    }

    /** The keys that the module sees. */
    @FunctionalInterface
    interface Listing {
        /** Lists them. */
        List<TokenKey> keys() throws SchsmException;
    }

    /** Says what the module sees, so that what it does not see can be told; called once. */
    void attach(Listing keysOfModule);

    /** Whether there is another way. Where there is none, {@link #use} says why. */
    boolean isThere();

    /** Looks anew; called each time when a key store is loaded, before the module logs in. */
    void look() throws SchsmException;

    /**
     * Goes the other way, which may end the module's login: afterwards that is looked after.
     *
     * @throws UnsupportedByDeviceException if there is no other way, with the reason
     */
    <T> T use(Function<T> function) throws SchsmException;

    /**
     * The same for what changes keys: what was known of them is looked at anew.
     *
     * @throws UnsupportedByDeviceException if there is no other way, with the reason
     */
    <T> T change(Function<T> function) throws SchsmException;

    /** The keys that the module does not see, named as the bridge names keys. */
    List<TokenKey> unseen(List<TokenKey> seen) throws SchsmException;

    /** A key as the other way calls it, if the module does not see it. */
    Optional<TokenKey> unseen(TokenKey key) throws SchsmException;

    /** A key that the module sees, as the other way calls it. */
    Optional<TokenKey> counterpart(TokenKey key) throws SchsmException;

    /** A number for a new key that none on the card has; empty if there is no other way to ask. */
    OptionalInt freeKeyId() throws SchsmException;

    /** Generates a key with what the module has no words for; named as the bridge names keys. */
    TokenKey generate(KeyRequest request) throws SchsmException;

    /**
     * What is known of a key, with what the module cannot tell.
     *
     * @param certified whether the module shows a certificate in the place where the device puts its request for the
     *                  key, so that there is none
     */
    KeyDetails details(TokenKey key, KeyDetails byModule, boolean certified) throws SchsmException;

    /** Makes a new EC key pair from one on the token; named as the bridge names keys. */
    TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException;

    /** The key domains. */
    KeyDomains keyDomains() throws SchsmException;

    /** Authentication by registered keys. */
    PublicKeyAuthentication publicKeyAuthentication() throws SchsmException;

    /**
     * PINs and initialization.
     *
     * @param byModule the module's way, which is the only one where there is no other
     */
    TokenAdministration administration(TokenAdministration byModule) throws SchsmException;

    /** The module has changed something: of that key, or in general. */
    void changed(@Nullable TokenKey key);

    /** The module has used a key, which may have cost one of a limited number of uses. */
    void used(TokenKey key);

    /** The module has logged out. */
    void loggedOut() throws SchsmException;

    /** No other way. */
    record None(String reason) implements Beside {
        @Override
        public void attach(Listing keysOfModule) {}

        @Override
        public boolean isThere() {
            return false;
        }

        @Override
        public void look() {}

        @Override
        public <T> T use(Function<T> function) throws SchsmException {
            throw new UnsupportedByDeviceException(reason);
        }

        @Override
        public <T> T change(Function<T> function) throws SchsmException {
            return use(function);
        }

        @Override
        public List<TokenKey> unseen(List<TokenKey> seen) {
            return List.of();
        }

        @Override
        public Optional<TokenKey> unseen(TokenKey key) {
            return Optional.empty();
        }

        @Override
        public Optional<TokenKey> counterpart(TokenKey key) {
            return Optional.empty();
        }

        @Override
        public OptionalInt freeKeyId() {
            return OptionalInt.empty();
        }

        @Override
        public TokenKey generate(KeyRequest request) throws SchsmException {
            throw new UnsupportedByDeviceException(reason);
        }

        @Override
        public KeyDetails details(TokenKey key, KeyDetails byModule, boolean certified) {
            return byModule;
        }

        @Override
        public TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
            throw new UnsupportedByDeviceException(reason);
        }

        @Override
        public KeyDomains keyDomains() throws SchsmException {
            throw new UnsupportedByDeviceException(reason);
        }

        @Override
        public PublicKeyAuthentication publicKeyAuthentication() throws SchsmException {
            throw new UnsupportedByDeviceException(reason);
        }

        @Override
        public TokenAdministration administration(TokenAdministration byModule) {
            return byModule;
        }

        @Override
        public void changed(@Nullable TokenKey key) {}

        @Override
        public void used(TokenKey key) {}

        @Override
        public void loggedOut() {}
    }
}
