// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code p11-kit server} with a module, on a socket. It has a process for each connection, which outlives it: all of them
 * go when this one is killed, as they do when the other computer or the way to it is gone.
 */
final class P11KitServer {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;

    private P11KitServer(Process process) {
        this.process = process;
    }

    /** Starts it with all tokens of the module, and waits until it listens. */
    static P11KitServer start(Path socket, Path module) throws IOException, InterruptedException {
        return start(socket, module, Map.of());
    }

    /** The same with an environment that tells the module where its tokens are. */
    static P11KitServer start(Path socket, Path module, Map<String, String> environment)
            throws IOException, InterruptedException {
        Files.deleteIfExists(socket);
        Path output = socket.resolveSibling(socket.getFileName() + "-server.log");
        ProcessBuilder server = new ProcessBuilder(
                        "p11-kit",
                        "server",
                        "--foreground",
                        "--name",
                        socket.toString(),
                        "--provider",
                        module.toString(),
                        "pkcs11:")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        server.environment().putAll(environment);
        Process process = server.start();
        Instant end = Instant.now().plus(PATIENCE);
        // It says so when it listens; the socket is there a moment before.
        while (!Files.readString(output).contains("P11_KIT_SERVER_PID")) {
            if (!process.isAlive() || Instant.now().isAfter(end)) {
                process.destroyForcibly();
                throw new IOException("p11-kit server does not start: " + Files.readString(output));
            }
            Thread.sleep(20);
        }
        return new P11KitServer(process);
    }

    /** What a client finds it by. */
    static String address(Path socket) {
        return "unix:path=" + socket;
    }

    /** Ends it in the middle of everything. */
    void kill() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle one : all) {
            one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
    }
}
