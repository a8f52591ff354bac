// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import io.github.schsm.SchsmException;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.spi.TokenSource;

/**
 * Makes {@code terminal = nullcard:x} work: a card that needs no time to sign. {@code nullcard:memory} has the devices of
 * {@code simulator:memory}, where keys and domains can be made before.
 */
public final class NullCardSource implements TokenSource {
    /** For {@link java.util.ServiceLoader}. */
    public NullCardSource() {}

    @Override
    public String scheme() {
        return "nullcard";
    }

    @Override
    public Opened open(String location, Host host) throws SchsmException {
        VirtualReaders readers = location.equals("memory")
                ? VirtualReaders.memory()
                : VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device(VirtualReaders.DEFAULT_DEVICE);
        return new Terminals(new HookedTerminals(readers.terminals(), new NullCard()));
    }
}
