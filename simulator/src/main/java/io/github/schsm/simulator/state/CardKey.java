// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.simulator.crypto.Algorithm;
import io.github.schsm.simulator.crypto.KeyMaterial;

/**
 * A key in the device, and what may be done with it.
 *
 * @param material    the key
 * @param useCounter  uses left; {@value #UNLIMITED} without a counter
 * @param algorithms  allowed algorithms; empty without a list
 * @param domain      slot of the key domain that it belongs to, or {@value #NONE}
 * @param wrappingKey id of its wrapping key, or {@value #NONE}; only kept and shown
 */
public record CardKey(KeyMaterial material, long useCounter, byte[] algorithms, int domain, int wrappingKey) {
    public static final long UNLIMITED = -1;
    public static final int NONE = -1;
    public static final int MAX_ALGORITHMS = 16;

    private static final int OVERHEAD = 48;

    /** Whether the algorithm may be used: by the list, or without one by the type (docs/protocol.md#algorithms). */
    public boolean allows(int algorithm) {
        if (!material.supports(algorithm)) {
            return false;
        }
        return lists(algorithm)
                || (algorithm != Algorithm.ECDH_XKEK && (algorithms.length == 0 || lists(Algorithm.ALL)));
    }

    /**
     * Whether the key may be wrapped.
     *
     * @param byDefault whether a key without a list may: on devices with one DKEK, not on those with slots
     */
    public boolean mayBeWrapped(boolean byDefault) {
        return lists(Algorithm.WRAP) || (byDefault && algorithms.length == 0);
    }

    public boolean mayBeReplaced() {
        return lists(Algorithm.REPLACE);
    }

    /** Whether it is an exchange key: for the agreement of a KEK and nothing else. */
    public boolean isExchangeKey() {
        return algorithms.length == 1 && lists(Algorithm.ECDH_XKEK);
    }

    public boolean lists(int algorithm) {
        for (byte listed : algorithms) {
            if ((listed & 0xFF) == algorithm) {
                return true;
            }
        }
        return false;
    }

    public CardKey withUseCounter(long newCounter) {
        return new CardKey(material, newCounter, algorithms, domain, wrappingKey);
    }

    public int footprint() {
        return OVERHEAD + material.footprint();
    }
}
