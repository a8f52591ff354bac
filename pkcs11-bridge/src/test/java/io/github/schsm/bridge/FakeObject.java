// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Template;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object in a {@link FakeToken}: its attributes as bytes, and for a key what the JDK calculates with. Attributes may
 * be changed at will, so that a token can be given what real ones are seen to have.
 */
public final class FakeObject {
    private final Map<Long, byte[]> attributes = new LinkedHashMap<>();
    private final @Nullable PrivateKey privateKey;
    private final byte @Nullable [] secret;

    private FakeObject(@Nullable PrivateKey privateKey, byte @Nullable [] secret) {
        this.privateKey = privateKey;
        this.secret = secret == null ? null : secret.clone();
    }

    /** A certificate, a public key, data. */
    static FakeObject plain() {
        return new FakeObject(null, null);
    }

    static FakeObject privateKey(PrivateKey key) {
        return new FakeObject(key, null);
    }

    static FakeObject secretKey(byte[] value) {
        return new FakeObject(null, value);
    }

    /** Sets an attribute; a number is a CK_ULONG. */
    public FakeObject with(long type, long value) {
        attributes.put(type, encode(value));
        return this;
    }

    public FakeObject with(long type, boolean value) {
        attributes.put(type, encode(value));
        return this;
    }

    public FakeObject with(long type, byte[] value) {
        attributes.put(type, encode(value));
        return this;
    }

    public FakeObject with(long type, String value) {
        attributes.put(type, encode(value));
        return this;
    }

    FakeObject with(Template template) {
        template.values().forEach((type, value) -> attributes.put(type, encode(value)));
        return this;
    }

    /** Sets an attribute unless it is there. */
    FakeObject withDefault(long type, Object value) {
        attributes.putIfAbsent(type, encode(value));
        return this;
    }

    /** Takes an attribute away. */
    FakeObject without(long type) {
        attributes.remove(type);
        return this;
    }

    /** The attribute's bytes; null if the object does not have it. */
    public byte @Nullable [] value(long type) {
        byte[] value = attributes.get(type);
        return value == null ? null : value.clone();
    }

    public boolean flag(long type) {
        byte[] value = attributes.get(type);
        return value != null && value.length == 1 && value[0] != 0;
    }

    /** A CK_ULONG; -1 if the object does not have it. */
    public long number(long type) {
        return new Attributes(attributes).number(type).orElse(-1);
    }

    /** A text; empty if the object does not have it. */
    public String text(long type) {
        return new Attributes(attributes).text(type).orElse("");
    }

    Optional<PrivateKey> privateKey() {
        return Optional.ofNullable(privateKey);
    }

    Optional<byte[]> secret() {
        return Optional.ofNullable(secret).map(byte[]::clone);
    }

    public boolean isPrivate() {
        return flag(Ck.CKA_PRIVATE);
    }

    public boolean isTokenObject() {
        return flag(Ck.CKA_TOKEN);
    }

    /** Whether every attribute of the template is there with that value. */
    boolean matches(Template template) {
        return template.values().entrySet().stream()
                .allMatch(wanted -> Arrays.equals(attributes.get(wanted.getKey()), encode(wanted.getValue())));
    }

    /** What a module reveals of these. */
    Attributes reveal(List<Long> types) {
        boolean sensitive = flag(Ck.CKA_SENSITIVE) || (secret != null && !flag(Ck.CKA_EXTRACTABLE));
        Map<Long, byte[]> revealed = new LinkedHashMap<>();
        for (long type : types) {
            byte[] value = attributes.get(type);
            if (value != null && !(sensitive && type == Ck.CKA_VALUE)) {
                revealed.put(type, value);
            }
        }
        return new Attributes(revealed);
    }

    private static byte[] encode(Object value) {
        if (value instanceof Long number) {
            return ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .putLong(number)
                    .array();
        }
        if (value instanceof Boolean flag) {
            return new byte[] {(byte) (flag ? 1 : 0)};
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        return ((byte[]) value).clone();
    }
}
