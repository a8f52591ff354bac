// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations of several keys, what they leave when they break, and devices that share an id. */
class CleanupTest {
    @TempDir
    private Path folder;

    private Bench members(boolean json) {
        Bench bench = new Bench(folder, json);
        bench.on(Bench.A, "group-signer", "create", "--label", "signer").done();
        for (String device : new String[] {Bench.A, Bench.B}) {
            bench.on(device, "device-id", "export", "--out", bench.file(device + ".cvc"))
                    .done();
            bench.on(
                            Bench.A,
                            "kdm",
                            "issue",
                            "--signer",
                            "signer",
                            "--id",
                            bench.file(device + ".cvc"),
                            "--out",
                            bench.file(device + ".kdm"),
                            "--yes")
                    .done();
            bench.on(device, "domain", "create", "--slot", "0", "--kdm", bench.file(device + ".kdm"), "--yes")
                    .done();
        }
        return bench;
    }

    private static Run migrate(Bench bench, String... labels) {
        String[] arguments = new String[5 + 2 * labels.length];
        arguments[0] = "migrate";
        arguments[1] = "--from";
        arguments[2] = Bench.A;
        arguments[3] = "--to";
        arguments[4] = Bench.B;
        for (int i = 0; i < labels.length; i++) {
            arguments[5 + 2 * i] = "--label";
            arguments[6 + 2 * i] = labels[i];
        }
        return bench.on("", arguments);
    }

