// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.cli.report.Status;
import io.github.schsm.examples.Demo;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoTest {
    private static final int CONDITIONS_NOT_SATISFIED = 0x6985;

    @TempDir
    Path folder;

    @AfterEach
    void forgetFaults() {
        VirtualReaders.memory().devices().forEach(device -> device.faults().clear());
    }

    private static Run demo(String... more) {
        return Run.of(
                Map.of(), Stream.concat(Stream.of("demo"), Stream.of(more)).toArray(String[]::new));
    }

    private static SimulatedDevice device(String id) throws SchsmException {
        return VirtualReaders.memory().device(id);
    }

    @Test
    void storyIsToldToTheEndAndEveryCheckHolds() {
        Run run = demo().done();

        assertThat(run.out())
                .contains("Step 1 of " + Demo.STEPS, "Step " + Demo.STEPS + " of " + Demo.STEPS)
                .contains("Done: " + Demo.STEPS + " steps", "all passed")
                .doesNotContain("FAILED")
                .doesNotContain("\u001b");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 120);
    }

    @Test
    void itCanBeToldAgain() {
        demo().done();
        demo().done();
    }

    @Test
    void jsonSaysTheSame() {
        Run run = demo("--json").done();

        assertThat(run.json()).containsEntry("passed", true).containsEntry("failed", 0L);
        assertThat(run.list("steps"))
                .hasSize(Demo.STEPS)
                .allSatisfy(step -> assertThat((List<?>) step.get("checks")).isNotEmpty());
    }

    @Test
    void filesAreKeptWhereAskedForAndNotLeftElsewhere() throws IOException {
        Path kept = folder.resolve("kept");
        Path temp = Path.of(System.getProperty("java.io.tmpdir"));
        List<Path> before = demoFolders(temp);

        demo("--keep", kept.toString()).done();
        demo().done();

        assertThat(kept.resolve("code-signing.wky")).isNotEmptyFile();
        assertThat(kept.resolve("ZZSIM000002.kdm")).isNotEmptyFile();
        assertThat(demoFolders(temp)).isEqualTo(before);
    }

    /** Those of this process: tests run in several at the same time. */
    private static List<Path> demoFolders(Path temp) throws IOException {
        String name = "schsm-demo-" + ProcessHandle.current().pid() + "-";
        try (Stream<Path> files = Files.list(temp)) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "80, 50, 00, -1, ZZSIM000001, 'INITIALIZE DEVICE'",
        "00, 46, -1, -1, ZZSIM000001, 'GENERATE ASYMMETRIC KEY PAIR'",
        "80, 52, 02, -1, ZZSIM000002, 'MANAGE KEY DOMAIN, create'",
        "80, 62, -1, 84, ZZSIM000002, 'DECIPHER, agreement'",
        "80, 72, -1, -1, ZZSIM000001, 'WRAP KEY'",
        "80, 52, 04, -1, ZZSIM000002, 'MANAGE KEY DOMAIN, delete KEK'",
    })
    void commandThatADeviceRefusesEndsItWithAFailure(
            String cla, String ins, String p1, String p2, String device, String name) throws SchsmException {
        demo().done();
        device(device)
                .faults()
                .add(
                        1,
                        Faults.command(byteOf(cla), byteOf(ins), byteOf(p1), byteOf(p2)),
                        Fault.status(CONDITIONS_NOT_SATISFIED));

        Run run = demo();

        assertThat(run.status()).as(name).isEqualTo(Status.FAILED);
        assertThat(run.out()).contains("[FAILED]", "the rest was not done").doesNotContain("all passed");
        assertThat(device(device).faults().pending()).isZero();
    }

    private static int byteOf(String hex) {
        return hex.equals("-1") ? -1 : Integer.parseInt(hex, 16);
    }

    @Test
    void keyThatArrivesDamagedIsNotTakenForSuccess() throws SchsmException {
        // The third UNWRAP on the second device is the real one's; an answer without doing it must not pass.
        device("ZZSIM000002").faults().add(2, Faults.instruction(0x74), Fault.status(0x9000));

        Run run = demo("--json");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.json()).containsEntry("passed", false).containsEntry("failed", 1L);
    }

    @Test
    void wrongSignatureIsNoticed() throws SchsmException {
        byte[] someOtherSignature = java.util.HexFormat.of().parseHex("3006020101020101" + "9000");
        device("ZZSIM000002").faults().add(1, Faults.instruction(0x68), Fault.garbage(someOtherSignature));

        Run run = demo();

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.out()).contains("[FAILED]");
    }
}
