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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Recipe(
        program = "maven-jarsigner-plugin",
        version = "3.1.0",
        verdict = Verdict.CONFIGURATION,
        how = "`<storetype>SCHSM</storetype>`, `<providerClass>`, `<providerArg>`, and the jar in `<arguments>`",
        limit = "JDK: no brainpool, as jarsigner")
class MavenJarsignerPluginTest {
    @TempDir
    private Path folder;

    /** By the Maven that runs the tests, which has the plugin already: the module's POM runs it with nothing to do. */
    @Tag("programs")
    @Test
    void signs() throws Exception {
        Path jar = Jars.unsigned(folder.resolve("app.jar"));
        X509Certificate certificate;
        try (DeviceWorld world = DeviceWorld.in(folder)) {
            world.keyStoreFile();
            world.key("code", KeyKind.P256);
            certificate = world.certificate("code");
        }
        Files.writeString(folder.resolve("pom.xml"), Command.resource(MavenJarsignerPluginTest.class, "pom.xml"));
        String home = System.getProperty("schsm.maven.home");
        String repository = System.getProperty("schsm.maven.repository");

        assertThat(Command.script(
                                folder,
                                (home == null ? "mvn" : "'" + home + "/bin/mvn'")
                                        + " -o -B"
                                        + (repository == null ? "" : " -Dmaven.repo.local='" + repository + "'")
                                        + " jarsigner:sign -Djarsigner.archive=app.jar -Dhsm.jar=schsm-all.jar")
                        .toString())
                .contains("BUILD SUCCESS")
                .endsWith("status 0");

        assertThat(Jars.isSignedBy(jar, certificate)).isTrue();
    }
}
