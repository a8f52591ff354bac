// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./schsm install} makes the README's dependency resolve. */
@Tag("launcher")
class InstallTest {
    @TempDir
    private Path folder;

    /** The local repository's files under other names: what is installed does not get among the user's. */
    private Path repository() throws IOException, InterruptedException {
        Path repository = folder.resolve("repository");
        Path local = Path.of(System.getProperty("user.home"), ".m2", "repository");
        // By links where it is on the same file system.
        Program.run(
                        "bash",
                        "-c",
                        "cp -al \"$0\" \"$1\" || { rm -rf \"$1\" && cp -a \"$0\" \"$1\"; }",
                        local.toString(),
                        repository.toString())
                .succeeded();
        Program.run("rm", "-rf", repository.resolve("io/github/schsm").toString())
                .succeeded();
        return repository;
    }

    @Test
    @RunsSnippets("docs/programs.md#dependency")
    void installedArtifactsAreADependencyOfAProgram() throws Exception {
        Path repository = repository();
        Program.run(Snippet.HOME.resolve("schsm").toString(), "install", "-Dmaven.repo.local=" + repository)
                .succeeded()
                .says("io.github.schsm:schsm-provider:");

        Path project = Files.createDirectory(folder.resolve("project"));
        Files.writeString(project.resolve("pom.xml"), """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>example</groupId>
                  <artifactId>example</artifactId>
                  <version>1</version>
                  <dependencies>
                %s
                  </dependencies>
                </project>
                """.formatted(Snippet.text("docs/programs.md#dependency")));
        Path classPath = project.resolve("class-path");
        Program.run(
                        List.of(
                                "bash",
                                "-c",
                                ". \"$0/tools/common.sh\"; ROOT=$0; need_jdk; need_maven; \"${MVN[@]}\" -o -q -f \"$1\""
                                        + " -Dmaven.repo.local=\"$2\" -Dmdep.outputFile=\"$3\""
                                        + " org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath",
                                Snippet.HOME.toString(),
                                project.toString(),
                                repository.toString(),
                                classPath.toString()),
                        Map.of())
                .succeeded();

        Path program = Files.writeString(
                project.resolve("Sign.java"),
                Snippet.text("docs/programs.md#sign")
                        .replace("/tmp/hsm", folder.resolve("hsm").toString()));
        Jdk jdk = Jdk.all().get(0);
        String resolved = Files.readString(classPath).strip();
        assertThat(resolved).contains("schsm-provider", "schsm-simulator");
        // The device is new, so the key is not there; all classes are.
        Program.run(jdk.tool("java"), "-cp", resolved, program.toString())
                .failed()
                .says("Exception")
                .doesNotSay("error:", "NoClassDefFoundError", "ClassNotFoundException");
    }
}
