// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.spi.KeyRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Limits of a new key that PKCS#11 has no attributes for: only a SmartCard-HSM's own module, or the card, takes them. */
public final class KeyLimits {
    private KeyLimits() {}

    /** What a request wants, in words; empty if PKCS#11 can say all of it. */
    public static List<String> of(KeyRequest request) {
        List<String> limits = new ArrayList<>();
        if (!request.allowedAlgorithms().isEmpty()) {
            limits.add("an algorithm list (" + request.allowedAlgorithms() + ")");
        }
        if (request.useCounter().isPresent()) {
            limits.add("a use counter (" + request.useCounter().getAsLong() + ")");
        }
        if (request.keyDomain().isPresent()) {
            limits.add("a key domain (slot " + request.keyDomain().getAsInt() + ")");
        }
        if (request.wrappingKey().isPresent()) {
            limits.add("a wrapping key (" + request.wrappingKey().getAsInt() + ")");
        }
        return limits;
    }

    /** Whether a new key has them. Uses may have been spent since, to find out the public key. */
    public static boolean areKept(KeyRequest request, KeyDetails made) {
        Set<Integer> wanted =
                request.allowedAlgorithms().stream().map(KeyAlgorithm::id).collect(Collectors.toSet());
        List<Integer> list = made.allowedAlgorithms();
        boolean isLimited = made.useCounter().isPresent()
                && made.useCounter().getAsLong() <= request.useCounter().orElse(Long.MAX_VALUE);
        return (wanted.isEmpty() || (list != null && wanted.equals(Set.copyOf(list))))
                && (request.useCounter().isEmpty() || isLimited)
                && (request.keyDomain().isEmpty() || request.keyDomain().equals(made.keyDomain()))
                && (request.wrappingKey().isEmpty() || request.wrappingKey().equals(made.wrappingKey()));
    }
}
