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
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "Ant signjar",
        version = "1.10.18",
        verdict = Verdict.CONFIGURATION,
        how = "`keystore=\"NONE\" storetype=\"SCHSM\"`, `providerclass`, `providerarg`, and the jar as `<arg>`",
        limit = "JDK: no brainpool, as jarsigner")
class AntTest {
    @TempDir
    private Path folder;

    @Tag("programs")
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "RSA2048"})
    void signs(KeyKind kind) throws Exception {
        Path jar = Jars.unsigned(folder.resolve("app.jar"));
        X509Certificate certificate;
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.keyStoreFile();
            world.key("code", kind);
            certificate = world.certificate("code");
        }
        Files.writeString(folder.resolve("build.xml"), Command.resource(AntTest.class, "build.xml"));

        assertThat(Command.script(folder, "java -cp schsm-all.jar org.apache.tools.ant.Main -Dhsm.jar=schsm-all.jar")
                        .toString())
                .contains("BUILD SUCCESSFUL")
                .doesNotContain(DeviceWorld.PIN)
                .endsWith("status 0");

        assertThat(Jars.isSignedBy(jar, certificate)).isTrue();
    }
}
