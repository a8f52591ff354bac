// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A program that asks an agent, well-behaved or not. */
final class AgentClient implements AutoCloseable {
    private final SocketChannel channel;

    AgentClient(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    void send(byte[] raw) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(raw);
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    /** The next answer; an empty one if the agent has closed. */
    byte[] answer() throws IOException {
        byte[] length = read(Integer.BYTES);
        return length.length == 0 ? length : read(ByteBuffer.wrap(length).getInt());
    }

    private byte[] read(int bytes) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(bytes);
        try {
            while (in.hasRemaining()) {
                if (channel.read(in) < 0) {
                    return new byte[0];
                }
            }
        } catch (IOException reset) {
            return new byte[0];
        }
        return in.array();
    }

    byte[] ask(byte[] message) throws IOException {
        send(new WireWriter().bytes(message).content());
        return answer();
    }

    /** The first byte of an answer. */
    int status(byte[] message) throws IOException {
        return ask(message)[0];
    }

    int lock(int type, String passphrase) throws IOException {
        return status(new WireWriter().number8(type).text(passphrase).content());
    }

    /** Comments and keys. */
    Map<String, byte[]> keys() throws Exception {
        WireReader reader = new WireReader("answer", ask(new byte[] {AgentMessages.REQUEST_IDENTITIES}));
        assert reader.number8() == AgentMessages.IDENTITIES_ANSWER;
        Map<String, byte[]> keys = new LinkedHashMap<>();
        for (long i = reader.number32(); i > 0; i--) {
            byte[] blob = reader.bytes();
            keys.put(reader.text(), blob);
        }
        reader.end();
        return keys;
    }

    byte[] sign(byte[] blob, byte[] data, int flags) throws IOException {
        return ask(signRequest(blob, data, flags));
    }

    static byte[] signRequest(byte[] blob, byte[] data, int flags) {
        return new WireWriter()
                .number8(AgentMessages.SIGN_REQUEST)
                .bytes(blob)
                .bytes(data)
                .number32(flags)
                .content();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
