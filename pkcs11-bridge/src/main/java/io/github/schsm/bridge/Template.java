package io.github.schsm.bridge;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Attributes for an object to be made or looked for, in the order in which they were put in. Values are {@code Long}
 * (CK_ULONG), {@code Boolean} (CK_BBOOL), {@code byte[]} or {@code String} (UTF-8); which one an attribute takes is
 * the standard's.
 */
final class Template {
    private final Map<Long, Object> values = new LinkedHashMap<>();

    /** An empty one, which every object matches. */
    Template() {}

    /** With a number. */
    Template with(long type, long value) {
        values.put(type, value);
        return this;
    }

    /** With a truth value. */
    Template with(long type, boolean value) {
        values.put(type, value);
        return this;
    }

    /** With bytes, which are copied. */
    Template with(long type, byte[] value) {
        values.put(type, value.clone());
        return this;
    }

    /** With a text. */
    Template with(long type, String value) {
        values.put(type, value);
        return this;
    }

    /** The attributes by CKA_ value. */
    Map<Long, Object> values() {
        return new LinkedHashMap<>(values);
    }

    /** One attribute's value. */
    Optional<Object> value(long type) {
        return Optional.ofNullable(values.get(type));
    }
}
