// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableEntryException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The devices behind a key store that is several devices: the members of a key domain ({@code domain = …} in the
 * configuration), or all that are named ({@code members = all}). What the JCA has no words for: which member has which
 * key, which of them is away, and why.
 *
 * <p>What belongs to one device (its PINs, its initialization, its own key domains) is done with a key store of that
 * device: {@code device = …} without {@code domain} and {@code members}.
 */
public abstract class SchsmDomain {
    /** For the implementation. */
    protected SchsmDomain() {}

    /**
     * The domain of a loaded key store.
     *
     * @param keyStore a key store of type SCHSM over several devices
     * @throws InvalidRequestException if it is another type, was not loaded, or is of one device
     */
    public static SchsmDomain of(KeyStore keyStore) throws InvalidRequestException {
        try {
            if (keyStore.getEntry("", Request.INSTANCE) instanceof Answer answer) {
                if (answer.domain == null) {
                    throw new InvalidRequestException("the key store is of one device: its configuration names no"
                            + " domain = <UID> and no members = all");
                }
                return answer.domain;
            }
        } catch (KeyStoreException notLoaded) {
            throw new InvalidRequestException("the key store was not loaded: call load(null, pin) first", notLoaded);
        } catch (NoSuchAlgorithmException | UnrecoverableEntryException | UnsupportedOperationException anotherType) {
            throw SchsmDevice.notOurs(keyStore, anotherType);
        }
        throw SchsmDevice.notOurs(keyStore, null);
    }

    /** Asks a key store for the domain, as {@link SchsmDevice.Request} asks for the device. */
    public static final class Request implements KeyStore.ProtectionParameter {
        private static final Request INSTANCE = new Request();

        private Request() {}

        /** What the key store implementation answers with; null for a key store of one device. */
        public KeyStore.Entry answer(@Nullable SchsmDomain domain) {
            return new Answer(domain);
        }
    }

    private record Answer(@Nullable SchsmDomain domain) implements KeyStore.Entry {}

    /**
     * The key domain's UID as its members show it, at least {@value KeyDomain#UID_LENGTH} bytes; empty for a DKEK domain,
     * and for devices that are one key store whatever key domains they have.
     *
     * @throws SchsmException if no member was ever seen
     */
    public abstract byte[] uid() throws SchsmException;

    /** The members that the configuration names or that were found, present or not, in a fixed order. */
    public abstract List<Member> members();

    /**
     * The members that have a key, present or not.
     *
     * @param alias the key's alias in the key store
     * @return their device ids
     * @throws InvalidRequestException if there is no such key
     * @throws SchsmException          if no member can be asked
     */
    public abstract List<String> copies(String alias) throws SchsmException;

    /**
     * The keys that only one member has: they are lost with it.
     *
     * @return their aliases
     * @throws SchsmException if no member can be asked
     */
    public abstract List<String> withoutSecondCopy() throws SchsmException;

    /**
     * Says from now on what becomes of members and keys. A listener is called by the thread that noticed; it returns soon
     * and does not throw.
     */
    public abstract void addListener(Listener listener);

    /** Says nothing more. */
    public abstract void removeListener(Listener listener);

    /** A device of the domain. */
    public interface Member {
        /** Its device id or serial number, or what the configuration calls it as long as it was not seen. */
        String deviceId();

        /** Whether it is here, as far as is known: it is noticed by the next operation that it went. */
        boolean isPresent();

        /** Why it is not used, in a sentence: it is away, its PIN is blocked, it is no member. Empty if it is used. */
        Optional<String> problem();
    }

    /** Is told what happens in a domain. */
    public interface Listener {
        /** A member is not used from now on, or is used again. */
        default void memberChanged(Member member) {}

        /**
         * A member did not get what was changed: it lacks a new key, a certificate or a label until it is brought there.
         *
         * @param alias   what it is about
         * @param member  the member
         * @param problem why, in a sentence
         */
        default void notBrought(String alias, Member member, String problem) {}
    }
}
