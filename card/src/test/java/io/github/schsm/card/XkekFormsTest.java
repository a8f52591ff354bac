// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceException;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.simulator.Fault;
import io.github.schsm.simulator.Faults;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Which form of the group signer's request a device wants is not published: the second is tried once. */
class XkekFormsTest {
    private final XkekTest howTo = new XkekTest();

    private KeyDomain.Status joinAlone(CardDevice device) throws SchsmException {
        return howTo.join(
                device, howTo.kdm(device, howTo.generate(device, XkekTest.GROUP_SIGNER, KeyAttributes.NONE), device));
    }

    @Test
    void creates_the_domain_on_a_device_that_wants_the_group_signers_whole_request() throws Exception {
        for (int refusal : new int[] {0x6A80, 0x6700, 0x6985}) {
            Simulation simulation =
                    new Simulation(DeviceProfile.smartCardHsm4k().with(Quirk.XKEK_WANTS_WHOLE_REQUEST));
            CardDevice device = simulation.device(1);
            byte[] kdm = howTo.kdm(device, howTo.generate(device, XkekTest.GROUP_SIGNER, KeyAttributes.NONE), device);
            simulation.simulated(1).faults().add(1, createsXkek(), Fault.status(refusal));
            simulation.simulated(1).recorder().start();
            assertThat(howTo.join(device, kdm).isXkek()).isTrue();
            assertThat(creations(simulation)).as("%04X", refusal).isEqualTo(2);
        }
    }

    private static Predicate<byte[]> createsXkek() {
        return Faults.command(0x80, 0x52, 0x02, -1).or(Faults.command(0x8C, 0x52, 0x02, -1));
    }

    private static int creations(Simulation simulation) throws SchsmException {
        return simulation.simulated(1).recorder().count(exchange -> exchange.ins() == 0x52 && exchange.p1() == 0x02);
    }

    @Test
    void one_form_will_do_for_a_device_that_takes_it() throws Exception {
        Simulation simulation = new Simulation(DeviceProfile.smartCardHsm4k());
        simulation.simulated(1).recorder().start();
        joinAlone(simulation.device(1));
        assertThat(creations(simulation)).isEqualTo(1);
    }

    @Test
    void tells_the_answers_to_both_forms() throws Exception {
        int[][] answers = {{0x6A80, 0x6985}, {0x6985, 0x6A80}, {0x6700, 0x6A80}, {0x6A80, 0x6400}};
        for (int[] answer : answers) {
            Simulation simulation = new Simulation(DeviceProfile.smartCardHsm4k());
            CardDevice device = simulation.device(1);
            byte[] kdm = howTo.kdm(device, howTo.generate(device, XkekTest.GROUP_SIGNER, KeyAttributes.NONE), device);
            simulation.simulated(1).faults().add(1, createsXkek(), Fault.status(answer[0]));
            simulation.simulated(1).faults().add(2, createsXkek(), Fault.status(answer[1]));
            simulation.simulated(1).recorder().start();
            assertThatThrownBy(() -> howTo.join(device, kdm))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("key domain slot 0")
                    .hasMessageContaining(String.format("certificate part with %04X", answer[0]))
                    .hasMessageContaining(String.format("whole request with %04X", answer[1]));
            assertThat(creations(simulation)).isEqualTo(2);
        }
    }

    @Test
    void other_refusals_are_not_tried_again_in_another_form() throws Exception {
        for (int refusal : new int[] {0x6400, 0x6A84, 0x6A89, 0x6D00}) {
            Simulation simulation =
                    new Simulation(DeviceProfile.smartCardHsm4k().with(Quirk.XKEK_WANTS_WHOLE_REQUEST));
            CardDevice device = simulation.device(1);
            byte[] kdm = howTo.kdm(device, howTo.generate(device, XkekTest.GROUP_SIGNER, KeyAttributes.NONE), device);
            simulation.simulated(1).faults().add(1, createsXkek(), Fault.status(refusal));
            simulation.simulated(1).recorder().start();
            assertThatThrownBy(() -> howTo.join(device, kdm))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining(String.format("%04X", refusal));
            assertThat(creations(simulation)).isEqualTo(1);
        }
    }
}
