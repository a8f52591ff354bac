// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.MalformedDataException;
import java.io.IOException;

/** Where a device's state outlives a command: in memory, or in a file. */
public interface StateKeeper {
    /**
     * Keeps the state; when this returns, it is kept.
     *
     * @throws IOException if it is not kept; then the state kept before still is
     */
    void keep(DeviceState state) throws IOException;

    /** The state that was kept last. */
    DeviceState kept() throws IOException, MalformedDataException;

    /** Keeps the state in memory. */
    static StateKeeper inMemory(DeviceState first) {
        return new StateKeeper() {
            private byte[] kept = StateCodec.encode(first);

            @Override
            public void keep(DeviceState state) {
                kept = StateCodec.encode(state);
            }

            @Override
            public DeviceState kept() throws MalformedDataException {
                return StateCodec.decode(kept);
            }
        };
    }
}
