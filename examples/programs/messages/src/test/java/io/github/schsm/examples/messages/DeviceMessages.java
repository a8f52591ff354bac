// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.messages;

import io.github.schsm.examples.support.DeviceKeys;
import io.github.schsm.examples.support.DeviceWorld;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Provider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A device whose provider is registered at the end of the list, with a key of each kind that a test asks for. */
abstract class DeviceMessages {
    static final byte[] TEXT = "hello\n".getBytes(StandardCharsets.UTF_8);

    static Path folder;
    static DeviceWorld world;
    static DeviceKeys keys;
    static Provider provider;

    @BeforeAll
    static void open(@TempDir Path created) throws Exception {
        folder = created;
        keys = DeviceKeys.register(folder);
        world = keys.world();
        provider = world.provider();
    }

    @AfterAll
    static void close() throws Exception {
        world.close();
    }
}
