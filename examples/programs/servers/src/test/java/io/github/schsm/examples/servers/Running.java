// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;

/** A server that listens at 127.0.0.1 until it is closed. */
final class Running implements AutoCloseable {
    private final int port;
    private final Callable<?> end;

    private Running(int port, Callable<?> end) {
        this.port = port;
        this.end = end;
    }

    /** A server by its port and what ends it. */
    static Running at(int port, Callable<?> end) {
        return new Running(port, end);
    }

    /** Where it listens. */
    int port() {
        return port;
    }

    @Override
    public void close() throws IOException {
        try {
            end.call();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("while the server ended").initCause(interrupted);
        } catch (IOException | RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IOException(failed);
        }
    }
}
