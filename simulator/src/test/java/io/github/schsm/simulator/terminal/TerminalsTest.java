// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.applet.Applet;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.source.SimulatorTokenSource;
import io.github.schsm.spi.TokenSource;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardNotPresentException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Virtual readers as javax.smartcardio shows them. */
class TerminalsTest {
    private static final CommandAPDU SELECT = new CommandAPDU(0x00, 0xA4, 0x04, 0x0C, Applet.AID);
    private static final CommandAPDU VERIFY =
            new CommandAPDU(0x00, 0x20, 0x00, 0x81, CardProbe.ascii(VirtualReaders.USER_PIN));
    private static final CommandAPDU PIN_STATUS = new CommandAPDU(0x00, 0x20, 0x00, 0x81);

    private final VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
    private final ExecutorService background = Executors.newCachedThreadPool();
    private SimulatedDevice device;
    private CardTerminals terminals;
    private CardTerminal terminal;

    @BeforeEach
    void oneDevice() throws SchsmException, CardException {
        device = readers.device("ZZSIM000001");
        terminals = readers.terminals();
        terminal = terminals.list().get(0);
    }

    @AfterEach
    void stop() {
        background.shutdownNow();
    }

    private static int sw(CardChannel channel, CommandAPDU command) throws CardException {
        return channel.transmit(command).getSW();
    }

    @Test
    void everyDeviceHasATerminalNamedAfterIt() throws Exception {
        readers.device("ZZSIM000777");
        assertThat(readers.terminalFactory().terminals().list())
                .extracting(CardTerminal::getName)
                .containsExactly("Simulator ZZSIM000001", "Simulator ZZSIM000777");
        assertThat(readers.terminalFactory().getType()).isEqualTo("Simulator");
        assertThat(terminals.getTerminal("Simulator ZZSIM000777")).isNotNull();
        assertThat(terminals.getTerminal("Simulator ZZSIM000778")).isNull();
    }

    @Test
    void anIdOfAnotherShapeIsRefusedWithAnExample() {
        for (String id : List.of("DECC0401002", "ZZSIM00001", "zzsim000001", "ZZSIM0000010", "")) {
            assertThatThrownBy(() -> readers.device(id))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("\"" + id + "\"")
                    .hasMessageContaining("ZZSIM000001");
        }
    }

    @Test
    void aNewDeviceHasTheDemoPinsAndFourSlots() throws CardException {
        CardChannel channel = terminal.connect("*").getBasicChannel();
        assertThat(sw(channel, SELECT)).isEqualTo(0x9000);
        assertThat(sw(channel, PIN_STATUS)).isEqualTo(0x63C3);
        assertThat(sw(channel, new CommandAPDU(0x00, 0x20, 0x00, 0x88))).isEqualTo(0x63CF);
        assertThat(sw(channel, VERIFY)).isEqualTo(0x9000);
        for (int slot = 0; slot < VirtualReaders.KEY_DOMAIN_SLOTS; slot++) {
            assertThat(sw(channel, new CommandAPDU(0x80, 0x52, 0x00, slot, 256)))
                    .isEqualTo(0x6A88);
        }
        assertThat(sw(channel, new CommandAPDU(0x80, 0x52, 0x00, 4, 256))).isEqualTo(0x6A86);
    }

