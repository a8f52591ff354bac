// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new user's first hour, command by command, each on what the ones before have left. */
@Tag("launcher")
class FirstHourTest {
    private static final String DOCUMENT = "docs/first-hour.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({
        DOCUMENT + "blank",
        DOCUMENT + "domain",
        DOCUMENT + "key",
        DOCUMENT + "certificate",
        DOCUMENT + "jar",
        DOCUMENT + "copy",
        DOCUMENT + "backup",
        DOCUMENT + "report"
    })
    void fromBlankDevicesToAVerifiedReport() throws Exception {
        Shell shell = new Shell(folder, Jdk.all().get(0));

        shell.run(DOCUMENT + "blank").succeeded().says("Build 1", "Build 2", "0 of 4 slots");
        shell.run(DOCUMENT + "domain").succeeded().says("Device ZZSIM000002 is a member now");
        shell.run(DOCUMENT + "key").succeeded().says("may sign", "may move inside key domain", "cannot be read");
        shell.run(DOCUMENT + "certificate").succeeded().says("CN=Example Builds");
        assertThat(folder.resolve("code-signing.pem.attestation")).isNotEmptyFile();
        shell.run(DOCUMENT + "jar", "\"device = ", "\"terminal = simulator:" + shell.devices() + "; device = ")
                .succeeded()
                .says("jar signed.", "jar verified.");
        shell.run(DOCUMENT + "copy").succeeded().says("now on device ZZSIM000002 too");
        shell.run(DOCUMENT + "backup")
                .succeeded()
                .says("NOT saved: key \"group-signer\"", "signed by device ZZSIM000001");
        shell.run(DOCUMENT + "report").succeeded().says("VIOLATED  groupSignerBackup", "The report holds.");
        assertThat(Files.readString(folder.resolve("report.html"))).contains("code-signing", "ZZSIM000002");
        assertThat(List.of("app.jar", "build-1.backup.zip", "ca/index.jsonl"))
                .allSatisfy(made -> assertThat(folder.resolve(made)).isNotEmptyFile());
    }
}
