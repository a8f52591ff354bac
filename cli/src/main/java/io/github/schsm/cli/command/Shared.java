// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.cli.console.TypedPins;
import io.github.schsm.cli.io.Io;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.SchsmProvider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one process share: the providers, because logins belong to them, which devices registered keys
 * have opened, because that ends with the process, and in a shell or script the PINs that were typed.
 */
public final class Shared {
    private final Runner runner;
    private final @Nullable TypedPins typedPins;
    private final Map<String, SchsmProvider> providers = new HashMap<>();
    private final Set<String> opened = new HashSet<>();

    /** Runs a command line in this process. */
    public interface Runner {
        /** Returns the exit status. */
        int run(Io io, Shared shared, String... arguments);
    }

    public Shared(Runner runner) {
        this(runner, null);
    }

    private Shared(Runner runner, @Nullable TypedPins typedPins) {
        this.runner = runner;
        this.typedPins = typedPins;
    }

    /** For the lines of a shell or script, which also share the PINs that are typed. */
    public Shared forSession() {
        return new Shared(runner, new TypedPins());
    }

    /** Whether commands are lines of a shell or script. */
    public boolean isSession() {
        return typedPins != null;
    }

    /** Where a session keeps PINs; null if there is none. */
    @Nullable
    TypedPins typedPins() {
        return typedPins;
    }

    /** Logs out on every device, and forgets PINs and what registered keys have opened. Returns whether any was used. */
    public boolean logOut() {
        boolean any = typedPins != null && typedPins.forgetAll();
        any |= !opened.isEmpty() || !providers.isEmpty();
        opened.clear();
        providers.values().forEach(SchsmProvider::close);
        providers.clear();
        return any;
    }

    public int run(Io io, String... arguments) {
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
