// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmDevice;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while {@code schsm benchmark} uses a key that it made. */
class BenchmarkProcessTest {
    private static final int LOOK_MILLIS = 20;
    /** Less than any key takes. */
    private static final int GROWTH = 100;

    @TempDir
    private Path folder;

    private static long size(Path state) throws IOException {
        long size = 0;
        try (Stream<Path> files = Files.list(state)) {
            for (Path file : files.toList()) {
                size += Files.size(file);
            }
            return size;
        } catch (NoSuchFileException wasReplacedJustNow) {
            return 0;
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void keyIsDeletedBeforeTheProcessEnds() throws Exception {
        Path state = folder.resolve("hsm");
        try (VirtualReaders readers = VirtualReaders.folder(state)) {
            readers.device("ZZSIM000001");
        }
        long before = size(state);
        // Where the build runs in the background, SIGINT is ignored, and children inherit that.
        ProcessBuilder builder = new ProcessBuilder(
                        "env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.github.schsm.cli.Schsm",
                        "benchmark",
                        "--terminal=simulator:" + state,
                        "--device=ZZSIM000001",
                        "--pin-env=PIN",
                        "--make-keys",
                        "--kinds=secp256r1",
                        "--seconds=2")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("PIN", VirtualReaders.USER_PIN);
        Process process = builder.start();
        try {
            while (process.isAlive() && size(state) < before + GROWTH) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            assertThat(process.isAlive())
                    .as(Files.readString(folder.resolve("out")))
                    .isTrue();

            assertThat(new ProcessBuilder("kill", "-INT", Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();

            assertThat(process.waitFor()).isNotZero();
        } finally {
            process.destroyForcibly();
        }
        try (SchsmProvider provider = (SchsmProvider)
                new SchsmProvider().configure("terminal = simulator:" + state + "; device = ZZSIM000001")) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, VirtualReaders.USER_PIN.toCharArray());
            assertThat(SchsmDevice.of(keyStore).keys()).isEmpty();
        }
    }
}
