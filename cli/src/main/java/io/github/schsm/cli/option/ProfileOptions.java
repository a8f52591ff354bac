// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a request or certificate says: a profile, and options that go before its entries. */
public final class ProfileOptions {
    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description =
                    "A text file with what the certificate says (docs/certificates.md); the options below go before"
                            + " its entries.")
    private @Nullable Path profile;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            converter = Subject.class,
            description = "The subject, e.g. CN=www.example.org,O=Example,C=DE.")
    private @Nullable String subject;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            converter = AlternativeName.class,
            description = "A subject alternative name: DNS:www.example.org, IP:192.0.2.7, email:info@example.org,"
                    + " URI:https://example.org/. May be given several times.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--key-usage",
            paramLabel = "A,B",
            converter = KeyUsage.class,
            description = "Key usages, e.g. digitalSignature,keyAgreement.")
    private @Nullable String keyUsage;

    @Option(
            names = "--extended-key-usage",
            paramLabel = "A,B",
            converter = ExtendedKeyUsage.class,
            description = "Extended key usages, e.g. serverAuth,clientAuth, or their object identifiers.")
    private @Nullable String extendedKeyUsage;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
            converter = Algorithms.OfSignature.class,
            description =
                    "The signature's algorithm, as the JCA calls it, e.g. SHA256withRSAandMGF1. Default: the one that"
                            + " fits the key.")
    private @Nullable String algorithm;

    /**
     * What they say together.
     *
     * @param base what is said where neither the profile's file nor an option says anything
     */
    public CertificateProfile.Builder profile(CertificateProfile base) throws SchsmException {
        CertificateProfile.Builder builder = profile == null
                ? base.toBuilder()
                : CertificateProfile.parse(
                        FileIo.named(profile),
                        TextFile.of(FileIo.read(profile, "profile"), "the profile " + FileIo.named(profile)))
                        .toBuilder();
        set(builder, "--subject", "subject", subject);
        set(builder, "--san", "subjectAltName", names.isEmpty() ? null : String.join(",", names));
        set(builder, "--key-usage", "keyUsage", keyUsage);
        set(builder, "--extended-key-usage", "extendedKeyUsage", extendedKeyUsage);
        set(builder, "--algorithm", "algorithm", algorithm);
        return builder;
    }

    /** What an entry of a profile can have. */
    private abstract static class EntryValue extends Values.Text {
        private final String key;

        EntryValue(String key) {
            this.key = key;
        }

        @Override
        protected final void require(String value) throws InvalidRequestException {
            CertificateProfile.builder().set(key, value);
        }
    }

    /** A subject. */
    static final class Subject extends EntryValue {
        Subject() {
            super("subject");
        }
    }

    /** A subject alternative name. */
    static final class AlternativeName extends EntryValue {
        AlternativeName() {
            super("subjectAltName");
        }
    }

    /** Key usages. */
    static final class KeyUsage extends EntryValue {
        KeyUsage() {
            super("keyUsage");
        }
    }

    /** Extended key usages. */
    static final class ExtendedKeyUsage extends EntryValue {
        ExtendedKeyUsage() {
            super("extendedKeyUsage");
        }
    }

    private static void set(CertificateProfile.Builder builder, String option, String key, @Nullable String value)
            throws CliException {
        if (value != null) {
            try {
                builder.set(key, value);
            } catch (InvalidRequestException wrong) {
                throw new UsageException(option + ": " + wrong.getMessage(), wrong);
            }
        }
    }

    /** How long a certificate is valid. */
    public static final class Days {
        @Option(
                names = "--days",
                paramLabel = "N",
                converter = NumberOfDays.class,
                description =
                        "How many days the certificate is valid. Default: what the profile says, else 365, for a CA"
                                + " 3650.")
        private @Nullable Integer days;

        /** A number of days. */
        static final class NumberOfDays extends Values.Parsed<Integer> {
            @Override
            protected Integer parse(String value) throws InvalidRequestException {
                return CertificateProfile.builder()
                        .set("days", value)
                        .build()
                        .days()
                        .orElseThrow();
            }
        }

        /** Puts them into a profile that says nothing else, or in place of what it says. */
        public CertificateProfile.Builder into(CertificateProfile.Builder builder) throws CliException {
            set(builder, "--days", "days", days == null ? null : days.toString());
            return builder;
        }
    }
}
