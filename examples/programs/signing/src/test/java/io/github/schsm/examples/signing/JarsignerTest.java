// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "jarsigner",
        version = "JDK 17 and newer",
        verdict = Verdict.CONFIGURATION,
        how = "`-addprovider SCHSM -providerarg hsm.schsm -keystore NONE -storetype SCHSM`",
        limit = "JDK: no brainpool (it says \"jar signed.\", and the jar is not); `-providerpath` is not in 17")
class JarsignerTest {
    @TempDir
    private Path folder;

    private DeviceWorld world;
    private Path jar;

    @BeforeEach
    void makeDevice() throws Exception {
        world = DeviceWorld.in(folder);
        world.keyStoreFile();
        jar = Jars.unsigned(folder.resolve("app.jar"));
    }

    @AfterEach
    void close() throws Exception {
        world.close();
    }

    private Command.Result sign(String script) throws Exception {
        // Two programs on one folder of simulated devices: the other one has to be gone first.
        world.close();
        return Command.script(folder, Command.resource(JarsignerTest.class, script));
    }

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "RSA2048"})
    void signs(KeyKind kind) throws Exception {
        world.key("code", kind);
        var certificate = world.certificate("code");

        assertThat(sign("jarsigner.sh").toString()).contains("jar signed.").endsWith("status 0");

        assertThat(Jars.isSignedBy(jar, certificate)).isTrue();
        Jars.verifyByJarsigner(world, jar);
    }

    @Tag("programs")
    @Test
    void saysThatAJarIsSignedByABrainpoolKeyAndItIsNot() throws Exception {
        world.key("code", KeyKind.BRAINPOOL256);

        assertThat(sign("jarsigner.sh").toString()).contains("jar signed.").endsWith("status 0");

        assertThat(Command.script(folder, "jarsigner -verify app.jar").output())
                .containsPattern("jar is unsigned|will be treated as unsigned");
    }

    @Tag("programs")
    @Test
    void takesTheProviderFromAJarSinceTheJdksThatCan() throws Exception {
        world.key("code", KeyKind.P256);

        Command.Result result = sign("provider-path.sh");

        if (Command.script(folder, "jarsigner -help").output().contains("-providerPath")) {
            assertThat(result.toString()).contains("jar signed.").endsWith("status 0");
        } else {
            assertThat(Runtime.version().feature()).isEqualTo(17);
            assertThat(result.output()).contains("Illegal option: -providerpath");
        }
    }
}
