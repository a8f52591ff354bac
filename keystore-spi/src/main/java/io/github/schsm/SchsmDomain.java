// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableEntryException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The devices behind a key store that consists of several: the members of a key domain ({@code domain = …} in the
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
     * What {@link #synchronize} would do. Changes nothing on the devices.
     *
     * @throws SchsmException if no member can be asked
     */
    public abstract Plan plan() throws SchsmException;

    /**
     * Brings every key that can be copied to every member that is here and does not have it, and certificates and labels
     * to members that have the key without them. Keys are copied from member to member, wrapped under a KEK that only the
     * two of them know. What is there already is passed over, so after an interruption another call goes on.
     *
     * @param listener is told of each key and member once, by one thread at a time, which waits for it
     * @throws SchsmException if no member can be asked
     */
    public abstract Synchronization synchronize(Consumer<KeyMigration.Progress> listener) throws SchsmException;

    /** The same, without telling how far it is. */
    public Synchronization synchronize() throws SchsmException {
        return synchronize(progress -> {});
    }

    /**
     * Adds a listener, which is told from now on what becomes of members and keys, by the thread that noticed. It has to
     * return soon, and must not throw.
     */
    public abstract void addListener(Listener listener);

    /** Removes a listener. */
    public abstract void removeListener(Listener listener);

    /** A device of the domain. */
    public interface Member {
        /** Its device id or serial number, or what the configuration calls it as long as it was not seen. */
        String deviceId();

        /** Whether it is present, as far as is known: that it is gone is noticed by the next operation. */
        boolean isPresent();

        /** Why it is not used, in a sentence: it is away, its PIN is blocked, it is no member. Empty if it is used. */
        Optional<String> problem();
    }

    /**
     * What it takes until every member has every key.
     *
     * @param moves      the copies that would be made, each from a member to another
     * @param impossible the copies that cannot be made, and why: including those to members that are away
     * @param updates    certificates and labels that members lack which have the key
     */
    public record Plan(List<KeyMigration.Move> moves, List<KeyMigration.Impossible> impossible, List<Update> updates) {
        /** Copies the lists. */
        public Plan {
            moves = List.copyOf(moves);
            impossible = List.copyOf(impossible);
            updates = List.copyOf(updates);
        }

        /** The plan in lines of text. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            moves.forEach(move -> text.append("move ").append(move).append('\n'));
            updates.forEach(update -> text.append(update).append('\n'));
            impossible.forEach(key -> text.append(key).append('\n'));
            return text.toString();
        }
    }

    /** What a member lacks beside a key. */
    public enum Part {
        /** The certificate of a key that the member has. */
        CERTIFICATE_OF_KEY,
        /** The key's label. */
        LABEL,
        /** A certificate that belongs to no key. */
        CERTIFICATE
    }

    /**
     * Something that a member lacks, though it has the key.
     *
     * @param alias  the alias of the key or certificate
     * @param member the member's device id
     * @param part   what it lacks
     */
    public record Update(String alias, String member, Part part) {
        /** Refuses nulls. */
        public Update {
            Objects.requireNonNull(alias, "alias");
            Objects.requireNonNull(member, "member");
            Objects.requireNonNull(part, "part");
        }

        @Override
        public String toString() {
            String what = switch (part) {
                case CERTIFICATE_OF_KEY -> "certificate of \"" + alias + "\"";
                case LABEL -> "label \"" + alias + "\"";
                case CERTIFICATE -> "certificate \"" + alias + "\"";
            };
            return PrintableText.of(what + " to " + member);
        }
    }

    /**
     * What became of a synchronization.
     *
     * @param report  a result for each key and each member that lacked it
     * @param updates the certificates and labels that were brought to members
     * @param failed  those that could not be, each with the reason
     */
    public record Synchronization(
            List<KeyMigration.Result> report, List<Update> updates, Map<Update, SchsmException> failed) {
        /** Copies the lists. */
        public Synchronization {
            report = List.copyOf(report);
            updates = List.copyOf(updates);
            failed = Map.copyOf(failed);
        }

        /** Whether every member has everything now. */
        public boolean isComplete() {
            return failed.isEmpty() && report.stream().allMatch(KeyMigration.Result::isThere);
        }
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
