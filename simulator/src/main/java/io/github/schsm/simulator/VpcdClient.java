// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.terminal.CardRemovedException;
import io.github.schsm.simulator.terminal.SimulatedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Puts a simulated device into a reader of vpcd, the virtual smart card reader of pcscd, so that every PC/SC program on
 * the machine meets it. A card is a TCP client that connects to the reader's port and is asked in messages of a
 * two-byte length and so many bytes: one byte is a power command, more are a command APDU.
 *
 * <p>{@link #run} serves until {@link #close}: it connects again when the daemon goes away and comes back, and follows
 * removal and insertion of the device.
 */
public final class VpcdClient implements Runnable, AutoCloseable {
    /** Port of vpcd's first reader; the second has the next one. */
    public static final int DEFAULT_PORT = 35963;

    private static final Logger LOG = System.getLogger(VpcdClient.class.getName());

    private static final int POWER_OFF = 0;
    private static final int POWER_ON = 1;
    private static final int RESET = 2;
    private static final int GET_ATR = 4;

    private static final int CONNECT_MILLIS = 5_000;
    private static final int RETRY_MILLIS = 250;

    private final SimulatedReader reader;
    private final String host;
    private final int port;
    private final AtomicReference<@Nullable Socket> connection = new AtomicReference<>();
    private volatile boolean closed;

    /**
     * @param device the device to put in
     * @param host   where vpcd listens
     * @param port   the port of its reader
     */
    public VpcdClient(SimulatedDevice device, String host, int port) {
        this.reader = device.reader();
        this.host = host;
        this.port = port;
    }

    /** Whether the device is in the reader at this moment. */
    public boolean isConnected() {
        return connection.get() != null;
    }

    /** Serves until closed or interrupted. */
    @Override
    public void run() {
        Runnable whenMoved = this::disconnectIfRemoved;
        reader.addListener(whenMoved);
        try {
            while (!closed) {
                reader.presence().await(0, () -> closed || reader.isInserted());
                if (!closed) {
                    visit();
                    reader.presence().await(RETRY_MILLIS, () -> closed);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            reader.removeListener(whenMoved);
            disconnect();
        }
    }

    /** Takes the device out of the reader and ends {@link #run}. */
    @Override
    public void close() {
        closed = true;
        disconnect();
        reader.presence().changed();
    }

    private void disconnectIfRemoved() {
        if (!reader.isInserted()) {
            disconnect();
        }
    }

    private void disconnect() {
        Socket socket = connection.get();
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException goneAnyway) {
                LOG.log(Level.DEBUG, "closing the connection to vpcd", goneAnyway);
            }
        }
    }

    /** One connection, from insertion to removal or until the daemon goes. */
    private void visit() throws InterruptedException {
        int connectedAt = reader.moves();
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            connection.set(socket);
            if (!closed && reader.isInserted()) {
                reader.reset();
                serve(socket, connectedAt);
            }
        } catch (IOException daemonAway) {
            LOG.log(Level.DEBUG, () -> "no connection to vpcd at " + host + ":" + port + ": " + daemonAway);
        } catch (CardRemovedException removed) {
            LOG.log(Level.DEBUG, () -> reader.name() + " is no longer at port " + port);
        } finally {
            connection.set(null);
        }
    }

    private void serve(Socket socket, int connectedAt) throws IOException, CardRemovedException, InterruptedException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        boolean canAcknowledge = socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
        while (true) {
            if (canAcknowledge) {
                // vpcd sends length and message apart and waits for the first to be acknowledged; the kernel forgets
                // this option again, so it is set for each message.
                socket.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            }
            byte[] message = new byte[in.readUnsignedShort()];
            in.readFully(message);
            if (message.length > 1) {
                send(out, reader.exchange(this, connectedAt, message));
            } else if (message.length == 1) {
                switch (message[0]) {
                    case POWER_OFF, POWER_ON, RESET -> reader.reset();
                    case GET_ATR -> send(out, reader.atr());
                    default -> LOG.log(Level.DEBUG, "vpcd sent an unknown control byte " + message[0]);
                }
            }
        }
    }

    private static void send(DataOutputStream out, byte[] message) throws IOException {
        byte[] framed = Bytes.concat(Bytes.uint16(message.length), message);
        out.write(framed);
        out.flush();
    }
}
