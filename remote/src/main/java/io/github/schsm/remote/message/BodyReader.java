// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import io.github.schsm.MalformedDataException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Reads the objects of a body: tags of one byte, definite lengths of one to three bytes. Not the general reader of
 * {@code codec}, because a body may hold a PIN: here nothing is copied but what is asked for, so that the caller can
 * wipe it.
 */
final class BodyReader {
    /** More objects than this are in no body; each costs memory. */
    private static final int MOST_OBJECTS = 256;

    private static final int MOST_NUMBER_BYTES = 4;

    private final byte[] source;
    private final int end;
    private int at;
    private int objects;
    private int tag;
    private int start;
    private int valueEnd;

    BodyReader(byte[] source) {
        this(source, 0, source.length);
    }

    private BodyReader(byte[] source, int start, int end) {
        this.source = source;
        this.at = start;
        this.end = end;
    }

    /** Goes on to the next object; false after the last. */
    boolean next() throws MalformedDataException {
        if (at == end) {
            return false;
        }
        if (++objects > MOST_OBJECTS) {
            throw malformed("more than " + MOST_OBJECTS + " objects");
        }
        tag = source[at++] & 0xFF;
        if ((tag & 0x1F) == 0x1F) {
            throw malformed("a tag of several bytes");
        }
        int length = length();
        if (length > end - at) {
            throw malformed(hex(tag) + " says " + length + " bytes, " + (end - at) + " are there");
        }
        start = at;
        at += length;
        valueEnd = at;
        return true;
    }

    private int length() throws MalformedDataException {
        int first = unsigned();
        return switch (first) {
            case 0x81 -> unsigned();
            case 0x82 -> unsigned() << 8 | unsigned();
            default -> {
                if (first >= 0x80) {
                    throw malformed("a length that is indefinite, or has more than three bytes");
                }
                yield first;
            }
        };
    }

    private int unsigned() throws MalformedDataException {
        if (at == end) {
            throw malformed("the length is cut off");
        }
        return source[at++] & 0xFF;
    }

    /** The tag of the present object. */
    int tag() {
        return tag;
    }

    /** A copy of the present object's value. */
    byte[] value() {
        return Arrays.copyOfRange(source, start, valueEnd);
    }

    boolean isEmpty() {
        return start == valueEnd;
    }

    /** The objects within the present one. */
    BodyReader inside() {
        return new BodyReader(source, start, valueEnd);
    }

    /** The present object's value as a signed number. */
    int number() throws MalformedDataException {
        int length = valueEnd - start;
        if (length < 1 || length > MOST_NUMBER_BYTES) {
            throw malformed("a number of " + length + " bytes");
        }
        int number = source[start];
        for (int i = start + 1; i < valueEnd; i++) {
            number = number << 8 | (source[i] & 0xFF);
        }
        return number;
    }

    /** The present object's value as text. */
    String text() throws MalformedDataException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(source, start, valueEnd - start))
                    .toString();
        } catch (CharacterCodingException none) {
            throw malformed("text that is not UTF-8");
        }
    }

    MalformedDataException unexpected() {
        return malformed(hex(tag) + " has no place here");
    }

    MalformedDataException malformed(String reason) {
        return new MalformedDataException("RAMOverHTTP body", at, reason);
    }

    private static String hex(int tag) {
        return HexFormat.of().withUpperCase().toHexDigits((byte) tag);
    }
}
