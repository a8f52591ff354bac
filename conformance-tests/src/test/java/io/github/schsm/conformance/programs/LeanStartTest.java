// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A provider that only stands in the list costs a JVM little: neither Bouncy Castle nor native code is loaded. */
@Tag("jdk")
class LeanStartTest {
    @TempDir
    private Path folder;

    /** The program: configures the provider and asks for a service of it. */
    static final class Listed {
        private Listed() {}

        public static void main(String[] arguments) throws Exception {
            Provider provider = new SchsmProvider().configure(arguments[0]);
            System.out.println(Signature.getInstance("SHA256withECDSA", provider)
                    .getProvider()
                    .getName());
        }
    }

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void configuredProviderLoadsNothingThatItDoesNotNeedYet(Jdk jdk) throws Exception {
        Path loaded = folder.resolve("loaded-" + jdk.feature());

        Program.run(
                        List.of(
                                jdk.tool("java"),
                                "-Xlog:class+load:file=" + loaded,
                                "-cp",
                                Jdk.classPath(),
                                Listed.class.getName(),
                                "terminal = pcsc; trust = production, test; name = lean"),
                        Map.of())
                .succeeded()
                .says("SCHSM-lean");

        assertThat(Files.readAllLines(loaded))
                .anyMatch(line -> line.contains(" " + SchsmProvider.class.getName() + " "))
                .noneMatch(line -> line.contains(".bouncycastle."))
                .noneMatch(line -> line.contains(" com.sun.jna."))
                .noneMatch(line -> line.contains(" org.xipki."));
    }
}
