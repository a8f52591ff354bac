package io.github.schsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.ApduRecorder;
import io.github.schsm.simulator.DeviceProfile;
import java.util.List;

/** What the same operations take with every command protected: the last column of docs/costs.md. */
class CostsOverSecureChannelTest extends CostsTest {
    @Override
    SimulatorBench newBench() throws Exception {
        return new SimulatorBench(DeviceProfile.smartCardHsm4k(), "; channel = secure");
    }

    /** 87 with padding indicator and whole blocks, 97, 8E. */
    @Override
    int dataOnTheWire(int data) {
        return 2 + 1 + (data / 16 + 1) * 16 + 3 + 10;
    }

    @Override
    void assertCost(String operation, List<ApduRecorder.Exchange> exchanges) throws Exception {
        assertThat(exchanges)
                .as("%s: the number over the secure channel", operation)
                .hasSize(Integer.parseInt(row(operation).group(4)));
    }
}
