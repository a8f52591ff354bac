// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.MalformedDataException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A BER-TLV data object (ISO 7816-4, annex of X.690 as smart cards use it): definite lengths, tags of up to three
 * bytes. A view over the original bytes, because signatures in card-verifiable certificates cover exactly those.
 * Lengths are checked against what is there before anything is copied, and nesting ends at {@value #MAX_DEPTH}.
 */
public final class Tlv {
    private static final int MAX_DEPTH = 16;

    private final byte[] source;
    private final int start;
    private final int tag;
    private final int valueStart;
    private final int end;
    private final int depth;

    private Tlv(byte[] source, int start, int tag, int valueStart, int end, int depth) {
        this.source = source;
        this.start = start;
        this.tag = tag;
        this.valueStart = valueStart;
        this.end = end;
        this.depth = depth;
    }

    /**
     * Exactly one object.
     *
     * @param data the object's encoding
     * @throws MalformedDataException if it is no object or something follows it
     */
    public static Tlv parse(byte[] data) throws MalformedDataException {
        Tlv object = parseFirst(data);
        if (object.end != data.length) {
            throw malformed(object.end, (data.length - object.end) + " bytes follow the object");
        }
        return object;
    }

    /**
     * The first object; what follows it is ignored, as readers of a device's files do.
     *
     * @param data at least one object's encoding
     * @throws MalformedDataException if there is no whole object
     */
    public static Tlv parseFirst(byte[] data) throws MalformedDataException {
        return read(data.clone(), 0, data.length, 0);
    }

    /**
     * Objects one after the other.
     *
     * @param data their encodings; may be empty
     * @throws MalformedDataException if any is not whole
     */
    public static List<Tlv> parseAll(byte[] data) throws MalformedDataException {
        byte[] copy = data.clone();
        return readAll(copy, 0, copy.length, 0);
    }

    /** An object with the tag (one to three bytes, e.g. {@code 0x7F49}) around a value. */
    public static Tlv of(int tag, byte[] value) {
        byte[] tagBytes = encodeTag(tag);
        byte[] length = encodeLength(value.length);
        byte[] encoded = new byte[tagBytes.length + length.length + value.length];
        System.arraycopy(tagBytes, 0, encoded, 0, tagBytes.length);
        System.arraycopy(length, 0, encoded, tagBytes.length, length.length);
        int valueStart = tagBytes.length + length.length;
        System.arraycopy(value, 0, encoded, valueStart, value.length);
        return new Tlv(encoded, 0, tag, valueStart, encoded.length, 0);
    }

    /** An object with the tag around other objects. */
    public static Tlv of(int tag, Tlv... children) {
        return of(tag, concat(children));
    }

    /** The encodings of the objects, one after the other. */
    public static byte[] concat(Tlv... objects) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Tlv object : objects) {
            out.write(object.source, object.start, object.end - object.start);
        }
        return out.toByteArray();
    }

    /** The tag with its class and form bits, as it is written: {@code 0x30}, {@code 0x7F21}. */
    public int tag() {
        return tag;
    }

    /** The value's bytes. */
    public byte[] value() {
        return Arrays.copyOfRange(source, valueStart, end);
    }

    /** How many bytes the value has. */
    public int valueLength() {
        return end - valueStart;
    }

    /** The object as it stands in the original bytes: tag, length and value. */
    public byte[] encoded() {
        return Arrays.copyOfRange(source, start, end);
    }

    /** How many bytes the whole object has. */
    public int encodedLength() {
        return end - start;
    }

    /**
     * The objects that the value consists of.
     *
     * @throws MalformedDataException if the value is not a sequence of objects, or nested too deep
     */
    public List<Tlv> children() throws MalformedDataException {
        return readAll(source, valueStart, end, depth + 1);
    }

    /**
     * The first child with the tag.
     *
     * @throws MalformedDataException if the value is not a sequence of objects
     */
    public Optional<Tlv> find(int childTag) throws MalformedDataException {
        return children().stream().filter(child -> child.tag == childTag).findFirst();
    }

    /**
     * The first child with the tag.
     *
     * @throws MalformedDataException if there is none
     */
    public Tlv require(int childTag) throws MalformedDataException {
        Optional<Tlv> child = find(childTag);
        if (child.isEmpty()) {
            throw malformed(valueStart, "no object " + hex(childTag) + " in " + hex(tag));
        }
        return child.get();
    }

    /**
     * This object, if it has the tag.
     *
     * @throws MalformedDataException if it has another
     */
    public Tlv expect(int expectedTag) throws MalformedDataException {
        if (tag != expectedTag) {
            throw malformed(start, "expected " + hex(expectedTag) + ", found " + hex(tag));
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tlv that && Arrays.equals(source, start, end, that.source, that.start, that.end);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded());
    }

    /** Tag and length only: values may be secret. */
    @Override
    public String toString() {
        return hex(tag) + "[" + valueLength() + "]";
    }

    private static List<Tlv> readAll(byte[] source, int from, int to, int depth) throws MalformedDataException {
        List<Tlv> objects = new ArrayList<>();
        int at = from;
        while (at < to) {
            Tlv object = read(source, at, to, depth);
            objects.add(object);
            at = object.end;
        }
        return List.copyOf(objects);
    }

    private static Tlv read(byte[] source, int start, int limit, int depth) throws MalformedDataException {
        if (depth > MAX_DEPTH) {
            throw malformed(start, "nested deeper than " + MAX_DEPTH);
        }
        int at = start;
        if (at >= limit) {
            throw malformed(at, "no data");
        }
        int tag = source[at++] & 0xFF;
        if ((tag & 0x1F) == 0x1F) {
            int more;
            do {
                if (at >= limit) {
                    throw malformed(at, "the tag is cut off");
                }
                if (at - start >= 3) {
                    throw malformed(start, "the tag is longer than three bytes");
                }
                more = source[at++] & 0xFF;
                tag = (tag << 8) | more;
            } while ((more & 0x80) != 0);
        }
        if (at >= limit) {
            throw malformed(at, "the length is missing");
        }
        int length = source[at++] & 0xFF;
        if (length == 0x80) {
            throw malformed(at - 1, "indefinite lengths are not allowed");
        }
        if (length > 0x80) {
            int count = length & 0x7F;
            if (count > 4 || count > limit - at) {
                throw malformed(at - 1, "the length has " + count + " bytes");
            }
            long value = 0;
            for (int i = 0; i < count; i++) {
                value = (value << 8) | (source[at++] & 0xFF);
            }
            if (value > limit - at) {
                throw malformed(start, hex(tag) + " says " + value + " bytes, " + (limit - at) + " are there");
            }
            length = (int) value;
        }
        if (length > limit - at) {
            throw malformed(start, hex(tag) + " says " + length + " bytes, " + (limit - at) + " are there");
        }
        return new Tlv(source, start, tag, at, at + length, depth);
    }

    private static byte[] encodeTag(int tag) {
        if (tag <= 0 || tag > 0xFFFFFF) {
            throw new IllegalArgumentException("no tag of one to three bytes: " + hex(tag));
        }
        if (tag <= 0xFF) {
            return new byte[] {(byte) tag};
        }
        if (tag <= 0xFFFF) {
            return new byte[] {(byte) (tag >> 8), (byte) tag};
        }
        return new byte[] {(byte) (tag >> 16), (byte) (tag >> 8), (byte) tag};
    }

    private static byte[] encodeLength(int length) {
        if (length < 0x80) {
            return new byte[] {(byte) length};
        }
        if (length <= 0xFF) {
            return new byte[] {(byte) 0x81, (byte) length};
        }
        if (length <= 0xFFFF) {
            return new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length};
        }
        return new byte[] {(byte) 0x83, (byte) (length >> 16), (byte) (length >> 8), (byte) length};
    }

    private static MalformedDataException malformed(int offset, String reason) {
        return new MalformedDataException("TLV data", offset, reason);
    }

    private static String hex(int tag) {
        return HexFormat.of()
                .withUpperCase()
                .toHexDigits(tag)
                .replaceFirst("^(00)+", "")
                .toUpperCase(Locale.ROOT);
    }
}