    @Test
    void aConnectionKnowsAtrAndProtocolAndIsGivenAgain() throws CardException {
        Card card = terminal.connect("T=1");
        assertThat(CardProbe.hex(card.getATR().getBytes()))
                .isEqualTo("3BDE18FF8191FE1FC38031815448534D317380214081071C");
        assertThat(card.getProtocol()).isEqualTo("T=1");
        assertThat(terminal.connect("*")).isSameAs(card);
        assertThatThrownBy(() -> terminal.connect("T=0")).isInstanceOf(CardException.class);
        assertThatThrownBy(() -> terminal.connect("T=7")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(card::openLogicalChannel).isInstanceOf(CardException.class);
        card.disconnect(false);
        assertThatThrownBy(card::getBasicChannel).isInstanceOf(IllegalStateException.class);
        assertThat(terminal.connect("*")).isNotSameAs(card);
    }

    @Test
    void afterRemovalTheConnectionFailsAndANewOneWorks() throws CardException {
        CardChannel channel = terminal.connect("*").getBasicChannel();
        assertThat(sw(channel, SELECT)).isEqualTo(0x9000);
        assertThat(sw(channel, VERIFY)).isEqualTo(0x9000);
        device.remove();
        assertThat(terminal.isCardPresent()).isFalse();
        assertThatThrownBy(() -> channel.transmit(PIN_STATUS)).isInstanceOf(CardException.class);
        assertThatThrownBy(() -> channel.transmit(PIN_STATUS)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> terminal.connect("*")).isInstanceOf(CardNotPresentException.class);
        device.insert();
        assertThatThrownBy(() -> channel.transmit(PIN_STATUS)).isInstanceOf(IllegalStateException.class);
        CardChannel again = terminal.connect("*").getBasicChannel();
        assertThat(sw(again, PIN_STATUS)).isEqualTo(0x6D00);
        assertThat(sw(again, SELECT)).isEqualTo(0x9000);
        assertThat(sw(again, PIN_STATUS)).isEqualTo(0x63C3);
    }

    @Test
    void aResetThroughAnotherConnectionClearsTheAuthentication() throws CardException {
        CardChannel channel = terminal.connect("*").getBasicChannel();
        sw(channel, SELECT);
        sw(channel, VERIFY);
        Card other = readers.terminals().list().get(0).connect("*");
        other.disconnect(true);
        assertThat(sw(channel, PIN_STATUS)).isEqualTo(0x6D00);
        sw(channel, SELECT);
        assertThat(sw(channel, PIN_STATUS)).isEqualTo(0x63C3);
    }

    @Test
    void aSelectThroughAnotherConnectionClearsTheAuthentication() throws CardException {
        CardChannel channel = terminal.connect("*").getBasicChannel();
        sw(channel, SELECT);
        sw(channel, VERIFY);
        CardChannel other = readers.terminals().list().get(0).connect("*").getBasicChannel();
        assertThat(sw(other, PIN_STATUS)).isEqualTo(0x9000);
        sw(other, SELECT);
        assertThat(sw(channel, PIN_STATUS)).isEqualTo(0x63C3);
    }

    @Test
    void exclusiveAccessKeepsOtherThreadsAndConnectionsOut() throws Exception {
        Card card = terminal.connect("*");
        sw(card.getBasicChannel(), SELECT);
        card.beginExclusive();
        assertThatThrownBy(card::beginExclusive).isInstanceOf(CardException.class);
        Future<?> sameConnection =
                background.submit(() -> card.getBasicChannel().transmit(PIN_STATUS));
        assertThatThrownBy(sameConnection::get).hasCauseInstanceOf(CardException.class);
        CountDownLatch started = new CountDownLatch(1);
        CardChannel other = readers.terminals().list().get(0).connect("*").getBasicChannel();
        Future<Integer> otherConnection = background.submit(() -> {
            started.countDown();
            return sw(other, PIN_STATUS);
        });
        started.await();
        assertThat(sw(card.getBasicChannel(), VERIFY)).isEqualTo(0x9000);
        card.endExclusive();
        assertThat(otherConnection.get(60, TimeUnit.SECONDS)).isEqualTo(0x9000);
        assertThatThrownBy(card::endExclusive).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void removalEndsTheWaitForExclusiveAccess() throws Exception {
        Card card = terminal.connect("*");
        card.beginExclusive();
        Card other = readers.terminals().list().get(0).connect("*");
        Future<?> waiting = background.submit(() -> {
            other.beginExclusive();
            return null;
        });
        device.remove();
        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(CardException.class);
    }

    @Test
    void buffersAreCheckedAndFilled() throws CardException {
        CardChannel channel = terminal.connect("*").getBasicChannel();
        ByteBuffer command = ByteBuffer.wrap(SELECT.getBytes());
        ByteBuffer answer = ByteBuffer.allocate(300);
        assertThatThrownBy(() -> channel.transmit(command, command)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> channel.transmit(command, answer.asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> channel.transmit(command, ByteBuffer.allocate(257)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(channel.transmit(command, answer)).isEqualTo(2);
        assertThat(command.hasRemaining()).isFalse();
        assertThat(answer.flip().getShort()).isEqualTo((short) 0x9000);
    }

    @Test
    void waitingForACardEndsWhenItComesAndTimesOutWhenItDoesNot() throws Exception {
        assertThat(terminal.waitForCardPresent(0)).isTrue();
        assertThat(terminal.waitForCardAbsent(10)).isFalse();
        assertThatThrownBy(() -> terminal.waitForCardPresent(-1)).isInstanceOf(IllegalArgumentException.class);
        Future<Boolean> absent = background.submit(() -> terminal.waitForCardAbsent(0));
        device.remove();
        assertThat(absent.get(60, TimeUnit.SECONDS)).isTrue();
        Future<Boolean> present = background.submit(() -> terminal.waitForCardPresent(0));
        device.insert();
        assertThat(present.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void changesBetweenTwoWaitsAreSeenAtOnceAndListed() throws Exception {
        SimulatedDevice second = readers.device("ZZSIM000002");
        assertThat(terminals.list(CardTerminals.State.CARD_INSERTION)).hasSize(2);
        assertThat(terminals.waitForChange(1)).isFalse();
        assertThat(terminals.list(CardTerminals.State.CARD_INSERTION)).isEmpty();
        device.remove();
        assertThat(terminals.waitForChange(0)).isTrue();
        assertThat(terminals.list(CardTerminals.State.CARD_REMOVAL)).containsExactly(terminal);
        assertThat(terminals.list(CardTerminals.State.CARD_INSERTION)).isEmpty();
        assertThat(terminals.list(CardTerminals.State.CARD_ABSENT)).containsExactly(terminal);
        assertThat(terminals.list(CardTerminals.State.CARD_PRESENT))
                .extracting(CardTerminal::getName)
                .containsExactly(second.readerName());
        device.insert();
        assertThat(terminals.waitForChange(0)).isTrue();
        assertThat(terminals.list(CardTerminals.State.CARD_INSERTION)).containsExactly(terminal);
        assertThat(terminals.list(CardTerminals.State.CARD_REMOVAL)).isEmpty();
        Future<Boolean> change = background.submit(() -> terminals.waitForChange(0));
        readers.device("ZZSIM000003");
        assertThat(change.get(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void waitingForAChangeWithoutTerminalsIsAnError() {
        CardTerminals none =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k()).terminals();
        assertThatThrownBy(() -> none.waitForChange(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> terminals.waitForChange(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theTokenSourceIsOfferedAsAServiceOnClassPathAndModulePath() throws Exception {
        try (InputStream services =
                getClass().getResourceAsStream("/META-INF/services/io.github.schsm.spi.TokenSource")) {
            assertThat(new String(services.readAllBytes(), StandardCharsets.UTF_8).strip())
                    .isEqualTo(SimulatorTokenSource.class.getName());
        }
        Module module = SimulatorTokenSource.class.getModule();
        if (module.isNamed()) {
            assertThat(module.getDescriptor().provides())
                    .anySatisfy(provides -> assertThat(provides.service()).isEqualTo(TokenSource.class.getName()));
        }
    }

    @Test
    void theTokenSourceMakesTheNamedDevices() throws Exception {
        SimulatorTokenSource source = new SimulatorTokenSource();
        assertThat(source.scheme()).isEqualTo("simulator");
        TokenSource.Terminals opened = (TokenSource.Terminals) source.open("memory", List.of("ZZSIM900001"));
        assertThat(opened.terminals().getTerminal("Simulator ZZSIM900001")).isNotNull();
        assertThat(VirtualReaders.memory().deviceIds()).contains("ZZSIM900001");
    }

    @Test
    void aLocationThatIsNoPathIsNamedInTheError() {
        assertThatThrownBy(() -> new SimulatorTokenSource().open("a\0b", List.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("simulator:");
    }
}
