// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.security.KeyStore;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves keys between two members of a key domain in one call (chapter 4 of the vendor's how-to): agrees on a KEK
 * where there is none in common, with temporary exchange keys that it deletes afterwards, wraps, unwraps, and
 * clears the KEK it agreed on. Label, id, certificates, allowed algorithms and usage flags go with the key; the key
 * stays on the source as well.
 *
 * <p>For a device that shall have all keys: {@link #plan} says what can move and why the rest cannot, {@link #moveAll}
 * moves it and can be called again after an interruption.
 *
 * <p>What a migration makes for itself it puts away; where a card was out, the next one between the two devices does.
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
     * A copy that is to be made: a key, the device that has it, and the device that gets it.
     *
     * @param alias the key's alias, on the source and on the target
     * @param from  what the source is called: {@link SchsmDevice#name}
     * @param to    what the target is called: {@link SchsmDevice#name}
     */
    public record Move(String alias, String from, String to) {
        /** Refuses nulls. */
        public Move {
            Objects.requireNonNull(alias, "alias");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
        }

        @Override
        public String toString() {
            return PrintableText.of("\"" + alias + "\" from " + from + " to " + to);
        }
    }

    /** What keeps a key from being copied; {@link Impossible#reason} says more, with names and values. */
    public enum Obstacle {
        /** There is no key with that alias on the source. */
        NO_SUCH_KEY,
        /** What the source or the target says of the key cannot be read, or is refused. */
        UNREADABLE,
        /** An exchange key: every member has its own. */
        EXCHANGE_KEY,
        /** The key is in no key domain. */
        NO_DOMAIN,
        /** {@code WRAP} is not in the key's algorithm list. */
        WRAP_NOT_ALLOWED,
        /** The key has a use counter, which would be lost: {@link KeyMigration#withoutUseCounter}. */
        USE_COUNTER,
        /** The target is not a member of the key's domain, or is another kind of device. */
        NO_COMMON_DOMAIN,
        /** There is no KEK in a DKEK domain, on the source or on the target: shares are missing. */
        NO_KEK,
        /** The target has a DKEK domain, with another KEK. */
        OTHER_KEK,
        /** No KEK can be agreed on: one of the devices does not trace to a root that the other's configuration trusts. */
        UNTRUSTED,
        /** Another entry has the alias on the target, or nothing proves that it is the same key. */
        OTHER_ENTRY,
        /** The target has not enough free memory, or all its key ids are in use. */
        NO_ROOM,
        /** The target, or every device that has the key, is away; in a {@link SchsmDomain} only. */
        AWAY,
        /** The target has the key under another label, and nothing tells which is newer; in a {@link SchsmDomain} only. */
        LABELS_DIFFER
    }

    /**
     * A copy that cannot be made.
     *
     * @param alias    the key's alias on the source
     * @param from     what the source is called
     * @param to       what the target is called
     * @param obstacle why, for programs
     * @param reason   why, for people: one sentence with names and values
     */
    public record Impossible(String alias, String from, String to, Obstacle obstacle, String reason) {
        /** Refuses nulls. */
        public Impossible {
            Objects.requireNonNull(alias, "alias");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(obstacle, "obstacle");
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return PrintableText.of("\"" + alias + "\" cannot get from " + from + " to " + to + ": " + reason);
        }
    }

    /**
     * What {@link KeyMigration#moveAll} would do, each list in the source's order.
     *
     * @param moves      the copies that would be made
     * @param impossible the keys that cannot move, and why
     * @param present    the keys that the target has already; nothing is done for them
     */
    public record Plan(List<Move> moves, List<Impossible> impossible, List<Move> present) {
        /** Copies the lists. */
        public Plan {
            moves = List.copyOf(moves);
            impossible = List.copyOf(impossible);
            present = List.copyOf(present);
        }

        /** The plan in lines of text: one for each key. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            moves.forEach(move -> text.append("move ").append(move).append('\n'));
            present.forEach(move -> text.append("there ").append(move).append('\n'));
            impossible.forEach(key -> text.append(key).append('\n'));
            return text.toString();
        }
    }

    /** How it went with a key. */
    public enum Outcome {
        /** The key is on the target now. */
        MOVED,
        /** The very same key was on the target before: nothing had to move. */
        WAS_THERE,
        /** The key cannot move, as the plan says; nothing was tried. */
        IMPOSSIBLE,
        /** The key could not be read, or could move and a device, reader, or PIN did not let it: another call may succeed. */
        FAILED
    }

    /**
     * Told once for each key, when it is certain what became of it. A listener is called by the thread that moves the keys,
     * which waits for it.
     *
     * @param key     the key's alias
     * @param from    what the source is called
     * @param to      what the target is called
     * @param done    how many keys are done, this one included: from 1 to {@code total}
     * @param total   how many keys there are
     * @param outcome how it went
     * @param text    the same in a sentence
     */
    public record Progress(String key, String from, String to, int done, int total, Outcome outcome, String text) {
        /** Refuses nulls. */
        public Progress {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String toString() {
            return PrintableText.of(done + " of " + total + ": " + text);
        }
    }

    /**
     * What became of a key.
     *
     * @param alias      the key's alias, on the source and on the target
     * @param from       what the source is called
     * @param to         what the target is called
     * @param outcome    how it went
     * @param kcv        the check value of the KEK it traveled under, 8 bytes; empty if nothing traveled
     * @param failure    why the key is not on the target; null if it is
     * @param leftBehind what could not be cleaned up after the run, in sentences: a KEK, an exchange key, a half key;
     *                   the next migration between the devices tries again, and {@code schsm cleanup} tells of it
     */
    public record Result(
            String alias,
            String from,
            String to,
            Outcome outcome,
            byte[] kcv,
            @Nullable SchsmException failure,
            List<String> leftBehind) {
        /** Copies the array and the list. */
        public Result {
            Objects.requireNonNull(alias, "alias");
            Objects.requireNonNull(from, "from");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(outcome, "outcome");
            kcv = kcv.clone();
            leftBehind = List.copyOf(leftBehind);
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }

        /** Whether the very same key was on the target before, so that nothing had to move. */
        public boolean wasThere() {
            return outcome == Outcome.WAS_THERE;
        }

        /** Whether the key is on the target now. */
        public boolean isThere() {
            return outcome == Outcome.MOVED || outcome == Outcome.WAS_THERE;
        }

        /** The same result with what could not be cleaned up after it. */
        public Result leaving(List<String> left) {
            return new Result(alias, from, to, outcome, kcv, failure, left);
        }

        @Override
        public String toString() {
            return PrintableText.of(text() + (leftBehind.isEmpty() ? "" : "; left behind: " + leftBehind));
        }

        private String text() {
            if (failure != null) {
                return alias + " was not moved: " + failure.getMessage();
            }
            return wasThere()
                    ? alias + " was on the target before"
                    : alias + " moved under the KEK with KCV "
                            + HexFormat.of().withUpperCase().formatHex(kcv);
        }
    }

    /**
     * Moves a key. If the same key is on the target under the same alias already (the same public key, or an AES key that
     * does the same), nothing is done. If anything fails, nothing is left on the target and the source is as it was; what could not be cleaned up
     * all the same, because a card was out, is told and found by the next migration. What an earlier one left is
     * cleaned up first, as far as it is proven to be a migration's: exchange keys that say so in a request which their
     * device signed, the KEK if such a key notes that it was agreed on with it, and half keys on the target that are
     * proven to be the key which is to move. Another KEK is not cleared.
     *
     * @param alias its alias on the source, and on the target
     * @throws InvalidRequestException if there is no such key, or another one has the alias on the target
     * @throws KeyDomainException      if the key is in no key domain, or the target is not a member of it
     * @throws SchsmException          if a device refuses
     */
    public Result move(String alias) throws SchsmException {
        return SchsmDevice.of(source).migrate(SchsmDevice.of(target), alias, useCounterMayBeLost);
    }

    /**
     * Moves keys with one agreement for all of a key domain. A key that fails does not keep the others from moving. To
     * go on after an interruption, call it again: keys that are there by now take no command.
     *
     * @param aliases their aliases on the source, and on the target
     * @return one result for each, in the same order
     * @throws SchsmException if nothing can be moved between the two: they are the same device, or not loaded
     */
    public List<Result> move(Collection<String> aliases) throws SchsmException {
        return move(aliases, progress -> {});
    }

    /**
     * The same, telling of each key when it is done.
     *
     * @param aliases  their aliases on the source, and on the target
     * @param listener is told of each key once
     */
    public List<Result> move(Collection<String> aliases, Consumer<Progress> listener) throws SchsmException {
        Objects.requireNonNull(listener, "listener");
        return SchsmDevice.of(source)
                .migrate(SchsmDevice.of(target), List.copyOf(aliases), useCounterMayBeLost, listener);
    }

    /**
     * What {@link #moveAll} would do: which keys move, which are on the target already, and which cannot move and why.
     * Nothing is changed, on neither device. Exchange keys that a migration made for itself are not listed.
     *
     * @throws SchsmException if nothing can be moved between the two: they are the same device, not loaded, or not there
     */
    public Plan plan() throws SchsmException {
        return SchsmDevice.of(source).planMigration(SchsmDevice.of(target), null, useCounterMayBeLost);
    }

    /**
     * The same for some keys.
     *
     * @param aliases their aliases on the source
     */
    public Plan plan(Collection<String> aliases) throws SchsmException {
        return SchsmDevice.of(source).planMigration(SchsmDevice.of(target), List.copyOf(aliases), useCounterMayBeLost);
    }

    /** As {@link #moveAll(Consumer)}, without telling how far it is. */
    public List<Result> moveAll() throws SchsmException {
        return moveAll(progress -> {});
    }

    /**
     * Moves every key of the source that can move, with one agreement for all of a key domain. What is on the target
     * already is passed over, under whatever alias, so that after an interruption another call goes on where the last one
     * ended. A key that fails does not keep the others from moving.
     *
     * @param listener is told of each key once
     * @return one result for each key of the source, also for those that cannot move, in the source's order
     * @throws SchsmException if nothing can be moved between the two: they are the same device, not loaded, or not there
     */
    public List<Result> moveAll(Consumer<Progress> listener) throws SchsmException {
        Objects.requireNonNull(listener, "listener");
        return SchsmDevice.of(source).migrate(SchsmDevice.of(target), null, useCounterMayBeLost, listener);
    }
}
