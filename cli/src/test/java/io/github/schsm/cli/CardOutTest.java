// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The card is removed at each command that the device gets: one sentence says so, never "unexpected ...Exception". */
@Tag("jdk")
class CardOutTest {
    @TempDir
    private Path folder;

    private record Row(List<String> command, List<String> undo) {
        static Row of(String command, String undo) {
            return new Row(List.of(command.split(" ")), undo.isEmpty() ? List.of() : List.of(undo.split(" ")));
        }
    }

    private static List<Row> rows(String file) {
        return List.of(
                Row.of("keys", ""),
                Row.of("random 8", ""),
                Row.of("generate --label new", "delete --label new --yes"),
                Row.of("sign --label one --overwrite --out " + file + ".sig " + file, ""),
                Row.of("data write --label d " + file, "data delete --label d --yes"),
                Row.of("data list", ""),
                Row.of("domain list", ""),
                Row.of("pin status", ""),
                Row.of("attest one", ""));
    }

    @Test
    void isToldInASentence() throws Exception {
        Bench bench = new Bench(folder, false);
        String file = Files.writeString(folder.resolve("file"), "content").toString();
        bench.on(Bench.A, "generate", "--label", "one").done();
        SimulatedDevice device = VirtualReaders.folder(folder.resolve("state")).device(Bench.A);
        int told = 0;
        for (Row row : rows(file)) {
            device.recorder().clear();
            device.recorder().start();
            run(bench, row.command()).done();
            device.recorder().stop();
            int commands = device.recorder().count();
            for (int n = 1; n <= commands; n++) {
                run(bench, row.undo());
                device.faults().add(n, Faults.any(), n % 2 == 0 ? Fault.removalBefore() : Fault.removalAfter());
                Run run = run(bench, row.command());
                device.faults().clear();
                if (!device.isInserted()) {
                    device.insert();
                }
                String where = row.command() + ", command " + n + ": " + run.err();
                assertThat(run.err()).as(where).doesNotContain("unexpected").doesNotContain("Exception");
                assertThat(run.status()).as(where).isIn(0, Status.FAILED);
                if (run.status() != 0) {
                    assertThat(run.err()).as(where).containsAnyOf("card", "insert", "removed");
                    told++;
                }
            }
        }
        assertThat(told).isGreaterThan(30);
    }

    private static Run run(Bench bench, List<String> command) {
        return command.isEmpty() ? new Run(0, "", "") : bench.on(Bench.A, command.toArray(String[]::new));
    }
}
