// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a key beyond its name.
 *
 * @param publicKey         the public key of a pair, where its request or certificate is on the token; an
 *                          {@link AttestedPublicKey} where it is the request
 * @param curve             the curve of an EC key
 * @param size              bits of the key: field, modulus or AES key; 0 if not known
 * @param allowedAlgorithms the key's algorithm list as numbers on the wire; null where it has none
 * @param useCounter        how often the key may still be used, where it has a counter
 * @param keyDomain         the slot of its key domain, where it is in one
 * @param wrappingKey       the id of its wrapping key, where it has one
 * @param available         what the backend can do with the key; null for everything that the list lets through
 */
public record KeyDetails(
        @Nullable PublicKey publicKey,
        @Nullable EcCurve curve,
        int size,
        @Nullable List<Integer> allowedAlgorithms,
        OptionalLong useCounter,
        OptionalInt keyDomain,
        OptionalInt wrappingKey,
        @Nullable Set<KeyAlgorithm> available) {
    /** Copies the lists. */
    public KeyDetails {
        allowedAlgorithms = allowedAlgorithms == null ? null : List.copyOf(allowedAlgorithms);
        available = available == null ? null : Set.copyOf(available);
    }

    /** Of a key with which the backend can do whatever its list lets through. */
    public KeyDetails(
            @Nullable PublicKey publicKey,
            @Nullable EcCurve curve,
            int size,
            @Nullable List<Integer> allowedAlgorithms,
            OptionalLong useCounter,
            OptionalInt keyDomain,
            OptionalInt wrappingKey) {
        this(publicKey, curve, size, allowedAlgorithms, useCounter, keyDomain, wrappingKey, null);
    }

    /** The same with another object for the public key. */
    public KeyDetails withPublicKey(PublicKey other) {
        return new KeyDetails(other, curve, size, allowedAlgorithms, useCounter, keyDomain, wrappingKey, available);
    }

    /** Whether the algorithm is explicitly in the key's list. */
    public boolean lists(KeyAlgorithm algorithm) {
        return allowedAlgorithms != null && allowedAlgorithms.contains(algorithm.id());
    }

    /** Whether the backend can do it and the key's list lets it through. */
    public boolean allows(KeyAlgorithm algorithm) {
        return isAvailable(algorithm) && isLetThrough(algorithm);
    }

    /** Whether the backend can do it, whatever the key's list says. */
    public boolean isAvailable(KeyAlgorithm algorithm) {
        return available == null || available.contains(algorithm);
    }

    /**
     * Whether the key's list lets the algorithm through, as far as the list says: no list allows everything of the
     * type, {@link KeyAlgorithm#ALL} everything but agreement of a KEK, wrapping and replacing.
     */
    public boolean isLetThrough(KeyAlgorithm algorithm) {
        if (allowedAlgorithms == null || lists(algorithm)) {
            return true;
        }
        return lists(KeyAlgorithm.ALL)
                && algorithm != KeyAlgorithm.ECDH_XKEK
                && algorithm != KeyAlgorithm.WRAP
                && algorithm != KeyAlgorithm.REPLACE;
    }

    /** Whether this is an exchange key: it may agree on a KEK and do nothing else. */
    public boolean isExchangeKey() {
        return allowedAlgorithms != null && allowedAlgorithms.equals(List.of(KeyAlgorithm.ECDH_XKEK.id()));
    }

    /** The names of the allowed algorithms, unknown ones as two hex digits. */
    public Optional<List<String>> algorithmNames() {
        return Optional.ofNullable(allowedAlgorithms)
                .map(list -> list.stream()
                        .map(id -> KeyAlgorithm.of(id)
                                .map(KeyAlgorithm::name)
                                .orElseGet(() -> String.format(java.util.Locale.ROOT, "%02X", id)))
                        .toList());
    }
}
