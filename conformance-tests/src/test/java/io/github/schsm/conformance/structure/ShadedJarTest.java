// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.structure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The one jar for class paths: everything in it, and nothing that gets in the way of what stands next to it. */
@Tag("jdk")
class ShadedJarTest {
    private static final String SERVICES = "META-INF/services/";
    private static final List<String> PACKED =
            List.of("keystore-spi", "card", "simulator", "remote", "provider", "pkcs11-bridge");

    private static JarFile jar;

    @BeforeAll
    static void open() throws IOException {
        Path path = Path.of(System.getProperty("schsm.all.jar"));
        assertThat(path).as("made by mvn package in schsm-all").isRegularFile();
        jar = new JarFile(path.toFile());
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    private static List<String> names() {
        return jar.stream()
                .filter(entry -> !entry.isDirectory())
                .map(ZipEntry::getName)
                .toList();
    }

    @Test
    void bringsNoClassesThatAnotherBouncyCastleMayBring() {
        assertThat(names())
                .noneMatch(name -> name.contains("org/bouncycastle/"))
                .contains("io/github/schsm/shaded/bouncycastle/math/ec/ECPoint.class");
    }

    @Test
    void keepsTheNamesThatNativeLibrariesKnow() {
        assertThat(names())
                .contains("com/sun/jna/Native.class", "com/sun/jna/linux-x86-64/libjnidispatch.so")
                .contains("jnasmartcardio/Smartcardio.class")
                .contains(
                        "iaik/pkcs/pkcs11/wrapper/PKCS11Implementation.class",
                        "org/xipki/pkcs11/wrapper/PKCS11Module.class",
                        "org/xipki/pkcs11/wrapper/vendor.conf",
                        "natives/unix/linux-x86_64/release/libpkcs11wrapper.so",
                        "natives/windows/win-x86_64/release/pkcs11wrapper.dll")
                .doesNotContain("LICENSE");
    }

    @Test
    void hasNoSignaturesAndNoModuleDescriptors() {
        assertThat(names())
                .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA|EC)"))
                .noneMatch(name -> name.endsWith("module-info.class"));
    }

    @Test
    void carriesTheLicences() throws IOException {
        assertThat(text("META-INF/LICENSE")).contains("Apache License");
        assertThat(text("META-INF/NOTICE"))
                .contains("SCHSM", "This product includes software developed by Stiftung SIC.");
        assertThat(text("META-INF/THIRD-PARTY.md"))
                .contains("Bouncy Castle", "JNA", "jnasmartcardio", "JSpecify", "IAIK PKCS#11 Wrapper License");
    }

    @Test
    void manifestNamesTheModuleAndAllowsNativeAccess() throws IOException {
        Manifest manifest = jar.getManifest();

        assertThat(manifest.getMainAttributes().getValue("Automatic-Module-Name"))
                .isEqualTo("io.github.schsm.all");
        assertThat(manifest.getMainAttributes().getValue("Enable-Native-Access"))
                .isEqualTo("ALL-UNNAMED");
    }

    @Test
    void servicesAreThoseOfTheModuleDescriptors() throws IOException {
        Map<String, TreeSet<String>> described = new TreeMap<>();
        for (String module : PACKED) {
            Path descriptor = Path.of(System.getProperty("schsm.home"), module, "target/classes/module-info.class");
            try (InputStream in = Files.newInputStream(descriptor)) {
                for (ModuleDescriptor.Provides provides :
                        ModuleDescriptor.read(in).provides()) {
                    described
                            .computeIfAbsent(provides.service(), service -> new TreeSet<>())
                            .addAll(provides.providers());
                }
            }
        }
        Map<String, TreeSet<String>> packed = new TreeMap<>();
        for (String name : names()) {
            if (name.startsWith(SERVICES)) {
                packed.put(
                        name.substring(SERVICES.length()),
                        new TreeSet<>(text(name)
                                .lines()
                                .map(String::strip)
                                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                                .toList()));
            }
        }

        assertThat(packed)
                .isEqualTo(described)
                .containsKeys("java.security.Provider", "io.github.schsm.spi.TokenSource");
        assertThat(names())
                .containsAll(packed.values().stream()
                        .flatMap(TreeSet::stream)
                        .map(type -> type.replace('.', '/') + ".class")
                        .toList());
    }

    private static String text(String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
