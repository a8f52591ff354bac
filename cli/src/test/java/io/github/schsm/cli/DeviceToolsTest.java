// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that look closely at a device, and at what is around it. */
class DeviceToolsTest {
    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void open() {
        bench = new Bench(folder, false);
    }

    private Run typed(TypedAnswers person, String... arguments) {
        List<String> all = Stream.concat(Stream.of(arguments), Stream.of("--terminal", bench.terminal(), "--device", A))
                .toList();
        return Run.of(Bench.ENVIRONMENT, person, all.toArray(String[]::new));
    }

    @Test
    void selftestWritesAReportAndNamesWhatItDoesNotTry() throws IOException {
        Run run = bench.withoutPinOn(A, "selftest", "--anonymous", "--out", bench.file("report.json"))
                .done();

        assertThat(run.out()).contains("0 contradicted", "--destructive does it on a spare one", "report.json");
        assertThat(new String(bench.content("report.json"), StandardCharsets.US_ASCII))
                .contains("\"format\" : 1")
                .doesNotContain(A);
        assertThat(bench.withoutPinOn(A, "selftest", "--out", bench.file("report.json"))
                        .failed()
                        .err())
                .contains("--overwrite");
    }

    @Test
    void selftestErasesOnlyWhatWasTyped() {
        bench.on(A, "generate", "--label", "kept").done();
        TypedAnswers hasty = new TypedAnswers("yes");

        Run refused = typed(hasty, "selftest", "--destructive", "--only", "pins.change", "--so-pin-env", "SO_PIN");
        assertThat(refused.status()).isEqualTo(Status.FAILED);
        assertThat(refused.err()).contains("nothing was done");
        assertThat(hasty.questions).singleElement().asString().contains("Type ZZSIM000001");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("kept");

        Run done = typed(
                new TypedAnswers(A), "selftest", "--destructive", "--only", "pins.change", "--so-pin-env", "SO_PIN");
        assertThat(done.out()).contains("1 confirmed, 0 contradicted, 0 not tried");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).doesNotContain("kept");
        bench.on(A, "pin", "verify").done();
    }

    @Test
    void selftestOfTwoDevicesAsksForEach() {
        bench.withoutPinOn(B, "devices").done();
        TypedAnswers person = new TypedAnswers(A, B);

        Run done = typed(
                person, "selftest", "--destructive", "--with", B, "--only", "pair.agreement", "--so-pin-env", "SO_PIN");

        assertThat(done.out()).as(done.err()).contains("1 confirmed, 0 contradicted");
        assertThat(person.questions).hasSize(2);
    }

    @Test
    void selftestRefusesWhatDoesNotFit() {
        assertThat(bench.on(A, "selftest", "--only", "nothing").misused().err()).contains("the sections are device");
        assertThat(bench.on(A, "selftest", "--with", B).misused().err()).contains("--destructive");
        assertThat(bench.on(A, "selftest", "--destructive", "--label", "x")
                        .misused()
                        .err())
                .contains("--label");
        assertThat(bench.on(A, "selftest", "--label", "nobody").failed().err()).contains("no key \"nobody\"");
        assertThat(bench.withoutPinOn(A, "selftest", "--destructive", "--yes", "--so-pin-env", "NO_SUCH")
                        .failed()
                        .err())
                .contains("NO_SUCH");
    }

    @Test
    void aDeviceThatContradictsEndsWithOne() throws Exception {
        try (VirtualReaders readers = VirtualReaders.folder(
                folder.resolve("state"), DeviceProfile.smartCardHsm4k().with(Quirk.READ_ALL_ENDS_WITH_WARNING))) {
            readers.device(A);
            Run run = bench.withoutPinOn(A, "selftest", "--only", "files.read-all,device");

            assertThat(run.status()).isEqualTo(Status.FAILED);
            assertThat(run.out()).contains("CONTRADICTED  files.read-all", "expected  9000", "6282", "known");
        }
    }

    @Test
    void doctorLooksAtConfigurationsThatNoOtherCommandTakes() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong.conf"), "terminl = pcsc");

        assertThat(Run.of(Bench.ENVIRONMENT, "devices", "--config", wrong.toString())
                        .failed()
                        .err())
                .contains("terminl");
        Run doctor = Run.of(Bench.ENVIRONMENT, "doctor", "--config", wrong.toString());
        assertThat(doctor.status()).isEqualTo(Status.FAILED);
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.out()).contains("problem  configuration", "terminl");
    }

    @Test
    void doctorFindsAHealthyDeviceAndAPinThatIsOpenToAll() throws IOException {
        bench.withoutPinOn(A, "devices").done();
        assertThat(bench.withoutPinOn(A, "doctor").done().out()).contains("device ZZSIM000001, firmware 3.5");

        Path pin = Files.writeString(folder.resolve("pin"), "648219");
        Files.setPosixFilePermissions(pin, PosixFilePermissions.fromString("rw-rw-rw-"));
        Run doctor = bench.withoutPinOn(A, "doctor", "--pin-file", pin.toString());
        assertThat(doctor.status()).isEqualTo(Status.FAILED);
        assertThat(doctor.out()).contains("problem  pin-file").doesNotContain("648219");
    }

    @Test
    void publicFilesAreWrittenAllOrNone() throws IOException {
        bench.on(A, "generate", "--label", "tls").done();
        assertThat(bench.withoutPinOn(A, "public-files").done().out())
                .contains("CE01", "certificate of key 1", "--folder writes them");

        bench.withoutPinOn(A, "public-files", "--folder", bench.file("files")).done();
        Path written = folder.resolve("files/CE01-certificate-of-key-1.bin");
        assertThat(written).isNotEmptyFile();
        assertThat(Run.of(Bench.ENVIRONMENT, "dump", written.toString()).done().out())
                .startsWith("authenticated request");

        Files.delete(written);
        bench.withoutPinOn(A, "public-files", "--folder", bench.file("files")).failed();
        assertThat(written).doesNotExist();
        bench.withoutPinOn(A, "public-files", "--folder", bench.file("files"), "--overwrite")
                .done();
        assertThat(written).isNotEmptyFile();
    }

    @Test
    void dumpShowsWhatADeviceAndItsKeysHave() {
        bench.on(A, "generate", "--label", "tls").done();

        assertThat(bench.withoutPinOn(A, "dump").done().out())
                .startsWith("2 card-verifiable certificates")
                .contains("holder reference (CHR) [16] ZZSIM00000100000");
        assertThat(bench.withoutPinOn(A, "dump", "--label", "tls").done().out()).contains("public point [65] 04");
        assertThat(bench.withoutPinOn(A, "dump", "--label", "none").failed().err())
                .contains("no key \"none\"");
        assertThat(bench.withoutPinOn(A, "dump", "x", "--label", "tls")
                        .misused()
                        .err())
                .contains("two things");
        assertThat(bench.withoutPinOn(A, "dump", bench.file("missing")).failed().err())
                .contains("missing");
    }
}