    @Test
    void eachKeysResultIsTold() {
        Bench bench = members(false);
        for (String label : new String[] {"one", "two"}) {
            bench.on(Bench.A, "generate", "--label", label, "--slot", "0", "--allow", "ECDSA,WRAP")
                    .done();
        }
        bench.on(Bench.A, "generate", "--label", "at home").done();

        Run run = migrate(bench, "one", "missing", "at home", "two");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.out().lines()).hasSize(4);
        assertThat(run.out())
                .contains("Key \"one\" of device ZZSIM000001 is now on device ZZSIM000002")
                .contains("Key \"missing\" was NOT moved: no key \"missing\"")
                .contains("Key \"at home\" was NOT moved: ")
                .contains("Key \"two\" of device ZZSIM000001 is now on device ZZSIM000002");
        Bench json = new Bench(folder, true);
        Run again = migrate(json, "one", "missing");
        assertThat(again.status()).isEqualTo(Status.FAILED);
        assertThat(again.out()).contains("\"wasThere\"", "\"error\"", "InvalidRequestException", "\"leftBehind\"");
        assertThat(migrate(json, "one", "two").done().out()).doesNotContain("InvalidRequest");
    }

    @Test
    void allKeysThatCanMove() {
        Bench bench = members(false);
        for (String label : new String[] {"one", "two"}) {
            bench.on(Bench.A, "generate", "--label", label, "--slot", "0", "--allow", "ECDSA,WRAP")
                    .done();
        }
        migrate(bench, "one").done();

        Run planned = bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all", "--dry-run");

        assertThat(planned.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(planned.out().lines())
                .hasSize(3)
                .contains(
                        "Key \"two\" would be copied from device ZZSIM000001 to device ZZSIM000002.",
                        "Key \"one\" is on device ZZSIM000002 already.")
                .anyMatch(line -> line.startsWith("Key \"signer\" cannot move: ") && line.contains("no key domain"));
        assertThat(bench.on(Bench.B, "keys").done().out()).doesNotContain("two");
        Bench json = new Bench(folder, true);
        Run plan = json.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all", "--dry-run");
        assertThat(plan.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(plan.out())
                .contains("\"moves\"", "\"present\"", "\"impossible\"", "\"obstacle\"", "NO_DOMAIN", "\"reason\"");
        assertThat(json.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--label", "two", "--dry-run")
                        .done()
                        .out())
                .doesNotContain("NO_DOMAIN");

        Run moved = bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all");

        assertThat(moved.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(moved.out().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("Key \"two\" of device ZZSIM000001 is now on device ZZSIM000002"))
                .contains("Key \"one\" was on device ZZSIM000002 already.")
                .anyMatch(line -> line.startsWith("Key \"signer\" cannot move: "));
        assertThat(bench.on(Bench.B, "keys").done().out()).contains("one ", "two ");
        Run again = json.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all");
        assertThat(again.status()).isEqualTo(Status.INCOMPLETE);
        assertThat(again.out()).contains("WAS_THERE", "IMPOSSIBLE").doesNotContain("MOVED", "FAILED");
        bench.on(Bench.A, "delete", "--label", "signer", "--yes").done();
        bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all").done();
        bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all", "--dry-run")
                .done();
    }

    @Test
    void whichKeysHasToBeSaid() {
        Bench bench = members(false);

        assertThat(bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B).status())
                .isEqualTo(Status.USAGE);
        assertThat(bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all", "--label", "one")
                        .status())
                .isEqualTo(Status.USAGE);
    }

    @Test
    void aKeyThatFailsIsAFailure() throws Exception {
        Bench bench = members(false);
        for (String label : new String[] {"one", "two"}) {
            bench.on(Bench.A, "generate", "--label", label, "--slot", "0", "--allow", "ECDSA,WRAP")
                    .done();
        }
        VirtualReaders devices = VirtualReaders.folder(folder.resolve("state"));
        devices.device(Bench.B).faults().add(1, Faults.instruction(0x74), Fault.status(0x6400));

        Run moved = bench.on("", "migrate", "--from", Bench.A, "--to", Bench.B, "--all");

        assertThat(moved.status()).isEqualTo(Status.FAILED);
        assertThat(moved.out())
                .contains("Key \"one\" was NOT moved: ", "Key \"two\" of device ZZSIM000001 is now on")
                .contains("6400");
    }

    @Test
    void whatABrokenMigrationLeftIsShownAndRemoved() throws Exception {
        Bench bench = members(false);
        bench.on(Bench.A, "generate", "--label", "one", "--slot", "0", "--allow", "ECDSA,WRAP")
                .done();
        VirtualReaders devices = VirtualReaders.folder(folder.resolve("state"));
        devices.device(Bench.B).faults().add(1, Faults.instruction(0x74), Fault.removalAfter());
        Run broken = migrate(bench, "one");
        assertThat(broken.status()).isEqualTo(Status.FAILED);
        assertThat(broken.out())
                .contains("was NOT moved", "Left behind: the KEK in key domain 0 of device ZZSIM000002");
        devices.device(Bench.B).insert();

        String shown = bench.on(Bench.B, "cleanup", "--dry-run").done().out();
        assertThat(shown).contains("exchange key", "EC key", "without a description", "--include CC");
        assertThat(bench.on(Bench.B, "cleanup", "--dry-run").done().out()).isEqualTo(shown);
        bench.on(Bench.B, "cleanup").failed();
        assertThat(bench.on(Bench.B, "cleanup", "--yes").done().out()).contains("yes");
        assertThat(bench.on(Bench.B, "cleanup", "--yes", "--include", "CCFF")
                        .failed()
                        .err())
                .contains("CCFF");
        String left = bench.on(Bench.B, "cleanup", "--yes").done().out();
        assertThat(left).contains("without a description").doesNotContain("exchange");
        bench.on(Bench.B, "cleanup", "--yes", "--include", "all").done();
        assertThat(bench.on(Bench.B, "cleanup", "--yes").done().out()).contains("Nothing is left over");
        assertThat(new Bench(folder, true)
                        .on(Bench.B, "cleanup", "--dry-run")
                        .done()
                        .out())
                .contains("\"leftovers\"");
        migrate(bench, "one").done();
    }

    @Test
    void devicesOfOneIdAreToldApart() throws Exception {
        VirtualReaders devices = VirtualReaders.folder(
                folder.resolve("state"), DeviceProfile.smartCardHsm4k().with(Quirk.SHARED_DEVICE_ID));
        devices.device(Bench.A);
        devices.device(Bench.B);
        Bench bench = new Bench(folder, false);

        String listed = bench.on("", "devices").done().out();
        java.util.List<String> names = java.util.regex.Pattern.compile("ESPICOHSMTR#[0-9a-f]{8}")
                .matcher(listed)
                .results()
                .map(java.util.regex.MatchResult::group)
                .distinct()
                .toList();
        assertThat(names).hasSize(2);
        assertThat(new Bench(folder, true).on("", "devices").done().out()).contains("keyFingerprint", names.get(0));
        assertThat(bench.on("ESPICOHSMTR", "generate", "--label", "k").failed().err())
                .contains("several", names.get(0), names.get(1), "device = ");
        assertThat(bench.on("", "generate", "--label", "k").failed().err())
                .contains("several", names.get(0), names.get(1), "--device, or with --reader");
        bench.on(names.get(0), "generate", "--label", "k").done();
        assertThat(bench.on(names.get(0), "keys").done().out()).contains("k ");
        assertThat(bench.on(names.get(1), "keys").done().out()).contains("no keys");
        bench.on(names.get(0), "delete", "--label", "k", "--yes").done();
    }
}
