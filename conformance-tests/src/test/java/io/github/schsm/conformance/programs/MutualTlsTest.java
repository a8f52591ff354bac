// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** With simulated devices in this process. */
@Tag("jdk")
class MutualTlsTest extends MutualTlsConformance {
    @TempDir
    private static Path folder;

    @Override
    String configuration(int number) {
        return "terminal = simulator:" + folder.resolve("readers-" + number);
    }
}
