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
import java.security.Provider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
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
    void hasNoSignaturesAndOnlyItsOwnModuleDescriptor() {
        assertThat(names())
                .noneMatch(name -> name.matches("META-INF/.*\\.(SF|RSA|DSA|EC)"))
                .filteredOn(name -> name.endsWith("module-info.class"))
                .containsExactly("module-info.class");
    }

    private static ModuleDescriptor descriptor() throws IOException {
        try (InputStream in = jar.getInputStream(jar.getEntry("module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    private static ModuleDescriptor descriptor(String module) throws IOException {
        try (InputStream in = Files.newInputStream(
                Path.of(System.getProperty("schsm.home"), module, "target/classes/module-info.class"))) {
            return ModuleDescriptor.read(in);
        }
    }

    @Test
    void moduleExportsAndProvidesWhatTheModulesInItDo() throws IOException {
        TreeSet<String> exported = new TreeSet<>();
        Map<String, Set<String>> provided = new TreeMap<>();
        for (String module : PACKED) {
            ModuleDescriptor packed = descriptor(module);
            packed.exports().stream()
                    .filter(exports -> !exports.isQualified())
                    .forEach(exports -> exported.add(exports.source()));
            collect(packed, provided);
        }
        Map<String, Set<String>> found = new TreeMap<>();
        collect(descriptor(), found);

        assertThat(descriptor().name()).isEqualTo("io.github.schsm.all");
        assertThat(descriptor().exports().stream().map(ModuleDescriptor.Exports::source))
                .containsExactlyInAnyOrderElementsOf(exported);
        assertThat(found).isEqualTo(provided);
    }

    /** Else the JCA could not make an engine of it, and a curve that the JDK does not know would be of no use. */
    @Test
    void moduleLetsTheJcaMakeTheEnginesOfOurBouncyCastle() throws IOException {
        TreeSet<String> packages = new TreeSet<>();
        for (Provider.Service service : new BouncyCastleProvider().getServices()) {
            String type = service.getClassName().replace("org.bouncycastle.", "io.github.schsm.shaded.bouncycastle.");
            // Its variant for newer JDKs, which is not in the jar, registers the KDF that they know.
            if (!service.getType().equals("KDF")) {
                packages.add(type.substring(0, type.lastIndexOf('.')));
            }
        }

        assertThat(descriptor().opens().stream()
                        .filter(opens -> opens.targets().contains("java.base"))
                        .map(ModuleDescriptor.Opens::source))
                .containsExactlyInAnyOrderElementsOf(packages);
    }

    private static void collect(ModuleDescriptor module, Map<String, Set<String>> services) {
        for (ModuleDescriptor.Provides provides : module.provides()) {
            services.computeIfAbsent(provides.service(), service -> new TreeSet<>())
                    .addAll(provides.providers());
        }
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
    void manifestAllowsNativeAccess() throws IOException {
        Manifest manifest = jar.getManifest();

        assertThat(manifest.getMainAttributes().getValue("Enable-Native-Access"))
                .isEqualTo("ALL-UNNAMED");
    }

    @Test
    void servicesAreThoseOfTheModuleDescriptors() throws IOException {
        Map<String, Set<String>> described = new TreeMap<>();
        for (String module : PACKED) {
            collect(descriptor(module), described);
        }
        Map<String, Set<String>> packed = new TreeMap<>();
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
                        .flatMap(Set::stream)
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
