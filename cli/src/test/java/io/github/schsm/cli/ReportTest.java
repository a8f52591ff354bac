// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.cli.report.Status;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
        bench.on(A, "generate", "--label=code-signing").done();
        bench.withoutPinOn(B, "devices").done();
    }

    private String file(String name, String was, String is) throws IOException {
        Path changed = folder.resolve("changed-" + name);
        Files.writeString(changed, Files.readString(folder.resolve(name)).replaceFirst(was, is));
        return changed.toString();
    }

    @Test
    void aSignedReportIsVerifiedAndAChangedOneIsNot() throws Exception {
        bench.on("", "report", "--sign-with=code-signing", "--out=" + bench.file("report.html"))
                .done();
        bench.on(A, "report", "--sign-with=code-signing", "--out=" + bench.file("report.json"))
                .done();

        assertThat(bench.withoutPinOn("", "report", "verify", bench.file("report.html"))
                        .done()
                        .out())
                .contains("The report holds.", "Signed by a key that device " + A, "2 devices and 1 attestation");
        assertThat(json.withoutPinOn("", "report", "verify", bench.file("report.json"))
                        .done()
                        .json())
                .containsEntry("holds", true)
                .containsEntry("format", "json");
        Run changed = bench.withoutPinOn("", "report", "verify", file("report.html", "code-signing<", "code-forging<"));
        assertThat(changed.status()).isEqualTo(Status.FAILED);
        assertThat(changed.out()).contains("does not hold", "code-forging");
        assertThat(bench.withoutPinOn("", "report", "verify", "--trust=production", bench.file("report.html"))
                        .status())
                .isEqualTo(Status.FAILED);
        assertThat(json.withoutPinOn("", "report", "verify", file("report.json", "\\{", "[{"))
                        .json())
                .containsEntry("holds", false);
    }

    @Test
    void whatWasSignedIsWrittenForOtherPrograms() throws Exception {
        bench.on("", "report", "--sign-with=code-signing", "--out=" + bench.file("report.html"))
                .done();

        bench.withoutPinOn(
                        "",
                        "report",
                        "verify",
                        bench.file("report.html"),
                        "--content=" + bench.file("content"),
                        "--signature=" + bench.file("signature"))
                .done();

        assertThat(Files.readString(folder.resolve("content"))).startsWith("{\"audit\":null,\"created\":\"");
        assertThat(folder.resolve("signature")).isNotEmptyFile();
    }

    @Test
    void withoutASignatureItIsWrittenAndNotBelieved() throws Exception {
        bench.withoutPinOn("", "report", "--title=<Spring>", "--out=" + bench.file("report.html"))
                .done();

        assertThat(Files.readString(folder.resolve("report.html"))).contains("<h1>&lt;Spring&gt;</h1>");
        Run verified = bench.withoutPinOn("", "report", "verify", bench.file("report.html"));
        assertThat(verified.status()).isEqualTo(Status.FAILED);
        assertThat(verified.out()).contains("it is not signed");
        assertThat(json.withoutPinOn("", "report").done().json()).containsOnlyKeys("report", "signature");
    }

    @Test
    void whoseCertificateSignedItHasToBeKnownFromElsewhere() throws Exception {
        bench.on(
                        A,
                        "self-sign",
                        "--label=code-signing",
                        "--subject=CN=Auditor",
                        "--days=365",
                        "--no-attestation",
                        "--out=" + bench.file("auditor.pem"))
                .done();
        bench.on(A, "public-key", "--label=code-signing", "--format=DER", "--out=" + bench.file("auditor.der"))
                .done();
        String key = HexFormat.of().formatHex(HashAlgorithm.SHA256.digest(bench.content("auditor.der")));
        bench.on("", "report", "--sign-with=code-signing", "--out=" + bench.file("report.html"))
                .done();

        Run unknown = bench.withoutPinOn("", "report", "verify", bench.file("report.html"));
        assertThat(unknown.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(unknown.out())
                .contains("as it was signed, but who signed it is not verified", "--ca FILE", "--signer SHA256")
                .contains("Signed by CN=Auditor, certified by CN=Auditor: nobody verified that.");
        assertThat(json.withoutPinOn("", "report", "verify", bench.file("report.html"))
                        .json())
                .containsEntry("holds", false);
        assertThat(bench.withoutPinOn(
                                "", "report", "verify", "--ca=" + bench.file("auditor.pem"), bench.file("report.html"))
                        .done()
                        .out())
                .contains("The report holds.", "which leads to an authority that was given");
        assertThat(bench.withoutPinOn("", "report", "verify", "--signer=" + key, bench.file("report.html"))
                        .done()
                        .out())
                .contains("The report holds.", "its public key is one that was given");
        Run other = bench.withoutPinOn("", "report", "verify", "--signer=" + "0".repeat(64), bench.file("report.html"));
        assertThat(other.status()).isEqualTo(Status.FAILED);
        assertThat(other.out()).contains("none of the keys that were given signed it");
        assertThat(bench.withoutPinOn("", "report", "verify", "--signer=12", bench.file("report.html"))
                        .misused()
                        .err())
                .contains("--signer 12", "64 hexadecimal digits");
    }

    @Test
    void whatIsGivenIsInIt() throws Exception {
        String time = "2026-11-29T22:00:00Z";
        CeremonyRecord record = new CeremonyRecord(
                CeremonyRecord.FORMAT,
                time,
                null,
                "",
                null,
                null,
                null,
                List.of(new CeremonyRecord.Share("share-1-of-1.pbe", null)),
                List.of(new CeremonyRecord.Custodian("Ann <b>", 1, null, null, null, null)));
        Files.write(folder.resolve("ceremony.json"), record.encode());

        Run made = bench.withoutPinOn(
                        "",
                        "report",
                        "--custodians=" + bench.file("ceremony.json"),
                        "--out=" + bench.file("report.html"))
                .done();

        assertThat(made.out()).contains("In it, the record of the ceremony is not signed");
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("Custodians of the DKEK", "Ann &lt;b&gt;", "The ceremony was not completed", "<h2>Policy ");
        for (String other : List.of("[]", "{\"custodians\":[{\"name\":\"Ann\"}]}")) {
            Files.writeString(folder.resolve("other.json"), other);
            assertThat(bench.withoutPinOn("", "report", "--custodians=" + bench.file("other.json"))
                            .failed()
                            .err())
                    .contains("other.json", "it is no record of a ceremony", "give the file record.json");
        }
        assertThat(bench.withoutPinOn("", "report", "--custodians-signature=" + bench.file("other.json"))
                        .failed()
                        .err())
                .contains("--custodians FILE");
    }

    @Test
    void theAuditLogIsVerifiedAndSummedUp() throws Exception {
        Path log = folder.resolve("audit.log");
        bench.on(A, "generate", "--label=logged", "--audit=file:" + log).done();

        bench.withoutPinOn("", "report", "--audit-log=" + log, "--out=" + bench.file("report.html"))
                .done();
        assertThat(Files.readString(folder.resolve("report.html"))).contains("The log is whole", "key.generate");

        Files.writeString(log, Files.readString(log).replace("logged", "hidden"));
        bench.withoutPinOn("", "report", "--audit-log=" + log, "--overwrite", "--out=" + bench.file("report.html"))
                .done();
        assertThat(Files.readString(folder.resolve("report.html"))).contains("The log is not as it was written");
        assertThat(bench.withoutPinOn("", "report", "--audit-log=" + folder.resolve("none"))
                        .failed()
                        .err())
                .contains("none");
    }

    @Test
    void aDeviceThatCannotBeReadIsToldAndTheOthersAreInIt() throws Exception {
        assertThat(bench.on(A, "report", "--sign-with=none").failed().err()).contains("no key \"none\"");
        bench.on(B, "generate", "--label=code-signing").done();
        assertThat(bench.on("", "report", "--sign-with=code-signing", "--out=" + bench.file("r.html"))
                        .failed()
                        .err())
                .contains("several keys are called", A, B, "--device");
        assertThat(folder.resolve("r.html")).doesNotExist();
        SimulatedDevice device = VirtualReaders.folder(folder.resolve("state")).device(B);
        device.faults().add(4, Faults.any(), Fault.removalBefore());

        Run run = bench.withoutPinOn("", "report", "--out=" + bench.file("r.html"));
        device.faults().clear();

        assertThat(run.status()).as(run.err()).isEqualTo(Status.INCOMPLETE);
        assertThat(run.out()).contains("Report on 1 device", "Not read: ", B);
        assertThat(Files.readString(folder.resolve("r.html"))).contains("Not read: ");
    }
}
