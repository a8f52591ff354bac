// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Attribute values of an object, as bytes. A module may give anything: what does not look like the wanted kind of value
 * is taken for not there.
 *
 * @param values bytes by CKA_ value; CK_ULONGs and CK_BBOOLs as this machine has them in memory
 */
public record Attributes(Map<Long, byte[]> values) {
    /** Copies the map. */
    public Attributes {
        values = Map.copyOf(values);
    }

    /** Whether these have the same values as others, or none, for some types. */
    public boolean isSame(Attributes others, List<Long> types) {
        for (Long type : types) {
            if (!Arrays.equals(values.get(type), others.values.get(type))) {
                return false;
            }
        }
        return true;
    }

    /** Bytes, as they are. */
    public Optional<byte[]> bytes(long type) {
        return Optional.ofNullable(values.get(type)).map(byte[]::clone);
    }

    /** A text in UTF-8, possibly empty, up to the zero byte that some modules put at its end. */
    public Optional<String> text(long type) {
        return Optional.ofNullable(values.get(type))
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .map(text -> text.indexOf('\0') < 0 ? text : text.substring(0, text.indexOf('\0')));
    }

    /** A CK_ULONG, of 4 or 8 bytes. */
    public OptionalLong number(long type) {
        byte[] bytes = values.get(type);
        if (bytes == null) {
            return OptionalLong.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return switch (bytes.length) {
            case Integer.BYTES -> OptionalLong.of(Integer.toUnsignedLong(buffer.getInt()));
            case Long.BYTES -> OptionalLong.of(buffer.getLong());
            default -> OptionalLong.empty();
        };
    }

    /** A CK_BBOOL. */
    public Optional<Boolean> flag(long type) {
        byte[] bytes = values.get(type);
        return bytes == null || bytes.length != 1 ? Optional.empty() : Optional.of(bytes[0] != 0);
    }

    /** A big integer, unsigned and big-endian. */
    public Optional<BigInteger> integer(long type) {
        byte[] bytes = values.get(type);
        return bytes == null || bytes.length == 0 ? Optional.empty() : Optional.of(new BigInteger(1, bytes));
    }
}
