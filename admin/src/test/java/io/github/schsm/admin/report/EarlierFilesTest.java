// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceTrust;
import io.github.schsm.admin.audit.AuditSeal;
import io.github.schsm.admin.backup.BackupArchive;
import io.github.schsm.admin.backup.BackupAuthenticity;
import io.github.schsm.admin.dkek.RecordSignature;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Signed files as they were written on November 30, 2026: each later version verifies them. */
class EarlierFilesTest {
    private static DeviceTrust trust;

    @BeforeAll
    static void trust() throws Exception {
        trust = DeviceTrust.parse("simulator");
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = EarlierFilesTest.class.getResourceAsStream("/earlier/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    private static byte[] changed(byte[] file) {
        byte[] changed = file.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }

    @Test
    void backupIsProven() throws Exception {
        BackupAuthenticity authenticity =
                BackupArchive.parse(file("backup.zip")).authenticity(trust);

        assertThat(authenticity.kind()).as(authenticity.sentence()).isEqualTo(BackupAuthenticity.Kind.DEVICE);
        assertThat(authenticity.signer()).startsWith("ZZSIM000003#");
    }

    @Test
    void recordOfACeremonyIsProven() throws Exception {
        RecordSignature signature = RecordSignature.parse("signature", file("record.signature.json"));

        RecordSignature.Verdict verdict = signature.verify(file("record.json"), trust);
        assertThat(verdict.proven()).as(verdict.sentence()).isTrue();
        assertThat(verdict.device()).startsWith("ZZSIM000001#");
        assertThat(signature.verify(changed(file("record.json")), trust).holds())
                .isFalse();
    }

    @Test
    void sealOfAnAuditLogIsProven() throws Exception {
        AuditSeal.Signer signer = AuditSeal.parse("seal", file("audit.seal")).verify(trust);

        assertThat(signer.device()).startsWith("ZZSIM000001#");
    }

    /** They have a record of a ceremony without what proves it. */
    @Test
    void reportsHold() throws Exception {
        for (String name : List.of("report-cms.html", "report-cvc.json")) {
            ReportVerification verified = ReportVerification.of(
                    name, file(name), trust, List.of(X509Certificates.parse(file("auditor.der"))));

            assertThat(verified.holds()).as(verified.problems().toString()).isTrue();
            assertThat(verified.notes())
                    .anySatisfy(note -> assertThat(note).contains("whether that record is signed is not known"));
        }
    }
}
