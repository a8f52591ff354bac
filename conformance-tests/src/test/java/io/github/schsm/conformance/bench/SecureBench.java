// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.simulator.profile.DeviceProfile;

/**
 * Devices that are spoken to over a secure channel, and a look at the wire when all is done: nothing was said in plain but
 * what makes the channel.
 */
final class SecureBench extends SimulatorBench {
    SecureBench() throws Exception {
        this(DeviceProfile.smartCardHsm4k());
    }

    SecureBench(DeviceProfile profile) throws Exception {
        super(profile, "; channel = secure");
        source().recorder().start();
        target().recorder().start();
    }

    @Override
    public void close() {
        super.close();
        SecureWire.assertAllProtected(source().recorder().exchanges());
        SecureWire.assertAllProtected(target().recorder().exchanges());
    }
}
