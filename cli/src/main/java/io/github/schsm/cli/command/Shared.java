// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.cli.io.Io;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.SchsmProvider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the commands of one process share: the providers, because logins belong to them, and which devices registered
 * keys have opened, because that ends with the process.
 */
public final class Shared {
    private final Runner runner;
    private final Map<String, SchsmProvider> providers = new HashMap<>();
    private final Set<String> opened = new HashSet<>();

    /** Runs a command line in this process. */
    public interface Runner {
        /** Returns the exit status. */
        int run(Io io, Shared shared, String... arguments);
    }

    public Shared(Runner runner) {
        this.runner = runner;
    }

    int run(Io io, String... arguments) {
        return runner.run(io, this, arguments);
    }

    /** The provider with this configuration. */
    SchsmProvider provider(SchsmConfiguration settings) {
        return providers.computeIfAbsent(settings.text(), text -> (SchsmProvider) new SchsmProvider().configure(text));
    }

    /** Registered keys have authenticated to the device, and no PIN is needed in addition. */
    public void opened(String deviceId) {
        opened.add(deviceId);
    }

    boolean isOpened(String deviceId) {
        return opened.contains(deviceId);
    }
}
