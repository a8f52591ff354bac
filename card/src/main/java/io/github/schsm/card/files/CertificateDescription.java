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
 * The PKCS#15 description of a CA certificate: file C8ii (docs/protocol.md#pkcs15-descriptions),
 * {@code 30 { 30 { 0C label 03 flags } 30 { 04 id } A1 { 30 { 30 { 04 fid } } } }}.
 */
public final class CertificateDescription {
    private static final String WHAT = "certificate description";
    /** Not private, modifiable. */
    private static final byte[] FLAGS = HexFormat.of().parseHex("0640");

    private final List<Tlv> object;
    private final List<Tlv> others;

    private CertificateDescription(List<Tlv> object, List<Tlv> others) {
        this.object = List.copyOf(object);
        this.others = List.copyOf(others);
    }

    /**
     * A description of a certificate.
     *
     * @param label its label
     * @param id    its id (CKA_ID)
     * @param fid   the file that it is in, CAii
     */
    public static CertificateDescription of(String label, byte[] id, int fid) {
        return new CertificateDescription(
                List.of(Pkcs15.text(Pkcs15.UTF8_STRING, label), Tlv.of(Pkcs15.BIT_STRING, FLAGS)),
                List.of(
                        Pkcs15.sequence(Tlv.of(Pkcs15.OCTET_STRING, id)),
                        Tlv.of(Pkcs15.TYPE, Pkcs15.sequence(Pkcs15.path(fid)))));
    }

    /**
     * The content of file C8ii.
     *
     * @param file what follows the first TLV object is ignored
     * @throws MalformedDataException if it does not begin with a description
     */
    public static CertificateDescription parse(byte[] file) throws MalformedDataException {
        List<Tlv> parts = Pkcs15.firstObject(WHAT, file).expect(Pkcs15.SEQUENCE).children();
        if (parts.isEmpty()) {
            throw new MalformedDataException(WHAT, "there is nothing in it");
        }
        return new CertificateDescription(
                parts.get(0).expect(Pkcs15.SEQUENCE).children(), parts.subList(1, parts.size()));
    }

    /** The file's content. */
    public byte[] encode() {
        Tlv[] parts = new Tlv[others.size() + 1];
        parts[0] = Pkcs15.sequence(object);
        for (int i = 0; i < others.size(); i++) {
            parts[i + 1] = others.get(i);
        }
        return Pkcs15.sequence(parts).encoded();
    }

    /** The certificate's label, not empty. */
    public Optional<String> label() {
        return Pkcs15.text(object, Pkcs15.UTF8_STRING);
    }

    /** The certificate's id (CKA_ID), not empty. */
    public Optional<byte[]> id() throws MalformedDataException {
        return Pkcs15.first(Pkcs15.parts(others, Pkcs15.SEQUENCE, 0), Pkcs15.OCTET_STRING)
                .filter(id -> id.valueLength() > 0)
                .map(Tlv::value);
    }

    /** The file that the certificate is in. */
    public OptionalInt fileIdentifier() throws MalformedDataException {
        List<Tlv> attributes = Pkcs15.parts(others, Pkcs15.TYPE, 0);
        List<Tlv> value = Pkcs15.parts(attributes, Pkcs15.SEQUENCE, 0);
        return Pkcs15.fileIdentifier(Pkcs15.parts(value, Pkcs15.SEQUENCE, 0));
    }

    /** The same with another label. */
    public CertificateDescription withLabel(String label) {
        return new CertificateDescription(Pkcs15.replaceFirst(object, Pkcs15.text(Pkcs15.UTF8_STRING, label)), others);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CertificateDescription that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        return PrintableText.of("certificate '" + label().orElse("") + "'");
    }
}
