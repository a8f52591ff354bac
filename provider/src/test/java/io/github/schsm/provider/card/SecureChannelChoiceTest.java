// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.card;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.List;
import javax.smartcardio.CardTerminals;
import org.junit.jupiter.api.Test;

class SecureChannelChoiceTest {
    private static final CardTerminals NO_TERMINALS =
            VirtualReaders.create(DeviceProfile.smartCardHsm4k()).terminals();

    @Test
    void pinsGoOverASecureChannelOnlyToRemoteTerminalsUnlessAsked() throws Exception {
        TerminalSource here = TerminalSource.of("here", NO_TERMINALS);
        TerminalSource there = TerminalSource.of("there", NO_TERMINALS, true);

        assertThat(CardTokens.channelTo(here, SchsmConfiguration.of(""))).isEqualTo(SecureChannelMode.PLAIN);
        assertThat(CardTokens.channelTo(there, SchsmConfiguration.of(""))).isEqualTo(SecureChannelMode.PIN);
        for (TerminalSource source : List.of(here, there)) {
            assertThat(CardTokens.channelTo(source, SchsmConfiguration.of("channel = plain")))
                    .isEqualTo(SecureChannelMode.PLAIN);
            assertThat(CardTokens.channelTo(source, SchsmConfiguration.of("channel = pin")))
                    .isEqualTo(SecureChannelMode.PIN);
            assertThat(CardTokens.channelTo(source, SchsmConfiguration.of("channel = secure")))
                    .isEqualTo(SecureChannelMode.SECURE);
        }
    }
}
