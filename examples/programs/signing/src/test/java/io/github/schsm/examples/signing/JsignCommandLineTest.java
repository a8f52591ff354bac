// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
        program = "jsign command line",
        version = "7.4",
        verdict = Verdict.CANNOT,
        how = "use jsign from code",
        limit = "jsign: `--storetype` is a fixed list; its own type OPENSC goes by OpenSC's module, not by SCHSM")
class JsignCommandLineTest {
    @TempDir
    private Path folder;

    @Tag("programs")
    @Test
    void refusesTypesThatItDoesNotKnow() throws Exception {
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.keyStoreFile();
            world.key("code", KeyKind.RSA2048);
        }
        WindowsFile.EXECUTABLE.in(folder);
        Files.writeString(folder.resolve("hsm.security"), Command.resource(JsignCommandLineTest.class, "hsm.security"));

        assertThat(Command.script(
                                folder,
                                "java -cp schsm-all.jar -Djava.security.properties=hsm.security net.jsign.JsignCLI"
                                        + " --keystore NONE --storetype SCHSM --storepass env:HSM_PIN --alias code app.exe")
                        .toString())
                .contains("Unknown keystore type 'SCHSM'")
                .endsWith("status 1");
    }
}
