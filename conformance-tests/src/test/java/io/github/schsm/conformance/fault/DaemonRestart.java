// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program of {@link DaemonRestartTest}: signs, ends the daemon, fails to sign, starts a daemon, signs. Its argument is
 * the terminal.
 */
final class DaemonRestart {
    static final String WITHOUT = "without a daemon:";
    static final String AGAIN = "signed again";

    private static final Path SOCKET = Path.of("/run/pcscd/pcscd.comm");
    static final int PORT = 35963;
    private static final byte[] DATA = "signed twice".getBytes(StandardCharsets.UTF_8);

    private DaemonRestart() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Process daemon = startDaemon();
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        try (VirtualReader reader = VirtualReader.plug(0, PORT, readers.device("ZZSIM000001"))) {
            Provider provider = new SchsmProvider().configure(reader.configuration(arguments[0]));
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, "648219".toCharArray());
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
            generator.initialize(SchsmKeySpec.builder("survivor")
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            KeyPair pair = generator.generateKeyPair();
            sign(provider, pair);

            stop(daemon);
            try {
                sign(provider, pair);
                throw new IllegalStateException("signed without a daemon");
            } catch (SignatureException expected) {
                if (!(expected.getCause() instanceof SchsmException)) {
                    throw expected;
                }
                out.println(WITHOUT + " " + expected.getMessage());
            }

            daemon = startDaemon();
            VirtualReader.awaitPresence(reader.name(), true);
            sign(provider, pair);
            out.println(AGAIN);
        } finally {
            stop(daemon);
        }
        System.exit(0);
    }

    private static void sign(Provider provider, KeyPair pair) throws Exception {
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(pair.getPrivate());
        signer.update(DATA);
        byte[] signature = signer.sign();
        if (!Pki.verifies("SHA256withECDSA", pair.getPublic(), DATA, signature)) {
            throw new SignatureException("wrong signature");
        }
    }

    static Process startDaemon() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("pcscd", "--foreground", "--config", "/etc/reader.conf.d/vpcd"));
        Process help =
                new ProcessBuilder("pcscd", "--help").redirectErrorStream(true).start();
        if (new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains("--disable-polkit")) {
            command.add("--disable-polkit");
        }
        Process daemon = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!isListening()) {
            if (!daemon.isAlive() || System.nanoTime() > end) {
                daemon.destroyForcibly();
                throw new IOException("pcscd does not start");
            }
            Thread.sleep(20);
        }
        return daemon;
    }

    /** The socket is there a moment before it can be used. */
    private static boolean isListening() {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(SOCKET))) {
            return channel.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    static void stop(Process daemon) throws IOException, InterruptedException {
        daemon.destroy();
        if (!daemon.waitFor(30, TimeUnit.SECONDS)) {
            daemon.destroyForcibly().waitFor();
        }
        Files.deleteIfExists(SOCKET);
    }
}
