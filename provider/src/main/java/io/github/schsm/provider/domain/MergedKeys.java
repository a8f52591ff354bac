// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.TokenKey;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The keys of all members, each once. Private keys are the same if their public keys are, by their numbers, unless a use
 * has shown that the listed public key is another one's; AES keys if
 * they have the same id and the members compute the same check value. Where members cannot be asked for one, an equal
 * label makes them one until they can, which is used at one member only.
 */
final class MergedKeys {
    private static final int REFERENCE_DIGITS = 8;

    private final Map<String, MergedKey> byReference;
    private final Set<KeyCopy> doubtful;

    /** What is the same for two AES keys only if they are one key. */
    interface CheckValues {
        /** The check value, as the member computes it. */
        Check of(KeyCopy copy);
    }

    /**
     * A check value.
     *
     * @param value   hexadecimal digits; empty if there is none
     * @param perhaps whether there may be one later: nobody is logged in, or the member is away
     */
    record Check(String value, boolean perhaps) {}

    private MergedKeys(Map<String, MergedKey> byReference, Set<KeyCopy> doubtful) {
        this.byReference = byReference;
        this.doubtful = doubtful;
    }

    /** Of the copies on all members, in the order of members and of their lists. */
    static MergedKeys of(List<KeyCopy> copies, CheckValues checks) {
        Map<String, List<KeyCopy>> groups = new LinkedHashMap<>();
        Map<String, List<KeyCopy>> secrets = new LinkedHashMap<>();
        for (KeyCopy copy : copies) {
            Optional<String> numbers = numbers(copy.details());
            if (copy.isDisproven()) {
                groups.put(alone(copy), List.of(copy));
            } else if (numbers.isPresent()) {
                groups.computeIfAbsent(numbers.get(), key -> new ArrayList<>()).add(copy);
            } else if (copy.key().type() == KeyType.AES && copy.key().id().length > 0) {
                String id = secretId(copy);
                secrets.computeIfAbsent(id, key -> new ArrayList<>()).add(copy);
                groups.putIfAbsent(id, new ArrayList<>());
            } else {
                groups.put(alone(copy), List.of(copy));
            }
        }
        Set<KeyCopy> doubtful = new HashSet<>();
        for (Map.Entry<String, List<KeyCopy>> candidates : secrets.entrySet()) {
            doubtful.addAll(split(candidates.getKey(), candidates.getValue(), checks, groups));
        }
        Map<String, MergedKey> merged = new LinkedHashMap<>();
        groups.forEach((identity, same) -> {
            if (!same.isEmpty()) {
                String reference = reference(identity, merged);
                merged.put(reference, MergedKey.of(reference, same, doubtful));
            }
        });
        return new MergedKeys(merged, doubtful);
    }

    /** The beginning of what identifies a key, as much of it as no other key has. */
    private static String reference(String identity, Map<String, MergedKey> taken) {
        int length = Math.min(REFERENCE_DIGITS, identity.length());
        while (taken.containsKey(identity.substring(0, length))) {
            length++;
        }
        return identity.substring(0, length);
    }

    /** Puts candidates for one AES key into groups that are; tells which are there for the time being only. */
    private static Set<KeyCopy> split(
            String id, List<KeyCopy> candidates, CheckValues checks, Map<String, List<KeyCopy>> groups) {
        if (candidates.stream().map(KeyCopy::member).distinct().count() < 2) {
            for (KeyCopy copy : candidates) {
                String reference = candidates.size() == 1 ? id : alone(copy);
                groups.computeIfAbsent(reference, key -> new ArrayList<>()).add(copy);
            }
            return Set.of();
        }
        Set<KeyCopy> doubtful = new HashSet<>();
        String firstValue = "";
        for (KeyCopy copy : candidates) {
            Check check = checks.of(copy);
            String reference;
            if (!check.value().isEmpty()) {
                firstValue = firstValue.isEmpty() ? check.value() : firstValue;
                reference = check.value().equals(firstValue) ? id : id + "-" + check.value();
            } else if (check.perhaps()
                    && copy.key().label().equals(candidates.get(0).key().label())) {
                doubtful.add(copy);
                reference = id;
            } else {
                reference = alone(copy);
            }
            groups.computeIfAbsent(reference, key -> new ArrayList<>()).add(copy);
        }
        return doubtful;
    }

    /** Of a key that nothing shows to be another member's as well. */
    private static String alone(KeyCopy copy) {
        return digest("member " + copy.member().id() + " key " + copy.key().reference());
    }

    private static String secretId(KeyCopy copy) {
        return digest("AES " + HexFormat.of().formatHex(copy.key().id()));
    }

    /** What says which key it is, by its numbers; empty for a key without any. */
    static Optional<String> numbers(KeyDetails details) {
        PublicKey known = details.publicKey();
        if (known == null) {
            return Optional.empty();
        }
        PublicKey key = PublicKeyNumbers.of(known);
        if (key instanceof RSAPublicKey rsa) {
            return Optional.of(digest("RSA " + rsa.getModulus() + " " + rsa.getPublicExponent()));
        }
        if (key instanceof ECPublicKey ec) {
            BigInteger order = ec.getParams().getOrder();
            return Optional.of(
                    digest("EC " + order + " " + ec.getParams().getCurve().getA() + " "
                            + ec.getW().getAffineX() + " " + ec.getW().getAffineY()));
        }
        return Optional.empty();
    }

    private static String digest(String numbers) {
        byte[] hash = HashAlgorithm.SHA256.digest(numbers.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash);
    }

    /** Shows keys under labels that they were given, by reference, as far as a copy has them. */
    void name(Map<String, String> labels) {
        labels.forEach((reference, label) -> byReference.computeIfPresent(reference, (same, key) -> key.named(label)));
    }

    /** All keys, in a fixed order. */
    List<MergedKey> all() {
        return List.copyOf(byReference.values());
    }

    /** The key that the domain once listed so. */
    Optional<MergedKey> find(TokenKey shown) {
        return Optional.ofNullable(byReference.get(shown.reference()));
    }

    /** Whether one of the AES keys that are taken for one without proof is on a member that can be asked now. */
    boolean isProofPossible() {
        return doubtful.stream().anyMatch(KeyCopy::isReady);
    }
}
