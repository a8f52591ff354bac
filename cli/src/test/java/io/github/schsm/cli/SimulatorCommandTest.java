// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import io.github.schsm.simulator.VirtualReaders;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class SimulatorCommandTest {
    private static final byte[] SELECT = HexFormat.of().parseHex("00A4040C0BE82B0601040181C31F0201");

    @TempDir
    Path folder;

    /** vpcd's side: a reader to which a card connects. */
    private static byte[] ask(Socket card, byte[] message) throws IOException {
        DataOutputStream out = new DataOutputStream(card.getOutputStream());
        out.writeShort(message.length);
        out.write(message);
        out.flush();
        DataInputStream in = new DataInputStream(card.getInputStream());
        byte[] answer = new byte[in.readUnsignedShort()];
        in.readFully(answer);
        return answer;
    }

    @Test
    void deviceAnswersInAVirtualReaderUntilItIsEnded() throws Exception {
        try (ServerSocket reader = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            Io io = new Io(new PrintWriter(out, true), new PrintWriter(err, true), name -> null, null);
            CompletableFuture<Integer> status = new CompletableFuture<>();
            Thread command = new Thread(() -> status.complete(Schsm.run(
                    io,
                    "simulator",
                    "--state=" + folder,
                    "--port=" + reader.getLocalPort(),
                    "--device=ZZSIM000042",
                    "--json")));
            command.start();
            try (Socket card = reader.accept()) {
                byte[] atr = ask(card, new byte[] {4});
                assertThat(atr).startsWith(0x3B);
                assertThat(ask(card, SELECT)).endsWith(0x90, 0x00);
                while (out.toString().isBlank()) {
                    Thread.sleep(5);
                }
                command.interrupt();
                assertThat(status.get(60, TimeUnit.SECONDS)).isZero();
                assertThat(card.getInputStream().read()).as("the card has left").isEqualTo(-1);
            }
            assertThat(new Run(0, out.toString(), err.toString()).done().json())
                    .containsEntry("ready", true)
                    .containsEntry("devices", java.util.List.of("ZZSIM000042"));
        }
        try (VirtualReaders readers = VirtualReaders.folder(folder)) {
            assertThat(readers.deviceIds()).containsExactly("ZZSIM000042");
        }
    }

    @Test
    void deviceIdsAndPortsOutOfRangeAreRefused() {
        assertThat(Run.of(Map.of(), "simulator", "--state=" + folder, "--device=DECC0401002")
                        .failed()
                        .err())
                .contains("DECC0401002", "ZZSIM");
        assertThat(Run.of(
                                Map.of(),
                                "simulator",
                                "--state=" + folder,
                                "--port=65535",
                                "--device=ZZSIM000001,ZZSIM000002")
                        .misused()
                        .err())
                .contains("65535");
    }

    @Test
    void latencyIsATableOrAnErrorThatSaysWhere() throws Exception {
        Path table = Files.writeString(folder.resolve("table"), "select = 300\nsign = soon\n");
        assertThat(Run.of(Map.of(), "simulator", "--state=" + folder, "--latency=" + table)
                        .failed()
                        .err())
                .contains(table + ", line 2: \"soon\" is no number of milliseconds");
        assertThat(Run.of(Map.of(), "simulator", "--state=" + folder, "--latency=5k")
                        .failed()
                        .err())
                .contains("5k", "old-device, 4k");
        Files.writeString(table, "select = 300");
        try (ServerSocket reader = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Io io = new Io(
                    new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), name -> null, null);
            Thread command = new Thread(() -> Schsm.run(
                    io, "simulator", "--state=" + folder, "--port=" + reader.getLocalPort(), "--latency=" + table));
            command.start();
            try (Socket card = reader.accept()) {
                long start = System.nanoTime();
                assertThat(ask(card, SELECT)).endsWith(0x90, 0x00);
                assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
            }
            command.interrupt();
            command.join();
        }
    }
}
