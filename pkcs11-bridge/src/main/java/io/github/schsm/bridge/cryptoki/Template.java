// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Attributes for an object to be made or looked for, in the order in which they were put in. Values are {@code Long}
 * (CK_ULONG), {@code Boolean} (CK_BBOOL), {@code byte[]} or {@code String} (UTF-8); which one an attribute takes is
 * the standard's.
 */
public final class Template {
    private final Map<Long, Object> values = new LinkedHashMap<>();

    /** An empty one, which every object matches. */
    public Template() {}

    /** With a number. */
    public Template with(long type, long value) {
        values.put(type, value);
        return this;
    }

    /** With a truth value. */
    public Template with(long type, boolean value) {
        values.put(type, value);
        return this;
    }

    /** With bytes, which are copied. */
    public Template with(long type, byte[] value) {
        values.put(type, value.clone());
        return this;
    }

    /** With a text. */
    public Template with(long type, String value) {
        values.put(type, value);
        return this;
    }

    /** The attributes by CKA_ value. */
    public Map<Long, Object> values() {
        return new LinkedHashMap<>(values);
    }

    /** One attribute's value. */
    public Optional<Object> value(long type) {
        return Optional.ofNullable(values.get(type));
    }
}
