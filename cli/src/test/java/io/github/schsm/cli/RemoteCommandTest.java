// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.cli.io.Io;
import io.github.schsm.provider.SchsmProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device of this computer is lent to a provider of this process. */
@Timeout(180)
class RemoteCommandTest {
    @TempDir
    Path folder;

    private String url;

    @BeforeEach
    void choosePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + socket.getLocalPort() + "/ram";
        }
    }

    /** A command that goes on, and what it has said so far. */
    private static final class Going {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final CompletableFuture<Integer> status = new CompletableFuture<>();
        private final Thread thread;

        Going(Map<String, String> environment, String... arguments) {
            Io io = new Io(new PrintWriter(out, true), new PrintWriter(err, true), environment::get, null);
            thread = new Thread(() -> status.complete(Schsm.run(io, arguments)));
            thread.start();
        }

        String end() throws Exception {
            thread.interrupt();
            assertThat(status.get(60, TimeUnit.SECONDS)).as(err.toString()).isZero();
            return out.toString();
        }
    }

    private SchsmProvider server(String more) {
        return (SchsmProvider)
                new SchsmProvider().configure("terminal = ram:" + url + "; trust = simulator; ram.wait = 60" + more);
    }

    @Test
    void deviceIsUsedByAProgramElsewhere() throws Exception {
        Going client = new Going(
                Map.of(),
                "remote",
                "connect",
                url,
                "--terminal=simulator:" + folder,
                "--device=ZZSIM000042",
                "--verbose");
        try (SchsmProvider provider = server("; device = ZZSIM000042")) {
            KeyStore keys = KeyStore.getInstance("SCHSM", provider);
            keys.load(null, "648219".toCharArray());
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            generator.generateKeyPair();
            keys.load(null, null);

            assertThat(keys.size()).isEqualTo(1);
            String said = client.end();
            assertThat(said)
                    .contains("Dialing " + url + " with ZZSIM000042", "Connected.", "00A40400 → 9000", "00B12F02 → ")
                    // The PIN is within the secure channel; so is where it was verified.
                    .contains("0C200081 → 9000")
                    .doesNotContain("00200081 → 9000", "648219", "363438323139");
            List<FoundDevice> left = provider.devices();
            assertThat(left).hasSize(1);
            assertThat(left.get(0).device()).isNull();
            assertThat(left.get(0).problem()).contains("not connected");
        }
    }

    @Test
    void pinThatIsVerifiedHereIsNotNeededThere() throws Exception {
        Going client = new Going(
                Map.of("PIN", "648219"),
                "remote",
                "connect",
                "ram:" + url,
                "--terminal=simulator:" + folder,
                "--device=ZZSIM000042",
                "--pin-first",
                "--pin-env=PIN",
                "--json");
        try (SchsmProvider provider = server("")) {
            KeyStore keys = KeyStore.getInstance("SCHSM", provider);
            keys.load(null, null);
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            generator.generateKeyPair();
            keys.load(null, null);
            assertThat(keys.size()).isEqualTo(1);
            assertThat(client.end()).contains("\"event\" : \"connected\"");
        }
    }

    @Test
    void whatCannotBeDialedIsSaid() throws Exception {
        String terminal = "--terminal=simulator:" + folder;
        assertThat(Run.of(Map.of(), "remote", "connect", "http://192.0.2.1/", terminal)
                        .failed()
                        .err())
                .contains("plain HTTP is for this computer alone");
        assertThat(Run.of(Map.of(), "remote", "connect", url, terminal, "--once")
                        .failed()
                        .err())
                .contains(url + ": the line to it is broken: nothing listens there");
        Path store = Files.writeString(folder.resolve("none.p12"), "none");
        assertThat(Run.of(
                                Map.of("PASSWORD", "x"),
                                "remote",
                                "connect",
                                "https://127.0.0.1:1/",
                                terminal,
                                "--keystore=" + store,
                                "--password-env=PASSWORD")
                        .failed()
                        .err())
                .contains("--keystore " + store + " cannot be read");
    }
}
