// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import io.github.schsm.conformance.bench.OwnClassLoader;
import io.github.schsm.conformance.bench.PcscBench;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** As {@link OwnClassLoader} has it, with the PC/SC library and JNA, which keep things of their own. */
@Tag("pcsc")
@Timeout(600)
class PcscClosedProviderTest {
    @RepeatedTest(4)
    void itsClassLoaderIsCollectedAfterRealReaders() throws Exception {
        PcscBench bench = new PcscBench("pcsc");
        try {
            OwnClassLoader.assertIsCollected(bench.source().configuration());
        } finally {
            bench.close();
        }
    }
}
