// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether keys can leave their device, and under what. That depends on how the device was initialized
 * (docs/protocol.md#algorithms): with key domain slots a key has to be in a key domain and list WRAP; with one DKEK for
 * the whole device every key can leave that has no algorithm list, or one with WRAP. {@link KeyAlgorithm#ALL} does not
 * include WRAP.
 *
 * @param slots   how many slots the device has; -1 where it has no such thing
 * @param domains its key domains
 */
public record Leaving(int slots, List<KeyDomain.Status> domains) {
    private static final int SHORT_UID = 8;

    /** Copies the list. */
    public Leaving {
        domains = List.copyOf(domains);
    }

    /**
     * Of the keys of a device.
     *
     * @throws SchsmException if its key domains cannot be read
     */
    public static Leaving of(SchsmDevice device) throws SchsmException {
        try {
            return new Leaving(device.keyDomainSlots(), device.keyDomainStatuses());
        } catch (UnsupportedByDeviceException none) {
            return new Leaving(-1, List.of());
        }
    }

    /**
     * What is known of a key.
     *
     * @param can   whether it can leave; null if the device says so only when it is asked to wrap it
     * @param under the key domain whose KEK wraps it; null if it cannot leave
     */
    public record Way(@Nullable Boolean can, KeyDomain.@Nullable Status under) {
        /** In a few words, for a table. */
        public String text() {
            if (under == null) {
                return Boolean.FALSE.equals(can) ? "no" : "";
            }
            String kek = under.isXkek()
                    ? "XKEK " + KeyFingerprint.HEX.formatHex(under.uid()).substring(0, SHORT_UID)
                    : "DKEK " + (under.hasKek() ? KeyFingerprint.HEX.formatHex(under.kcv()) : "");
            return (can == null ? "perhaps, " : "") + kek.strip() + (under.hasKek() ? "" : ", no KEK yet");
        }

        /** As a sentence. */
        public String sentence() {
            if (under == null) {
                return Boolean.FALSE.equals(can) ? "It cannot leave the device." : "";
            }
            String kek = "under the KEK of key domain " + under.slot() + " ("
                    + (under.isXkek() ? "XKEK, UID " + KeyFingerprint.HEX.formatHex(under.uid()) : "DKEK") + ").";
            return can == null
                    ? "If the device has one DKEK for all its keys, and no key domain slots, it can leave " + kek
                    : "It can leave the device " + kek;
        }
    }

    /** How a key can leave. */
    public Way of(KeyDetails details) {
        if (slots < 0) {
            return new Way(null, null);
        }
        Optional<KeyDomain.Status> domain = domains.stream()
                .filter(one -> details.keyDomain().isPresent()
                        ? one.slot() == details.keyDomain().getAsInt()
                        : (one.slot() == 0 && !one.isXkek() && slots == 1))
                .findFirst();
        boolean listed = details.lists(KeyAlgorithm.WRAP);
        if (domain.isEmpty() || (!listed && !mayHaveOneDkek(domain.get(), details))) {
            return new Way(false, null);
        }
        return new Way((listed || isRandom(domain.get())) ? Boolean.TRUE : null, domain.get());
    }

    /** Only initialization makes a DKEK of no shares, and only the one for all keys. */
    private static boolean isRandom(KeyDomain.Status domain) {
        return !domain.isXkek() && domain.shares() == 0;
    }

    /** A device with one DKEK looks like one with a single slot and a DKEK in it, and lets a key without a list leave. */
    private boolean mayHaveOneDkek(KeyDomain.Status domain, KeyDetails details) {
        return slots == 1 && !domain.isXkek() && details.allowedAlgorithms() == null;
    }
}
