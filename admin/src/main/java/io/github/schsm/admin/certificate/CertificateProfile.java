// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.ConfigurationException;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;

/**
 * What a request or certificate says, and, for a CA, what of a request it may take over. A profile is a text of {@code key
 * = value} lines (docs/certificates.md#profiles); programs set the same keys with a {@link Builder}.
 */
public final class CertificateProfile {
    private static final int MOST_DAYS = 36_500;
    private static final int MOST_PATH_LENGTH = 255;

    /** What a profile can say, by the keys of its text. */
    @SuppressWarnings("ImmutableEnumChecker") // its setters are references to methods
    private enum Key {
        SUBJECT("subject", Builder::subject),
        SUBJECT_ALT_NAME("subjectAltName", Builder::subjectAltName),
        KEY_USAGE("keyUsage", Builder::keyUsage),
        EXTENDED_KEY_USAGE("extendedKeyUsage", Builder::extendedKeyUsage),
        BASIC_CONSTRAINTS("basicConstraints", Builder::basicConstraints),
        DAYS("days", Builder::days),
        ALGORITHM("algorithm", Builder::algorithm),
        CRL_DISTRIBUTION_POINT("crlDistributionPoint", Builder::crlDistributionPoint),
        COPY("copy", Builder::copy),
        SUBJECT_ALLOW("subject.allow", Builder::subjectAllow),
        SUBJECT_REQUIRE("subject.require", Builder::subjectRequire),
        SUBJECT_ALT_NAME_ALLOW("subjectAltName.allow", Builder::subjectAltNameAllow),
        KEY_USAGE_ALLOW("keyUsage.allow", Builder::keyUsageAllow),
        EXTENDED_KEY_USAGE_ALLOW("extendedKeyUsage.allow", Builder::extendedKeyUsageAllow);

        private interface Setter {
            void set(Builder builder, String value) throws SchsmException;
        }

        private final String text;
        private final Setter setter;

        Key(String text, Setter setter) {
            this.text = text;
            this.setter = setter;
        }

        static Optional<Key> named(String name) {
            return Arrays.stream(values()).filter(key -> key.text.equals(name)).findFirst();
        }

        static String names() {
            return Arrays.stream(values()).map(key -> key.text).collect(Collectors.joining(", "));
        }
    }

    /** What a CA may take over from a request. */
    public enum Copied {
        /** The subject. */
        SUBJECT("subject"),
        /** The subject alternative names. */
        SUBJECT_ALT_NAME("subjectAltName"),
        /** The key usages. */
        KEY_USAGE("keyUsage"),
        /** The extended key usages. */
        EXTENDED_KEY_USAGE("extendedKeyUsage");

        private final String text;

        Copied(String text) {
            this.text = text;
        }

        /** As profiles name it. */
        public String text() {
            return text;
        }
    }

    private final Map<Key, String> given;
    private final @Nullable X500Name subject;
    private final List<SubjectAlternativeName> subjectAltNames;
    private final Set<KeyUsages.Bit> keyUsages;
    private final List<KeyPurposeId> extendedKeyUsages;
    private final @Nullable BasicConstraints basicConstraints;
    private final @Nullable Integer days;
    private final @Nullable String algorithm;
    private final List<URI> crlDistributionPoints;
    private final Set<Copied> copied;
    private final @Nullable Set<ASN1ObjectIdentifier> subjectAllow;
    private final List<AttributeTypeAndValue> subjectRequire;
    private final @Nullable List<NamePattern> subjectAltNameAllow;
    private final @Nullable Set<KeyUsages.Bit> keyUsageAllow;
    private final @Nullable List<KeyPurposeId> extendedKeyUsageAllow;

    private CertificateProfile(Builder builder) {
        given = Map.copyOf(builder.given);
        subject = builder.subject;
        subjectAltNames = List.copyOf(builder.subjectAltNames);
        keyUsages = Set.copyOf(builder.keyUsages);
        extendedKeyUsages = List.copyOf(builder.extendedKeyUsages);
        basicConstraints = builder.basicConstraints;
        days = builder.days;
        algorithm = builder.algorithm;
        crlDistributionPoints = List.copyOf(builder.crlDistributionPoints);
        copied = Set.copyOf(builder.copied);
        subjectAllow = builder.subjectAllow == null ? null : Set.copyOf(builder.subjectAllow);
        subjectRequire = List.copyOf(builder.subjectRequire);
        subjectAltNameAllow = builder.subjectAltNameAllow == null ? null : List.copyOf(builder.subjectAltNameAllow);
        keyUsageAllow = builder.keyUsageAllow == null ? null : Set.copyOf(builder.keyUsageAllow);
        extendedKeyUsageAllow =
                builder.extendedKeyUsageAllow == null ? null : List.copyOf(builder.extendedKeyUsageAllow);
    }

