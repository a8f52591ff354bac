// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;
import java.security.PublicKey;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One key, whatever number of members has it.
 *
 * @param shown    as the domain lists it
 * @param copies   where it is, in the order of the members; at least one
 * @param doubtful of those the ones that may turn out to be another key, as soon as their members can be asked
 */
record MergedKey(TokenKey shown, List<KeyCopy> copies, Set<KeyCopy> doubtful) {
    MergedKey {
        copies = List.copyOf(copies);
        doubtful = Set.copyOf(doubtful);
    }

    /** The copies that are known to be one key; of none of which that is known, those of one member. */
    List<KeyCopy> usable() {
        if (doubtful.isEmpty()) {
            return copies;
        }
        List<KeyCopy> sure =
                copies.stream().filter(copy -> !doubtful.contains(copy)).toList();
        if (!sure.isEmpty()) {
            return sure;
        }
        KeyCopy one = copies.stream().filter(KeyCopy::isReady).findFirst().orElse(copies.get(0));
        return copies.stream().filter(copy -> copy.member() == one.member()).toList();
    }

    /**
     * Before something is done to all copies that are here.
     *
     * @throws InvalidRequestException if they may be several keys
     */
    void requireOneKey(String deed) throws InvalidRequestException {
        List<KeyCopy> here = copies.stream().filter(KeyCopy::isReady).toList();
        List<Member> with = here.stream().map(KeyCopy::member).distinct().toList();
        if (with.size() > 1 && here.stream().anyMatch(doubtful::contains)) {
            throw new InvalidRequestException("\"" + shown.label() + "\" is not " + deed
                    + ": nothing shows yet whether the keys in "
                    + String.join(" and ", with.stream().map(Member::id).toList())
                    + " are one key; log in, or use a key store of one device");
        }
    }

    /**
     * Of copies that are the same key: under the label that most of them have.
     *
     * @param reference how the domain finds it again
     * @param doubtful  copies, of this or other keys, that may be another key
     */
    static MergedKey of(String reference, List<KeyCopy> copies, Set<KeyCopy> doubtful) {
        Map<String, Integer> labels = new LinkedHashMap<>();
        copies.forEach(copy -> labels.merge(copy.key().label(), 1, Integer::sum));
        if (copies.stream().map(KeyCopy::member).distinct().count() > 1) {
            copies.forEach(KeyCopy::share);
        }
        int most = labels.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        String label = labels.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .findFirst()
                .orElseThrow()
                .getKey();
        TokenKey first = copies.get(0).key();
        return new MergedKey(
                new TokenKey(reference, label, first.id(), first.type()),
                copies,
                copies.stream().filter(doubtful::contains).collect(Collectors.toSet()));
    }

    /** Under another label, if one of its copies has it. */
    MergedKey named(String label) {
        if (copies.stream().noneMatch(copy -> copy.key().label().equals(label))) {
            return this;
        }
        return new MergedKey(new TokenKey(shown.reference(), label, shown.id(), shown.type()), copies, doubtful);
    }

    /** What the domain can do with it: whatever one of its copies lets do. */
    KeyDetails details(OptionalInt slot) {
        return merged(copies.stream().map(KeyCopy::details).toList(), slot);
    }

    /** The details of several copies as those of one key. */
    static KeyDetails merged(List<KeyDetails> all, OptionalInt slot) {
        KeyDetails first = all.get(0);
        return new KeyDetails(
                publicKey(all),
                all.stream()
                        .map(KeyDetails::curve)
                        .filter(curve -> curve != null)
                        .findFirst()
                        .orElse(null),
                all.stream().mapToInt(KeyDetails::size).max().orElse(0),
                lists(all),
                uses(all),
                slot,
                first.wrappingKey(),
                available(all));
    }

    /** The one that the device attests, if one does. */
    private static @Nullable PublicKey publicKey(List<KeyDetails> all) {
        PublicKey found = null;
        for (KeyDetails details : all) {
            PublicKey candidate = details.publicKey();
            if (candidate instanceof AttestedPublicKey) {
                return candidate;
            }
            found = found == null ? candidate : found;
        }
        return found;
    }

    private static @Nullable List<Integer> lists(List<KeyDetails> all) {
        Set<Integer> union = new LinkedHashSet<>();
        for (KeyDetails details : all) {
            List<Integer> list = details.allowedAlgorithms();
            if (list == null) {
                return null;
            }
            union.addAll(list);
        }
        return List.copyOf(union);
    }

    /** How often it may be used on all members together; no limit where one member has none. */
    private static OptionalLong uses(Collection<KeyDetails> all) {
        long sum = 0;
        for (KeyDetails details : all) {
            if (details.useCounter().isEmpty()) {
                return OptionalLong.empty();
            }
            sum += details.useCounter().getAsLong();
        }
        return OptionalLong.of(sum);
    }

    private static @Nullable Set<KeyAlgorithm> available(List<KeyDetails> all) {
        Set<KeyAlgorithm> union = EnumSet.noneOf(KeyAlgorithm.class);
        for (KeyDetails details : all) {
            Set<KeyAlgorithm> can = details.available();
            if (can == null) {
                return null;
            }
            union.addAll(can);
        }
        return union;
    }

    /** The members that have it, each once. */
    List<Member> members() {
        return copies.stream().map(KeyCopy::member).distinct().toList();
    }

    /** Labels that copies have beside the one that is shown. */
    List<String> otherLabels() {
        return copies.stream()
                .map(copy -> copy.key().label())
                .filter(label -> !label.equals(shown.label()))
                .distinct()
                .toList();
    }
}
