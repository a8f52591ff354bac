// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.certificate.CertificateProfile;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.CliException;
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
            description = "The subject, e.g. CN=www.example.org,O=Example,C=DE.")
    private @Nullable String subject;

    @Option(
            names = "--san",
            paramLabel = "NAME",
            description = "A subject alternative name: DNS:www.example.org, IP:192.0.2.7, email:info@example.org,"
                    + " URI:https://example.org/. May be given several times.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--key-usage", paramLabel = "A,B", description = "Key usages, e.g. digitalSignature,keyAgreement.")
    private @Nullable String keyUsage;

    @Option(
            names = "--extended-key-usage",
            paramLabel = "A,B",
            description = "Extended key usages, e.g. serverAuth,clientAuth, or their object identifiers.")
    private @Nullable String extendedKeyUsage;

    @Option(
            names = "--algorithm",
            paramLabel = "NAME",
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

    private static void set(CertificateProfile.Builder builder, String option, String key, @Nullable String value)
            throws CliException {
        if (value != null) {
            try {
                builder.set(key, value);
            } catch (InvalidRequestException wrong) {
                throw new CliException(option + ": " + wrong.getMessage(), wrong);
            }
        }
    }

    /** How long a certificate is valid. */
    public static final class Days {
        @Option(
                names = "--days",
                paramLabel = "N",
                description =
                        "How many days the certificate is valid. Default: what the profile says, else 365, for a CA"
                                + " 3650.")
        private @Nullable Integer days;

        /** Puts them into a profile that says nothing else, or in place of what it says. */
        public CertificateProfile.Builder into(CertificateProfile.Builder builder) throws CliException {
            set(builder, "--days", "days", days == null ? null : days.toString());
            return builder;
        }
    }
}
