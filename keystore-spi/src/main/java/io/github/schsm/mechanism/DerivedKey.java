// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a key agreement can derive keys for, by name or object identifier: messages name the algorithm that wraps the
 * content's key, and its length follows from that.
 *
 * @param algorithm the JCA's name of the key
 * @param bits      its length
 */
public record DerivedKey(String algorithm, int bits) {
    /** Where NIST's identifiers of AES are: 1 to 8 for 128 bits, 21 to 28 for 192, 41 to 48 for 256. */
    private static final String NIST_AES = "2.16.840.1.101.3.4.1.";

    private static final int AES_MODES = 8;

    /** One kind of key, and what it is called. */
    private record Kind(DerivedKey key, List<String> names) {
        static Kind of(String algorithm, int bits, String... names) {
            return new Kind(new DerivedKey(algorithm, bits), List.of(names));
        }
    }

    private static final List<Kind> KINDS = Stream.of(
                    Stream.of(
                            aes(128, 1),
                            aes(192, 21),
                            aes(256, 41),
                            Kind.of("AES", 256, "AES"),
                            // triple DES in CBC mode (PKCS#5) and as a key wrap (RFC 3217)
                            Kind.of("DESede", 192, "DESede", "1.2.840.113549.3.7", "1.2.840.113549.1.9.16.3.6"),
                            Kind.of("HmacSHA1", 160, "1.2.840.113549.2.7"),
                            Kind.of("HmacSHA256", 256, "1.2.840.113549.2.9"),
                            Kind.of("HmacSHA384", 384, "1.2.840.113549.2.10"),
                            Kind.of("HmacSHA512", 512, "1.2.840.113549.2.11"),
                            Kind.of("SEED", 128, "1.2.410.200004.7.1.1.1")),
                    // key wraps of RFC 3657
                    Stream.of(128, 192, 256)
                            .map(bits -> Kind.of("Camellia", bits, "1.2.392.200011.61.1.1.3." + bits / 64)))
            .flatMap(kinds -> kinds)
            .toList();

    private static Kind aes(int bits, int first) {
        String[] names = new String[AES_MODES];
        Arrays.setAll(names, i -> NIST_AES + (first + i));
        return Kind.of("AES", bits, names);
    }

    /** What is derived for that name or identifier; empty if its length is not known. */
    public static Optional<DerivedKey> of(String name) {
        return KINDS.stream()
                .filter(kind -> kind.names().stream().anyMatch(name::equalsIgnoreCase))
                .map(Kind::key)
                .findFirst();
    }

    /** The names for people: words, and AES and triple DES key wrap as their identifiers. */
    public static String names() {
        return String.format(
                Locale.ROOT, "AES, DESede, or the object identifier of a key wrap, e.g. %s5 for AES-128", NIST_AES);
    }
}
