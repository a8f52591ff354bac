// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void whatIsGivenIsInIt() throws Exception {
        Files.writeString(folder.resolve("ceremony.json"), "{\"custodians\":[{\"name\":\"Ann <b>\"}]}");

        bench.withoutPinOn(
                        "",
                        "report",
                        "--custodians=" + bench.file("ceremony.json"),
                        "--out=" + bench.file("report.html"))
                .done();

        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("Custodians of the DKEK", "Ann &lt;b&gt;", "<h2>Policy ");
        Files.writeString(folder.resolve("list.json"), "[]");
        assertThat(bench.withoutPinOn("", "report", "--custodians=" + bench.file("list.json"))
                        .failed()
                        .err())
                .contains("list.json", "a JSON object is expected");
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
