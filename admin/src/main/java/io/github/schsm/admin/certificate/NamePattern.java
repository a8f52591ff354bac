// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.certificate.SubjectAlternativeName.Kind;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bouncycastle.util.IPAddress;

/**
 * Names that a profile allows: a name, in which {@code *} stands for any characters, of DNS names for those of one label;
 * or a network of addresses.
 *
 * @param kind    which kind of name
 * @param text    as it is written, behind the kind
 * @param pattern what a name has to match; not used for addresses
 */
record NamePattern(Kind kind, String text, Pattern pattern) {
    /** As profiles write it, e.g. {@code DNS:*.example.org}, {@code IP:192.0.2.0/24}. */
    static NamePattern parse(String written) throws InvalidRequestException {
        int colon = written.indexOf(':');
        String prefix = colon < 0 ? "" : written.substring(0, colon);
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.prefix().equalsIgnoreCase(prefix))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("\"" + written
                        + "\" begins with none of DNS:, IP:, email:, URI:; write DNS:*.example.org, IP:192.0.2.0/24,"
                        + " email:*@example.org, or URI:https://example.org/*"));
        String text = written.substring(colon + 1).strip();
        if (kind == Kind.IP
                && !IPAddress.isValid(text)
                && !IPAddress.isValidIPv4WithNetmask(text)
                && !IPAddress.isValidIPv6WithNetmask(text)) {
            throw new InvalidRequestException(
                    "\"" + written + "\" is neither an address nor a network; write IP:192.0.2.0/24");
        }
        return new NamePattern(
                kind, text, Pattern.compile(regex(kind, text), kind == Kind.URI ? 0 : Pattern.CASE_INSENSITIVE));
    }

    /**
     * A {@code *} stands for one label of a DNS name, which is not {@code *} itself: that name would be of all hosts. In a
     * URI's authority it stands for no character that ends it or its host, so that the host stays the one that is written.
     */
    private static String regex(Kind kind, String text) {
        int authority = kind == Kind.URI ? text.indexOf("://") : -1;
        int path = authority < 0 ? -1 : text.indexOf('/', authority + 3);
        int end = authority < 0 ? 0 : path < 0 ? text.length() : path;
        return kind == Kind.DNS
                ? globs(text, "[^.*]+")
                : globs(text.substring(0, end), "[^/?#@:\\\\]*") + globs(text.substring(end), ".*");
    }

    private static String globs(String text, String any) {
        return Arrays.stream(text.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(any));
    }

    boolean allows(SubjectAlternativeName name) {
        if (name.kind() != kind) {
            return false;
        }
        return kind == Kind.IP
                ? contains(name.value())
                : pattern.matcher(name.value()).matches();
    }

    private boolean contains(String address) {
        int slash = text.indexOf('/');
        byte[] network = bytes(slash < 0 ? text : text.substring(0, slash));
        byte[] wanted = bytes(address);
        if (network.length != wanted.length) {
            return false;
        }
        int bits = 8 * network.length;
        int prefix = bits;
        if (slash >= 0) {
            String mask = text.substring(slash + 1).toLowerCase(Locale.ROOT);
            prefix = mask.chars().allMatch(Character::isDigit)
                    ? Integer.parseInt(mask)
                    : new BigInteger(1, bytes(mask)).bitCount();
        }
        return new BigInteger(1, network)
                .shiftRight(bits - prefix)
                .equals(new BigInteger(1, wanted).shiftRight(bits - prefix));
    }

    /** Of literals only, so that nothing is looked up. */
    private static byte[] bytes(String literal) {
        if (IPAddress.isValid(literal)) {
            try {
                return InetAddress.getByName(literal).getAddress();
            } catch (UnknownHostException noLiteral) {
                throw new IllegalStateException(noLiteral);
            }
        }
        return new byte[0];
    }

    @Override
    public String toString() {
        return kind.prefix() + ":" + text;
    }
}
