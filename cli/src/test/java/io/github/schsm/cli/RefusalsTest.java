// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmException;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused is refused in one line that says why and what to do, with nothing done. */
class RefusalsTest {
    @TempDir
    Path folder;

    private Bench bench;

    @BeforeEach
    void bench() {
        bench = new Bench(folder, false);
    }

    @Test
    void severalDevicesAreListedWhereOneIsNeeded() {
        bench.withoutPinOn(A, "keys").done();
        bench.withoutPinOn(B, "keys").done();

        assertThat(bench.withoutPinOn("", "keys").failed().err()).contains(A, B);
    }

    @Test
    void wrongPinSaysHowManyTriesAreLeftAndIsNotTriedAgain() {
        assertThat(bench.withoutPinOn(A, "group-signer", "create", "--label=x", "--pin-env=WRONG_PIN")
                        .failed()
                        .err())
                .contains("PIN is wrong", "2 tries are left");
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out()).contains("User PIN 2 tries left");
        assertThat(bench.withoutPinOn(A, "generate", "--label=x", "--pin-env=WRONG_PIN", "--json")
                        .failed()
                        .json()
                        .get("error"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("type", "PinException")
                .containsEntry("reason", "WRONG_PIN");
        assertThat(bench.withoutPinOn(A, "generate", "--label=x", "--pin-env=WRONG_PIN")
                        .failed()
                        .err())
                .contains("only one try is left");
        TypedAnswers person = new TypedAnswers("222222");
        Run.of(Map.of(), person, "generate", "--label=x", "--terminal", bench.terminal(), "--device", A)
                .failed();
        assertThat(person.questions).containsExactly("User PIN of device " + A + " (last try before it is blocked): ");

        assertThat(bench.on(A, "generate", "--label=x").failed().err()).contains("blocked");
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out()).contains("User PIN blocked");

        bench.withoutPinOn(A, "pin", "unblock", "--so-pin-env=SO_PIN", "--new-pin-env=NEW_PIN")
                .done();
        bench.withoutPinOn(A, "generate", "--label=x", "--pin-env=NEW_PIN").done();
    }

    @Test
    void pinThatNobodyCanBeAskedForIsNamedWithItsOptions() {
        assertThat(bench.withoutPinOn(A, "generate", "--label=x").failed().err())
                .contains("user PIN of device " + A, "--pin-env", "--pin-file");
    }

    @Test
    void pinIsAskedForAtTheTerminal() {
        TypedAnswers person = new TypedAnswers("648219");

        Run.of(Map.of(), person, "generate", "--label=x", "--terminal", bench.terminal(), "--device", A)
                .done();

        assertThat(person.questions).containsExactly("User PIN of device " + A + ": ");
    }

    @Test
    void configurationFileIsReadAndOptionsGoBeforeIt() throws IOException {
        Path config = Files.writeString(
                folder.resolve("schsm.properties"),
                "terminal = " + bench.terminal() + "\ndevice = " + A + "\npin = env:PIN\n");

        Run.of(Bench.ENVIRONMENT, "--config", config.toString(), "generate", "--label=x")
                .done();

        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("x");
        assertThat(Run.of(Map.of(), "--config", config.toString(), "--device", B, "keys")
                        .done()
                        .out())
                .contains(B, "no keys");
        assertThat(Run.of(Map.of(), "--config", config.toString(), "--pin-env", "ELSEWHERE", "generate", "--label=y")
                        .failed()
                        .err())
                .contains("ELSEWHERE");
        Files.writeString(config, "terminl = pcsc\n");
        assertThat(Run.of(Map.of(), "--config", config.toString(), "keys")
                        .failed()
                        .err())
                .contains("terminl", "terminal");
    }

    @Test
    void erasingAsksFirstAndDoesNothingWithoutAYes() {
        bench.on(A, "generate", "--label=precious").done();
        String[] initialize = {"initialize", "--so-pin-env=SO_PIN", "--new-pin-env=PIN", "--device", A, "--terminal"};
        String[] arguments = Arrays.copyOf(initialize, initialize.length + 1);
        arguments[initialize.length] = bench.terminal();

        assertThat(Run.of(Bench.ENVIRONMENT, arguments).failed().err()).contains("erased", "--yes");
        TypedAnswers no = new TypedAnswers("y");
        assertThat(Run.of(Bench.ENVIRONMENT, no, arguments).failed().err()).contains("nothing was done");
        assertThat(no.questions).singleElement().asString().contains(A, "erased");
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("precious");

        Run.of(Bench.ENVIRONMENT, new TypedAnswers(A), arguments).done();
        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("no keys");
    }

