// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.PcscBench;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device behind OpenSC's module on another computer: both ends of p11-kit's remoting are on this one. */
@Tag("pcsc")
class RemoteDeviceTest {
    @TempDir
    private Path folder;

    @Test
    void deviceIsUsedThroughARemoteServerThatIsKilledAndRestarted() throws Exception {
        Jdk jdk = new Jdk(Path.of(System.getProperty("java.home")));
        try (PcscBench bench = new PcscBench("pcsc")) {
            RemoteTokenTest.use(
                            jdk,
                            folder,
                            Libraries.find(Libraries.OPEN_SC),
                            bench.source().reader().device().id(),
                            Map.of())
                    .says(RemoteToken.LISTED + " [far-ec, far-rsa]", RemoteToken.DELETED + " []");
        }
    }
}
