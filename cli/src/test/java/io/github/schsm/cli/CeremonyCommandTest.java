// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ceremonies at a terminal, and what is verified afterwards. */
class CeremonyCommandTest {
    @TempDir
    Path folder;

    /** Custodians who type what they have to, each their own; the screen is looked at after each answer. */
    private static final class Custodians implements Io.Person {
        final List<String> events = new ArrayList<>();
        final List<String> parts = new ArrayList<>();
        private final Deque<String> passwords;
        private final Deque<String> typed = new ArrayDeque<>();
        private int questionsUntilEnd;

        Custodians(int questionsUntilEnd, String... passwords) {
            this.questionsUntilEnd = questionsUntilEnd;
            this.passwords = new ArrayDeque<>(List.of(passwords));
        }

        @Override
        public char @Nullable [] secret(String question) {
            events.add(question);
            if (!typed.isEmpty()) {
                return typed.poll().toCharArray();
            }
            String password = passwords.poll();
            return password == null ? null : password.toCharArray();
        }

        @Override
        public @Nullable String line(String question) {
            events.add(question);
            return questionsUntilEnd-- > 0 ? "" : null;
        }

        @Override
        public void show(char[] text) {
            events.add("SHOWN");
            String lines = new String(text);
            parts.add(lines);
            lines.lines().forEach(line -> typed.add(line.replaceAll("^[^:]*: ", "")));
        }

        @Override
        public void clear() {
            events.add("CLEAR");
        }
    }

    private Run run(Io.@Nullable Person person, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--terminal", new Bench(folder, false).terminal(), "--trust", "simulator"));
        return Run.of(Bench.ENVIRONMENT, person, all.toArray(String[]::new));
    }

    private String custody() {
        return folder.resolve("custody").toString();
    }

    private String file(String name) {
        return Path.of(custody(), name).toString();
    }

