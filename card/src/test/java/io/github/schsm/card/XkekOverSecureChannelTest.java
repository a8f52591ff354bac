// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same with every command protected. */
@Tag("repeated")
class XkekOverSecureChannelTest extends XkekTest {
    @Override
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile, SecureChannelMode.SECURE);
    }

    /** A key domain membership needs 467 bytes in one command, and protected 478 have room for 447. */
    static List<DeviceProfile> profiles() {
        return XkekTest.profiles().stream()
                .filter(profile -> profile.commandLimit() > 478)
                .toList();
    }

    @Test
    @Override
    void says_that_a_reader_is_too_small_for_a_key_domain_membership() throws Exception {
        CardDevice device =
                simulate(DeviceProfile.smartCardHsm4k().withShortApdusOnly()).device(1);
        KeyPairRequest request = KeyPairRequest.ec(EcCurve.BRAINPOOLP256R1, "ZZSIM00000100001", KeyAttributes.NONE);
        assertThatThrownBy(() -> device.withCard(Simulation.Login.right(), card -> card.generateKeyPair(1, request)))
                .as("not even its own keys")
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("passes at most 239 bytes")
                .hasMessageContaining("extended length");
    }
}
