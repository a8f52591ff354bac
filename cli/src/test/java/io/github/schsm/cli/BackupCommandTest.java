// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code schsm backup}, {@code restore} and {@code backup verify}. */
class BackupCommandTest {
    private static final String C = "ZZSIM000003";

    @TempDir
    private Path folder;

    private Bench bench;

    @BeforeEach
    void device() throws IOException {
        bench = new Bench(folder, false);
        bench.withoutPinOn("", "domain", "create-share", "--password-env=PASSWORD", bench.file("share.pbe"))
                .done();
        dkek(A);
        bench.on(A, "generate", "--label=tls", "--slot=0", "--allow=ECDSA,WRAP").done();
        Files.writeString(folder.resolve("note"), "a note");
        bench.on(A, "data", "write", "--label=note", "--protected", bench.file("note"))
                .done();
    }

    private void dkek(String device) {
        bench.on(device, "domain", "create", "--slot=0", "--dkek-shares=1").done();
        bench.on(device, "domain", "import-share", "--slot=0", "--password-env=PASSWORD", bench.file("share.pbe"))
                .done();
    }

    private String backup() {
        String file = bench.file("backup.zip");
        bench.on(A, "backup", "--out=" + file).done();
        return file;
    }

    @Test
    void deviceIsSavedAndComesBackOnOthers() throws IOException {
        Run saved = bench.on(A, "backup", "--out=" + bench.file("backup.zip")).done();
        assertThat(saved.out())
                .contains("1 of 1 keys, 0 other certificates, 1 of 1 data objects.")
                .contains("signed by device " + A)
                .contains("1 PIN-protected data objects are in it as they are");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("backup.zip"))))
                .isEqualTo("rw-------");
        dkek(B);
        dkek(C);

        String devices = B + "," + C;
        assertThat(bench.on(devices, "restore", "--dry-run", bench.file("backup.zip"))
                        .done()
                        .out())
                .contains("Device " + B + ":", "  key \"tls\": would be written", "Device " + C + ":");
        assertThat(bench.withoutPinOn(B, "keys").done().out()).doesNotContain("tls");

        Run restored = bench.on(devices, "restore", bench.file("backup.zip")).done();
        assertThat(restored.out()).contains("key \"tls\": written", "data object \"note\": written");
        for (String device : List.of(B, C)) {
            bench.on(device, "sign", "--label=tls", "--out=" + bench.file(device), bench.file("note"))
                    .done();
        }
        assertThat(bench.on("", "restore", "--all", bench.file("backup.zip"))
                        .done()
                        .out())
                .contains("key \"tls\": is there already");
    }

    @Test
    void deviceThatCannotTakeItIsToldAndTheOthersGetIt() {
        String file = backup();
        dkek(B);

        Run run = bench.on(C + "," + B, "restore", file);

        assertThat(run.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(run.out())
                .contains("key \"tls\": cannot come here: device " + C + " has no key domain with the DKEK")
                .contains("key \"tls\": written");
    }

    @Test
    void whatCannotBeSavedMakesTheExitStatus3() {
        bench.on(A, "generate", "--label=outside").done();

        Run run = bench.on(A, "backup", "--json", "--out=" + bench.file("backup.zip"));

        assertThat(run.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(run.list("missing")).hasSize(1);
        assertThat(run.list("missing").get(0)).containsEntry("kind", "KEY").containsEntry("label", "outside");
    }

    @Test
    void verificationWithSharesIsAFullOne() {
        String file = backup();

        Run alone = bench.withoutPinOn("", "backup", "verify", file).done();
        assertThat(alone.out()).contains("good: key \"tls\"", "This was no full verification");

        Run full = bench.withoutPinOn(
                        "",
                        "backup",
                        "verify",
                        "--json",
                        "--share=" + bench.file("share.pbe"),
                        "--share-password-env=PASSWORD",
                        file)
                .done();
        assertThat(full.json()).containsEntry("good", true).containsEntry("full", true);

        assertThat(bench.on("", "backup", "verify", "--scratch=" + B, file).status())
                .isEqualTo(Status.FAILED);
        dkek(B);
        bench.on("", "backup", "verify", "--scratch=" + B, file).done();
        assertThat(bench.withoutPinOn(B, "keys").done().out()).doesNotContain("tls");
    }

    @Test
    void archiveThatNobodyVouchesForIsAskedAboutAndRefusedWhereASignatureIsDemanded() throws IOException {
        String file = bench.file("backup.zip");
        bench.on(A, "backup", "--unsigned", "--out=" + file).done();
        dkek(B);

        assertThat(bench.on("", "backup", "verify", file).done().out()).contains("not signed");
        Run demanded = bench.on("", "backup", "verify", "--signed", file);
        assertThat(demanded.status()).isEqualTo(Status.FAILED);
        assertThat(demanded.out()).contains("BAD:  no signature");
        bench.on(A, "backup", "--out=" + bench.file("signed.zip")).done();
        bench.on("", "backup", "verify", "--signed", bench.file("signed.zip")).done();
        assertThat(bench.on(B, "restore", file).failed().err()).contains("not signed", "--yes");
        bench.on(B, "restore", "--yes", file).done();

        byte[] changed = Files.readAllBytes(Path.of(file));
        // In the content of the first file, behind its header and name: not all of a header is checked.
        int content = 30 + changed[26] + changed[28];
        changed[content + 10] ^= 1;
        Files.write(Path.of(file), changed);
        assertThat(bench.on(B, "restore", "--yes", file).failed().err()).contains("backup archive is malformed");
    }

    /** And the others of several are not kept from it. */
    @Test
    void wrongPinIsToldBeforeAnythingIsWritten() {
        String file = backup();
        dkek(B);

        assertThat(bench.withoutPinOn(B, "restore", "--pin-env=WRONG_PIN", file)
                        .failed()
                        .err())
                .contains("2 tries are left");
        bench.withoutPinOn(C, "pin", "status").done();
        bench.on(C, "pin", "change", "--new-pin-env=NEW_PIN").done();
        Run several = bench.on(C + "," + B, "restore", file);
        assertThat(several.status()).isEqualTo(Status.FAILED);
        assertThat(several.out()).contains("Device " + C + ": FAILED: ", "key \"tls\": written");
        assertThat(bench.withoutPinOn(A, "backup", "--pin-env=WRONG_PIN", "--out=" + bench.file("other.zip"))
                        .failed()
                        .err())
                .contains("2 tries are left");
        assertThat(folder.resolve("other.zip")).doesNotExist();
    }

    @Test
    void membersOfAnXkekDomainSaveForEachOther() {
        bench.on(A, "group-signer", "create", "--label=signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "join", "--slot=1", "--signer=signer", "--signer-device=" + A, "--yes")
                    .done();
        }
        bench.on(A, "generate", "--label=moving", "--slot=1", "--allow=ECDSA,WRAP")
                .done();
        String file = bench.file("backup.zip");

        Run run = bench.on(A, "backup", "--to=" + B, "--out=" + file);
        assertThat(run.out()).contains("NOT saved: key \"signer\"").doesNotContain("\"moving\"");
        Run restored = bench.on(B, "restore", file);
        assertThat(restored.out()).contains("key \"moving\": written", "key \"tls\": cannot come here");

        bench.on(B, "exchange-key", "export", "--label=schsm-restore-1", "--out=" + bench.file("b.pub"))
                .done();
        Run elsewhere = bench.on(
                A, "backup", "--to=" + B, "--peer=" + bench.file("b.pub"), "--overwrite", "--json", "--out=" + file);
        Map<String, Object> answer = elsewhere.json();
        assertThat(answer).containsEntry("keys", 2L);
        assertThat(bench.on(A, "backup", "--to=" + C, "--peer=" + bench.file("b.pub"), "--overwrite", "--out=" + file)
                        .failed()
                        .err())
                .contains("not of " + C + " as expected");
    }
}
