// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.VirtualReader;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, each call a process of its own, on devices that the command's own simulator put into PC/SC readers. */
@Tag("pcsc")
@Timeout(600)
class CommandsThroughPcscTest {
    private static final String A = "ZZSIM000001";
    private static final String B = "ZZSIM000002";

    @TempDir
    Path folder;

    private Process simulator;

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                "io.github.schsm.cli.Schsm"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().put("PIN", "648219");
        builder.environment().put("SO_PIN", "3537363231383830");
        return builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    /** What a call prints. */
    private String schsm(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--trust", "simulator", "--pin-env", "PIN", "--yes"));
        all.addAll(List.of(arguments));
        Process process = start(all.toArray(String[]::new));
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(all + ": " + out + Files.readString(folder.resolve("err")))
                .isZero();
        return out;
    }

    @BeforeEach
    void plugDevicesIn() throws Exception {
        String port = System.getProperty("schsm.pcsc.ports", "").split(",", -1)[0];
        simulator = start("simulator", "--state", "state", "--port", port, "--device", A + "," + B);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(simulator.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).startsWith("Ready: " + A + ", " + B);
        VirtualReader.awaitPresence(0);
        VirtualReader.awaitPresence(1);
    }

    @AfterEach
    void pullDevicesOut() throws InterruptedException {
        simulator.destroy();
        assertThat(simulator.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(simulator.exitValue()).as("ended as asked").isZero();
    }

    @Test
    void keyMigratesBetweenTwoReaders() throws IOException, InterruptedException {
        assertThat(schsm("devices")).contains(A, B).doesNotContain("untrusted");

        schsm("initialize", "--device", B, "--key-domains", "1", "--so-pin-env", "SO_PIN", "--new-pin-env", "PIN");
        schsm("group-signer", "create", "--device", A, "--label", "signer");
        for (String device : List.of(A, B)) {
            schsm("device-id", "export", "--device", device, "--out", device + ".cvc");
            schsm("kdm", "issue", "--device", A, "--signer", "signer", "--id", device + ".cvc", "--out", device);
            schsm("domain", "create", "--yes", "--device", device, "--slot", "0", "--kdm", device);
        }
        schsm("generate", "--device", A, "--label", "code-signing", "--slot", "0", "--allow", "ECDSA,WRAP");

        assertThat(schsm("migrate", "--from", A, "--to", B, "--label", "code-signing"))
                .contains("code-signing", B);

        assertThat(schsm("keys", "--device", B)).contains("code-signing", "ECDSA WRAP");
        assertThat(schsm("--terminal", "sunpcsc", "domain", "list", "--device", B))
                .contains("XKEK", "none");
    }
}
