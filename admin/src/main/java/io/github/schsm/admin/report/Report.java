// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.AuditSummary;
import io.github.schsm.admin.audit.AuditVerifier;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.policy.PolicyReport;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an auditor gets to see: all devices, key domains and keys with their attestations, and what was given with it. It is
 * one JSON document (docs/schema/report.schema.json), which is what a signature is over; {@link SignedReport} is that
 * document with its signature, as a file of JSON or HTML.
 *
 * @param format     {@value #FORMAT}
 * @param created    when it was made
 * @param program    the program that made it, with its version
 * @param title      its title
 * @param inventory  the devices with what is on them, and every certificate that proves something
 * @param policy     what a policy said of them ({@code schsm check}); null if none was asked
 * @param custodians the record of a DKEK ceremony with what proves it ({@link CustodiansRecord}); null if none was given
 * @param audit      the summary of an audit log; null if none was given
 * @param signer     the key that signs it; null if it is not signed
 * @param html       SHA-256 of the page that shows it, without the two elements that have this document and its signature in
 *                   them: a signature is over everything that is shown
 */
public record Report(
        String format,
        Instant created,
        String program,
        String title,
        Inventory inventory,
        @Nullable JsonNode policy,
        @Nullable JsonNode custodians,
        @Nullable JsonNode audit,
        @Nullable Signer signer,
        String html) {
    /** The form of this document. */
    public static final String FORMAT = "schsm-report-1";

    private static final String TITLE = "Report on SmartCard-HSMs and their keys";

    /** Refuses nulls where a value is needed. */
    public Report {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(program, "program");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(inventory, "inventory");
        Objects.requireNonNull(html, "html");
        policy = orNull(policy);
        custodians = orNull(custodians);
        audit = orNull(audit);
    }

    private static @Nullable JsonNode orNull(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node;
    }

    /**
     * The key that signs a report, as it is known before.
     *
     * @param device    the device's name in the inventory
     * @param label     the key's label
     * @param publicKey the SHA-256 of its public key, as in the inventory
     * @param subject   the subject of its certificate; null if the key is attested by its device instead
     */
    public record Signer(
            String device,
            String label,
            String publicKey,
            @Nullable String subject) {}

    /** The bytes that a signature is over: the document as canonical JSON. */
    public byte[] canonical() {
        return JsonDocuments.canonical(this);
    }

    /** A builder of reports over an inventory. */
    public static Builder builder(Inventory inventory) {
        return new Builder(inventory);
    }

    /** Puts a report together. */
    public static final class Builder {
        private final Inventory inventory;
        private String title = TITLE;
        private String program = "schsm";
        private Clock clock = Clock.systemUTC();
        private @Nullable JsonNode policy;
        private @Nullable JsonNode custodians;
        private @Nullable JsonNode audit;

        private Builder(Inventory inventory) {
            this.inventory = inventory;
        }

        /** Its title. */
        public Builder title(String text) {
            title = text;
            return this;
        }

        /** The program that makes it, with its version. */
        public Builder program(String name) {
            program = name;
            return this;
        }

        /** The clock that says when it was made. */
        public Builder clock(Clock other) {
            clock = other;
            return this;
        }

        /** What a policy said. */
        public Builder policy(PolicyReport result) {
            policy = result.json();
            return this;
        }

        /**
         * The record of a DKEK ceremony, without a signature.
         *
         * @param what what it is, to name it in the error
         * @param json the record's file, as {@code schsm dkek ceremony} writes it
         * @throws MalformedDataException if it is none
         */
        public Builder custodians(String what, byte[] json) throws MalformedDataException {
            return custodians(CustodiansRecord.of(what, json));
        }

        /** The record of a DKEK ceremony, which may be signed. */
        public Builder custodians(CustodiansRecord record) {
            custodians = record.json();
            return this;
        }

        /**
         * What an audit log says: whether it is whole, and what was done, in numbers.
         *
         * @throws SchsmException if it cannot be read
         */
        public Builder audit(AuditReader log) throws SchsmException {
            audit = JsonDocuments.tree(Map.of(
                    "verification", AuditVerifier.of(log).verify().json(),
                    "summary", AuditSummary.of(log).json()));
            return this;
        }

        /** Why there is nothing to say of the audit log, in a sentence. */
        public Builder noAudit(String problem) {
            audit = JsonDocuments.tree(Map.of("problem", problem));
            return this;
        }

        /** The report as the key of a signer will sign it; null for none. */
        Report build(@Nullable Signer signer) {
            Report unsealed = new Report(
                    FORMAT,
                    clock.instant().truncatedTo(ChronoUnit.SECONDS),
                    program,
                    title,
                    inventory,
                    policy,
                    custodians,
                    audit,
                    signer,
                    "");
            return unsealed.withHtml(ReportFile.sha256(ReportFile.shell(ReportPage.of(unsealed))));
        }
    }

    private Report withHtml(String sha256) {
        return new Report(format, created, program, title, inventory, policy, custodians, audit, signer, sha256);
    }
}
