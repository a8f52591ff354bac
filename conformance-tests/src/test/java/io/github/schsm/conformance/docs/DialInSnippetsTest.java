// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.io.Io;
import io.github.schsm.conformance.bench.FreePort;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Server and client as the page about many devices has them, with the certificates that it makes. */
class DialInSnippetsTest {
    @RunsSnippets({
        "docs/many-devices.md#ram-certificates",
        "docs/many-devices.md#ram-server",
        "docs/many-devices.md#ram-client"
    })
    @Test
    @Timeout(300)
    void readerDialsIn(@TempDir Path folder) throws Exception {
        Files.createFile(
                folder.resolve("password"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(folder.resolve("password"), "changeit\n");
        Shell shell = new Shell(folder, Jdk.all().get(0));
        Program.Result made = shell.run("docs/many-devices.md#ram-certificates", "dns:hsm.example.com", "ip:127.0.0.1");
        assertThat(made.status()).as(made.output()).isZero();
        int port = FreePort.next();
        String server = shell.adapt(
                Snippet.text("docs/many-devices.md#ram-server"),
                "0.0.0.0:8443",
                "127.0.0.1:" + port,
                "/etc/schsm",
                folder.toString());
        String client = shell.adapt(
                        Snippet.text("docs/many-devices.md#ram-client"),
                        "hsm.example.com:8443",
                        "127.0.0.1:" + port,
                        "site-b.p12",
                        folder.resolve("site-b.p12").toString(),
                        "ca.pem",
                        folder.resolve("ca.pem").toString(),
                        "password-file password",
                        "password-file " + folder.resolve("password"))
                .strip();
        List<String> arguments = new ArrayList<>(List.of(client.split(" ", -1)));
        assertThat(arguments.remove(0)).isEqualTo("schsm");
        arguments.add("--terminal=simulator:" + shell.devices());
        StringWriter said = new StringWriter();
        Io io = new Io(new PrintWriter(said, true), new PrintWriter(said, true), name -> null, null);
        Thread dialing = new Thread(() -> Schsm.run(io, arguments.toArray(String[]::new)));
        dialing.start();
        try (SchsmProvider provider =
                (SchsmProvider) new SchsmProvider().configure(server + "trust = simulator\nram.wait = 60")) {
            KeyStore keys = KeyStore.getInstance("SCHSM", provider);

            keys.load(null, "648219".toCharArray());

            assertThat(said.toString()).contains("Connected.");
        } finally {
            dialing.interrupt();
            dialing.join();
        }
    }
}
