// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Executor;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;

/** A simulated device as a client has it in its reader. */
public final class SimulatedContacts implements MiniClient.Contacts {
    /** For clients, each of which keeps a thread for as long as it lives: a pool may have one only. */
    public static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "client");
        thread.setDaemon(true);
        thread.start();
    };

    private final CardTerminal terminal;
    private Card card;

    public SimulatedContacts(VirtualReaders readers, SimulatedDevice device) throws CardException {
        terminal = readers.terminals().getTerminal(device.readerName());
        card = terminal.connect("T=1");
    }

    @Override
    public byte[] transmit(byte[] command) throws IOException {
        try {
            ByteBuffer answer = ByteBuffer.allocate(65_538);
            int length = card.getBasicChannel().transmit(ByteBuffer.wrap(command), answer);
            return Arrays.copyOf(answer.array(), length);
        } catch (CardException | IllegalStateException failed) {
            throw new IOException(failed);
        }
    }

    @Override
    public byte[] reset() throws IOException {
        try {
            card.disconnect(true);
            card = terminal.connect("T=1");
            return card.getATR().getBytes();
        } catch (CardException | IllegalStateException failed) {
            throw new IOException(failed);
        }
    }
}
