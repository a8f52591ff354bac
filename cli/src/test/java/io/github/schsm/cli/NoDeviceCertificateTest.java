package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.Quirk;
import io.github.schsm.simulator.SimulatorRack;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device whose certificate file is empty, as some open firmware's is before its first initialization. */
class NoDeviceCertificateTest {
    private static final String NONE = "no device certificate yet";

    @TempDir
    Path folder;

    private Rack rack;

    @BeforeEach
    void device() throws Exception {
        rack = new Rack(folder, false);
        try (SimulatorRack made = SimulatorRack.folder(
                folder.resolve("state"), DeviceProfile.smartCardHsm4k().with(Quirk.NO_DEVICE_CERTIFICATE))) {
            made.blankDevice("ZZSIM000001");
        }
    }

    @Test
    void itIsShownInitializedAndUsed() {
        assertThat(rack.withoutPinOn("", "devices", "--reader=.*").done().out())
                .contains(NONE, "untrusted", "2F02", "initialize it", "not initialized");
        rack.withoutPinOn(
                        "",
                        "initialize",
                        "--yes",
                        "--reader=.*",
                        "--key-domains=1",
                        "--so-pin-env=SO_PIN",
                        "--new-pin-env=PIN")
                .done();
        rack.on("", "generate", "--reader=.*", "--label=k").done();
        assertThat(rack.on("", "keys", "--reader=.*").done().out()).contains("k");
        assertThat(rack.on("", "attest", "--reader=.*").failed().err()).contains(NONE, "2F02");
        assertThat(rack.on("", "device-id", "export", "--reader=.*", "--out=" + rack.file("id"))
                        .failed()
                        .err())
                .contains(NONE);
        assertThat(folder.resolve("id")).doesNotExist();
        rack.on("", "delete", "--reader=.*", "--yes", "--label=k").done();
    }
}
