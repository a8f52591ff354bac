// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A report as it is in a file.
 *
 * @param report    the report
 * @param signature the signature over {@link Report#canonical()}; null if it is not signed
 */
public record SignedReport(Report report, @Nullable Signature signature) {
    /** Refuses a file without a report. */
    public SignedReport {
        Objects.requireNonNull(report, "report");
    }

    /** Kinds of signatures. */
    public enum Kind {
        /** Detached CMS (RFC 5652) in DER, with the X.509 certificates of the key. */
        CMS,
        /** A signature in DER or PKCS#1 v1.5, by a key that its device attests. */
        CVC
    }

    /**
     * A signature.
     *
     * @param kind          what it is
     * @param algorithm     of a CVC signature, e.g. {@code SHA256withECDSA}; null for CMS, which says it itself
     * @param value         the signature or CMS object, upper-case hexadecimal
     * @param publicKeyFile of a CVC signature the public key file, which has the key's request and the certificates of its
     *                      device; null for CMS
     */
    public record Signature(
            Kind kind,
            @Nullable String algorithm,
            String value,
            @Nullable String publicKeyFile) {
        /** Refuses nulls where a value is needed. */
        public Signature {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(value, "value");
        }
    }

    /** A report that is not signed. */
    public static SignedReport unsigned(Report.Builder builder) {
        return new SignedReport(builder.build(null), null);
    }

    /**
     * A report, signed with a key of a device: one use of the key.
     *
     * @throws SchsmException if the device refuses
     */
    public static SignedReport signed(Report.Builder builder, ReportSigner signer) throws SchsmException {
        Report report = builder.build(signer.signer());
        return new SignedReport(report, signer.sign(report.canonical()));
    }

    /** As a JSON file. */
    public byte[] json() {
        return JsonDocuments.pretty(this);
    }

    /** As an HTML file: one page without scripts and without anything that is fetched. */
    public byte[] html() {
        return ReportFile.html(this);
    }

    /**
     * Reads a file of either kind, and verifies nothing.
     *
     * @param what what it is, to name it in the error
     * @throws MalformedDataException if it is neither
     */
    public static SignedReport parse(String what, byte[] file) throws MalformedDataException {
        return ReportFile.parse(what, file).report();
    }
}
