// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/** Jars to sign, and the JDK's word on what came out. */
final class Jars {
    private static final String ENTRY = "hello.txt";

    private Jars() {}

    static Path unsigned(Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out)) {
            jar.putNextEntry(new JarEntry(ENTRY));
            jar.write("hello\n".getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
        return file;
    }

    /** Whether all of a jar is signed by this certificate. */
    static boolean isSignedBy(Path file, Certificate certificate) throws IOException {
        try (JarFile jar = new JarFile(file.toFile(), true)) {
            JarEntry entry = jar.getJarEntry(ENTRY);
            try (InputStream in = jar.getInputStream(entry)) {
                in.readAllBytes();
            }
            return entry.getCodeSigners() != null
                    && List.of(entry.getCodeSigners()).stream()
                            .anyMatch(signer -> signer.getSignerCertPath()
                                    .getCertificates()
                                    .get(0)
                                    .equals(certificate));
        }
    }

    /** The same by {@code jarsigner -verify}, which knows the root only. */
    static void verifyByJarsigner(DeviceWorld world, Path file) throws Exception {
        assertThat(Command.script(
                                world.folder(),
                                "jarsigner -verify -strict -keystore " + world.trustStore() + " -storepass "
                                        + DeviceWorld.TRUST_PASSWORD + " " + file)
                        .toString())
                .contains("jar verified.")
                .endsWith("status 0");
    }
}
