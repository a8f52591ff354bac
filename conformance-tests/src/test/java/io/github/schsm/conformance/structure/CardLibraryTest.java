// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.structure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.card.CardDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Module card without the provider: a named module of a user, compiled and run with nothing but the module path. */
@Tag("jdk")
class CardLibraryTest {
    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");
    private static final String MODULE = """
            module signer {
                requires io.github.schsm.card;
                requires io.github.schsm.simulator;
            }
            """;
    private static final String PROGRAM = """
            package signer;

            import io.github.schsm.Cvc;
            import io.github.schsm.KeyAlgorithm;
            import io.github.schsm.card.CardDevice;
            import io.github.schsm.card.apdu.RetryPolicy;
            import io.github.schsm.card.files.KeyAttributes;
            import io.github.schsm.card.files.KeyPairRequest;
            import io.github.schsm.card.transport.TerminalSource;
            import io.github.schsm.codec.EcCurve;
            import io.github.schsm.simulator.VirtualReaders;
            import java.security.MessageDigest;
            import java.security.Signature;

            public final class Signer {
                public static void main(String[] args) throws Exception {
                    VirtualReaders readers = VirtualReaders.memory();
                    String reader = readers.device("ZZSIM000001").readerName();
                    CardDevice device = CardDevice.of(TerminalSource.of("simulator", readers.terminals()), reader);
                    System.out.println("device " + device.identity().deviceId());
                    byte[] hash = MessageDigest.getInstance("SHA-256").digest(new byte[10]);
                    char[] pin = "648219".toCharArray();
                    Cvc key = device.withPin(pin, card -> card.generateKeyPair(
                            1, KeyPairRequest.ec(EcCurve.SECP256R1, "ZZSIGNER00001", KeyAttributes.NONE)));
                    byte[] signature = device.withPin(
                            pin, card -> card.sign(1, KeyAlgorithm.ECDSA, hash, RetryPolicy.ALLOWED));
                    Signature check = Signature.getInstance("NONEwithECDSA");
                    check.initVerify(key.getPublicKey());
                    check.update(hash);
                    System.out.println("verified " + check.verify(signature));
                    System.out.println("objects " + device.withCard(card -> card.enumerateObjects()).size());
                }
            }
            """;

    @TempDir
    private Path folder;

    private static String home(Class<?> type) {
        URI place = URI.create(
                type.getProtectionDomain().getCodeSource().getLocation().toString());
        return Path.of(place).toString();
    }

    private static String modulePath() throws ClassNotFoundException {
        List<String> paths =
                new ArrayList<>(List.of(home(Cvc.class), home(CardDevice.class), home(VirtualReaders.class)));
        for (String library : List.of(
                "org.bouncycastle.jce.provider.BouncyCastleProvider",
                "jnasmartcardio.Smartcardio",
                "com.sun.jna.Native",
                "org.jspecify.annotations.Nullable")) {
            paths.add(home(Class.forName(library)));
        }
        return String.join(File.pathSeparator, paths);
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    @Test
    void aNamedModuleSignsWithAPin() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source/signer"));
        Path module = Files.writeString(folder.resolve("source/module-info.java"), MODULE);
        Path program = Files.writeString(source.resolve("Signer.java"), PROGRAM);
        Path classes = folder.resolve("classes");
        String modulePath = modulePath();
        run(List.of(
                BIN.resolve("javac").toString(),
                "-Xlint:all,-requires-automatic,-requires-transitive-automatic",
                "-Werror",
                "--module-path",
                modulePath,
                "-d",
                classes.toString(),
                module.toString(),
                program.toString()));
        String output = run(List.of(
                BIN.resolve("java").toString(),
                "--module-path",
                modulePath + File.pathSeparator + classes,
                "--module",
                "signer/signer.Signer"));

        assertThat(output).contains("device ZZSIM000001", "verified true");
    }
}
