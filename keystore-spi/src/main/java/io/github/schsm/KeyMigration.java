package io.github.schsm;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Moves keys between two members of a key domain in one call (chapter 4 of the vendor's how-to): agrees on a KEK
 * where there is none in common, with exchange keys made for the occasion and deleted afterwards, wraps, unwraps, and
 * clears the KEK it agreed on. Label, id, certificates, allowed algorithms and usage flags go with the key; the key
 * stays on the source as well.
 */
public final class KeyMigration {
    private final KeyStore source;
    private final KeyStore target;
    private final boolean useCounterMayBeLost;

    private KeyMigration(KeyStore source, KeyStore target, boolean useCounterMayBeLost) {
        this.source = source;
        this.target = target;
        this.useCounterMayBeLost = useCounterMayBeLost;
    }

    /**
     * Starts with the key store that has the key.
     *
     * @param source a loaded SCHSM key store
     */
    public static From from(KeyStore source) {
        return new From(Objects.requireNonNull(source, "source"));
    }

    /**
     * The half of a migration that knows where keys come from.
     *
     * @param source a loaded SCHSM key store
     */
    public record From(KeyStore source) {
        /**
         * Names the key store that gets the key.
         *
         * @param target a loaded SCHSM key store of another device in the same key domain
         */
        public KeyMigration to(KeyStore target) {
            return new KeyMigration(source, Objects.requireNonNull(target, "target"), false);
        }
    }

    /** The same for keys with a use counter: the counter is not in the blob, so the migrated key has none. */
    public KeyMigration withoutUseCounter() {
        return new KeyMigration(source, target, true);
    }

    /**
     * What a migration did.
     *
     * @param alias     the key's alias on the target
     * @param kcv       the check value of the KEK it travelled under, 8 bytes; empty if the same key was there before
     * @param wasThere  whether the very same key was on the target before, so that nothing had to move
     */
    public record Result(String alias, byte[] kcv, boolean wasThere) {
        /** Copies the array. */
        public Result {
            kcv = kcv.clone();
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }

        @Override
        public String toString() {
            return PrintableText.of(
                    wasThere
                            ? alias + " was on the target before"
                            : alias + " moved under the KEK with KCV "
                                    + HexFormat.of().withUpperCase().formatHex(kcv));
        }
    }

    /**
     * Moves a key. If the same key (the same public key under the same alias) is on the target already, nothing is
     * done. If anything fails, nothing is left on the target and the source is as it was.
     *
     * @param alias its alias on the source, and on the target
     * @throws InvalidRequestException if there is no such key, or another one has the alias on the target
     * @throws KeyDomainException      if the key is in no key domain, or the target is not a member of it
     * @throws SchsmException          if a device refuses
     */
    public Result move(String alias) throws SchsmException {
        SchsmKey key = handle(source, alias);
        if (key == null) {
            throw new InvalidRequestException("no key \"" + alias + "\" on device "
                    + SchsmDevice.of(source).deviceId() + "; its aliases are " + aliases(source));
        }
        Token from = key.token();
        Token to = SchsmDevice.of(target).token();
        if (from.id().equals(to.id())) {
            throw new InvalidRequestException("source and target are the same device " + from.id());
        }
        if (isThere(key, alias)) {
            return new Result(alias, new byte[0], true);
        }
        if (key.details().useCounter().isPresent() && !useCounterMayBeLost) {
            throw new InvalidRequestException(useCounterMessage(key));
        }
        KeyDomainStatus here = from.keyDomains().status(KeyWrapping.domainSlot(key));
        KeyDomainStatus there = sameDomain(here, from, to);
        if (here.hasKek() && Arrays.equals(here.kcv(), there.kcv())) {
            transfer(alias, new KeyEncryptionKey(from, here), new KeyEncryptionKey(to, there));
            return new Result(alias, here.kcv(), false);
        }
        return agreeAndTransfer(alias, from, here, to, there);
    }

    static String useCounterMessage(SchsmKey key) {
        return "key \"" + key.label() + "\" has a use counter ("
                + key.details().useCounter().orElse(0)
                + " left), which does not travel with it: the migrated key would have none; ask for that"
                + " (withoutUseCounter) if it is meant";
    }

    private boolean isThere(SchsmKey key, String alias) throws SchsmException {
        try {
            if (!target.containsAlias(alias)) {
                return false;
            }
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the target key store was not loaded", notLoaded);
        }
        SchsmKey other = handle(target, alias);
        if (other != null
                && PublicKeyNumbers.areEqual(
                        key.details().publicKey(), other.details().publicKey())) {
            return true;
        }
        throw new InvalidRequestException("device " + SchsmDevice.of(target).deviceId() + " has another entry \""
                + alias + "\": delete or rename it first");
    }

    private static KeyDomainStatus sameDomain(KeyDomainStatus here, Token from, Token to) throws SchsmException {
        List<KeyDomainStatus> domains = to.keyDomains().list();
        for (KeyDomainStatus candidate : domains) {
            boolean same = here.isXkek()
                    ? candidate.isXkek() && KeyDomainStatus.sameUid(here.uid(), candidate.uid())
                    : !candidate.isXkek() && here.hasKek() && Arrays.equals(here.kcv(), candidate.kcv());
            if (same) {
                return candidate;
            }
        }
        throw new KeyDomainException("device " + to.id() + " is not a member of " + here + " of device " + from.id()
                + "; it has " + (domains.isEmpty() ? "no key domain" : domains));
    }

    private Result agreeAndTransfer(String alias, Token from, KeyDomainStatus here, Token to, KeyDomainStatus there)
            throws SchsmException {
        TokenKey exchangeHere = null;
        TokenKey exchangeThere = null;
        boolean agreed = false;
        try {
            exchangeHere = from.generate(exchangeRequest(to, here));
            exchangeThere = to.generate(exchangeRequest(from, there));
            AttestedPublicKey publicHere = attested(from, exchangeHere);
            AttestedPublicKey publicThere = attested(to, exchangeThere);
            agreed = true;
            KeyDomainStatus kekHere = from.keyDomains().agree(exchangeHere, publicThere);
            KeyDomainStatus kekThere = to.keyDomains().agree(exchangeThere, publicHere);
            if (!kekHere.hasKek() || !Arrays.equals(kekHere.kcv(), kekThere.kcv())) {
                throw new KeyDomainException("devices " + from.id() + " and " + to.id()
                        + " did not agree on the same KEK: " + kekHere + " against " + kekThere);
            }
            transfer(alias, new KeyEncryptionKey(from, kekHere), new KeyEncryptionKey(to, kekThere));
            return new Result(alias, kekHere.kcv(), false);
        } finally {
            CleanUp cleanUp = new CleanUp();
            if (agreed) {
                cleanUp.run(() -> from.keyDomains().clearKek(here.slot()));
                cleanUp.run(() -> to.keyDomains().clearKek(there.slot()));
            }
            cleanUp.delete(from, exchangeHere);
            cleanUp.delete(to, exchangeThere);
            cleanUp.log();
        }
    }

    private static KeyRequest exchangeRequest(Token peer, KeyDomainStatus domain) {
        return new KeyRequest(
                KeyType.EC,
                "exchange with " + peer.id(),
                new byte[0],
                EcCurve.BRAINPOOLP256R1,
                0,
                List.of(KeyAlgorithm.ECDH_XKEK),
                OptionalLong.empty(),
                OptionalInt.of(domain.slot()),
                OptionalInt.empty());
    }

    private static AttestedPublicKey attested(Token token, TokenKey key) throws SchsmException {
        if (token.details(key).publicKey() instanceof AttestedPublicKey attested) {
            return attested;
        }
        throw new KeyDomainException("device " + token.id() + " gave no authenticated request for its exchange key");
    }

    private void transfer(String alias, SecretKey kekHere, SecretKey kekThere) throws SchsmException {
        try {
            WrapProtection protection = new WrapProtection(kekHere);
            KeyStore.Entry moving =
                    source.getEntry(alias, useCounterMayBeLost ? protection.withoutUseCounter() : protection);
            target.setEntry(alias, moving, new UnwrapProtection(kekThere));
        } catch (GeneralSecurityException refused) {
            throw unwrapped(refused);
        }
    }

    private static SchsmException unwrapped(GeneralSecurityException refused) {
        for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
            if (cause instanceof SchsmException ours) {
                return ours;
            }
        }
        return new SchsmException("the key could not be moved: " + refused.getMessage(), refused);
    }

    private static @Nullable SchsmKey handle(KeyStore keyStore, String alias) throws SchsmException {
        try {
            Key key = keyStore.getKey(alias, null);
            return key instanceof SchsmKey handle ? handle : null;
        } catch (GeneralSecurityException refused) {
            throw unwrapped(refused);
        }
    }

    private static List<String> aliases(KeyStore keyStore) throws SchsmException {
        try {
            return Collections.list(keyStore.aliases());
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the key store was not loaded", notLoaded);
        }
    }

    /**
     * What has to be put away however the migration ended. A failure here must not hide the migration's own, so it
     * is reported in the log: what it leaves behind is an unused exchange key or a KEK, neither of which is secret
     * outside the devices.
     */
    private static final class CleanUp {
        private static final System.Logger LOGGER = System.getLogger(KeyMigration.class.getName());
        private @Nullable SchsmException failure;

        private interface Step {
            void run() throws SchsmException;
        }

        void run(Step step) {
            try {
                step.run();
            } catch (DeviceException refused) {
                again(step);
            } catch (SchsmException failed) {
                failure = failed;
            }
        }

        private void again(Step step) {
            try {
                step.run();
            } catch (SchsmException failed) {
                failure = failed;
            }
        }

        void delete(Token token, @Nullable TokenKey exchange) {
            if (exchange != null) {
                run(() -> token.delete(exchange));
            }
        }

        void log() {
            if (failure != null) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "an exchange key or KEK could not be removed after the migration: " + failure.getMessage());
            }
        }
    }
}
