// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The PKCS#15 description of a private or secret key, PRKD: file C4kk (docs/protocol.md#pkcs15-descriptions). Every
 * part is optional in what is read; what is written is what the vendor's tools write.
 */
public final class PrivateKeyDescription {
    /** What a key is meant for (PKCS#15, KeyUsageFlags), with their bits. */
    public enum Usage {
        ENCRYPT(0),
        DECRYPT(1),
        SIGN(2),
        SIGN_RECOVER(3),
        WRAP(4),
        UNWRAP(5),
        VERIFY(6),
        VERIFY_RECOVER(7),
        DERIVE(8),
        NON_REPUDIATION(9);

        private final int bit;

        Usage(int bit) {
            this.bit = bit;
        }

        private boolean isIn(byte[] bitString) {
            int at = 1 + bit / Byte.SIZE;
            return at < bitString.length && (bitString[at] << bit % Byte.SIZE & 0x80) != 0;
        }
    }

    private static final String WHAT = "key description";
    private static final int RSA_TAG = 0x30;
    private static final int EC_TAG = 0xA0;
    private static final int AES_TAG = 0xA8;
    private static final byte[] RSA_USAGE = HexFormat.of().parseHex("0274");
    private static final byte[] EC_USAGE = HexFormat.of().parseHex("072080");
    private static final byte[] AES_USAGE = HexFormat.of().parseHex("07C010");

    private final KeyType type;
    private final List<Tlv> object;
    private final List<Tlv> key;
    private final List<Tlv> others;

    private PrivateKeyDescription(KeyType type, List<Tlv> object, List<Tlv> key, List<Tlv> others) {
        this.type = type;
        this.object = List.copyOf(object);
        this.key = List.copyOf(key);
        this.others = List.copyOf(others);
    }

    /**
     * A description as the vendor's tools write it.
     *
     * @param type    kind of key
     * @param label   its label
     * @param id      its id (CKA_ID), e.g. the key id or the subject key identifier
     * @param keySize field, modulus or key length in bits
     */
    public static PrivateKeyDescription of(KeyType type, String label, byte[] id, int keySize) {
        byte[] usage = switch (type) {
            case RSA -> RSA_USAGE;
            case EC -> EC_USAGE;
            case AES -> AES_USAGE;
            case UNKNOWN -> throw unknown();
        };
        Tlv noPath = Pkcs15.sequence(Tlv.of(Pkcs15.OCTET_STRING, new byte[0]));
        Tlv size = Pkcs15.number(keySize);
        List<Tlv> others = type == KeyType.AES
                ? List.of(Tlv.of(Pkcs15.SUBCLASS, Pkcs15.sequence(size)), Tlv.of(Pkcs15.TYPE, Pkcs15.sequence(noPath)))
                : List.of(Tlv.of(Pkcs15.TYPE, Pkcs15.sequence(noPath, size)));
        return new PrivateKeyDescription(
                type,
                List.of(Pkcs15.text(Pkcs15.UTF8_STRING, label)),
                List.of(Tlv.of(Pkcs15.OCTET_STRING, id), Tlv.of(Pkcs15.BIT_STRING, usage)),
                others);
    }

    /**
     * The content of file C4kk.
     *
     * @param file what follows the first TLV object is ignored
     * @throws MalformedDataException if it does not begin with a description
     */
    public static PrivateKeyDescription parse(byte[] file) throws MalformedDataException {
        Tlv description = Pkcs15.firstObject(WHAT, file);
        KeyType type = switch (description.tag()) {
            case RSA_TAG -> KeyType.RSA;
            case EC_TAG -> KeyType.EC;
            case AES_TAG -> KeyType.AES;
            default ->
                throw new MalformedDataException(
                        WHAT,
                        0,
                        String.format("tag %02X; 30 (RSA), A0 (EC) or A8 (AES) is expected", description.tag()));
        };
        List<Tlv> children = description.children();
        List<Tlv> others = new ArrayList<>(children);
        // The first two sequences are the common attributes of objects and of keys.
        for (int n = 0; n < 2; n++) {
            Pkcs15.first(others, Pkcs15.SEQUENCE).ifPresent(others::remove);
        }
        return new PrivateKeyDescription(
                type, Pkcs15.parts(children, Pkcs15.SEQUENCE, 0), Pkcs15.parts(children, Pkcs15.SEQUENCE, 1), others);
    }