    private Path password(String name, String password) throws IOException {
        Path file = Files.writeString(folder.resolve(name), password);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void custodiansComeOneAfterTheOtherAndTheScreenIsClearedBetween() {
        Custodians custodians = new Custodians(10, "ann's", "ann's", "ben's", "ben's");

        Run held = run(custodians, "dkek", "ceremony", custody(), "--custodian=Ann", "--custodian=Ben")
                .done();

        assertThat(held.out()).contains("New DKEK with KCV ", "2 shares in " + custody(), "not signed");
        assertThat(custodians.events)
                .containsExactly(
                        "CLEAR",
                        "Custodian 1 of 2: Ann. All others leave the screen; press Enter. ",
                        "Password of Ann for share-1-of-2.pbe: ",
                        "The same again: ",
                        "CLEAR",
                        "CLEAR",
                        "Custodian 2 of 2: Ben. All others leave the screen; press Enter. ",
                        "Password of Ben for share-2-of-2.pbe: ",
                        "The same again: ",
                        "CLEAR");
        assertThat(held.out() + held.err()).doesNotContain("ann's", "ben's");
    }

    /** Made, imported into a device, checked against it, given to others, and checked again. */
    @Test
    void sharesOfACeremonyGoIntoADeviceAndToOtherCustodians() throws Exception {
        run(
                        new Custodians(10, "ann's", "ann's", "ben's", "ben's"),
                        "dkek",
                        "ceremony",
                        custody(),
                        "--custodian=Ann",
                        "--custodian=Ben")
                .done();
        Path ann = password("ann", "ann's");
        Path ben = password("ben", "ben's");
        Bench bench = new Bench(folder, false);
        bench.on(A, "domain", "create", "--slot=0", "--dkek-shares=2").done();
        for (int i = 1; i <= 2; i++) {
            bench.on(
                            A,
                            "domain",
                            "import-share",
                            "--slot=0",
                            file("share-" + i + "-of-2.pbe"),
                            "--password-file=" + (i == 1 ? ann : ben))
                    .done();
        }
        String[] both = {
            "--share=" + file("share-1-of-2.pbe"),
            "--share=" + file("share-2-of-2.pbe"),
            "--share-password-file=" + ann,
            "--share-password-file=" + ben
        };
        Run checked =
                run(null, with(both, "dkek", "check", "--device", A, "--slot=0", "--record=" + file("record.json")));
        assertThat(checked.done().out())
                .contains("it is share-2-of-2.pbe of the record", "KCV of the record", "KCV of device " + A);

        Run reshared = run(
                        new Custodians(20),
                        with(
                                both,
                                "dkek",
                                "reshare",
                                folder.resolve("new").toString(),
                                "--threshold=2",
                                "--custodian=Cleo",
                                "--custodian=Dan",
                                "--custodian=Eve"))
                .done();
        assertThat(reshared.out()).contains("New shares for the DKEK with KCV", "2 of 3 custodians open");
        Run one = run(null, "dkek", "check", "--record=" + file("record.json"), both[0], both[2])
                .done();
        assertThat(one.out()).contains("1 of 2 shares");
        Run stranger = run(null, with(both, "dkek", "check", "--kcv=0011223344556677"));
        assertThat(stranger.status()).isEqualTo(1);
        assertThat(stranger.out()).contains("NOT the KCV of --kcv");
    }

    private static String[] with(String[] more, String... arguments) {
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(Arrays.asList(more));
        return all.toArray(String[]::new);
    }

    @Test
    void partsAreShownToTheirCustodianAloneAndOpenTheShare() throws Exception {
        Custodians custodians = new Custodians(20);

        Run held = run(
                        custodians,
                        "dkek",
                        "ceremony",
                        custody(),
                        "--threshold=2",
                        "--custodian=Ann",
                        "--custodian=Ben",
                        "--custodian=Cleo")
                .done();

        assertThat(custodians.events.subList(0, 5))
                .containsExactly(
                        "CLEAR",
                        "Custodian 1 of 3: Ann. All others leave the screen; press Enter. ",
                        "SHOWN",
                        "Note these three lines on your sheet; press Enter, and they are gone. ",
                        "CLEAR");
        for (String part : custodians.parts) {
            assertThat(held.out() + held.err())
                    .doesNotContain(part.lines().toList().get(2));
        }
        Path parts = password("parts", custodians.parts.get(2) + custodians.parts.get(0));
        assertThat(run(
                                null,
                                "dkek",
                                "check",
                                "--share=" + file("share.pbe"),
                                "--shares-file=" + parts,
                                "--record=" + file("record.json"))
                        .done()
                        .out())
                .contains("KCV of the record");
    }

    @Test
    void interruptedCeremonyIsContinued() {
        Run broken = run(
                        new Custodians(1, "ann's", "ann's"),
                        "dkek",
                        "ceremony",
                        custody(),
                        "--custodian=Ann",
                        "--custodian=Ben")
                .failed();
        assertThat(broken.err()).contains("--continue");

        run(new Custodians(10, "ann's", "ben's", "ben's"), "dkek", "ceremony", custody(), "--continue")
                .done();

        assertThat(run(null, "dkek", "verify", file("record.json")).done().out())
                .contains("share-1-of-2.pbe: as the record says.");
    }

    @Test
    void recordIsSignedByADeviceAndVerifiedWithoutIt() throws Exception {
        Bench bench = new Bench(folder, false);
        bench.on(A, "generate", "--label=auditor").done();
        run(
                        new Custodians(10, "ann's", "ann's"),
                        "dkek",
                        "ceremony",
                        custody(),
                        "--custodian=Ann",
                        "--sign=auditor",
                        "--device",
                        A,
                        "--pin-env=PIN")
                .done();

        assertThat(run(null, "dkek", "verify", file("record.json")).done().out())
                .containsPattern("signed with key \"auditor\" of device ZZSIM000001#[0-9a-f]{8}, which is genuine");
        Run untrusted = Run.of(Bench.ENVIRONMENT, "dkek", "verify", file("record.json"));
        assertThat(untrusted.status()).isEqualTo(1);
        assertThat(untrusted.out()).contains("nothing proves whose key made it");
        assertThat(reported(bench))
                .contains("of the ceremony is signed with the key &quot;auditor&quot; of device " + A);

        Path record = Path.of(file("record.json"));
        Files.writeString(record, Files.readString(record).replace("\"comment\" : \"\"", "\"comment\" : \"changed\""));
        Run changed = run(null, "dkek", "verify", file("record.json"));
        assertThat(changed.status()).isEqualTo(1);
        assertThat(changed.out()).contains("the signature does not fit the record");
        assertThat(reported(bench)).contains("The signature of the record of the ceremony does not fit it");

        Files.delete(Path.of(file("record.signature.json")));
        assertThat(run(null, "dkek", "verify", file("record.json")).done().out())
                .contains("Signature: none");
        Run demanded = run(null, "dkek", "verify", "--signed", file("record.json"));
        assertThat(demanded.status()).isEqualTo(1);
        assertThat(demanded.out()).contains("Signature: none");
    }

    /** The page of a report with the record, which is verified. */
    private String reported(Bench bench) throws IOException {
        Path report = folder.resolve("report.html");
        bench.on(
                        "",
                        "report",
                        "--custodians=" + file("record.json"),
                        "--sign-with=auditor",
                        "--out=" + report,
                        "--overwrite")
                .done();
        assertThat(bench.withoutPinOn("", "report", "verify", report.toString())
                        .done()
                        .out())
                .contains("The report holds.");
        return Files.readString(report);
    }

    @Test
    void changedShareFileIsFoundWithoutAPassword() throws Exception {
        run(new Custodians(10, "ann's", "ann's"), "dkek", "ceremony", custody(), "--custodian=Ann")
                .done();
        Path share = Path.of(file("share-1-of-1.pbe"));
        byte[] content = Files.readAllBytes(share);
        content[60] ^= 1;
        Files.write(share, content);

        Run verified = run(null, "dkek", "verify", file("record.json"), "--json");

        assertThat(verified.status()).isEqualTo(1);
        assertThat(verified.json()).containsEntry("good", false);
        assertThat(verified.json().get("files").toString()).contains("state=CHANGED");
    }

    @Test
    void withoutATerminalAllGetSealedFiles() throws Exception {
        Run refused =
                run(null, "dkek", "ceremony", custody(), "--custodian=Ann").failed();
        assertThat(refused.err()).contains("there is none", "--seal");
        assertThat(Path.of(custody())).doesNotExist();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(generator.generateKeyPair().getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        Path key = Files.writeString(folder.resolve("ann.pem"), pem);

        Run held = run(null, "dkek", "ceremony", custody(), "--custodian=Ann", "--seal=Ann=" + key, "--json")
                .done();

        Map<?, ?> record = (Map<?, ?>) held.json().get("record");
        assertThat(record.get("custodians").toString()).contains("sealedFile=custodian-1.p7m");
        assertThat(run(null, "dkek", "verify", file("record.json")).done().out())
                .contains("custodian-1.p7m: as the record says.");
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        assertThat(run(new Custodians(5), "dkek", "ceremony", custody())
                        .misused()
                        .err())
                .contains("--custodian");
        assertThat(run(new Custodians(5), "dkek", "ceremony", custody(), "--continue")
                        .failed()
                        .err())
                .contains("has no ceremony");
        assertThat(run(new Custodians(5), "dkek", "ceremony", custody(), "--continue", "--custodian=Ann")
                        .misused()
                        .err())
                .contains("leave --custodian");
        assertThat(run(new Custodians(5), "dkek", "ceremony", custody(), "--custodian=Ann", "--seal=Ben=x")
                        .misused()
                        .err())
                .contains("--seal Ben", "Ann");
    }
}
