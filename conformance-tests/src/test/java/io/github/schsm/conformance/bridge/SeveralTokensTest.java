// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two modules with two tokens each in one JVM; a copy of a module's file is another module. */
class SeveralTokensTest {
    @TempDir
    private Path folder;

    @Test
    void everyTokenIsUsedAtOnceAndChosenBySerialNumberLabelSlotAndUri() throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("Token A");
        tokens.add("Token B");
        Path module = Libraries.find(Libraries.SOFT_HSM);
        Path copy = Files.copy(module, folder.resolve("other-softhsm2.so"));

        Program.run(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                                SeveralTokens.class.getName(),
                                module.toString(),
                                copy.toString()),
                        tokens.environment())
                .succeeded()
                .says(
                        SeveralTokens.ALL_AT_ONCE,
                        SeveralTokens.SAME,
                        SeveralTokens.REFUSED + "the PKCS#11 module libsofthsm2.so sees several tokens (\"Token",
                        "device = <serial number>, <label>, slot:<id> or a PKCS#11 URI",
                        "sees no token with the serial number or label \"Token C\"; there are: ",
                        "sees no token in slot 77 (0x4D)",
                        "sees no token with the serial number or label \"Token B\" among those with token \"Token A\"",
                        "sees several tokens (",
                        "say where the PIN comes from with pin = ",
                        "is no PKCS#11 module")
                .doesNotSay("648219");
    }
}
