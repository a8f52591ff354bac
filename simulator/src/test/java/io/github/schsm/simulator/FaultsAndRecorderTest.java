// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.applet.Applet;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsAndRecorderTest {
    private static final CommandAPDU SELECT = new CommandAPDU(0x00, 0xA4, 0x04, 0x0C, Applet.AID);
    private static final CommandAPDU VERIFY =
            new CommandAPDU(0x00, 0x20, 0x00, 0x81, CardProbe.ascii(VirtualReaders.USER_PIN));
    private static final CommandAPDU STATUS = new CommandAPDU(0x00, 0x20, 0x00, 0x81);
    private static final CommandAPDU MAKE_KEY = new CommandAPDU(0x00, 0x48, 0x01, 0xB0);

    private VirtualReaders readers;
    private SimulatedDevice device;
    private CardTerminal terminal;
    private CardChannel channel;

    @BeforeEach
    void connect() throws SchsmException, CardException {
        readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        device = readers.device("ZZSIM000001");
        terminal = readers.terminals().list().get(0);
        reconnect();
    }

    private void reconnect() throws CardException {
        channel = terminal.connect("*").getBasicChannel();
        channel.transmit(SELECT);
        channel.transmit(VERIFY);
    }

    private int sw(CommandAPDU command) throws CardException {
        return channel.transmit(command).getSW();
    }

    @Test
    void theNthMatchingCommandFailsOnce() throws CardException {
        device.faults().add(2, Faults.instruction(0x20), Fault.status(0x6F00));
        device.faults().add(1, Faults.command(0x00, 0x48, -1, 0xB1), Fault.status(0x6581));
        assertThat(device.faults().pending()).isEqualTo(2);
        assertThat(sw(STATUS)).isEqualTo(0x9000);
        assertThat(sw(MAKE_KEY)).isEqualTo(0x9000);
        assertThat(sw(STATUS)).isEqualTo(0x6F00);
        assertThat(sw(STATUS)).isEqualTo(0x9000);
        assertThat(sw(new CommandAPDU(0x00, 0x48, 0x02, 0xB1))).isEqualTo(0x6581);
        assertThat(sw(new CommandAPDU(0x00, 0x48, 0x02, 0xB1)))
                .as("it was not carried out")
                .isEqualTo(0x9000);
        assertThat(device.faults().pending()).isZero();
    }

    @Test
    void aFaultCountsFromWhenItIsArmed() {
        assertThatThrownBy(() -> device.faults().add(0, Faults.any(), Fault.reset()))
                .isInstanceOf(IllegalArgumentException.class);
        device.faults().add(5, Faults.any(), Fault.reset());
        device.faults().clear();
        assertThat(device.faults().pending()).isZero();
    }

    @Test
    void twoFaultsOfTheSameCommandHappenOneAfterTheOther() throws CardException {
        device.faults().add(1, Faults.any(), Fault.status(0x6F01));
        device.faults().add(1, Faults.any(), Fault.status(0x6F02));
        assertThat(sw(STATUS)).isEqualTo(0x6F01);
        assertThat(sw(STATUS)).isEqualTo(0x6F02);
        assertThat(sw(STATUS)).isEqualTo(0x9000);
    }

    @Test
    void removalBeforeLeavesTheCommandUndone() throws CardException {
        device.faults().add(1, Faults.instruction(0x48), Fault.removalBefore());
        assertThatThrownBy(() -> sw(MAKE_KEY)).isInstanceOf(CardException.class);
        device.insert();
        reconnect();
        assertThat(sw(MAKE_KEY)).isEqualTo(0x9000);
    }

    @Test
    void removalAfterLosesTheAnswerOnly() throws CardException {
        device.faults().add(1, Faults.instruction(0x48), Fault.removalAfter());
        assertThatThrownBy(() -> sw(MAKE_KEY)).isInstanceOf(CardException.class);
        assertThat(device.isInserted()).isFalse();
        device.insert();
        reconnect();
        assertThat(sw(MAKE_KEY)).as("the key is there").isEqualTo(0x6A89);
    }

    @Test
    void aResetMeetsTheCommandUnprepared() throws CardException {
        device.faults().add(1, Faults.any(), Fault.reset());
        assertThat(sw(STATUS)).isEqualTo(0x6D00);
        channel.transmit(SELECT);
        assertThat(sw(STATUS)).isEqualTo(0x63C3);
    }

    @Test
    void answersAreReplacedCutOrLate() throws CardException {
        device.faults().add(1, Faults.any(), Fault.garbage(new byte[] {1, 2, 3}));
        assertThat(channel.transmit(STATUS).getBytes()).containsExactly(1, 2, 3);
        device.faults().add(1, Faults.any(), Fault.truncation(1));
        assertThatThrownBy(() -> sw(STATUS)).isInstanceOf(CardException.class).hasMessageContaining("1 bytes");
        device.faults().add(1, Faults.instruction(0x84), Fault.truncation(10));
        assertThat(channel.transmit(new CommandAPDU(0x00, 0x84, 0, 0, 64)).getBytes())
                .hasSize(10);
        device.faults().add(1, Faults.any(), Fault.delay(Duration.ofMillis(1)));
        assertThat(sw(STATUS)).isEqualTo(0x9000);
        device.faults().add(1, Faults.any(), Fault.delay(Duration.ofDays(1)));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> sw(STATUS)).isInstanceOf(CardException.class).hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void removalEndsALongCommandAtOnce() throws Exception {
        device.faults().add(1, Faults.any(), Fault.delay(Duration.ofDays(1)));
        FutureTask<Integer> waiting = new FutureTask<>(() -> sw(STATUS));
        new Thread(waiting).start();
        while (device.faults().pending() != 0) {
            Thread.onSpinWait();
        }
        device.remove();
        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(CardException.class);
        device.insert();
        reconnect();
        assertThat(sw(STATUS)).isEqualTo(0x9000);
    }

    @Test
    void theRecorderNotesWhatIsSentBetweenStartAndStop() throws CardException {
        sw(STATUS);
        assertThat(device.recorder().count()).isZero();
        device.recorder().start();
        sw(STATUS);
        channel.transmit(new CommandAPDU(0x80, 0x58, 0, 0, 65536));
        device.recorder().stop();
        sw(STATUS);
        assertThat(device.recorder().exchanges())
                .extracting(ApduRecorder.Exchange::toString)
                .containsExactly("00 20 00 81 [0]  -> 9000 [0] ", "80 58 00 00 [0]  -> 9000 [4] 2F02CC00");
        assertThat(device.recorder().count(exchange -> exchange.ins() == 0x58)).isEqualTo(1);
        assertThat(device.recorder().exchanges().get(1).commandLength()).isEqualTo(7);
        device.recorder().clear();
        assertThat(device.recorder().count()).isZero();
    }

    @Test
    void theRecorderKeepsNoSecrets() throws Exception {
        CardProbe probe = new CardProbe(device);
        device.recorder().start();
        probe.send("0020008106363438323139");
        probe.send("002000810C 363438323139363438323139");
        probe.send("002400810C 363438323139363438323139");
        probe.send("002C0181083537363231383830");
        probe.send("0020008106363438323139");
        probe.send("80520100010100");
        probe.send("80520000 20" + "C1".repeat(32));
        probe.send("004801B0");
        probe.send("80780110 10" + "C2".repeat(16) + "00");
        var key = probe.generated(2, EcCurve.SECP256R1, "");
        probe.command(0x80620280, key.publicPoint());
        byte[] shared = probe.data();
        probe.initialize("80020001 8106363438323139 82083537363231383830 910103");
        String all = device.recorder().exchanges().toString();
        assertThat(all)
                .contains("***")
                .doesNotContain("363438323139")
                .doesNotContain("3537363231383830")
                // Shorter ones are in what is random, now and then.
                .doesNotContain("C1".repeat(8))
                .doesNotContain("C2".repeat(8))
                .doesNotContain(CardProbe.hex(shared));
    }

    @Test
    void commandsThatAreNoneAreNotedTooButNotTheirBytes() {
        CardProbe probe = new CardProbe(device);
        device.recorder().start();
        assertThat(probe.send("00200081 09 363438323139")).isEqualTo(0x6700);
        assertThat(probe.send("00")).isEqualTo(0x6700);
        assertThat(device.recorder().exchanges().toString()).contains("-> 6700").doesNotContain("3634");
    }
}
