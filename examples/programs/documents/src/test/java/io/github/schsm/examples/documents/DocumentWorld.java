// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.documents;

import io.github.schsm.examples.support.DeviceWorld;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A new device for each test, and the provider registered: what libraries for documents begin with. */
abstract class DocumentWorld {
    @TempDir
    private Path folder;

    DeviceWorld world;

    @BeforeEach
    final void makeDevice() throws Exception {
        world = DeviceWorld.in(folder).register();
    }

    @AfterEach
    final void close() throws Exception {
        world.close();
    }
}
