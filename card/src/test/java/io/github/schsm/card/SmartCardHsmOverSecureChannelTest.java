// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.simulator.profile.DeviceProfile;
import org.junit.jupiter.api.Tag;

/** The same with every command protected. */
@Tag("repeated")
class SmartCardHsmOverSecureChannelTest extends SmartCardHsmTest {
    @Override
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile, SecureChannelMode.SECURE);
    }

    @Override
    int bytesInACommand() {
        return 1199;
    }
}
