// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.util.IPAddress;

/**
 * One of the names that a certificate is for, besides its subject.
 *
 * @param kind  which kind of name
 * @param value the name, as it stands in the certificate: a DNS name in lower case and ASCII, an address in its usual form
 */
public record SubjectAlternativeName(Kind kind, String value) {
    /** The kinds of names that are known here. */
    public enum Kind {
        /** A DNS name; its first label may be {@code *}. */
        DNS(GeneralName.dNSName),
        /** An IPv4 or IPv6 address. */
        IP(GeneralName.iPAddress),
        /** A mail address. */
        EMAIL(GeneralName.rfc822Name),
        /** An absolute URI. */
        URI(GeneralName.uniformResourceIdentifier);

        private final int tag;

        Kind(int tag) {
            this.tag = tag;
        }

        String prefix() {
            return this == EMAIL ? "email" : name();
        }
    }

    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?");
    private static final Pattern EMAIL =
            Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\\.)*[A-Za-z0-9-]{1,63}");
    private static final int LONGEST_NAME = 253;
    private static final String ACCEPTED =
            "DNS:www.example.org, IP:192.0.2.7, IP:2001:db8::7, email:info@example.org, or URI:https://example.org/";

    /**
     * A name as people write it: kind, colon, value.
     *
     * @param text e.g. {@code DNS:www.example.org}; the kind in upper or lower case
     * @throws InvalidRequestException if it is none; the message says what is wrong and shows examples
     */
    public static SubjectAlternativeName parse(String text) throws InvalidRequestException {
        String trimmed = text.strip();
        int colon = trimmed.indexOf(':');
        String prefix = colon < 0 ? "" : trimmed.substring(0, colon);
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.prefix().equalsIgnoreCase(prefix))
                .findFirst()
                .orElseThrow(() -> bad(trimmed, "it begins with none of DNS:, IP:, email:, URI:"));
        String value = trimmed.substring(colon + 1).strip();
        return new SubjectAlternativeName(
                kind,
                switch (kind) {
                    case DNS -> dns(trimmed, value);
                    case IP -> address(trimmed, value);
                    case EMAIL -> email(trimmed, value);
                    case URI -> uri(trimmed, value);
                });
    }

    private static String dns(String text, String value) throws InvalidRequestException {
        String ascii;
        try {
            ascii = IDN.toASCII(value.startsWith("*.") ? value.substring(2) : value)
                    .toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException noName) {
            throw bad(text, "it is no DNS name");
        }
        for (String label : ascii.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw bad(text, "\"" + label + "\" cannot be a part of a DNS name");
            }
        }
        if (ascii.length() > LONGEST_NAME) {
            throw bad(text, "a DNS name has at most " + LONGEST_NAME + " characters");
        }
        if (IPAddress.isValidIPv4(ascii)) {
            throw bad(text, "it is an address: write IP:" + ascii);
        }
        return value.startsWith("*.") ? "*." + ascii : ascii;
    }

    private static String address(String text, String value) throws InvalidRequestException {
        if (!IPAddress.isValidIPv4(value) && !IPAddress.isValidIPv6(value)) {
            throw bad(text, "it is neither an IPv4 nor an IPv6 address");
        }
        return canonical(value);
    }

    private static String canonical(String literal) {
        try {
            return InetAddress.getByName(literal).getHostAddress();
        } catch (UnknownHostException notALiteral) {
            throw new IllegalStateException(notALiteral);
        }
    }

    private static String email(String text, String value) throws InvalidRequestException {
        if (!EMAIL.matcher(value).matches()) {
            throw bad(text, "it is no mail address in ASCII");
        }
        return value;
    }

    private static String uri(String text, String value) throws InvalidRequestException {
        try {
            URI uri = new URI(value);
            if (!uri.isAbsolute()) {
                throw bad(text, "it is no absolute URI");
            }
            return uri.toASCIIString();
        } catch (URISyntaxException malformed) {
            throw bad(text, "it is no URI: " + malformed.getReason());
        }
    }

    private static InvalidRequestException bad(String text, String why) {
        return new InvalidRequestException(
                "the subject alternative name \"" + text + "\" cannot be used: " + why + "; write " + ACCEPTED);
    }

    /** The same as it stands in a certificate or request; empty for a kind that is not known here. */
    static Optional<SubjectAlternativeName> of(GeneralName name) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.tag == name.getTagNo())
                .findFirst()
                .map(kind -> new SubjectAlternativeName(kind, kind == Kind.IP ? address(name) : text(name)));
    }

    private static String text(GeneralName name) {
        return ((ASN1String) name.getName()).getString();
    }

    private static String address(GeneralName name) {
        byte[] bytes = ASN1OctetString.getInstance(name.getName()).getOctets();
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException wrongLength) {
            return "an address of " + bytes.length + " bytes";
        }
    }

    GeneralName encoded() {
        return new GeneralName(kind.tag, value);
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return kind.prefix() + ":" + value;
    }
}