    private static IllegalArgumentException unknown() {
        return new IllegalArgumentException("a key of unknown kind cannot be described");
    }

    /** The file's content. */
    public byte[] encode() {
        List<Tlv> parts = new ArrayList<>();
        parts.add(Pkcs15.sequence(object));
        parts.add(Pkcs15.sequence(key));
        parts.addAll(others);
        int tag = switch (type) {
            case RSA -> RSA_TAG;
            case EC -> EC_TAG;
            case AES -> AES_TAG;
            case UNKNOWN -> throw unknown();
        };
        return Tlv.of(tag, parts.toArray(Tlv[]::new)).encoded();
    }

    /** The kind of key. */
    public KeyType type() {
        return type;
    }

    /** The key's label, not empty. */
    public Optional<String> label() {
        return Pkcs15.text(object, Pkcs15.UTF8_STRING);
    }

    /** The key's id (CKA_ID), not empty. */
    public Optional<byte[]> id() {
        return Pkcs15.first(key, Pkcs15.OCTET_STRING)
                .filter(id -> id.valueLength() > 0)
                .map(Tlv::value);
    }

    /** What the key is meant for, as its description says; the device does not look at it. */
    public Set<Usage> usage() {
        Set<Usage> usage = EnumSet.noneOf(Usage.class);
        Pkcs15.first(key, Pkcs15.BIT_STRING).map(Tlv::value).ifPresent(bits -> {
            for (Usage use : Usage.values()) {
                if (use.isIn(bits)) {
                    usage.add(use);
                }
            }
        });
        return usage;
    }

    /** The key reference; OpenSC writes the key id here. */
    public OptionalInt keyReference() {
        return Pkcs15.number(key);
    }

    /** The name of the subject of the key's certificate, DER; EC and RSA keys only. */
    public Optional<byte[]> subject() throws MalformedDataException {
        List<Tlv> name = type == KeyType.AES ? List.of() : Pkcs15.parts(others, Pkcs15.SUBCLASS, 0);
        return name.isEmpty() ? Optional.empty() : Optional.of(name.get(0).encoded());
    }

    /** Field, modulus or key length in bits, where the description says it. */
    public OptionalInt keySize() throws MalformedDataException {
        List<Tlv> attributes = Pkcs15.parts(others, type == KeyType.AES ? Pkcs15.SUBCLASS : Pkcs15.TYPE, 0);
        return attributes.isEmpty()
                ? OptionalInt.empty()
                : Pkcs15.number(attributes.get(0).children());
    }

    /** The same with another label. */
    public PrivateKeyDescription withLabel(String label) {
        return new PrivateKeyDescription(
                type, Pkcs15.replaceFirst(object, Pkcs15.text(Pkcs15.UTF8_STRING, label)), key, others);
    }

    /** The same with another id. */
    public PrivateKeyDescription withId(byte[] id) {
        return new PrivateKeyDescription(
                type, object, Pkcs15.replaceFirst(key, Tlv.of(Pkcs15.OCTET_STRING, id)), others);
    }

    /**
     * The same with the name of a certificate's subject.
     *
     * @param name a Name, DER
     * @throws MalformedDataException if it is no DER
     */
    public PrivateKeyDescription withSubject(byte[] name) throws MalformedDataException {
        if (type == KeyType.AES) {
            throw new IllegalArgumentException("an AES key has no subject");
        }
        Tlv subject = Tlv.of(Pkcs15.SUBCLASS, Tlv.parse(name));
        return new PrivateKeyDescription(type, object, key, Pkcs15.replaceFirst(others, subject));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PrivateKeyDescription that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        return PrintableText.of(type + " key '" + label().orElse("") + "'");
    }
}
