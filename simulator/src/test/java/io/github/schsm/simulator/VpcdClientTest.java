// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The device in a virtual reader, against a small vpcd. */
@Timeout(120)
class VpcdClientTest {
    private static final String SELECT = "00A4040C0BE82B0601040181C31F0201";
    private static final String VERIFY = "0020008106363438323139";
    private static final String PIN_STATUS = "00200081";

    private ServerSocket daemon;
    private SimulatedDevice device;
    private VpcdClient client;
    private Thread running;

    /** A connection as vpcd sees it. */
    private static final class Reader implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Reader(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(socket.getInputStream());
            this.out = new DataOutputStream(socket.getOutputStream());
        }

        private void control(int code) throws IOException {
            out.write(new byte[] {0, 1, (byte) code});
        }

        private String read() throws IOException {
            byte[] message = new byte[in.readUnsignedShort()];
            in.readFully(message);
            return CardProbe.hex(message);
        }

        private String exchange(String hex) throws IOException {
            byte[] command = CardProbe.bytes(hex);
            out.write(Bytes.concat(Bytes.uint16(command.length), command));
            return read();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void start() throws IOException, SchsmException {
        daemon = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        device = VirtualReaders.create(DeviceProfile.smartCardHsm4k()).device("ZZSIM000001");
        client = new VpcdClient(device, daemon.getInetAddress().getHostAddress(), daemon.getLocalPort());
        running = new Thread(client);
        running.start();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        client.close();
        running.join();
        daemon.close();
    }

    private Reader accept() throws IOException {
        return new Reader(daemon.accept());
    }

    @Test
    void powerResetAtrAndCommandsAreServed() throws IOException {
        try (Reader reader = accept()) {
            reader.control(1);
            reader.control(4);
            assertThat(reader.read()).isEqualTo("3BDE18FF8191FE1FC38031815448534D317380214081071C");
            assertThat(reader.exchange(PIN_STATUS)).isEqualTo("6D00");
            assertThat(reader.exchange(SELECT)).isEqualTo("9000");
            assertThat(reader.exchange(VERIFY)).isEqualTo("9000");
            assertThat(reader.exchange(PIN_STATUS)).isEqualTo("9000");
            reader.control(2);
            assertThat(reader.exchange(SELECT)).isEqualTo("9000");
            assertThat(reader.exchange(PIN_STATUS)).isEqualTo("63C3");
            assertThat(client.isConnected()).isTrue();
        }
    }

    @Test
    void bytesThatAreNoCommandAreAnsweredWithAStatusWord() throws IOException {
        try (Reader reader = accept()) {
            assertThat(reader.exchange("00A4")).isEqualTo("6700");
            reader.control(99);
            reader.out.write(new byte[] {0, 0});
            assertThat(reader.exchange(SELECT)).isEqualTo("9000");
        }
    }

    @Test
    void theCardComesBackWhenTheDaemonDoes() throws IOException {
        accept().close();
        try (Reader again = accept()) {
            assertThat(again.exchange(PIN_STATUS)).isEqualTo("6D00");
        }
    }

    @Test
    void removalEndsTheConnectionAndInsertionBringsANewOne() throws IOException {
        try (Reader reader = accept()) {
            assertThat(reader.exchange(SELECT)).isEqualTo("9000");
            device.remove();
            assertThatThrownBy(reader::read).isInstanceOf(IOException.class);
        }
        device.insert();
        try (Reader reader = accept()) {
            assertThat(reader.exchange(PIN_STATUS)).isEqualTo("6D00");
        }
    }

    @Test
    void aRemovalFaultLosesTheAnswerAndTheCard() throws IOException {
        device.faults().add(1, Faults.instruction(0x20), Fault.removalAfter());
        try (Reader reader = accept()) {
            assertThat(reader.exchange(SELECT)).isEqualTo("9000");
            assertThatThrownBy(() -> reader.exchange(VERIFY)).isInstanceOf(EOFException.class);
        }
        assertThat(device.isInserted()).isFalse();
    }

    @Test
    void closingEndsTheRun() throws Exception {
        try (Reader reader = accept()) {
            client.close();
            running.join();
            assertThatThrownBy(reader::read).isInstanceOf(EOFException.class);
        }
        assertThat(client.isConnected()).isFalse();
    }
}
