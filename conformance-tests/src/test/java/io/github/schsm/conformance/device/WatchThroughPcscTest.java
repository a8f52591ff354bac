// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.inventory.DeviceWatch;
import io.github.schsm.admin.inventory.DeviceWatch.Event;
import io.github.schsm.admin.inventory.DeviceWatch.Kind;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A device comes to a reader of the PC/SC service, and leaves it. */
@Tag("pcsc")
class WatchThroughPcscTest {
    private static final String ID = "ZZSIM350001";
    private static final long LONGEST_NANOS = 60_000_000_000L;

    @Test
    void aDeviceIsSeenToComeAndGo() throws Exception {
        try (SchsmProvider provider =
                (SchsmProvider) new SchsmProvider().configure("terminal = pcsc; trust = production, simulator")) {
            DeviceWatch watch = DeviceWatch.of(provider);
            assertThat(watch.look())
                    .allMatch(Event::initial)
                    .extracting(Event::device)
                    .doesNotContain(ID);

            VirtualReader reader = VirtualReader.plug(
                    0, VirtualReaders.create(DeviceProfile.smartCardHsm4k()).device(ID));
            Event came;
            try {
                came = await(watch, Kind.DEVICE_CAME);
            } finally {
                reader.close();
            }
            Event left = await(watch, Kind.DEVICE_LEFT);

            assertThat(came.device()).isEqualTo(ID);
            assertThat(left.device()).isEqualTo(ID);
            assertThat(left.reader()).isEqualTo(came.reader());
            assertThat(came.initial()).isFalse();
        }
    }

    private static Event await(DeviceWatch watch, Kind kind) throws Exception {
        long end = System.nanoTime() + LONGEST_NANOS;
        while (System.nanoTime() < end) {
            for (Event event : watch.look()) {
                if (event.kind() == kind && ID.equals(event.device())) {
                    return event;
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no " + kind);
    }
}
