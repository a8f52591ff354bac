// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.codec.Tlv;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The attributes of a key: given when it is generated, shown when its file is selected (tags 90 to 93,
 * docs/protocol.md#files and docs/protocol.md#key-generation). Each is optional.
 *
 * @param useCounter    how often the key may be used, 1 to 4,294,967,295
 * @param algorithms    ids of the allowed algorithms, in the order of the device; empty: no list, everything that the
 *                      key's type allows
 * @param keyDomain     slot of its key domain, 0 to 255
 * @param wrappingKeyId id of its wrapping key, 0 to 255
 */
public record KeyAttributes(
        OptionalLong useCounter, Optional<List<Integer>> algorithms, OptionalInt keyDomain, OptionalInt wrappingKeyId) {
    /** No attribute at all. */
    public static final KeyAttributes NONE =
            new KeyAttributes(OptionalLong.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

    private static final int FCI = 0x6F;
    private static final int FCP = 0x62;
    private static final int PROPRIETARY = 0xA5;
    private static final int USE_COUNTER = 0x90;
    private static final int ALGORITHMS = 0x91;
    private static final int KEY_DOMAIN = 0x92;
    private static final int WRAPPING_KEY = 0x93;
    private static final int COUNTER_LENGTH = 4;
    private static final long MAX_COUNTER = 0xFFFF_FFFFL;
    private static final int MAX_ALGORITHMS = 16;

    public KeyAttributes {
        algorithms = algorithms.map(List::copyOf);
        if (useCounter.isPresent() && (useCounter.getAsLong() < 0 || useCounter.getAsLong() > MAX_COUNTER)) {
            throw new IllegalArgumentException("use counter " + useCounter.getAsLong() + "; at most " + MAX_COUNTER);
        }
        requireByte("key domain slot", keyDomain);
        requireByte("wrapping key id", wrappingKeyId);
    }

    private static void requireByte(String name, OptionalInt value) {
        if (value.isPresent() && (value.getAsInt() < 0 || value.getAsInt() > 0xFF)) {
            throw new IllegalArgumentException(name + " " + value.getAsInt() + "; 0 to 255");
        }
    }

    /** The same with a use counter. */
    public KeyAttributes withUseCounter(long uses) {
        return new KeyAttributes(OptionalLong.of(uses), algorithms, keyDomain, wrappingKeyId);
    }

    /** The same with a list of allowed algorithms; no list if there are none in it. */
    public KeyAttributes withAlgorithms(Collection<KeyAlgorithm> allowed) {
        return new KeyAttributes(
                useCounter,
                allowed.isEmpty()
                        ? Optional.empty()
                        : Optional.of(allowed.stream().map(KeyAlgorithm::id).toList()),
                keyDomain,
                wrappingKeyId);
    }

    /** The same in a key domain. */
    public KeyAttributes withKeyDomain(int slot) {
        return new KeyAttributes(useCounter, algorithms, OptionalInt.of(slot), wrappingKeyId);
    }

    /** The same with a wrapping key. */
    public KeyAttributes withWrappingKeyId(int kid) {
        return new KeyAttributes(useCounter, algorithms, keyDomain, OptionalInt.of(kid));
    }

    /** Whether lost answers of this key's operations may be asked for again: only without a use counter. */
    public RetryPolicy retry() {
        return useCounter.isPresent() ? RetryPolicy.NEVER : RetryPolicy.ALLOWED;
    }

    /**
     * The answer to SELECT of a key.
     *
     * @param answer FCI (6F) or FCP (62); firmware that says nothing of the key gives an empty A5, or none
     * @throws MalformedDataException if it is neither, or an attribute has the wrong length
     */
    public static KeyAttributes parse(byte[] answer) throws MalformedDataException {
        if (answer.length == 0) {
            return NONE;
        }
        Tlv template = Tlv.parseFirst(answer);
        if (template.tag() == FCI && template.find(FCP).isPresent()) {
            template = template.require(FCP);
        }
        if (template.tag() != FCI && template.tag() != FCP) {
            throw new MalformedDataException("answer to SELECT", 0, "neither FCI (6F) nor FCP (62)");
        }
        Optional<Tlv> proprietary = template.find(PROPRIETARY);
        return proprietary.isPresent() ? parse(proprietary.get()) : NONE;
    }

    private static KeyAttributes parse(Tlv proprietary) throws MalformedDataException {
        KeyAttributes attributes = NONE;
        for (Tlv attribute : proprietary.children()) {
            byte[] value = attribute.value();
            switch (attribute.tag()) {
                case USE_COUNTER -> attributes = attributes.withUseCounter(counter(value));
                case ALGORITHMS ->
                    attributes = new KeyAttributes(
                            attributes.useCounter,
                            Optional.of(numbers(value)),
                            attributes.keyDomain,
                            attributes.wrappingKeyId);
                case KEY_DOMAIN -> attributes = attributes.withKeyDomain(single("key domain", value));
                case WRAPPING_KEY -> attributes = attributes.withWrappingKeyId(single("wrapping key id", value));
                default -> {
                    // Newer firmware may say more of a key than is known here.
                }
            }
        }
        return attributes;
    }

    private static long counter(byte[] value) throws MalformedDataException {
        if (value.length == 0 || value.length > COUNTER_LENGTH) {
            throw new MalformedDataException("key attributes", "a use counter of " + value.length + " bytes");
        }
        long counter = 0;
        for (byte digit : value) {
            counter = counter << 8 | (digit & 0xFF);
        }
        return counter;
    }

    private static int single(String name, byte[] value) throws MalformedDataException {
        if (value.length != 1) {
            throw new MalformedDataException("key attributes", "a " + name + " of " + value.length + " bytes");
        }
        return value[0] & 0xFF;
    }

    private static List<Integer> numbers(byte[] value) {
        List<Integer> numbers = new ArrayList<>(value.length);
        for (byte number : value) {
            numbers.add(number & 0xFF);
        }
        return numbers;
    }

    /** The attributes as key generation takes them. */
    public List<Tlv> encode() {
        List<Tlv> objects = new ArrayList<>();
        if (useCounter.isPresent()) {
            long uses = useCounter.getAsLong();
            objects.add(Tlv.of(
                    USE_COUNTER,
                    new byte[] {(byte) (uses >> 24), (byte) (uses >> 16), (byte) (uses >> 8), (byte) uses}));
        }
        if (algorithms.isPresent()) {
            List<Integer> ids = algorithms.get();
            if (ids.size() > MAX_ALGORITHMS) {
                throw new IllegalArgumentException(
                        ids.size() + " allowed algorithms; a key's list takes at most " + MAX_ALGORITHMS);
            }
            byte[] list = new byte[ids.size()];
            for (int i = 0; i < list.length; i++) {
                list[i] = ids.get(i).byteValue();
            }
            objects.add(Tlv.of(ALGORITHMS, list));
        }
        if (keyDomain.isPresent()) {
            objects.add(Tlv.of(KEY_DOMAIN, new byte[] {(byte) keyDomain.getAsInt()}));
        }
        if (wrappingKeyId.isPresent()) {
            objects.add(Tlv.of(WRAPPING_KEY, new byte[] {(byte) wrappingKeyId.getAsInt()}));
        }
        return objects;
    }
}
