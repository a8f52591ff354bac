// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.security.KeyStore;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Moves keys between two members of a key domain in one call (chapter 4 of the vendor's how-to): agrees on a KEK
 * where there is none in common, with temporary exchange keys and deleted afterwards, wraps, unwraps, and
 * clears the KEK it agreed on. Label, id, certificates, allowed algorithms and usage flags go with the key; the key
 * stays on the source as well.
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
     * What became of a key.
     *
     * @param alias      the key's alias, on the source and on the target
     * @param kcv        the check value of the KEK it travelled under, 8 bytes; empty if nothing travelled
     * @param wasThere   whether the very same key was on the target before, so that nothing had to move
     * @param failure    why the key is not on the target; null if it is
     * @param leftBehind what could not be cleaned up after the run, in sentences: a KEK, an exchange key, a half key;
     *                   the next migration between the devices tries again, and {@code schsm cleanup} tells of it
     */
    public record Result(
            String alias,
            byte[] kcv,
            boolean wasThere,
            @Nullable SchsmException failure,
            List<String> leftBehind) {
        /** Copies the array and the list. */
        public Result {
            kcv = kcv.clone();
            leftBehind = List.copyOf(leftBehind);
        }

        /** Of a key that is on the target, nothing being left behind. */
        public Result(String alias, byte[] kcv, boolean wasThere) {
            this(alias, kcv, wasThere, null, List.of());
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }

        /** Whether the key is on the target now. */
        public boolean isThere() {
            return failure == null;
        }

        @Override
        public String toString() {
            return PrintableText.of(text() + (leftBehind.isEmpty() ? "" : "; left behind: " + leftBehind));
        }

        private String text() {
            if (failure != null) {
                return alias + " was not moved: " + failure.getMessage();
            }
            return wasThere
                    ? alias + " was on the target before"
                    : alias + " moved under the KEK with KCV "
                            + HexFormat.of().withUpperCase().formatHex(kcv);
        }
    }

    /**
     * Moves a key. If the same key (the same public key under the same alias) is on the target already, nothing is
     * done. If anything fails, nothing is left on the target and the source is as it was; what could not be cleaned up
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
        return SchsmDevice.of(source).migrate(SchsmDevice.of(target), aliases, useCounterMayBeLost);
    }
}
