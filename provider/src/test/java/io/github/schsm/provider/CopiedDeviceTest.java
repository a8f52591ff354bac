// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.card.CardToken;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device's certificate is read by everybody: a reader may show that of a device which is in another one. */
class CopiedDeviceTest {
    private final List<HookedTerminals.Named> terminals = new ArrayList<>();
    private VirtualReaders simulated;
    private SimulatedDevice device;
    private String name;
    private CardTokens readers;

    /** The genuine device behind another reader's name answers as a copy of it would. */
    private HookedTerminals.Named reader(String called) throws Exception {
        return new HookedTerminals.Named(called, simulated.terminals().list().get(0));
    }

    @BeforeEach
    void twoReadersShowOneCertificate() throws Exception {
        simulated = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        device = simulated.device("ZZSIM000001");
        terminals.add(reader("A reader"));
        readers = new CardTokens(
                TerminalSource.of("copies", HookedTerminals.named(terminals)),
                SchsmConfiguration.of("terminal = simulator:memory"),
                () -> null);
        name = DeviceIdentity.parse(
                        ((CardToken) readers.inReader("A reader")).identity().encode())
                .uniqueName();
    }

    @Test
    void theFirstOfTwoIsNotTaken() throws Exception {
        terminals.add(0, reader("A hostile reader"));
        String whole = "ZZSIM000001#"
                + ((CardToken) readers.inReader("A reader")).identity().keyFingerprint();
        for (String wanted : List.of(name, whole, "ZZSIM000001")) {
            assertThatThrownBy(() -> readers.find(wanted))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("several", "'A reader'", "'A hostile reader'", "reader = ");
        }
        assertThatThrownBy(() -> readers.inReader("A hostile reader")).hasMessageContaining("several");
    }

    @Test
    void oneThatIsSoughtAgainIsNotTheFirstOfTwo() throws Exception {
        Token token = readers.find(name);
        token.load(null);
        device.remove();
        terminals.clear();
        terminals.add(reader("A hostile reader"));
        terminals.add(reader("Another reader"));
        device.insert();
        assertThatThrownBy(() -> token.load(null))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("several", "'Another reader'", "'A hostile reader'");
        terminals.remove(0);
        token.load(null);
        assertThat(readers.inReader("Another reader")).isSameAs(token);
    }

    @Test
    void fewDigitsNameNoDevice() {
        String few = name.substring(0, name.length() - 1);
        assertThatThrownBy(() -> readers.find(few))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(few, "8 hexadecimal digits");
        assertThatThrownBy(() -> SchsmConfiguration.of("device = " + few)).hasMessageContainingAll(few, "8 hex");
        assertThatThrownBy(() -> readers.find("ZZSIM000001#00000000")).isInstanceOf(TokenNotPresentException.class);
    }
}
