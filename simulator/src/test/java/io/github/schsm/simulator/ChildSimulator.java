// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.simulator.crypto.Bytes;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A simulator in a separate process, to be killed. It works on one device and says each thing that the device has
 * acknowledged, one per line.
 */
final class ChildSimulator implements AutoCloseable {
    static final String DEVICE = "ZZSIM000099";
    /** The key whose use counter falls. */
    static final int COUNTED_KEY = 250;

    static final int FILES = 20;
    static final int KEYS = 20;

    private final Process process;
    private final BufferedReader output;

    private ChildSimulator(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @param first number of the first thing to do; 0 only holds the folder */
    static ChildSimulator start(Path folder, int first) throws IOException {
        String modules = System.getProperty("jdk.module.path", "");
        String classes = System.getProperty("java.class.path", "");
        String separator = System.getProperty("path.separator");
        String testClasses = Path.of(ChildSimulator.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        String own = Path.of("target", "test-classes").toAbsolutePath().toString();
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "-cp",
                        String.join(separator, modules, classes, testClasses, own),
                        ChildSimulator.class.getName(),
                        folder.toString(),
                        Integer.toString(first)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ChildSimulator(process);
    }

    long pid() {
        return process.pid();
    }

    @Nullable
    String readLine() throws IOException {
        return output.readLine();
    }

    /** Kills the process; what it had said before can still be read. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        VirtualReaders readers = VirtualReaders.folder(Path.of(arguments[0]));
        out.println("ready");
        int number = Integer.parseInt(arguments[1]);
        if (number == 0) {
            Thread.sleep(Long.MAX_VALUE);
        }
        CardProbe card = new CardProbe(readers.device(DEVICE));
        card.select();
        card.verify();
        while (true) {
            require(card.write(0xCF00 | number % FILES, Bytes.uint32(number)));
            out.println("file " + number);
            require(card.command(0x80680070 | COUNTED_KEY << 8, new byte[32]));
            out.println("signature " + number);
            require(card.send(String.format("0048%02XB2 03 910194", 1 + number % KEYS)));
            out.println("key " + number);
            number++;
        }
    }

    private static void require(int sw) {
        if (sw != 0x9000) {
            throw new IllegalStateException(Integer.toHexString(sw));
        }
    }
}
