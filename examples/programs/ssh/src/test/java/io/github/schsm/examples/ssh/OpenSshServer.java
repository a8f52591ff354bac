// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import io.github.schsm.examples.support.Command;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** OpenSSH's own server, for the user of this process, with keys and files of its own in a folder. */
final class OpenSshServer implements AutoCloseable {
    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");
    private static final int MOST_TRIES = 20;

    private final Path folder;
    private final Process process;
    private final int port;
    private final Queue<String> said;

    private OpenSshServer(Path folder, Process process, int port, Queue<String> said) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.said = said;
    }

    /**
     * Starts it.
     *
     * @param folder     an empty one
     * @param authorized the lines of authorized_keys
     * @param more       lines for sshd_config, such as another host key's
     */
    static OpenSshServer start(Path folder, List<String> authorized, String... more)
            throws IOException, InterruptedException {
        if (user().equals("root")) {
            Files.createDirectories(PRIVILEGE_SEPARATION);
        }
        Files.write(folder.resolve("authorized_keys"), authorized);
        for (String type : List.of("ed25519", "ecdsa")) {
            Command.run(folder, "ssh-keygen", "-q", "-N", "", "-t", type, "-f", "host_" + type);
        }
        String hostKeys =
                more.length > 0 ? String.join("\n", more) : "HostKey FOLDER/host_ed25519\nHostKey FOLDER/host_ecdsa";
        Files.writeString(folder.resolve("sshd_config"), (hostKeys + """

                ListenAddress 127.0.0.1
                AuthorizedKeysFile FOLDER/authorized_keys
                StrictModes no
                AuthenticationMethods publickey
                PermitRootLogin yes
                UsePAM no
                PidFile none
                LogLevel VERBOSE
                """).replace("FOLDER", folder.toString()));
        String problem = "";
        for (int i = 0; i < MOST_TRIES; i++) {
            int port = freePort();
            Process process = new ProcessBuilder(
                            "/usr/sbin/sshd",
                            "-D",
                            "-e",
                            "-f",
                            folder.resolve("sshd_config").toString(),
                            "-p",
                            "" + port)
                    .redirectErrorStream(true)
                    .start();
            Queue<String> said = new ConcurrentLinkedQueue<>();
            if (isListening(process, said)) {
                return new OpenSshServer(folder, process, port, said);
            }
            problem = String.join("\n", said);
            process.destroyForcibly();
            if (!problem.contains("in use")) {
                break;
            }
        }
        throw new IllegalStateException("sshd does not listen: " + problem);
    }

    /** Another program may take it before the server does: then it is tried again. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isListening(Process process, Queue<String> said) throws InterruptedException {
        CompletableFuture<Boolean> listening = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    said.add(line);
                    if (line.startsWith("Server listening on")) {
                        listening.complete(true);
                    }
                }
            } catch (IOException ended) {
                said.add("the log has ended: " + ended.getMessage());
            }
            listening.complete(false);
        });
        reader.setDaemon(true);
        reader.start();
        try {
            return listening.get(1, TimeUnit.MINUTES);
        } catch (ExecutionException | TimeoutException silent) {
            return false;
        }
    }

    /** Who logs in: the user of this process. */
    static String user() {
        return System.getProperty("user.name");
    }

    int port() {
        return port;
    }

    /** The line of known_hosts for a host key of a type: ed25519 or ecdsa. */
    String knownHost(String type) throws IOException {
        String[] words =
                Files.readString(folder.resolve("host_" + type + ".pub")).split(" ", -1);
        return "[127.0.0.1]:" + port + " " + words[0] + " " + words[1] + "\n";
    }

    /** A file known_hosts with its host keys. */
    Path knownHosts() throws IOException {
        return Files.writeString(folder.resolve("known_hosts"), knownHost("ed25519") + knownHost("ecdsa"));
    }

    /** Waits until it has logged something, which may take a moment longer than what it tells of. */
    void awaitLog(String text) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!log().contains(text)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("not logged: " + text + "\n" + log());
            }
            Thread.sleep(10);
        }
    }

    /** What it has logged so far. */
    String log() {
        return String.join("\n", said);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
