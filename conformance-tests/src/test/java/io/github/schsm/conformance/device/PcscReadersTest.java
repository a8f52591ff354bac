// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.TerminalFactory;
import jnasmartcardio.Smartcardio;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every other PC/SC test builds on: our own daemon with empty readers, one for each port we were told. */
@Tag("pcsc")
class PcscReadersTest {
    private static final List<Integer> PORTS = Arrays.stream(
                    System.getProperty("schsm.pcsc.ports", "").split(","))
            .map(Integer::valueOf)
            .toList();

    /** Milliseconds within which the daemon has noticed that another test's device is gone. */
    private static final long UNTIL_NOTICED = 60_000;

    private static Stream<Provider> providers() {
        return Stream.of(new Smartcardio(), Security.getProvider("SunPCSC"));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void daemonHasOneEmptyReaderForEachPort(Provider provider) throws NoSuchAlgorithmException, CardException {
        List<CardTerminal> terminals =
                TerminalFactory.getInstance("PC/SC", null, provider).terminals().list();

        assertThat(terminals).hasSameSizeAs(PORTS);
        for (CardTerminal terminal : terminals) {
            assertThat(terminal.waitForCardAbsent(UNTIL_NOTICED))
                    .as(terminal.getName())
                    .isTrue();
        }
    }

    @Test
    void readersWaitForCardsOnTheirPorts() throws IOException {
        for (int port : PORTS) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(socket.isConnected()).isTrue();
            }
        }
    }
}
