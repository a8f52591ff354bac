// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * CIAInfo / TokenInfo (PKCS#15): file 2F03 (docs/protocol.md#files and docs/protocol.md#initialization),
 * {@code 30 { 02 version [04 serial] [0C manufacturer] [80 label] 03 flags }}.
 */
public final class CardTokenInfo {
    private static final String WHAT = "token info";
    private static final int LABEL = 0x80;
    private static final byte[] VERSION = {0x00};
    private static final byte[] FLAGS = HexFormat.of().parseHex("0520");

    private final List<Tlv> parts;

    private CardTokenInfo(List<Tlv> parts) {
        this.parts = List.copyOf(parts);
    }

    /** A token with that label, as OpenSC writes it. */
    public static CardTokenInfo of(String label) {
        return new CardTokenInfo(
                List.of(Tlv.of(Pkcs15.INTEGER, VERSION), Pkcs15.text(LABEL, label), Tlv.of(Pkcs15.BIT_STRING, FLAGS)));
    }

    /**
     * The content of file 2F03.
     *
     * @param file what follows the first TLV object is ignored
     * @throws MalformedDataException if it does not begin with a token info
     */
    public static CardTokenInfo parse(byte[] file) throws MalformedDataException {
        return new CardTokenInfo(
                Pkcs15.firstObject(WHAT, file).expect(Pkcs15.SEQUENCE).children());
    }

    /** The file's content. */
    public byte[] encode() {
        return Pkcs15.sequence(parts).encoded();
    }

    /** The token's label, not empty. */
    public Optional<String> label() {
        return Pkcs15.text(parts, LABEL);
    }

    /** Who made it, not empty. */
    public Optional<String> manufacturer() {
        return Pkcs15.text(parts, Pkcs15.UTF8_STRING);
    }

    /** Its serial number, not empty. */
    public Optional<byte[]> serial() {
        return Pkcs15.first(parts, Pkcs15.OCTET_STRING)
                .filter(serial -> serial.valueLength() > 0)
                .map(Tlv::value);
    }

    /** The same with another label. */
    public CardTokenInfo withLabel(String label) {
        Tlv text = Pkcs15.text(LABEL, label);
        if (Pkcs15.first(parts, LABEL).isPresent()) {
            return new CardTokenInfo(Pkcs15.replaceFirst(parts, text));
        }
        List<Tlv> changed = new ArrayList<>(parts);
        Optional<Tlv> flags = Pkcs15.first(parts, Pkcs15.BIT_STRING);
        changed.add(flags.map(changed::indexOf).orElse(changed.size()), text);
        return new CardTokenInfo(changed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CardTokenInfo that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        return PrintableText.of("token '" + label().orElse("") + "'");
    }
}
