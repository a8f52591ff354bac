// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.source;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.spi.TokenSource;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/** Makes {@code terminal = simulator:memory} and {@code terminal = simulator:<folder>} work. */
public final class SimulatorTokenSource implements TokenSource {
    private static final String MEMORY = "memory";

    /** For {@link java.util.ServiceLoader}. */
    public SimulatorTokenSource() {}

    @Override
    public String scheme() {
        return "simulator";
    }

    @Override
    public Opened open(String location, Host host) throws SchsmException {
        return open(location, host.devices());
    }

    /**
     * The same without a provider.
     *
     * @param deviceIds the devices that have to be there
     * @throws SchsmException if there is no such place, or somebody else is using it
     */
    public Opened open(String location, List<String> deviceIds) throws SchsmException {
        VirtualReaders readers =
                location.equals(MEMORY) ? VirtualReaders.memory() : VirtualReaders.folder(path(location));
        for (String id : deviceIds) {
            // What a key's fingerprint names is there or not, it cannot be made; nor can other makers' devices.
            if (id.indexOf('#') < 0 && readers.devices().stream().noneMatch(device -> device.isCertifiedAs(id))) {
                readers.device(id);
            }
        }
        if (readers.devices().isEmpty()) {
            readers.device(VirtualReaders.DEFAULT_DEVICE);
        }
        return new Terminals(readers.terminals(), false, readers::close);
    }

    private static Path path(String location) throws ConfigurationException {
        try {
            return Path.of(location);
        } catch (InvalidPathException noPath) {
            throw new ConfigurationException(
                    "terminal = simulator:" + location + " is no folder: " + noPath.getReason()
                            + "; use simulator:memory or simulator:FOLDER",
                    noPath);
        }
    }
}
