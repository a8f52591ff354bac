// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/** A program that is connected: one message after the other, each with its length before it. */
final class AgentConnection implements AutoCloseable {
    private final SocketChannel channel;
    private final BoundSessions sessions = new BoundSessions();
    private volatile long waitsFrom = System.nanoTime();
    private volatile boolean busy;

    AgentConnection(SocketChannel channel) {
        this.channel = channel;
    }

    /** For how long it has waited for a message, or for the rest of one, in nanoseconds; 0 while one is answered. */
    long waitedNanos() {
        return busy ? 0 : System.nanoTime() - waitsFrom;
    }

    /** Answers until the other end closes, says something that is no message, or the agent ends. */
    void serve(AgentService service) throws IOException, InterruptedException {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
        while (isFull(length)) {
            long bytes = Integer.toUnsignedLong(length.getInt(0));
            length.clear();
            // Behind a length that cannot be, nothing can be told apart any more.
            if (bytes == 0 || bytes > AgentMessages.MOST_BYTES) {
                return;
            }
            byte[] message = new byte[(int) bytes];
            if (!isFull(ByteBuffer.wrap(message))) {
                return;
            }
            busy = true;
            byte[] answer = service.answer(message, sessions);
            // It may have been a passphrase.
            Arrays.fill(message, (byte) 0);
            write(answer);
            waitsFrom = System.nanoTime();
            busy = false;
        }
    }

    private boolean isFull(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private void write(byte[] answer) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES + answer.length)
                .putInt(answer.length)
                .put(answer)
                .flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
