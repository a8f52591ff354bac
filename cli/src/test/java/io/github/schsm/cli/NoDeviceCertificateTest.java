// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device whose certificate file is empty, as some open firmware's is before its first initialization. */
class NoDeviceCertificateTest {
    private static final String NONE = "no device certificate yet";

    @TempDir
    Path folder;

    private Bench bench;

    @BeforeEach
    void device() throws Exception {
        bench = new Bench(folder, false);
        try (VirtualReaders made = VirtualReaders.folder(
                folder.resolve("state"), DeviceProfile.smartCardHsm4k().with(Quirk.NO_DEVICE_CERTIFICATE))) {
            made.blankDevice("ZZSIM000001");
        }
    }

    @Test
    void itIsShownInitializedAndUsed() {
        assertThat(bench.withoutPinOn("", "devices", "--reader=.*").done().out())
                .contains(NONE, "untrusted", "2F02", "initialize it", "not initialized");
        bench.withoutPinOn(
                        "",
                        "initialize",
                        "--yes",
                        "--reader=.*",
                        "--key-domains=1",
                        "--so-pin-env=SO_PIN",
                        "--new-pin-env=PIN")
                .done();
        bench.on("", "generate", "--reader=.*", "--label=k").done();
        assertThat(bench.on("", "keys", "--reader=.*").done().out()).contains("k");
        assertThat(bench.on("", "attest", "--reader=.*").failed().err()).contains(NONE, "2F02");
        assertThat(bench.on("", "device-id", "export", "--reader=.*", "--out=" + bench.file("id"))
                        .failed()
                        .err())
                .contains(NONE);
        assertThat(folder.resolve("id")).doesNotExist();
        bench.on("", "delete", "--reader=.*", "--yes", "--label=k").done();
    }
}
