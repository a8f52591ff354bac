// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP ports for servers that cannot be told to take any. None is of those that the system gives to clients: one of these
 * may be taken between the choice and the server's start.
 */
public final class FreePort {
    private static final int FIRST = 10_000;
    private static final int PROCESSES = 50;
    private static final int EACH = 100;

    private static final AtomicInteger NEXT = new AtomicInteger();

    private FreePort() {}

    /** One that nobody listens on, another each time. */
    public static int next() throws IOException {
        int begin = FIRST + (int) (ProcessHandle.current().pid() % PROCESSES) * EACH;
        for (int i = 0; i < EACH; i++) {
            int port = begin + NEXT.getAndIncrement() % EACH;
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException taken) {
                // The next one, perhaps.
            }
        }
        throw new IOException("ports " + begin + " to " + (begin + EACH - 1) + " are all taken");
    }
}
