// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.files;

import io.github.schsm.Cvc;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.Tlv;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The structure of an encoded object, tag by tag: card-verifiable certificates and requests, key domain memberships, public
 * key files, descriptions, and X.509. What is wrapped is shown by its length alone.
 *
 * @param kind    what it is, in words
 * @param objects all objects, each before what it contains
 */
public record StructureDump(String kind, List<Entry> objects) {
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 .]+)-----([A-Za-z0-9+/=\\s]*)-----END");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final int DEEPEST = 16;
    private static final int MOST = 5000;
    private static final int SHOWN = 64;
    private static final int WRAPPED = 64;

    /** What tags are called in card-verifiable certificates and what is around them (docs/protocol.md). */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0x67, "authenticated request"),
            Map.entry(0x7F21, "certificate or request"),
            Map.entry(0x7F4E, "body"),
            Map.entry(0x5F29, "profile"),
            Map.entry(0x42, "authority reference (CAR)"),
            Map.entry(0x7F49, "public key"),
            Map.entry(0x5F20, "holder reference (CHR)"),
            Map.entry(0x7F4C, "holder authorization"),
            Map.entry(0x53, "discretionary data"),
            Map.entry(0x5F25, "effective date"),
            Map.entry(0x5F24, "expiration date"),
            Map.entry(0x65, "extensions"),
            Map.entry(0x73, "extension"),
            Map.entry(0x5F37, "signature"),
            Map.entry(0x54, "group signer's signature"),
            Map.entry(0x61, "device issuer"),
            Map.entry(0x62, "device"),
            Map.entry(0x63, "public key and its request"));

    private static final Map<Integer, String> KEY_NAMES = Map.of(
            0x81, "prime p, or modulus",
            0x82, "coefficient a, or public exponent",
            0x83, "coefficient b",
            0x84, "generator G",
            0x85, "order n",
            0x86, "public point",
            0x87, "cofactor");

    private static final Map<Integer, String> UNIVERSAL = Map.ofEntries(
            Map.entry(0x01, "BOOLEAN"),
            Map.entry(0x02, "INTEGER"),
            Map.entry(0x03, "BIT STRING"),
            Map.entry(0x04, "OCTET STRING"),
            Map.entry(0x05, "NULL"),
            Map.entry(0x06, "OBJECT IDENTIFIER"),
            Map.entry(0x0C, "UTF8String"),
            Map.entry(0x13, "PrintableString"),
            Map.entry(0x16, "IA5String"),
            Map.entry(0x17, "UTCTime"),
            Map.entry(0x18, "GeneralizedTime"),
            Map.entry(0x30, "SEQUENCE"),
            Map.entry(0x31, "SET"));

    /**
     * One object.
     *
     * @param depth  how deep it is, from 0
     * @param tag    its tag, in upper-case hexadecimal digits
     * @param name   what it is called; empty if that is not known
     * @param length bytes of its value
     * @param value  its value, if it is primitive: upper-case hexadecimal digits, shortened; null of one that contains others
     * @param text   the same for people; null if there is no better form
     */
    public record Entry(
            int depth,
            String tag,
            String name,
            int length,
            @Nullable String value,
            @Nullable String text) {}

    public StructureDump {
        objects = List.copyOf(objects);
    }

    /**
     * The structure of what is in a file: DER or PEM, one object or several, one after the other.
     *
     * @param what what it is called in an error
     * @throws MalformedDataException if it is no such thing
     */
    public static StructureDump of(String what, byte[] content) throws MalformedDataException {
        byte[] encoded = decoded(what, content);
        List<Entry> objects = new ArrayList<>();
        int at = 0;
        while (at < encoded.length && !isPadding(encoded, at)) {
            Tlv next;
            try {
                next = Tlv.parseFirst(Arrays.copyOfRange(encoded, at, encoded.length));
            } catch (MalformedDataException none) {
                throw new MalformedDataException(what, at, "no BER-TLV: " + none.getMessage());
            }
            add(objects, next, 0, 0, isWrapped(next));
            at += next.encodedLength();
        }
        if (objects.isEmpty()) {
            throw new MalformedDataException(what, "it is empty");
        }
        return new StructureDump(kind(encoded, objects), objects);
    }

    private static byte[] decoded(String what, byte[] content) throws MalformedDataException {
        Matcher pem = PEM.matcher(new String(content, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            return content;
        }
        if (pem.group(1).contains("PRIVATE")) {
            throw new MalformedDataException(what, "it is a private key, whose structure is not shown");
        }
        try {
            return Base64.getMimeDecoder().decode(pem.group(2));
        } catch (IllegalArgumentException damaged) {
            throw new MalformedDataException(what, "its PEM is damaged: " + damaged.getMessage());
        }
    }

    /** Files of devices may be longer than what is in them. */
    private static boolean isPadding(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** A .wky file: an OCTET STRING that is no certificate's, first in a SEQUENCE. */
    private static boolean isWrapped(Tlv object) {
        return object.tag() == 0x30
                && children(object)
                        .filter(parts -> !parts.isEmpty()
                                && parts.get(0).tag() == 0x04
                                && parts.get(0).valueLength() >= WRAPPED)
                        .isPresent();
    }

    private static String kind(byte[] encoded, List<Entry> objects) {
        String first = objects.get(0).tag();
        long roots = objects.stream().filter(entry -> entry.depth() == 0).count();
        if (first.equals("7F21")) {
            String what = cvc(encoded)
                    .map(cvc -> cvc.role().isPresent() ? "certificate" : "request")
                    .orElse("object");
            return roots == 1 ? "card-verifiable " + what : roots + " card-verifiable certificates";
        }
        if (first.equals("67")) {
            return "authenticated request (attestation of a key)";
        }
        if (objects.size() > 1 && objects.get(1).text() != null) {
            if ("1.3.6.1.4.1.24991.4.2.1".equals(objects.get(1).text())) {
                return "key domain membership (KDM)";
            }
            if ("1.3.6.1.4.1.24991.4.3.1".equals(objects.get(1).text())) {
                return "public key file";
            }
        }
        if (objects.size() > 1 && objects.get(1).tag().equals("67")) {
            return "public key file";
        }
        if (objects.stream().anyMatch(entry -> entry.name().equals("wrapped key"))) {
            return "wrapped key (.wky)";
        }
        return switch (first) {
            case "30" -> "ASN.1 SEQUENCE";
            case "A0" -> "description of an EC key";
            case "A8" -> "description of an AES key";
            default -> "BER-TLV";
        };
    }

    private static Optional<Cvc> cvc(byte[] encoded) {
        try {
            return Optional.of(Cvc.parse(Tlv.parseFirst(encoded)));
        } catch (MalformedDataException none) {
            return Optional.empty();
        }
    }

    private static void add(List<Entry> objects, Tlv object, int depth, int parent, boolean wrapped)
            throws MalformedDataException {
        if (objects.size() >= MOST || depth > DEEPEST) {
            throw new MalformedDataException("structure", "more than " + MOST + " objects, or deeper than " + DEEPEST);
        }
        boolean constructed = isConstructed(object.tag());
        Optional<List<Tlv>> parts = constructed ? children(object) : Optional.empty();
        String name = name(object.tag(), parent);
        boolean secret = wrapped && depth == 1 && object.tag() == 0x04;
        objects.add(new Entry(
                depth,
                String.format(Locale.ROOT, "%02X", object.tag()),
                secret ? "wrapped key" : name,
                object.valueLength(),
                parts.isPresent() || secret ? null : shortened(object.value()),
                secret ? null : text(object, parts.isPresent())));
        if (parts.isPresent()) {
            for (Tlv part : parts.get()) {
                add(objects, part, depth + 1, object.tag(), wrapped);
            }
        }
    }

    /** Bit 6 of the first byte of the tag. */
    private static boolean isConstructed(int tag) {
        int first = tag;
        while (first > 0xFF) {
            first >>>= 8;
        }
        return (first & 0x20) != 0;
    }

    private static Optional<List<Tlv>> children(Tlv object) {
        try {
            return Optional.of(object.children());
        } catch (MalformedDataException primitive) {
            return Optional.empty();
        }
    }

    private static String name(int tag, int parent) {
        if (parent == 0x7F49) {
            String name = KEY_NAMES.get(tag);
            if (name != null) {
                return name;
            }
        }
        if (parent == 0x73 && tag == 0x80) {
            return "key domain UID";
        }
        if (parent == 0x30 || parent == 0x31) {
            String name = UNIVERSAL.get(tag);
            if (name != null) {
                return name;
            }
        }
        String name = NAMES.get(tag);
        return name != null ? name : UNIVERSAL.getOrDefault(tag, "");
    }

    private static @Nullable String text(Tlv object, boolean constructed) {
        if (constructed) {
            return null;
        }
        byte[] value = object.value();
        return switch (object.tag()) {
            case 0x42, 0x5F20, 0x0C, 0x13, 0x16, 0x17, 0x18 ->
                PrintableText.of(new String(value, StandardCharsets.UTF_8));
            case 0x06 -> oid(value);
            case 0x5F24, 0x5F25 -> date(value);
            default -> null;
        };
    }

    private static @Nullable String oid(byte[] value) {
        try {
            return ASN1ObjectIdentifier.getInstance(Tlv.of(0x06, value).encoded())
                    .getId();
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    /** Six digits, one a byte: YYMMDD. */
    private static @Nullable String date(byte[] value) {
        if (value.length != 6) {
            return null;
        }
        for (byte digit : value) {
            if (digit < 0 || digit > 9) {
                return null;
            }
        }
        return String.format(
                Locale.ROOT, "20%d%d-%d%d-%d%d", value[0], value[1], value[2], value[3], value[4], value[5]);
    }

    private static String shortened(byte[] value) {
        return value.length <= SHOWN ? HEX.formatHex(value) : HEX.formatHex(value, 0, SHOWN) + "..";
    }

    /** For people, one object a line, indented. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(kind);
        for (Entry entry : objects) {
            StringBuilder line = new StringBuilder("  ".repeat(entry.depth() + 1)).append(entry.tag());
            if (!entry.name().isEmpty()) {
                line.append(' ').append(entry.name());
            }
            line.append(" [").append(entry.length()).append(']');
            if (entry.text() != null) {
                line.append(' ').append(entry.text());
            } else if (entry.value() != null) {
                line.append(' ').append(entry.value());
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
