// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.Tlv;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/**
 * What the PKCS#15 descriptions have in common. They are kept as the objects they were read as, so that what another
 * program wrote and nobody here knows about survives a change of the label.
 */
final class Pkcs15 {
    static final int SEQUENCE = 0x30;
    static final int INTEGER = 0x02;
    static final int BIT_STRING = 0x03;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int UTF8_STRING = 0x0C;
    /** Attributes of the class of object: the subject's name of a private key, the size of a secret key. */
    static final int SUBCLASS = 0xA0;
    /** Attributes of the type of object: where its value is. */
    static final int TYPE = 0xA1;

    private static final int MAX_OBJECT_IDENTIFIER = 32;

    private Pkcs15() {}

    /** What follows the first object of a file is left over from a longer one. */
    static Tlv firstObject(String what, byte[] file) throws MalformedDataException {
        if (file.length == 0) {
            throw new MalformedDataException(what, "the file is empty");
        }
        return Tlv.parseFirst(file);
    }

    static Optional<Tlv> first(List<Tlv> objects, int tag) {
        return objects.stream().filter(object -> object.tag() == tag).findFirst();
    }

    /** The n-th object with the tag; its parts, or none if there is no such object. */
    static List<Tlv> parts(List<Tlv> objects, int tag, int n) throws MalformedDataException {
        Optional<Tlv> object = objects.stream()
                .filter(candidate -> candidate.tag() == tag)
                .skip(n)
                .findFirst();
        return object.isPresent() ? object.get().children() : List.of();
    }

    /** Text that is not empty; bytes that are no UTF-8 become replacement characters, labels are only shown. */
    static Optional<String> text(List<Tlv> objects, int tag) {
        return first(objects, tag)
                .filter(object -> object.valueLength() > 0)
                .map(object -> new String(object.value(), StandardCharsets.UTF_8));
    }

    static Tlv text(int tag, String text) {
        return Tlv.of(tag, text.getBytes(StandardCharsets.UTF_8));
    }

    static OptionalInt number(List<Tlv> objects) {
        Optional<Tlv> integer = first(objects, INTEGER);
        if (integer.isEmpty()) {
            return OptionalInt.empty();
        }
        byte[] value = integer.get().value();
        if (value.length == 0 || value.length > Integer.BYTES || value[0] < 0) {
            return OptionalInt.empty();
        }
        int number = 0;
        for (byte digit : value) {
            number = number << 8 | (digit & 0xFF);
        }
        return OptionalInt.of(number);
    }

    /** The content of an object identifier, dotted; nothing if it is none, or of no sensible length. */
    static Optional<String> objectIdentifier(byte[] content) {
        if (content.length > MAX_OBJECT_IDENTIFIER) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ASN1ObjectIdentifier.getInstance(Tlv.of(0x06, content).encoded())
                            .getId());
        } catch (IllegalArgumentException notOne) {
            return Optional.empty();
        }
    }

    /** The content of an object identifier. */
    static byte[] objectIdentifier(String dotted) {
        try {
            byte[] encoded = new ASN1ObjectIdentifier(dotted).getEncoded();
            return Tlv.parse(encoded).value();
        } catch (IOException | MalformedDataException e) {
            throw new IllegalStateException("an object identifier can be encoded", e);
        }
    }

    static Tlv number(int value) {
        return Tlv.of(INTEGER, BigInteger.valueOf(value).toByteArray());
    }

    static Tlv sequence(List<Tlv> objects) {
        return Tlv.of(SEQUENCE, objects.toArray(Tlv[]::new));
    }

    static Tlv sequence(Tlv... objects) {
        return Tlv.of(SEQUENCE, objects);
    }

    /** The objects with the first one of that tag replaced, or the new one put first. */
    static List<Tlv> replaceFirst(List<Tlv> objects, Tlv replacement) {
        List<Tlv> result = new ArrayList<>(objects);
        for (int i = 0; i < result.size(); i++) {
            if (result.get(i).tag() == replacement.tag()) {
                result.set(i, replacement);
                return result;
            }
        }
        result.add(0, replacement);
        return result;
    }

    /** Path of a value: {@code A1 { 30 { 30 { 04 fid } } }}, as certificates have it. */
    static OptionalInt fileIdentifier(List<Tlv> path) {
        Optional<Tlv> fid = first(path, OCTET_STRING).filter(object -> object.valueLength() == 2);
        if (fid.isEmpty()) {
            return OptionalInt.empty();
        }
        byte[] value = fid.get().value();
        return OptionalInt.of((value[0] & 0xFF) << 8 | (value[1] & 0xFF));
    }

    static Tlv path(int fid) {
        return sequence(Tlv.of(OCTET_STRING, new byte[] {(byte) (fid >> 8), (byte) fid}));
    }
}