    @Test
    void initializationWithAnotherSoPinIsRefused() {
        bench.on(A, "generate", "--label=precious").done();

        bench.withoutPinOn(A, "initialize", "--yes", "--so-pin-env=WRONG_SO_PIN", "--new-pin-env=PIN")
                .failed();
        assertThat(bench.withoutPinOn(
                                A, "initialize", "--yes", "--retries=9", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                        .failed()
                        .err())
                .contains("1 to 3 times");

        assertThat(bench.withoutPinOn(A, "keys").done().out()).contains("precious");
    }

    @Test
    void deviceThatWasNeverInitializedIsShownAndInitialized() throws SchsmException {
        try (VirtualReaders state = VirtualReaders.folder(folder.resolve("state"))) {
            state.blankDevice(A);

            assertThat(bench.withoutPinOn(A, "devices").done().out()).contains(A, "not initialized", "no slots");
            bench.withoutPinOn(A, "keys").done();
            bench.withoutPinOn(A, "domain", "list");
            bench.on(A, "generate", "--label=x").failed();

            bench.withoutPinOn(
                            A, "initialize", "--yes", "--key-domains=3", "--so-pin-env=SO_PIN", "--new-pin-env=NEW_PIN")
                    .done();
            assertThat(bench.withoutPinOn(A, "devices").done().out()).contains("3 tries left", "0 of 3 slots");
        }
    }

    @Test
    void whatTheSoPinIsGoodForIsTold() {
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out())
                .contains("The SO-PIN can unblock the user PIN and set another.");
        bench.withoutPinOn(A, "initialize", "--yes", "--unblock-only", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out())
                .contains("The SO-PIN can unblock the user PIN, but not set another.");
        bench.withoutPinOn(A, "initialize", "--yes", "--no-unblock", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();
        assertThat(bench.withoutPinOn(A, "pin", "status").done().out())
                .contains("The SO-PIN cannot unblock the user PIN.");
        assertThat(bench.withoutPinOn(A, "pin", "status", "--json").done().json())
                .containsEntry("options", List.of());
    }

    @Test
    void transportPinHasToBeChangedFirst() {
        bench.withoutPinOn(A, "initialize", "--yes", "--transport-pin", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();

        assertThat(bench.withoutPinOn(A, "pin", "status").done().out()).contains("transport PIN");
        assertThat(bench.on(A, "generate", "--label=x").failed().err()).contains("transport PIN");
        bench.withoutPinOn(A, "pin", "change", "--pin-env=PIN", "--new-pin-env=NEW_PIN")
                .done();
        bench.withoutPinOn(A, "generate", "--label=x", "--pin-env=NEW_PIN").done();
    }

    @Test
    void oneDkekForTheWholeDeviceIsShown() {
        bench.withoutPinOn(A, "initialize", "--yes", "--dkek-shares=2", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                .done();

        assertThat(bench.withoutPinOn(A, "domain", "list").done().out()).contains("DKEK", "2 of 2 shares missing");
    }

    @Test
    void soPinIsChangedAndNeededForUnblocking() {
        bench.withoutPinOn(A, "keys").done();
        String[] change = {
            "pin",
            "change",
            "--so",
            "--so-pin-env=SO_PIN",
            "--new-pin-env=OTHER_SO_PIN",
            "--terminal=" + bench.terminal(),
            "--device=" + A
        };
        Run.of(Map.of("SO_PIN", VirtualReaders.SO_PIN, "OTHER_SO_PIN", "0123456789ABCDEF"), change)
                .done();

        assertThat(bench.withoutPinOn(A, "pin", "unblock", "--so-pin-env=SO_PIN", "--new-pin-env=PIN")
                        .failed()
                        .err())
                .contains("PIN");
    }

    @Test
    void membershipIsIssuedOnlyAfterDeviceAndUidWereConfirmed() {
        String uid = bench.on(A, "group-signer", "create", "--label=signer")
                .done()
                .out()
                .replaceAll("(?s).*UID ([0-9A-F]{64}).*", "$1");
        bench.withoutPinOn(B, "device-id", "export", "--out", bench.file("b.cvc"))
                .done();
        String[] issue = {
            "kdm",
            "issue",
            "--signer=signer",
            "--id=" + bench.file("b.cvc"),
            "--out=" + bench.file("b.kdm"),
            "--terminal=" + bench.terminal(),
            "--device=" + A,
            "--pin-env=PIN"
        };
        TypedAnswers no = new TypedAnswers("no");

        assertThat(Run.of(Bench.ENVIRONMENT, no, issue).failed().err()).contains("nothing was done");

        assertThat(no.questions).singleElement().asString().contains(B, uid);
        assertThat(folder.resolve("b.kdm")).doesNotExist();
        Run.of(Bench.ENVIRONMENT, new TypedAnswers("yes"), issue).done();
        assertThat(folder.resolve("b.kdm")).exists();
    }

    @Test
    void untrustedDeviceGetsNoMembership() {
        bench.on(A, "group-signer", "create", "--label=signer").done();
        bench.withoutPinOn(B, "device-id", "export", "--out", bench.file("b.cvc"))
                .done();

        assertThat(bench.on(
                                A,
                                "kdm",
                                "issue",
                                "--yes",
                                "--trust=production",
                                "--signer=signer",
                                "--id=" + bench.file("b.cvc"),
                                "--out=" + bench.file("b.kdm"))
                        .failed()
                        .err())
                .contains(B, "ZZSRCACC100001");
        assertThat(folder.resolve("b.kdm")).doesNotExist();
        assertThat(bench.withoutPinOn(A, "devices", "--trust=production").done().out())
                .contains("untrusted", "ZZSRCACC100001");
    }

    @Test
    void changedKdmIsShownAsWrongAndCreatesNoDomain() throws IOException {
        bench.on(A, "group-signer", "create", "--label=signer").done();
        bench.withoutPinOn(A, "device-id", "export", "--out", bench.file("a.cvc"))
                .done();
        bench.on(
                        A,
                        "kdm",
                        "issue",
                        "-y",
                        "--signer=signer",
                        "--id=" + bench.file("a.cvc"),
                        "--out=" + bench.file("a.kdm"))
                .done();
        byte[] kdm = bench.content("a.kdm");
        kdm[kdm.length - 1] ^= 1;
        Files.write(folder.resolve("a.kdm"), kdm);

        Run shown = bench.withoutPinOn("", "kdm", "show", bench.file("a.kdm"));
        assertThat(shown.status()).isEqualTo(Status.FAILED);
        assertThat(shown.out()).contains("WRONG");
        assertThat(bench.on(A, "domain", "create", "--slot=0", "--kdm", bench.file("a.kdm"))
                        .failed()
                        .err())
                .contains("not signed by the group signer");
        assertThat(bench.withoutPinOn(A, "domain", "list").done().out()).doesNotContain("XKEK");
    }

    @Test
    void unknownAndTakenLabelsAreNamed() {
        bench.on(A, "generate", "--label=x").done();

        assertThat(bench.on(A, "wrap", "--label=y").failed().err()).contains("\"y\"", "it has x");
        assertThat(bench.on(A, "generate", "--label=x").failed().err()).contains("\"x\"", "another label");
        assertThat(bench.on(A, "delete", "--yes", "--label=y").failed().err()).contains("\"y\"");
        assertThat(bench.on(A, "wrap", "--label=x").failed().err()).contains("no key domain");
    }

    @Test
    void filesThatAreSomethingElseAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("note.txt"), "not what you think");

        bench.on(A, "unwrap", text.toString()).failed();
        bench.on(A, "domain", "create", "--slot=0", "--kdm", text.toString()).failed();
        bench.on(A, "derive-xkek", "--label=x", "--peer", text.toString()).failed();
        bench.on(A, "import-cert", "--label=x", text.toString()).failed();
        assertThat(bench.on(A, "unwrap", folder.toString()).failed().err()).contains(folder.toString());
    }

    @Test
    void dkekSharesGoThroughFiles() {
        bench.on(A, "domain", "create", "--slot=0", "--dkek-shares=1").done();
        bench.withoutPinOn("", "domain", "create-share", bench.file("share.pbe"), "--password-env=PASSWORD")
                .done();

        assertThat(bench.withoutPinOn(
                                A, "domain", "import-share", "--slot=0", bench.file("share.pbe"), "--password-env=PIN")
                        .failed()
                        .err())
                .contains("password");
        assertThat(bench.withoutPinOn(
                                A,
                                "domain",
                                "import-share",
                                "--slot=0",
                                bench.file("share.pbe"),
                                "--password-env=PASSWORD")
                        .done()
                        .out())
                .contains("DKEK")
                .doesNotContain("KCV none");
    }

    @Test
    void passwordsOfDkekSharesAreDividedAmongCustodians() throws IOException {
        bench.on(A, "domain", "create", "--slot=0", "--dkek-shares=2").done();
        String file = bench.file("share.pbe");
        Run created = bench.withoutPinOn("", "domain", "create-share", file, "--threshold=2", "--total=3")
                .done();
        List<String> shares = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> file + ".password-" + i + "-of-3")
                .toList();
        assertThat(created.out()).contains(shares);
        for (String share : shares) {
            assertThat(Files.getPosixFilePermissions(Path.of(share)))
                    .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
            for (String line : Files.readAllLines(Path.of(share))) {
                assertThat(created.out()).doesNotContain(line.substring(line.indexOf(':') + 2) + ":");
            }
        }

        assertThat(importShare(file, "--shares-file=" + shares.get(0)).failed().err())
                .contains("at least 2");
        assertThat(importShare(file, "--shares-file=" + shares.get(0), "--password-env=PASSWORD")
                        .misused()
                        .err())
                .contains("either");
        assertThat(importShare(file, "--shares=2").failed().err()).contains("--shares-file");
        assertThat(importShare(file, "--shares-file=" + shares.get(2), "--shares-file=" + shares.get(0))
                        .done()
                        .out())
                .contains("1 of 2 shares missing");
        assertThat(typedImport(file, shares.get(1), shares.get(2)).done().out()).contains("DKEK");

        Files.delete(Path.of(file));
        byte[] kept = Files.readAllBytes(Path.of(shares.get(0)));
        assertThat(bench.withoutPinOn("", "domain", "create-share", file, "--threshold=2", "--total=3")
                        .failed()
                        .err())
                .contains(shares.get(0), "--overwrite");
        assertThat(Path.of(file)).doesNotExist();
        assertThat(Path.of(shares.get(0))).hasBinaryContent(kept);
    }

