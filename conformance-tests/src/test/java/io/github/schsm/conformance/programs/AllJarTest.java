// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The one jar alone is enough for a PKCS#11 module too: bridge, wrapper and its native library are in it. */
@Tag("jdk")
class AllJarTest {
    private static final String PROGRAM = """
            public class ListTokens {
                public static void main(String[] arguments) throws Exception {
                    var provider = (io.github.schsm.provider.SchsmProvider)
                            new io.github.schsm.provider.SchsmProvider().configure(arguments[0]);
                    for (var found : provider.devices()) {
                        if (found.device() != null) {
                            System.out.println("token " + found.device().info().label());
                        }
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void listsTheTokensOfAModuleWithNothingElseOnTheClassPath(Jdk jdk) throws Exception {
        Path program = Files.writeString(folder.resolve("ListTokens.java"), PROGRAM);
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("Alone");

        Program.run(
                        List.of(
                                jdk.tool("java"),
                                "-cp",
                                Jdk.ALL_JAR.toString(),
                                program.toString(),
                                "terminal = pkcs11:" + Libraries.find(Libraries.SOFT_HSM)),
                        tokens.environment())
                .succeeded()
                .says("token Alone")
                .doesNotSay("INFO");
    }
}
