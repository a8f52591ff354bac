// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The one jar alone is enough for a PKCS#11 module too: bridge, wrapper and its native library are in it. */
@Tag("jdk")
class AllJarTest {
    private static final String PROGRAM = """
            public class ListTokens {
                public static void main(String[] arguments) throws Exception {
                    var provider = (io.github.schsm.provider.SchsmProvider)
                            new io.github.schsm.provider.SchsmProvider().configure(arguments[0]);
                    var module = provider.getClass().getModule();
                    System.out.println(module.isNamed() ? module : "class path");
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

    private static Stream<Arguments> ways() {
        String jar = Jdk.ALL_JAR.toString();
        return Jdk.all().stream()
                .flatMap(jdk -> Stream.of(
                        Arguments.of(jdk, List.of("-cp", jar), "class path"),
                        Arguments.of(
                                jdk,
                                List.of("--module-path", jar, "--add-modules", "io.github.schsm.all"),
                                "module io.github.schsm.all")));
    }

    @ParameterizedTest(name = "on {0}: {2}")
    @MethodSource("ways")
    void listsTheTokensOfAModuleWithNothingElseOnThePath(Jdk jdk, List<String> path, String said) throws Exception {
        Path program = Files.writeString(folder.resolve("ListTokens.java"), PROGRAM);
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("Alone");

        List<String> command = new ArrayList<>(List.of(jdk.tool("java")));
        command.addAll(path);
        command.addAll(List.of(program.toString(), "terminal = pkcs11:" + Libraries.find(Libraries.SOFT_HSM)));

        Program.run(command, tokens.environment())
                .succeeded()
                .says("token Alone", said)
                .doesNotSay("INFO");
    }
}
