package io.github.schsm.card;

import io.github.schsm.card.channel.Channel;
import io.github.schsm.simulator.DeviceProfile;

/** The same with every command protected. */
class SmartCardHsmOverSecureChannelTest extends SmartCardHsmTest {
    @Override
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile, Channel.SECURE);
    }

    @Override
    int bytesInACommand() {
        return 1199;
    }
}