    /** A profile that says nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** What a CA does where it is given no profile: subject and names of the request, for signatures, one year. */
    public static CertificateProfile ofIssuedByDefault() {
        return preset(Map.of(
                Key.COPY, "subject, subjectAltName",
                Key.KEY_USAGE, "digitalSignature",
                Key.BASIC_CONSTRAINTS, "CA:FALSE"));
    }

    private static CertificateProfile preset(Map<Key, String> values) {
        Builder builder = builder();
        try {
            for (Map.Entry<Key, String> entry : values.entrySet()) {
                builder.set(entry.getKey().text, entry.getValue());
            }
        } catch (InvalidRequestException wrongPreset) {
            throw new IllegalStateException(wrongPreset);
        }
        return builder.build();
    }

    /**
     * Reads a profile.
     *
     * @param name what the text is called, usually its file, for messages
     * @param text {@code key = value} lines; {@code #} begins a comment line
     * @throws ConfigurationException if a line cannot be used; the message names text, line and value, and lists what can
     */
    public static CertificateProfile parse(String name, String text) throws ConfigurationException {
        Builder builder = builder();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String trimmed = line.strip();
            if (trimmed.isEmpty() || trimmed.startsWith("#")) {
                continue;
            }
            String where = "profile " + name + ", line " + number + ": ";
            int equals = trimmed.indexOf('=');
            if (equals < 0) {
                throw new ConfigurationException(where + "\"" + trimmed + "\" is no entry: write key = value");
            }
            String key = trimmed.substring(0, equals).strip();
            if (Key.named(key).filter(builder.given::containsKey).isPresent()) {
                throw new ConfigurationException(where + key + " is there a second time: keep one of them");
            }
            try {
                builder.set(key, trimmed.substring(equals + 1).strip());
            } catch (InvalidRequestException wrong) {
                throw new ConfigurationException(where + wrong.getMessage(), wrong);
            }
        }
        return builder.build();
    }

    /** A builder that begins with what this profile says. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        try {
            for (Map.Entry<Key, String> entry : given.entrySet()) {
                builder.set(entry.getKey().text, entry.getValue());
            }
        } catch (InvalidRequestException wasAcceptedBefore) {
            throw new IllegalStateException(wasAcceptedBefore);
        }
        return builder;
    }

    /** The subject, RFC 2253, where the profile has one. */
    public Optional<String> subject() {
        return Optional.ofNullable(given.get(Key.SUBJECT));
    }

    /** The names besides the subject. */
    public List<SubjectAlternativeName> subjectAltNames() {
        return subjectAltNames;
    }

    /** How long a certificate is valid, where the profile says so. */
    public OptionalInt days() {
        return days == null ? OptionalInt.empty() : OptionalInt.of(days);
    }

    /** The signature algorithm, where the profile names one. */
    public Optional<String> algorithm() {
        return Optional.ofNullable(algorithm);
    }

    /** What a CA takes over from a request. */
    public Set<Copied> copied() {
        return copied;
    }

    @Nullable
    X500Name subjectName() {
        return subject;
    }

    Set<KeyUsages.Bit> keyUsages() {
        return keyUsages;
    }

    List<KeyPurposeId> extendedKeyUsages() {
        return extendedKeyUsages;
    }

    @Nullable
    BasicConstraints basicConstraints() {
        return basicConstraints;
    }

    List<URI> crlDistributionPoints() {
        return crlDistributionPoints;
    }

    @Nullable
    Set<ASN1ObjectIdentifier> subjectAllow() {
        return subjectAllow;
    }

    List<AttributeTypeAndValue> subjectRequire() {
        return subjectRequire;
    }

    @Nullable
    List<NamePattern> subjectAltNameAllow() {
        return subjectAltNameAllow;
    }

    @Nullable
    Set<KeyUsages.Bit> keyUsageAllow() {
        return keyUsageAllow;
    }

    @Nullable
    List<KeyPurposeId> extendedKeyUsageAllow() {
        return extendedKeyUsageAllow;
    }

    /** Puts a profile together; each key replaces what it was before. */
    public static final class Builder {
        private final Map<Key, String> given = new HashMap<>();
        private @Nullable X500Name subject;
        private List<SubjectAlternativeName> subjectAltNames = List.of();
        private Set<KeyUsages.Bit> keyUsages = Set.of();
        private List<KeyPurposeId> extendedKeyUsages = List.of();
        private @Nullable BasicConstraints basicConstraints;
        private @Nullable Integer days;
        private @Nullable String algorithm;
        private List<URI> crlDistributionPoints = List.of();
        private Set<Copied> copied = Set.of();
        private @Nullable Set<ASN1ObjectIdentifier> subjectAllow;
        private List<AttributeTypeAndValue> subjectRequire = List.of();
        private @Nullable List<NamePattern> subjectAltNameAllow;
        private @Nullable Set<KeyUsages.Bit> keyUsageAllow;
        private @Nullable List<KeyPurposeId> extendedKeyUsageAllow;

        private Builder() {}

        /**
         * Sets one entry, as a profile's text has it.
         *
         * @throws InvalidRequestException if there is no such key or it cannot have this value; the message says what it can
         */
        public Builder set(String key, String value) throws InvalidRequestException {
            Key known = Key.named(key)
                    .orElseThrow(() -> new InvalidRequestException("there is no key " + key + ": use " + Key.names()));
            try {
                known.setter.set(this, value);
            } catch (SchsmException wrong) {
                throw new InvalidRequestException(
                        key + " = " + value + " cannot be used: " + wrong.getMessage(), wrong);
            }
            given.put(known, value);
            return this;
        }

        /** The profile. */
        public CertificateProfile build() {
            return new CertificateProfile(this);
        }

        private void subject(String value) throws SchsmException {
            subject = name(value);
        }

        private void subjectAltName(String value) throws SchsmException {
            Set<SubjectAlternativeName> names = new LinkedHashSet<>();
            for (String one : list(value)) {
                if (!names.add(SubjectAlternativeName.parse(one))) {
                    throw new InvalidRequestException(one + " is there twice");
                }
            }
            subjectAltNames = List.copyOf(names);
        }

        private void keyUsage(String value) throws SchsmException {
            keyUsages = bits(value);
        }

        private void keyUsageAllow(String value) throws SchsmException {
            keyUsageAllow = bits(value);
        }

        private void extendedKeyUsage(String value) throws SchsmException {
            extendedKeyUsages = purposes(value);
        }

        private void extendedKeyUsageAllow(String value) throws SchsmException {
            extendedKeyUsageAllow = purposes(value);
        }

        private void basicConstraints(String value) throws SchsmException {
            List<String> parts = list(value);
            String first = parts.get(0).toUpperCase(Locale.ROOT);
            if (first.equals("CA:FALSE") && parts.size() == 1) {
                basicConstraints = new BasicConstraints(false);
            } else if (first.equals("CA:TRUE") && parts.size() == 1) {
                basicConstraints = new BasicConstraints(true);
            } else if (first.equals("CA:TRUE")
                    && parts.size() == 2
                    && parts.get(1).toLowerCase(Locale.ROOT).startsWith("pathlen:")) {
                String length = parts.get(1).substring("pathlen:".length()).strip();
                basicConstraints = new BasicConstraints(number(length, 0, MOST_PATH_LENGTH));
            } else {
                throw new InvalidRequestException("write CA:FALSE, CA:TRUE, or CA:TRUE, pathlen:0");
            }
        }

        private void days(String value) throws SchsmException {
            days = number(value, 1, MOST_DAYS);
        }

        private void algorithm(String value) throws SchsmException {
            if (value.isEmpty()) {
                throw new InvalidRequestException("name one, such as SHA384withECDSA");
            }
            algorithm = value;
        }

        private void crlDistributionPoint(String value) throws SchsmException {
            List<URI> points = new ArrayList<>();
            for (String one : list(value)) {
                try {
                    URI uri = new URI(one);
                    if (!uri.isAbsolute()) {
                        throw new InvalidRequestException(one + " is no absolute URI");
                    }
                    points.add(uri);
                } catch (URISyntaxException malformed) {
                    throw new InvalidRequestException(one + " is no URI: " + malformed.getReason(), malformed);
                }
            }
            crlDistributionPoints = points;
        }

        private void copy(String value) throws SchsmException {
            Set<Copied> all = EnumSet.noneOf(Copied.class);
            if (!value.equalsIgnoreCase("nothing")) {
                for (String one : list(value)) {
                    all.add(Arrays.stream(Copied.values())
                            .filter(copy -> copy.text.equals(one))
                            .findFirst()
                            .orElseThrow(() -> new InvalidRequestException(one
                                    + " cannot be copied, only subject, subjectAltName, keyUsage, extendedKeyUsage, or"
                                    + " nothing")));
                }
            }
            copied = all;
        }

        private void subjectAllow(String value) throws SchsmException {
            Set<ASN1ObjectIdentifier> types = new LinkedHashSet<>();
            for (String one : list(value)) {
                try {
                    types.add(BCStyle.INSTANCE.attrNameToOID(one));
                } catch (IllegalArgumentException unknown) {
                    throw new InvalidRequestException(
                            one + " is no attribute of names: use CN, O, OU, C, L, ST, and the like", unknown);
                }
            }
            subjectAllow = types;
        }

        private void subjectRequire(String value) throws SchsmException {
            subjectRequire = Arrays.stream(name(value).getRDNs())
                    .flatMap(rdn -> Arrays.stream(rdn.getTypesAndValues()))
                    .toList();
        }

        private void subjectAltNameAllow(String value) throws SchsmException {
            List<NamePattern> patterns = new ArrayList<>();
            for (String one : list(value)) {
                patterns.add(NamePattern.parse(one));
            }
            subjectAltNameAllow = patterns;
        }

        private static Set<KeyUsages.Bit> bits(String value) throws InvalidRequestException {
            Set<KeyUsages.Bit> bits = EnumSet.noneOf(KeyUsages.Bit.class);
            for (String one : list(value)) {
                bits.add(KeyUsages.Bit.named(one));
            }
            return bits;
        }

        private static List<KeyPurposeId> purposes(String value) throws InvalidRequestException {
            Set<KeyPurposeId> purposes = new LinkedHashSet<>();
            for (String one : list(value)) {
                purposes.add(KeyUsages.purpose(one));
            }
            return List.copyOf(purposes);
        }

        private static List<String> list(String value) throws InvalidRequestException {
            List<String> parts =
                    Arrays.stream(value.split(",", -1)).map(String::strip).toList();
            if (parts.contains("")) {
                throw new InvalidRequestException(
                        value.isEmpty() ? "there is no value" : "there is nothing between two commas");
            }
            return parts;
        }

        private static int number(String value, int least, int most) throws InvalidRequestException {
            try {
                BigInteger number = new BigInteger(value);
                if (number.compareTo(BigInteger.valueOf(least)) >= 0
                        && number.compareTo(BigInteger.valueOf(most)) <= 0) {
                    return number.intValueExact();
                }
            } catch (NumberFormatException none) {
                // Said below.
            }
            throw new InvalidRequestException("a number from " + least + " to " + most + " is expected");
        }
    }

    /**
     * A name as it is written.
     *
     * @param text RFC 2253, e.g. {@code CN=www.example.org, O=Example, C=DE}
     */
    static X500Name name(String text) throws InvalidRequestException {
        try {
            X500Name name = X500Name.getInstance(new X500Principal(text).getEncoded());
            for (RDN rdn : name.getRDNs()) {
                for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                    if (attribute.getType().equals(BCStyle.C)
                            && valueOf(attribute).length() != 2) {
                        throw new InvalidRequestException("a country (C) has two letters, such as DE");
                    }
                }
            }
            if (name.getRDNs().length == 0) {
                throw new InvalidRequestException("it is empty: write CN=www.example.org, O=Example, C=DE");
            }
            return name;
        } catch (IllegalArgumentException malformed) {
            Throwable cause = malformed.getCause() instanceof IOException io ? io : malformed;
            throw new InvalidRequestException(
                    "it is no name (" + cause.getMessage() + "): write CN=www.example.org, O=Example, C=DE", malformed);
        }
    }

    /** The text of an attribute's value. */
    static String valueOf(AttributeTypeAndValue attribute) {
        return attribute.getValue() instanceof ASN1String string
                ? string.getString()
                : attribute.getValue().toString();
    }

    /** A path length, or null for any. */
    static @Nullable Integer pathLength(BasicConstraints constraints) {
        BigInteger length = constraints.getPathLenConstraint();
        return length == null ? null : length.intValueExact();
    }
}
