// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.PinSources;
import io.github.schsm.provider.card.CardTokens;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import io.github.schsm.spi.TokenSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of terminals that are on another computer. */
@Timeout(120)
class TerminalTokensTest {
    private static final String SELECTED = "SELECT";
    private static final String ENDED = "the lines have ended";

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicBoolean dead = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Commands on a line that is dead have no answer until the lines are ended. */
    private byte[] transmit(byte[] command, HookedTerminals.Next next) throws CardException {
        if (dead.get()) {
            try {
                ended.await();
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
            }
            throw new CardException("SCARD_E_NO_SMARTCARD");
        }
        if ((command[1] & 0xFF) == 0xA4) {
            seen.add(SELECTED);
        }
        return next.transmit(command);
    }

    private TerminalTokens loggedIn() throws Exception {
        VirtualReaders simulated = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        SimulatedDevice device = simulated.device("ZZSIM000001");
        CardTerminals terminals = new HookedTerminals(simulated.terminals(), this::transmit);
        TerminalTokens readers = new TerminalTokens.Readers(
                new CardTokens(
                        TerminalSource.of("far", terminals),
                        SchsmConfiguration.of("terminal = simulator:memory"),
                        () -> null),
                new TokenSource.Terminals(terminals, true, () -> {
                    seen.add(ENDED);
                    ended.countDown();
                }));
        readers.find(device.id()).login(PinSources.password(VirtualReaders.USER_PIN.toCharArray()));
        seen.clear();
        return readers;
    }

    @Test
    void aDeadLineDoesNotHoldUpTheEnd() throws Exception {
        TerminalTokens readers = loggedIn();
        dead.set(true);
        long begin = System.nanoTime();

        readers.close();

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(50));
        assertThat(seen).containsExactly(ENDED);
    }

    @Test
    void devicesAreLoggedOutBeforeTheirLinesEndAlsoByAnInterruptedThread() throws Exception {
        TerminalTokens readers = loggedIn();
        Thread.currentThread().interrupt();

        readers.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(seen).startsWith(SELECTED).endsWith(ENDED);
    }
}
