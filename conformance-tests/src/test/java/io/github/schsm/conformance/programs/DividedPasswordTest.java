// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.dkek.Ceremony;
import io.github.schsm.admin.dkek.CeremonyRecord;
import io.github.schsm.admin.dkek.CustodianSeal;
import io.github.schsm.card.dkek.DkekPasswordShare;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.conformance.bench.PcscBench;
import io.github.schsm.conformance.bench.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords of share files that are divided among custodians: sc-hsm-tool takes our parts, and we take its. */
@Tag("pcsc")
@Tag("once")
class DividedPasswordTest {
    @TempDir
    private Path folder;

    /** All custodians get sealed files, which openssl opens. */
    private static final class Nobody implements Ceremony.Participants {
        @Override
        public void turn(String custodian, int number, int total) {
            throw new IllegalStateException(custodian + " was called");
        }

        @Override
        public void left(String custodian) {
            throw new IllegalStateException(custodian + " was called");
        }

        @Override
        public char[] newPassword(String custodian, String shareFile) {
            throw new IllegalStateException(custodian + " was asked");
        }

        @Override
        public char[] password(String custodian, String shareFile) {
            throw new IllegalStateException(custodian + " was asked");
        }

        @Override
        public void note(String custodian, char[] lines) {
            throw new IllegalStateException(custodian + " was shown something");
        }

        @Override
        public @Nullable DkekPasswordShare noted(String custodian, boolean checking) {
            throw new IllegalStateException(custodian + " was asked");
        }

        @Override
        public void tell(String message) {
            throw new IllegalStateException(message);
        }
    }

    private Program.Result shell(String script) throws Exception {
        return Program.run(List.of("/bin/sh", "-c", "set -e\ncd " + folder + "\n" + script), Map.of());
    }

    /** Two custodians of a ceremony, one with a certificate and one with a public key, open their files by openssl. */
    @Test
    void partsOfOurCeremonyOpenTheShareForScHsmTool() throws Exception {
        shell("""
                        openssl req -x509 -newkey rsa:2048 -nodes -keyout ann.key -subj /CN=Ann -days 30 -out ann.pem
                        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ben.key -subj /CN=Ben \\
                            -days 30 -out ben.pem
                        """).succeeded();
        CustodianSeal ann = CustodianSeal.parse("ann.pem", Files.readAllBytes(folder.resolve("ann.pem")));
        CustodianSeal ben = CustodianSeal.parse("ben.pem", Files.readAllBytes(folder.resolve("ben.pem")));
        Ceremony.Plan plan = new Ceremony.Plan(
                List.of(
                        new Ceremony.Person("Ann", ann),
                        new Ceremony.Person("Ben", ben),
                        new Ceremony.Person("Cleo", ann)),
                OptionalInt.of(2),
                "");
        CeremonyRecord record =
                Ceremony.begin(folder.resolve("custody"), plan, null).run(new Nobody());

        String first = shell(
                        "openssl cms -decrypt -inform DER -in custody/custodian-1.p7m -inkey ann.key -recip ann.pem")
                .succeeded()
                .output();
        String second = shell(
                        "openssl cms -decrypt -inform DER -in custody/custodian-2.p7m -inkey ben.key -recip ben.pem")
                .succeeded()
                .output();
        List<String> ours = values(first);
        List<String> others = values(second);
        // The empty lines are for "Press <enter> to enter share 1 of 2".
        List<String> typed = List.of(ours.get(0), "", ours.get(1), ours.get(2), "", others.get(1), others.get(2));
        Files.write(folder.resolve("typed"), typed);
        try (PcscBench bench = new PcscBench("pcsc")) {
            assertThat(bench.source()).isNotNull();
            OpenSc theirs = new OpenSc(0);
            theirs.scHsmTool("--initialize", "--so-pin", OpenSc.SO_PIN, "--pin", OpenSc.PIN, "--dkek-shares", "1")
                    .succeeded();
            shell("sc-hsm-tool --reader 0 --import-dkek-share custody/share.pbe --pwd-shares-total 2 < typed")
                    .succeeded();
            theirs.scHsmTool().succeeded().says("DKEK key check value : " + record.kcv());
        }
    }

    /** Prime, id and value, without what stands before them. */
    private static List<String> values(String part) {
        return part.lines().map(line -> line.replaceAll("^[^:]*: ", "")).toList();
    }

    @Test
    void partsOfScHsmToolOpenItsShareForUs() throws Exception {
        try (PcscBench bench = new PcscBench("pcsc")) {
            assertThat(bench.source()).isNotNull();
            String shown = shell(
                            "yes '' | sc-hsm-tool --reader 0 --create-dkek-share theirs.pbe --pwd-shares-threshold 2"
                                    + " --pwd-shares-total 3")
                    .succeeded()
                    .output();

            List<DkekPasswordShare> parts = DkekPasswordShare.parse(shown.toCharArray());

            assertThat(parts).hasSize(3);
            byte[] file = Files.readAllBytes(folder.resolve("theirs.pbe"));
            assertThat(DkekShareFile.decrypt(file, parts.subList(1, 3))).hasSize(DkekShareFile.SHARE_LENGTH);
        }
    }
}
