// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers that have to be told one. They lie below those that systems give to sockets without a port, which
 * could take one between the look here and the server's start; each process has its own.
 */
public final class FreePort {
    private static final int FIRST = 10_000;
    private static final int PER_PROCESS = 100;
    private static final int PROCESSES = 220;
    private static final AtomicInteger USED = new AtomicInteger();

    private FreePort() {}

    /** One that nothing listens on, on the loopback interface. */
    public static int next() throws IOException {
        int first = FIRST + (int) (ProcessHandle.current().pid() % PROCESSES) * PER_PROCESS;
        for (int i = 0; i < PER_PROCESS; i++) {
            int port = first + USED.getAndIncrement() % PER_PROCESS;
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // The next one, perhaps.
            }
        }
        throw new IOException("no free port from " + first);
    }
}
