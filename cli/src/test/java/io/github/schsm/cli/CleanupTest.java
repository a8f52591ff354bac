package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.report.Status;
import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.Quirk;
import io.github.schsm.simulator.SimulatorRack;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations of several keys, what they leave when they break, and devices that share an id. */
class CleanupTest {
    @TempDir
    private Path folder;

    private Rack members(boolean json) {
        Rack rack = new Rack(folder, json);
        rack.on(Rack.A, "group-signer", "create", "--label", "signer").done();
        for (String device : new String[] {Rack.A, Rack.B}) {
            rack.on(device, "device-id", "export", "--out", rack.file(device + ".cvc"))
                    .done();
            rack.on(
                            Rack.A,
                            "kdm",
                            "issue",
                            "--signer",
                            "signer",
                            "--id",
                            rack.file(device + ".cvc"),
                            "--out",
                            rack.file(device + ".kdm"),
                            "--yes")
                    .done();
            rack.on(device, "domain", "create", "--slot", "0", "--kdm", rack.file(device + ".kdm"), "--yes")
                    .done();
        }
        return rack;
    }

    private static Run migrate(Rack rack, String... labels) {
        String[] arguments = new String[5 + 2 * labels.length];
        arguments[0] = "migrate";
        arguments[1] = "--from";
        arguments[2] = Rack.A;
        arguments[3] = "--to";
        arguments[4] = Rack.B;
        for (int i = 0; i < labels.length; i++) {
            arguments[5 + 2 * i] = "--label";
            arguments[6 + 2 * i] = labels[i];
        }
        return rack.on("", arguments);
    }

    @Test
    void eachKeysResultIsTold() {
        Rack rack = members(false);
        for (String label : new String[] {"one", "two"}) {
            rack.on(Rack.A, "generate", "--label", label, "--slot", "0", "--allow", "ECDSA,WRAP")
                    .done();
        }
        rack.on(Rack.A, "generate", "--label", "at home").done();

        Run run = migrate(rack, "one", "missing", "at home", "two");

        assertThat(run.status()).isEqualTo(Status.FAILED);
        assertThat(run.out().lines()).hasSize(4);
        assertThat(run.out())
                .contains("Key \"one\" of device ZZSIM000001 is now on device ZZSIM000002")
                .contains("Key \"missing\" was NOT moved: no key \"missing\"")
                .contains("Key \"at home\" was NOT moved: ")
                .contains("Key \"two\" of device ZZSIM000001 is now on device ZZSIM000002");
        Rack json = new Rack(folder, true);
        Run again = migrate(json, "one", "missing");
        assertThat(again.status()).isEqualTo(Status.FAILED);
        assertThat(again.out()).contains("\"wasThere\"", "\"error\"", "InvalidRequestException", "\"leftBehind\"");
        assertThat(migrate(json, "one", "two").done().out()).doesNotContain("InvalidRequest");
    }

    @Test
    void whatABrokenMigrationLeftIsShownAndRemoved() throws Exception {
        Rack rack = members(false);
        rack.on(Rack.A, "generate", "--label", "one", "--slot", "0", "--allow", "ECDSA,WRAP")
                .done();
        SimulatorRack devices = SimulatorRack.folder(folder.resolve("state"));
        devices.device(Rack.B).faults().add(1, Faults.instruction(0x74), Fault.removalAfter());
        Run broken = migrate(rack, "one");
        assertThat(broken.status()).isEqualTo(Status.FAILED);
        assertThat(broken.out())
                .contains("was NOT moved", "Left behind: the KEK in key domain 0 of device ZZSIM000002");
        devices.device(Rack.B).insert();

        String shown = rack.on(Rack.B, "cleanup", "--dry-run").done().out();
        assertThat(shown).contains("exchange key", "EC key", "without a description", "--include CC");
        assertThat(rack.on(Rack.B, "cleanup", "--dry-run").done().out()).isEqualTo(shown);
        rack.on(Rack.B, "cleanup").failed();
        assertThat(rack.on(Rack.B, "cleanup", "--yes").done().out()).contains("yes");
        assertThat(rack.on(Rack.B, "cleanup", "--yes", "--include", "CCFF")
                        .failed()
                        .err())
                .contains("CCFF");
        String left = rack.on(Rack.B, "cleanup", "--yes").done().out();
        assertThat(left).contains("without a description").doesNotContain("exchange");
        rack.on(Rack.B, "cleanup", "--yes", "--include", "all").done();
        assertThat(rack.on(Rack.B, "cleanup", "--yes").done().out()).contains("Nothing is left over");
        assertThat(new Rack(folder, true)
                        .on(Rack.B, "cleanup", "--dry-run")
                        .done()
                        .out())
                .contains("\"leftovers\"");
        migrate(rack, "one").done();
    }

    @Test
    void devicesOfOneIdAreToldApart() throws Exception {
        SimulatorRack devices = SimulatorRack.folder(
                folder.resolve("state"), DeviceProfile.smartCardHsm4k().with(Quirk.SHARED_DEVICE_ID));
        devices.device(Rack.A);
        devices.device(Rack.B);
        Rack rack = new Rack(folder, false);

        String listed = rack.on("", "devices").done().out();
        java.util.List<String> names = java.util.regex.Pattern.compile("ESPICOHSMTR#[0-9a-f]{8}")
                .matcher(listed)
                .results()
                .map(java.util.regex.MatchResult::group)
                .distinct()
                .toList();
        assertThat(names).hasSize(2);
        assertThat(new Rack(folder, true).on("", "devices").done().out()).contains("keyFingerprint", names.get(0));
        assertThat(rack.on("ESPICOHSMTR", "generate", "--label", "k").failed().err())
                .contains("several", names.get(0), names.get(1), "device = ");
        assertThat(rack.on("", "generate", "--label", "k").failed().err())
                .contains("several", names.get(0), names.get(1), "--device, or with --reader");
        rack.on(names.get(0), "generate", "--label", "k").done();
        assertThat(rack.on(names.get(0), "keys").done().out()).contains("k ");
        assertThat(rack.on(names.get(1), "keys").done().out()).contains("no keys");
        rack.on(names.get(0), "delete", "--label", "k", "--yes").done();
    }
}