    private Run importShare(String file, String... options) {
        List<String> arguments = new ArrayList<>(List.of("domain", "import-share", "--slot=0", file));
        arguments.addAll(List.of(options));
        return bench.withoutPinOn(A, arguments.toArray(String[]::new));
    }

    /** Two custodians type what is in their files. */
    private Run typedImport(String file, String first, String second) throws IOException {
        List<String> typed = new ArrayList<>();
        for (String share : List.of(first, second)) {
            for (String line : Files.readAllLines(Path.of(share))) {
                typed.add(line.substring(line.indexOf(':') + 2));
            }
        }
        typed.remove(3); // the prime is asked for once
        Iterator<String> answers = typed.iterator();
        Io.Person custodians = new Io.Person() {
            @Override
            public char[] secret(String question) {
                return answers.next().toCharArray();
            }

            @Override
            public String line(String question) {
                throw new AssertionError(question);
            }
        };
        return Run.of(
                Bench.ENVIRONMENT,
                custodians,
                "domain",
                "import-share",
                "--slot=0",
                "--shares=2",
                file,
                "--terminal=" + bench.terminal(),
                "--device=" + A);
    }

    @Test
    void thresholdsThatMakeNoSenseAreRefused() {
        for (String options : List.of("1 3", "4 3", "2 2")) {
            String[] numbers = options.split(" ", -1);
            assertThat(bench.withoutPinOn(
                                    "",
                                    "domain",
                                    "create-share",
                                    bench.file("share.pbe"),
                                    "--threshold=" + numbers[0],
                                    "--total=" + numbers[1])
                            .misused()
                            .err())
                    .containsPattern("--(threshold|total) \\d");
        }
        bench.withoutPinOn("", "domain", "create-share", bench.file("share.pbe"), "--threshold=2")
                .misused();
    }
}
