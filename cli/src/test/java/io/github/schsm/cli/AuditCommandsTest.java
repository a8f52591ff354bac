// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit log and the policy at the command line. */
class AuditCommandsTest {
    @TempDir
    private Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
    }

    private String log() {
        return "--audit=file:" + folder.resolve("audit.log");
    }

    private String config(String more) throws Exception {
        Path file = folder.resolve("schsm.conf");
        Files.writeString(file, "audit = \"file:" + folder.resolve("audit.log") + "\"\n" + more);
        return "--config=" + file;
    }

    @Test
    void changesOfEveryCommandAreInTheLogWithTheirResult() throws Exception {
        Files.write(folder.resolve("report.pdf"), new byte[] {1, 2, 3});
        bench.on(A, "generate", "--label=tls", log()).done();
        bench.on(A, "rename", "--label=tls", "--to=www", log()).done();
        bench.on(A, "generate", "--label=www", log()).failed();
        bench.withPinOn(A, "WRONG_PIN", "generate", "--label=x", log()).failed();
        bench.on(A, "sign", "--label=www", bench.file("report.pdf"), "--out=" + bench.file("s1"), log())
                .done();
        bench.on(
                        A,
                        "sign",
                        "--label=www",
                        bench.file("report.pdf"),
                        "--out=" + bench.file("s2"),
                        config("audit.uses = yes"))
                .done();
        bench.on(A, "delete", "--label=www", "--yes", log()).done();

        String shown = bench.withoutPinOn("", "audit", "show", log()).done().out();

        assertThat(shown).contains("key.generate", "key.rename", "pin.refused", "WRONG_PIN", "use.sign", "key.delete");
        assertThat(shown.lines().filter(line -> line.contains("use.sign"))).hasSize(1);
        assertThat(bench.withoutPinOn("", "audit", "show", log(), "--event=key.delete")
                        .done()
                        .out()
                        .lines())
                .hasSize(2)
                .last()
                .asString()
                .contains(A, "www", "ok");
        assertThat(json.withoutPinOn("", "audit", "show", log(), "--failed")
                        .done()
                        .list("lines"))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(
                                line.get("result") == null || line.get("result").equals("failed"))
                        .isTrue());
        assertThat(bench.withoutPinOn(B, "audit", "show", log()).done().out()).contains("Nothing of that");
        Map<String, Object> summary =
                json.withoutPinOn("", "audit", "summary", log()).done().json();
        assertThat(((Number) summary.get("refusedPins")).intValue()).isEqualTo(1);
        assertThat(((Number) summary.get("uses")).intValue()).isEqualTo(1);
        assertThat(bench.withoutPinOn("", "audit", "verify", log()).done().out())
                .contains("The audit log is whole");
        // Without hashes, which have any digits now and then.
        String written = Files.readString(folder.resolve("audit.log")).replaceAll("[0-9A-Fa-f]{32,}", "");
        assertThat(written).doesNotContain("648219").doesNotContain("111111");
    }

    @Test
    void sealedLogThatWasWrittenAgainIsNotTakenForWhole() throws Exception {
        bench.on(A, "generate", "--label=sealer", log()).done();
        bench.on(A, "audit", "seal", "--label=sealer", log(), "--out=" + bench.file("seal"))
                .done();
        String seal = "--seal=" + bench.file("seal");

        assertThat(bench.withoutPinOn("", "audit", "verify", log(), seal).done().out())
                .contains("The seal holds", "by device " + A);
        Map<String, Object> verified =
                json.withoutPinOn("", "audit", "verify", log()).done().json();
        String noted = "--expect=" + ((Number) verified.get("last")).longValue() + ":" + verified.get("lastHash");
        bench.withoutPinOn("", "audit", "verify", log(), noted).done();
        bench.withoutPinOn("", "audit", "verify", log(), "--expect=12").misused();

        List<Path> files = List.of(folder.resolve("audit.log"), folder.resolve("audit.log.head"));
        for (Path file : files) {
            Files.delete(file);
        }
        bench.on(A, "generate", "--label=other", log()).done();
        bench.on(A, "generate", "--label=more", log()).done();
        bench.withoutPinOn("", "audit", "verify", log()).done();
        Run again = bench.withoutPinOn("", "audit", "verify", log(), seal);
        assertThat(again.status()).isEqualTo(Status.FAILED);
        assertThat(again.out()).contains("OTHER_THAN_NOTED", "NOT as it was written");

        Path file = folder.resolve("seal");
        Files.writeString(file, Files.readString(file).replace("\"key\" : \"sealer\"", "\"key\" : \"other\""));
        assertThat(bench.withoutPinOn("", "audit", "verify", log(), seal)
                        .failed()
                        .err())
                .contains("does not fit");
    }

    @Test
    void countersShowUsesThatAreNotInTheLog() throws Exception {
        Files.write(folder.resolve("in"), new byte[] {1});
        String uses = config("audit.uses = required");
        bench.on(A, "generate", "--label=counted", "--use-counter=100", uses).done();
        bench.on(A, "generate", "--label=free", uses).done();
        sign("one", uses);
        sign("two", uses);
        assertThat(bench.withoutPinOn(A, "audit", "counters", uses).done().out())
                .contains("98", "none");

        sign("three", "--name=unlogged");
        Run missing = bench.withoutPinOn(A, "audit", "counters", uses, "--note");
        assertThat(missing.status()).isEqualTo(Status.FAILED);
        assertThat(missing.out()).contains("1 use is not in the log");
        assertThat(bench.withoutPinOn(A, "audit", "counters", uses).done().out())
                .contains("97", "none");
    }

    private void sign(String out, String option) {
        bench.on(A, "sign", "--label=counted", bench.file("in"), "--out=" + bench.file(out), option)
                .done();
    }

    @Test
    void logThatIsNotThereIsNamed() {
        assertThat(bench.withoutPinOn("", "audit", "verify").failed().err()).contains("--audit file:PATH");
        assertThat(bench.withoutPinOn("", "audit", "verify", log()).failed().err())
                .contains("there is no audit log");
        assertThat(bench.withoutPinOn("", "audit", "verify", bench.file("none"))
                        .failed()
                        .err())
                .contains("none", "there is no such file");
        assertThat(bench.withoutPinOn("", "keys", "--audit=syslog").misused().err())
                .contains("use file:PATH");
        assertThat(bench.on(A, "generate", "--label=x", "--audit=file:" + bench.file("no/audit.log"))
                        .failed()
                        .err())
                .contains("there is no folder", "nothing is changed without it");
        assertThat(json.withoutPinOn(A, "keys").done().list("keys")).isEmpty();
    }

    @Test
    void policyIsCheckedAndItsStatusTellsTheAnswer() throws Exception {
        bench.on(A, "group-signer", "create", "--label=group-signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "join", "--signer=group-signer", "--signer-device=" + A, "--yes")
                    .done();
        }
        bench.on(A, "generate", "--label=<tls & \"x\">", "--slot=0", "--allow=ECDSA,WRAP")
                .done();

        Run checked = bench.withoutPinOn("", "check");
        assertThat(checked.status()).isEqualTo(Status.FAILED);
        assertThat(checked.out())
                .contains(
                        "VIOLATED  secondCopy",
                        "\"<tls & \"x\">\" on " + A,
                        "VIOLATED  groupSignerBackup",
                        "ok        trustedDevice");

        bench.withoutPinOn("", "check", "--show-policy", "--out=" + bench.file("policy.json"))
                .done();
        Path policy = folder.resolve("policy.json");
        Files.writeString(
                policy,
                Files.readString(policy)
                        .replace(
                                "\"exceptions\": []",
                                "\"exceptions\": [{\"rule\": \"secondCopy\", \"device\": \"" + A
                                        + "\", \"reason\": \"moves soon\", \"until\": \"2999-01-01\"},"
                                        + " {\"rule\": \"groupSignerBackup\", \"device\": \"" + A
                                        + "\", \"reason\": \"on paper\", \"until\": \"2999-01-01\"}]"));
        assertThat(bench.withoutPinOn("", "check", "--policy=" + policy).done().out())
                .contains(
                        "excepted  secondCopy", "moves soon (until 2999-01-01)", "every rule holds, with 2 exceptions");

        Run unknown = bench.withoutPinOn(B, "check", "--policy=" + policy);
        assertThat(unknown.status()).as(unknown.out()).isEqualTo(Status.INCOMPLETE);
        assertThat(unknown.out()).contains("the group signer of XKEK", "is on none of the devices in reach");

        Map<String, Object> answer = json.withoutPinOn("", "check").json();
        assertThat(answer).containsEntry("verdict", "VIOLATED").containsEntry("policy", "standard");
        assertThat(bench.withoutPinOn("", "check", "--format=json").out()).contains("\"verdict\" : \"VIOLATED\"");

        String junit = bench.withoutPinOn("", "check", "--format=junit").out();
        assertThat(junit)
                .contains(
                        "<failure message=", "&lt;tls &amp; &quot;x&quot;&gt;", "classname=\"schsm.check.secondCopy\"");
        String prometheus =
                bench.withoutPinOn("", "check", "--format=prometheus").out();
        assertThat(prometheus)
                .contains(
                        "# TYPE schsm_key_copies gauge",
                        "key=\"<tls & \\\"x\\\">\"",
                        "schsm_check_held{policy=\"standard\"} 0");

        Files.writeString(policy, "{\"name\": \"x\", \"rules\": {\"secondCopy\": {}}}");
        assertThat(bench.withoutPinOn("", "check", "--policy=" + policy)
                        .failed()
                        .err())
                .contains(policy.toString(), "/rules/secondCopy/copies");
        List<String> files = new ArrayList<>();
        try (var all = Files.list(folder)) {
            all.forEach(file -> files.add(file.getFileName().toString()));
        }
        assertThat(files).containsExactlyInAnyOrder("policy.json", "state");
    }
}
