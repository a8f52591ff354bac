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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "apksigner",
        version = "Debian 31.0.2",
        verdict = Verdict.CONFIGURATION,
        how = "`--ks NONE --ks-type SCHSM`, and the provider by `-Djava.security.properties`",
        limit =
                "as apksig; `--provider-arg` does not work: it is for a constructor with a text, which SCHSM does not have")
class ApksignerTest {
    @TempDir
    private Path folder;

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "RSA2048"})
    void signsByAllSchemes(KeyKind kind) throws Exception {
        AndroidPackage.in(folder);
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.keyStoreFile();
            world.keyWithoutChain("code", kind);
        }
        Files.writeString(folder.resolve("hsm.security"), Command.resource(ApksignerTest.class, "hsm.security"));

        assertThat(Command.script(folder, Command.resource(ApksignerTest.class, "apksigner.sh"))
                        .toString())
                .endsWith("status 0");

        ApksigTest.assertVerifiedByAllSchemes(folder);
    }
}
