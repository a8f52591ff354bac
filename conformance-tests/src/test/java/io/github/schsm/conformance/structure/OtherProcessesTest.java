// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.card.CardDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The provider in JVMs of its own: as modules, by java.security, and two at one folder. */
@Tag("jdk")
class OtherProcessesTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String SIGNS = """
            import java.security.*;
            import java.util.*;
            public class Program {
                public static void main(String[] args) throws Exception {
                    Provider provider = null;
                    if (args[0].equals("loader")) {
                        for (Provider candidate : ServiceLoader.load(Provider.class)) {
                            if (candidate.getName().equals("SCHSM")) provider = candidate.configure(args[1]);
                        }
                        System.out.println("module " + provider.getClass().getModule().getName());
                    } else {
                        provider = Security.getProvider(args[1]);
                    }
                    KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
                    keyStore.load(null, "648219".toCharArray());
                    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
                    generator.initialize(256);
                    KeyPair pair = generator.generateKeyPair();
                    Signature signature = Signature.getInstance("SHA256withECDSA", provider);
                    signature.initSign(pair.getPrivate());
                    signature.update(new byte[10]);
                    byte[] signed = signature.sign();
                    Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
                    verifier.initVerify(pair.getPublic());
                    verifier.update(new byte[10]);
                    System.out.println("verified " + verifier.verify(signed));
                    if (args.length > 2) {
                        System.out.println("ready");
                        System.in.read();
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    /** Where this module, or this jar, is. */
    private static String home(Class<?> type) {
        return Path.of(java.net.URI.create(
                        type.getProtectionDomain().getCodeSource().getLocation().toString()))
                .toString();
    }

    private static String ours() {
        return Stream.of(Cvc.class, CardDevice.class, VirtualReaders.class, SchsmProvider.class)
                .map(OtherProcessesTest::home)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String libraries() throws ClassNotFoundException {
        List<String> paths = new ArrayList<>();
        for (String name : List.of(
                "org.bouncycastle.jce.provider.BouncyCastleProvider",
                "jnasmartcardio.Smartcardio",
                "com.sun.jna.Native",
                "org.jspecify.annotations.Nullable")) {
            paths.add(home(Class.forName(name)));
        }
        return String.join(File.pathSeparator, paths);
    }

    private Path program() throws IOException {
        return Files.writeString(folder.resolve("Program.java"), SIGNS);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws Exception {
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new String(output, StandardCharsets.UTF_8);
    }

    @Test
    void modulePathIsEnough() throws Exception {
        Process process = start(List.of(
                JAVA,
                "--module-path",
                ours() + File.pathSeparator + libraries(),
                "--add-modules",
                "io.github.schsm.provider,io.github.schsm.simulator",
                program().toString(),
                "loader",
                "terminal = simulator:memory"));

        assertThat(output(process)).contains("module io.github.schsm.provider", "verified true");
    }

    @Test
    void javaSecurityConfiguresIt() throws Exception {
        int next = 1;
        while (java.security.Security.getProperty("security.provider." + next) != null) {
            next++;
        }
        Path security = Files.writeString(
                folder.resolve("java.security"),
                "security.provider." + next
                        + "=io.github.schsm.provider.SchsmProvider terminal = simulator:memory; name = x\n");
        Process process = start(List.of(
                JAVA,
                "-Djava.security.properties=" + security,
                "-cp",
                ours() + File.pathSeparator + libraries(),
                program().toString(),
                "registered",
                "SCHSM-x"));

        assertThat(output(process)).contains("verified true");
    }

    @Test
    void secondProcessAtAFolderIsToldWhoHoldsIt() throws Exception {
        Path state = folder.resolve("devices");
        String configuration = "terminal = simulator:" + state;
        Process process = start(List.of(
                JAVA,
                "-cp",
                ours() + File.pathSeparator + libraries(),
                program().toString(),
                "loader",
                configuration,
                "wait"));
        try {
            awaitReady(process);
            KeyStore keyStore = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(configuration));

            assertThatThrownBy(() -> keyStore.load(null, "648219".toCharArray()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(state.toString())
                    .hasMessageContaining(Long.toString(process.pid()));

            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            keyStore.load(null, "648219".toCharArray());
            assertThat(keyStore.size())
                    .as("the key that the other process made")
                    .isEqualTo(1);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void awaitReady(Process process) {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        List<String> seen = new ArrayList<>();
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                seen.add(line);
                if (line.equals("ready")) {
                    return;
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        throw new AssertionError("the other process ended: " + seen);
    }
}
