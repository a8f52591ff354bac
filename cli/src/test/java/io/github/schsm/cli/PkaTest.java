// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.PublicKeyChallenge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that two of three people open, by commands. */
class PkaTest {
    private static final String[] HOLDERS = {"ZZSIM000011", "ZZSIM000012", "ZZSIM000013"};

    @TempDir
    Path folder;

    private Bench bench;
    private Bench json;

    /** Another computer. */
    private Bench elsewhere;

    @BeforeEach
    void people() throws IOException {
        bench = new Bench(folder, false);
        json = new Bench(folder, true);
        elsewhere = new Bench(Files.createDirectory(folder.resolve("elsewhere")), false);
        for (int i = 0; i < HOLDERS.length; i++) {
            Bench at = i == 2 ? elsewhere : bench;
            at.on(HOLDERS[i], "generate", "--label=opens", "--curve=secp256r1").done();
            at.withoutPinOn(HOLDERS[i], "pka", "export", "--label=opens", "--out=" + bench.file(HOLDERS[i] + ".pub"))
                    .done();
        }
    }

    private void initialize(String... options) {
        List<String> all = new ArrayList<>(List.of("initialize", "--yes", "--so-pin-env=SO_PIN"));
        all.addAll(List.of("--required-keys=2", "--registered-keys=3"));
        all.addAll(List.of(options));
        bench.withoutPinOn(A, all.toArray(String[]::new)).done();
        bench.withoutPinOn(
                        A,
                        "pka",
                        "register",
                        "--yes",
                        bench.file(HOLDERS[0] + ".pub"),
                        bench.file(HOLDERS[1] + ".pub"),
                        bench.file(HOLDERS[2] + ".pub"))
                .done();
    }

    private static String chr(int holder) {
        return HOLDERS[holder] + "00000";
    }

    /** Global options stand in front here, because what stands behind {@code --} is the other command's. */
    private Run run(Bench with, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--terminal", with.terminal(), "--device", A));
        if (with.json()) {
            all.add("--json");
        }
        all.addAll(List.of(arguments));
        return Run.of(Bench.ENVIRONMENT, all.toArray(String[]::new));
    }

    @Test
    void deviceWithoutPinIsOpenedByTwoHoldersWhoAreHere() {
        initialize("--no-pin");
        assertThat(json.withoutPinOn(A, "pka", "status").done().json())
                .containsEntry("total", 3L)
                .containsEntry("missing", 0L)
                .containsEntry("required", 2L)
                .containsEntry("authenticated", 0L);
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out()).contains("registered keys");
        assertThat(bench.withoutPinOn(A, "generate", "--label=x").failed().err())
                .contains("2 of the 3 registered keys");

        String[] two = {
            "pka", "run", "--by=" + HOLDERS[0] + ":opens", "--by=" + HOLDERS[1] + ":opens", "--holder-pin-env=PIN", "--"
        };
        assertThat(run(bench, with(two, "generate", "--label=guarded")).done().out())
                .contains("guarded");
        assertThat(run(json, with(two, "pka", "status")).done().json())
                .containsEntry("authenticated", 2L)
                .containsEntry("device", A);
        assertThat(run(bench, "pka", "run", "--by=" + HOLDERS[0] + ":opens", "--holder-pin-env=PIN", "--", "keys")
                        .failed()
                        .err())
                .contains("1 of 2 keys authenticated", "--by");
        assertThat(json.withoutPinOn(A, "pka", "status").done().json())
                .as("it ended with the process")
                .containsEntry("authenticated", 0L);
    }

    private static String[] with(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void holderSomewhereElseAnswersAChallengeByFile() throws Exception {
        initialize("--new-pin-env=PIN", "--pin-and-keys");
        CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> run(
                bench,
                "--pin-env=PIN",
                "pka",
                "run",
                "--by=" + HOLDERS[1] + ":opens",
                "--holder-pin-env=PIN",
                "--remote=" + chr(2),
                "--folder=" + folder,
                "--wait=60",
                "--with-pin",
                "--",
                "generate",
                "--label=guarded"));
        Path challenge = folder.resolve(A + "-" + chr(2) + ".challenge");
        while (!Files.exists(challenge) || Files.size(challenge) == 0) {
            assertThat(run).isNotDone();
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(PublicKeyChallenge.parse(Files.readAllBytes(challenge)).deviceId())
                .isEqualTo(A);
        Path response = folder.resolve(A + "-" + chr(2) + ".response");
        assertThat(elsewhere
                        .on(
                                HOLDERS[2],
                                "pka",
                                "respond",
                                challenge.toString(),
                                "--out=" + bench.file("answer"),
                                "--yes")
                        .done()
                        .out())
                .contains("for device " + A);
        Files.move(Path.of(bench.file("answer")), response);
        assertThat(run.get(60, TimeUnit.SECONDS).done().out()).contains("Send ", chr(2), "guarded");
    }

    @Test
    void challengeIsAnsweredOnlyWhenConfirmedAndByTheKeyItIsFor() throws Exception {
        byte[] challenge = new PublicKeyChallenge(A + "00000", new byte[8], chr(0)).encode();
        Files.write(folder.resolve("c"), challenge);
        assertThat(bench.on(HOLDERS[0], "pka", "respond", bench.file("c"), "--out=" + bench.file("r"))
                        .failed()
                        .err())
                .contains("Device " + A + " will be opened", "--yes");
        assertThat(bench.on(HOLDERS[1], "pka", "respond", bench.file("c"), "--out=" + bench.file("r"), "--yes")
                        .failed()
                        .err())
                .contains("no key", chr(0), "--label");
        assertThat(folder.resolve("r")).doesNotExist();
        Files.write(folder.resolve("c"), new byte[40]);
        assertThat(bench.on(HOLDERS[0], "pka", "respond", bench.file("c"))
                        .failed()
                        .err())
                .isNotBlank();
    }

    @Test
    void registeredKeyIsReplacedByWhoOpensTheDevice() {
        bench.on("ZZSIM000014", "generate", "--label=opens").done();
        bench.withoutPinOn("ZZSIM000014", "pka", "export", "--label=opens", "--out=" + bench.file("new.pub"))
                .done();
        initialize("--no-pin", "--replace-keys");
        assertThat(bench.withoutPinOn(A, "pka", "register", "--yes", bench.file("new.pub"))
                        .failed()
                        .err())
                .contains("places for 0 more");
        String[] two = {
            "--yes",
            "pka",
            "run",
            "--by=" + HOLDERS[0] + ":opens",
            "--by=" + HOLDERS[1] + ":opens",
            "--holder-pin-env=PIN",
            "--"
        };
        assertThat(run(bench, with(two, "pka", "replace", "--place=2", bench.file("new.pub")))
                        .done()
                        .out())
                .contains("ZZSIM00001400000");
    }

    @Test
    void labelOfADeviceThatKeysOpenIsNotPromised() {
        assertThat(bench.withoutPinOn(
                                A,
                                "initialize",
                                "--yes",
                                "--so-pin-env=SO_PIN",
                                "--no-pin",
                                "--required-keys=1",
                                "--registered-keys=1",
                                "--label=x")
                        .misused()
                        .err())
                .contains("--label", "pka run");
        assertThat(bench.withoutPinOn(A, "pka", "status").failed().err()).contains("without public key authentication");
    }
}
