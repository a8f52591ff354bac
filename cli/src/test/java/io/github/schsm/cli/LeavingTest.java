// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
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

/** Whether a key can leave is said as it is, which wrapping it proves, on both kinds of device. */
class LeavingTest {
    @TempDir
    Path folder;

    private Bench bench;
    private Bench json;

    @BeforeEach
    void bench() {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
    }

    private void initialize(String... how) {
        List<String> arguments =
                new ArrayList<>(List.of("initialize", "--yes", "--so-pin-env=SO_PIN", "--new-pin-env=PIN"));
        arguments.addAll(List.of(how));
        bench.withoutPinOn(A, arguments.toArray(String[]::new)).done();
    }

    private Map<String, Object> key(String label) {
        return json.withoutPinOn(A, "keys").done().list("keys").stream()
                .filter(key -> label.equals(key.get("label")))
                .findFirst()
                .orElseThrow();
    }

    private boolean canBeWrapped(String label) throws Exception {
        Run run = bench.on(A, "wrap", "--label=" + label, "--overwrite", "--out=" + bench.file(label));
        return run.status() == Status.DONE && Files.size(folder.resolve(label)) > 0;
    }

    @Test
    void onADeviceWithSlotsItTakesADomainAndWrap() throws Exception {
        initialize("--key-domains=4");
        bench.on(A, "group-signer", "create", "--label=signer").done();
        bench.withoutPinOn(A, "device-id", "export", "--out=" + bench.file("id"))
                .done();
        bench.on(
                        A,
                        "kdm",
                        "issue",
                        "--yes",
                        "--signer=signer",
                        "--id=" + bench.file("id"),
                        "--out=" + bench.file("kdm"))
                .done();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("kdm"), "--yes")
                .done();
        bench.on(A, "exchange-key", "create", "--slot=0", "--label=exchange").done();
        bench.withoutPinOn(A, "exchange-key", "export", "--label=exchange", "--out=" + bench.file("pub"))
                .done();
        String before = bench.on(A, "generate", "--label=moving", "--slot=0", "--allow=ECDSA,WRAP")
                .done()
                .out();
        assertThat(before).contains("It can leave the device under the KEK of key domain 0 (XKEK");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("LEAVES", "no KEK yet");
        bench.on(A, "derive-xkek", "--label=exchange", "--peer=" + bench.file("pub"), "--yes")
                .done();
        bench.on(A, "generate", "--label=all", "--slot=0", "--allow=ALL").done();
        bench.on(A, "generate", "--label=open", "--slot=0").done();
        assertThat(bench.on(A, "generate", "--label=outside").done().out()).contains("It cannot leave the device.");

        for (String label : List.of("moving", "all", "open", "outside", "exchange", "signer")) {
            assertThat(key(label).get("canLeave")).as(label).isEqualTo(canBeWrapped(label));
        }
        assertThat(key("moving").get("canLeave")).isEqualTo(true);
        assertThat((Map<?, ?>) key("moving").get("leavesUnder"))
                .extracting("type")
                .isEqualTo("XKEK");
        assertThat(key("all").get("leavesUnder")).isNull();
        assertThat(bench.on(A, "wrap", "--label=all", "--out=" + bench.file("x"))
                        .failed()
                        .err())
                .contains("ALL does not include it");
        String uid =
                bench.withoutPinOn(A, "group-signer", "show").done().out().replaceAll("(?s).*([0-9A-F]{64}).*", "$1");
        assertThat(bench.withoutPinOn(A, "keys").done().out().lines())
                .anyMatch(line -> line.startsWith("moving ") && line.endsWith("XKEK " + uid.substring(0, 8)))
                .anyMatch(line -> line.startsWith("open ") && line.endsWith(" no"));
    }

    @Test
    void onADeviceWithOneDkekItTakesNoListOrWrap() throws Exception {
        initialize("--dkek-shares=0");
        assertThat(bench.on(A, "generate", "--label=open").done().out()).contains("It can leave", "DKEK");
        bench.on(A, "generate", "--label=all", "--allow=ALL").done();
        bench.on(A, "generate", "--label=listed", "--allow=ECDSA,WRAP").done();
        bench.on(A, "generate", "--label=unlisted", "--allow=ECDSA").done();

        assertThat(canBeWrapped("open")).isTrue();
        assertThat(key("open").get("canLeave")).isEqualTo(true);
        assertThat((Map<?, ?>) key("open").get("leavesUnder"))
                .extracting("type")
                .isEqualTo("DKEK");
        for (String label : List.of("all", "listed", "unlisted")) {
            assertThat(key(label).get("canLeave")).as(label).isEqualTo(canBeWrapped(label));
        }
        assertThat(bench.withoutPinOn(A, "keys").done().out().lines())
                .anyMatch(line -> line.startsWith("listed ") && line.matches(".* DKEK [0-9A-F]{16}"))
                .anyMatch(line -> line.startsWith("open ") && line.matches(".* DKEK [0-9A-F]{16}"));
    }

    /** One DKEK for all keys and a single slot with a DKEK in it look alike: the device tells them apart at WRAP only. */
    @Test
    void whatTheDeviceDoesNotTellIsNotClaimed() {
        initialize("--dkek-shares=1");
        assertThat(bench.on(A, "generate", "--label=open").done().out()).contains("If the device has one DKEK");

        assertThat(key("open")).containsEntry("canLeave", null);
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("perhaps, DKEK, no KEK yet");
    }
}
