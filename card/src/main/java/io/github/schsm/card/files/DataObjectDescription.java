// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The PKCS#15 description of a data object: file C9ii (docs/protocol.md#pkcs15-descriptions),
 * {@code 30 { 30 { 0C label 03 flags [04 authId] } 30 { 0C application [06 oid] } A1 { 30 { 04 fid } } }}.
 */
public final class DataObjectDescription {
    private static final String WHAT = "data object description";
    /** Private and modifiable. */
    private static final byte[] PRIVATE_FLAGS = HexFormat.of().parseHex("06C0");
    /** Modifiable. */
    private static final byte[] PUBLIC_FLAGS = HexFormat.of().parseHex("0640");

    private static final byte[] USER_PIN = {0x01};

    private final List<Tlv> object;
    private final List<Tlv> data;
    private final List<Tlv> others;

    private DataObjectDescription(List<Tlv> object, List<Tlv> data, List<Tlv> others) {
        this.object = List.copyOf(object);
        this.data = List.copyOf(data);
        this.others = List.copyOf(others);
    }

    /**
     * A description of a data object.
     *
     * @param label       its label
     * @param application the application that it belongs to; may be empty
     * @param oid         the application's object identifier, dotted; may be empty
     * @param fid         the file that it is in: CDii if it needs the PIN, CFii if it does not
     */
    public static DataObjectDescription of(String label, String application, String oid, int fid) {
        Tlv name = Pkcs15.text(Pkcs15.UTF8_STRING, label);
        return new DataObjectDescription(
                Files.isPrivate(fid)
                        ? List.of(name, Tlv.of(Pkcs15.BIT_STRING, PRIVATE_FLAGS), Tlv.of(Pkcs15.OCTET_STRING, USER_PIN))
                        : List.of(name, Tlv.of(Pkcs15.BIT_STRING, PUBLIC_FLAGS)),
                oid.isEmpty()
                        ? List.of(Pkcs15.text(Pkcs15.UTF8_STRING, application))
                        : List.of(
                                Pkcs15.text(Pkcs15.UTF8_STRING, application),
                                Tlv.of(Pkcs15.OBJECT_IDENTIFIER, Pkcs15.objectIdentifier(oid))),
                List.of(Tlv.of(Pkcs15.TYPE, Pkcs15.path(fid))));
    }

    /**
     * The content of file C9ii.
     *
     * @param file what follows the first TLV object is ignored
     * @throws MalformedDataException if it does not begin with a description
     */
    public static DataObjectDescription parse(byte[] file) throws MalformedDataException {
        List<Tlv> parts = Pkcs15.firstObject(WHAT, file).expect(Pkcs15.SEQUENCE).children();
        if (parts.size() < 2) {
            throw new MalformedDataException(WHAT, parts.size() + " parts; at least two are expected");
        }
        return new DataObjectDescription(
                parts.get(0).expect(Pkcs15.SEQUENCE).children(),
                parts.get(1).expect(Pkcs15.SEQUENCE).children(),
                parts.subList(2, parts.size()));
    }

    /** The file's content. */
    public byte[] encode() {
        Tlv[] parts = new Tlv[others.size() + 2];
        parts[0] = Pkcs15.sequence(object);
        parts[1] = Pkcs15.sequence(data);
        for (int i = 0; i < others.size(); i++) {
            parts[i + 2] = others.get(i);
        }
        return Pkcs15.sequence(parts).encoded();
    }

    /** The object's label, not empty. */
    public Optional<String> label() {
        return Pkcs15.text(object, Pkcs15.UTF8_STRING);
    }

    /** The application that it belongs to, not empty. */
    public Optional<String> application() {
        return Pkcs15.text(data, Pkcs15.UTF8_STRING);
    }

    /** The application's object identifier, dotted. */
    public Optional<String> applicationOid() {
        return Pkcs15.first(data, Pkcs15.OBJECT_IDENTIFIER).map(Tlv::value).flatMap(Pkcs15::objectIdentifier);
    }

    /** The file that the object is in. */
    public OptionalInt fileIdentifier() throws MalformedDataException {
        List<Tlv> attributes = Pkcs15.parts(others, Pkcs15.TYPE, 0);
        return Pkcs15.fileIdentifier(Pkcs15.parts(attributes, Pkcs15.SEQUENCE, 0));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DataObjectDescription that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        return PrintableText.of("data object '" + label().orElse("") + "'");
    }
}
