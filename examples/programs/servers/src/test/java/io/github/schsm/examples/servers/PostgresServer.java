// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.servers;

import io.github.schsm.examples.support.DeviceWorld;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A real PostgreSQL in a temporary folder, as Debian has it, which lets in only those who show a certificate with their
 * name. It runs as nobody where we are root, because it refuses to run as root.
 */
final class PostgresServer {
    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final int ATTEMPTS = 5;
    private static final String KEY = "server.key";
    private static final String CERTIFICATE = "server.pem";
    private static final String ROOT = "root.pem";

    private PostgresServer() {}

    /**
     * Makes a database that knows these users.
     *
     * @return its folder
     */
    static Path create(DeviceWorld world, Path folder, String... users) throws Exception {
        Path data = folder.resolve("data");
        Files.createDirectory(data);
        makeAccessible(folder, data);
        run("", "initdb", "-D", data.toString(), "-U", "postgres", "-A", "reject", "--no-sync", "--locale=C");
        StringBuilder roles = new StringBuilder();
        for (String user : users) {
            roles.append("CREATE ROLE \"").append(user).append("\" LOGIN;\n");
        }
        run(roles.toString(), "postgres", "--single", "-D", data.toString(), "postgres");
        keep(data, "pg_hba.conf", "hostssl all all 127.0.0.1/32 cert clientcert=verify-full\n");
        certify(world, data);
        return data;
    }

    /**
     * Starts it at 127.0.0.1; it speaks one version of TLS only.
     *
     * @param curve the one for key agreement, and in TLS 1.2 the only one that clients' certificates may have
     */
    static Running start(Path data, String protocol, String curve) throws Exception {
        StringBuilder said = new StringBuilder();
        // A port that is free now may be taken when the server binds it.
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = freePort();
            List<String> arguments = new ArrayList<>(List.of("-D", data.toString(), "-p", String.valueOf(port)));
            for (String setting : List.of(
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    "fsync=off",
                    "ssl=on",
                    "ssl_key_file=" + KEY,
                    "ssl_cert_file=" + CERTIFICATE,
                    "ssl_ca_file=" + ROOT,
                    "ssl_ecdh_curve=" + curve,
                    "ssl_min_protocol_version=" + protocol,
                    "ssl_max_protocol_version=" + protocol)) {
                arguments.addAll(List.of("-c", setting));
            }
            Process process = new ProcessBuilder(command("postgres", arguments.toArray(new String[0])))
                    .directory(new File("/"))
                    .redirectErrorStream(true)
                    .start();
            if (isReady(process, said)) {
                return Running.at(port, () -> {
                    run("", "pg_ctl", "-D", data.toString(), "-m", "immediate", "-w", "stop");
                    return process.waitFor(1, TimeUnit.MINUTES);
                });
            }
            process.destroyForcibly().waitFor();
        }
        throw new IOException("PostgreSQL does not start: " + said);
    }

    /** The URL of its database for one of the users; the server's certificate is good for 127.0.0.1. */
    static String url(Running database, String user) {
        return "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres?user=" + user;
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static List<String> command(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        }
        command.add(installed(program).toString());
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private static Path installed(String program) throws IOException {
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> versions = Files.list(INSTALLED)) {
                Path found = versions.map(version -> version.resolve("bin").resolve(program))
                        .filter(Files::isExecutable)
                        .sorted()
                        .findFirst()
                        .orElse(null);
                if (found != null) {
                    return found;
                }
            }
        }
        throw new IOException("no " + program + " in " + INSTALLED + ": install the package postgresql");
    }

    private static void run(String input, String program, String... arguments) throws Exception {
        Path output = Files.createTempFile("postgres", ".txt");
        try {
            Process process = new ProcessBuilder(command(program, arguments))
                    .directory(new File("/"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(program + ": " + Files.readString(output));
            }
        } finally {
            Files.delete(output);
        }
    }

    /** The user that runs the server owns its files, and can get to them. */
    private static void makeAccessible(Path folder, Path data) throws IOException {
        if (isRoot()) {
            UserPrincipal nobody =
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
            Files.setOwner(data, nobody);
            Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
            for (Path above = folder; above != null && !above.equals(temporary); above = above.getParent()) {
                Files.setPosixFilePermissions(above, PosixFilePermissions.fromString("rwx--x--x"));
            }
        }
    }

    private static void keep(Path data, String name, String text) throws IOException {
        Path file = Files.writeString(data.resolve(name), text, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.setOwner(file, Files.getOwner(data));
    }

    private static void certify(DeviceWorld world, Path data) throws GeneralSecurityException, IOException {
        KeyStore software = world.software("database");
        keep(
                data,
                KEY,
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(software.getKey("database", DeviceWorld.TRUST_PASSWORD.toCharArray())
                                        .getEncoded())
                        + "\n-----END PRIVATE KEY-----\n");
        keep(
                data,
                CERTIFICATE,
                Files.readString(world.pem(
                        "database.pem",
                        Arrays.stream(software.getCertificateChain("database"))
                                .map(X509Certificate.class::cast)
                                .toArray(X509Certificate[]::new))));
        keep(data, ROOT, Files.readString(world.rootFile()));
    }

    /** Reads what the server says until it is ready, or ends; what follows is read by the same thread and dropped. */
    private static boolean isReady(Process process, StringBuilder said)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> {
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!ready.isDone()) {
                        said.append(line).append('\n');
                    }
                    if (line.contains("ready to accept connections")) {
                        ready.complete(true);
                    }
                }
                ready.complete(false);
            } catch (IOException ended) {
                ready.complete(false);
            }
        });
        reader.setDaemon(true);
        reader.start();
        return ready.get(5, TimeUnit.MINUTES);
    }
}
