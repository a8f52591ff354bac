// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same with every command protected, which leaves less room in each. */
@Tag("repeated")
class ReaderKindsOverSecureChannelTest extends ReaderKindsTest {
    @Override
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile, SecureChannelMode.SECURE);
    }

    @Override
    int bytesInAShortCommand() {
        return 239;
    }

    static List<DeviceProfile> profiles() {
        return ReaderKindsTest.profiles().stream()
                .filter(DeviceProfile::extendedLength)
                .toList();
    }

    @Test
    void files_symmetric_keys_and_random_numbers_need_no_extended_length() throws Exception {
        byte[] data = new byte[3000];
        Arrays.fill(data, (byte) 0x77);
        CardDevice device =
                simulate(DeviceProfile.smartCardHsm4k().withShortApdusOnly()).device(1);
        device.withCard(Simulation.Login.right(), card -> {
            card.updateBinary(Files.publicData(1), data);
            assertThat(card.readBinary(Files.publicData(1))).isEqualTo(data);
            card.generateAesKey(2, 256, KeyAttributes.NONE);
            byte[] encrypted = card.aesCbc(2, true, new byte[16], Arrays.copyOf(data, 1600), RetryPolicy.ALLOWED);
            assertThat(card.aesCbc(2, false, new byte[16], encrypted, RetryPolicy.ALLOWED))
                    .isEqualTo(Arrays.copyOf(data, 1600));
            assertThat(card.getChallenge(700)).hasSize(700);
            return "";
        });
    }
}
