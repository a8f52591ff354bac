// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectedPcscTest {
    @ParameterizedTest
    @CsvSource({
        "PCSCLITE_CSOCK_NAME, /tmp/forwarded.comm, true",
        "PCSCLITE_CSOCK_NAME, /run/pcscd/pcscd.comm, false",
        "PCSCLITE_CSOCK_NAME, /var/run/pcscd/pcscd.comm, false",
        "PCSCLITE_CSOCK_NAME, '', false",
        "SESSIONNAME, RDP-Tcp#12, true",
        "SESSIONNAME, rdp-tcp#0, true",
        "SESSIONNAME, ICA-tcp#3, true",
        "SESSIONNAME, Console, false",
        "SSH_CONNECTION, 10.0.0.1 5000 10.0.0.2 22, false",
    })
    void the_environment_tells_another_computers_readers(String variable, String value, boolean remote) {
        assertThat(RedirectedPcsc.isRemote(Map.of(variable, value))).isEqualTo(remote);
    }

    @Test
    void readers_of_another_kind_are_remote_if_their_source_says_so() {
        var terminals = VirtualReaders.create(DeviceProfile.smartCardHsm4k()).terminals();
        assertThat(TerminalSource.of("here", terminals).isRemote()).isFalse();
        assertThat(TerminalSource.of("there", terminals, true).isRemote()).isTrue();
    }
}
