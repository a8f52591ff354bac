// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tools/release} in a small checkout of its own, where Maven, gpg, and the checks are scripts that take notes. */
class ReleaseSnippetsTest {
    private static final String POM = """
            <project>
              <artifactId>schsm-parent</artifactId>
              <version>0.1.0-SNAPSHOT</version>
              <module>card</module>
              <module>benchmarks</module>
              <profiles>
              <module>dist</module>
              </profiles>
            </project>
            """;

    /** Sets the version, deploys a jar with a signature to a folder, or makes packages. */
    private static final String MAVEN = """
            #!/usr/bin/env bash
            set -e
            echo "maven $*" >>"$NOTES"
            case " $* " in
            *" versions:set "*)
                new=$(printf '%s\\n' "$@" | sed -n 's/^-DnewVersion=//p')
                sed -i "s|<version>.*</version>|<version>$new</version>|" pom.xml ;;
            *" deploy "*)
                repository=$(printf '%s\\n' "$@" | sed -n 's/^-DaltDeploymentRepository=.*::file://p')
                mkdir -p "$repository"
                cd "$repository"
                if [ -n "$CHANGING" ]; then echo "$RANDOM $RANDOM" >a.jar; else echo jar >a.jar; fi
                echo "$RANDOM" | tee a.jar.asc >maven-metadata.xml ;;
            *" package "*)
                mkdir -p dist/target
                touch dist/target/schsm-0.1.0-linux-x64.zip dist/target/schsm-0.1.0-linux-x64.deb ;;
            esac
            """;

    /** Tells of its key, or signs. */
    private static final String GPG = """
            #!/usr/bin/env bash
            case " $* " in
            *" --detach-sign "*)
                echo "gpg ${*##*/}" >>"$NOTES"
                while [ "$1" != --output ]; do shift; done
                touch "$2" ;;
            *) echo "$GPG" ;;
            esac
            """;

    @TempDir
    private Path folder;

    private Path checkout;
    private Path notes;

    @BeforeEach
    void makeACheckout() throws IOException, InterruptedException {
        checkout = Files.createDirectories(folder.resolve("checkout"));
        notes = folder.resolve("notes");
        Path tools = Files.createDirectories(checkout.resolve("tools"));
        Files.createDirectories(checkout.resolve("docs"));
        for (String tool : List.of("release", "api-check", "common.sh")) {
            Files.copy(Snippet.HOME.resolve("tools").resolve(tool), tools.resolve(tool));
        }
        Files.writeString(checkout.resolve("pom.xml"), POM);
        Files.writeString(Files.createDirectory(checkout.resolve("card")).resolve("pom.xml"), "<project/>");
        for (String module : List.of("benchmarks", "dist")) {
            Files.writeString(
                    Files.createDirectory(checkout.resolve(module)).resolve("pom.xml"),
                    "<project><maven.deploy.skip>true</maven.deploy.skip></project>");
        }
        Files.writeString(checkout.resolve(".gitignore"), ".build/\ntarget/\n");
        Files.writeString(checkout.resolve("CHANGELOG.md"), "# Changes\n\n## 0.1.0 (not released)\n\n- All.\n");
        Files.writeString(
                checkout.resolve("README.md"), "<version>0.1.0-SNAPSHOT</version>\nschsm-all-0.1.0-SNAPSHOT.jar\n");
        Files.writeString(checkout.resolve("docs/more.md"), "Since 0.1.0-SNAPSHOT\n");
        script(checkout.resolve("mvnw"), MAVEN);
        script(checkout.resolve("check"), "#!/bin/sh\necho \"check $*\" >>\"$NOTES\"\nexit ${CHECK:-0}\n");
        script(Files.createDirectories(folder.resolve("bin")).resolve("gpg"), GPG);
        git("init", "-q");
        git("add", "-A");
        git("commit", "-q", "-m", "Start");
    }

    @RunsSnippets("docs/releasing.md#release")
    @Test
    void everythingIsDoneUpToTagAndUpload() throws Exception {
        Program.Result result = run(Snippet.text("docs/releasing.md#release"), Map.of())
                .succeeded()
                .says("the same bytes in two builds", "git tag -s v0.1.0", "schsm-0.1.0-bundle.zip")
                .doesNotSay("NOT SIGNED", "NOT CHECKED");

        assertThat(Files.readAllLines(notes))
                .satisfiesExactly(
                        set -> assertThat(set)
                                .contains("versions:set -Pdist,site -DnewVersion=0.1.0 -DprocessAllModules"),
                        check -> assertThat(check).isEqualTo("check full"),
                        build -> assertThat(build)
                                .contains("-pl !benchmarks clean deploy -Prelease")
                                .contains("-Psign"),
                        again -> assertThat(again)
                                .contains("clean deploy -Prelease")
                                .doesNotContain("-Psign"),
                        packages -> assertThat(packages).contains("package -Pdist -pl dist"),
                        sign -> assertThat(sign)
                                .contains("--armor", "--detach-sign")
                                .endsWith("PACKAGES.SHA256SUMS"));
        assertThat(git("status", "--porcelain")).isEmpty();
        assertThat(git("tag")).isEmpty();
        assertThat(Files.readString(checkout.resolve("pom.xml"))).isEqualTo(POM);

        Path released = checkout.resolve(".build/release/0.1.0");
        try (ZipFile bundle =
                new ZipFile(released.resolve("schsm-0.1.0-bundle.zip").toFile())) {
            assertThat(bundle.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName))
                    .containsExactlyInAnyOrder("a.jar", "a.jar.asc");
        }
        assertThat(Files.readString(released.resolve("SHA256SUMS")))
                .contains("./a.jar")
                .doesNotContain(".asc");
        assertThat(Files.readString(released.resolve("PACKAGES.SHA256SUMS")))
                .contains("linux-x64.zip", "linux-x64.deb");
        assertThat(released.resolve("PACKAGES.SHA256SUMS.asc")).exists();
        assertThat(Files.readString(released.resolve("checkout/README.md")))
                .isEqualTo("<version>0.1.0</version>\nschsm-all-0.1.0.jar\n");
        assertThat(Files.readString(released.resolve("checkout/CHANGELOG.md")))
                .containsPattern("## 0\\.1\\.0 \\(\\d{4}-\\d\\d-\\d\\d\\)");

        // What it says is left to do, but for what leaves the machine.
        String left = result.output().substring(result.output().indexOf("  git fetch"));
        git("config", "user.signingkey", "none");
        for (String line : left.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("git "))
                .toList()) {
            if (!line.contains(" push ")) {
                run(line.replace("tag -s", "tag -a"), Map.of()).succeeded();
            }
        }
        assertThat(git("tag")).isEqualTo("v0.1.0");
        run("tools/release 0.1.0", Map.of()).failed();
    }

    @RunsSnippets("docs/releasing.md#trial")
    @Test
    void aTrialNeedsNeitherChecksNorAKey() throws Exception {
        run(Snippet.text("docs/releasing.md#trial"), Map.of("GPG", ""))
                .succeeded()
                .says("NOT SIGNED", "NOT CHECKED");

        assertThat(Files.readString(notes)).doesNotContain("check full", "-Psign", "gpg");
    }

    @RunsSnippets("docs/releasing.md#next")
    @Test
    void theNextVersionIsASnapshotAgain() throws Exception {
        run(Snippet.text("docs/releasing.md#next"), Map.of()).succeeded();

        assertThat(Files.readString(checkout.resolve("pom.xml"))).contains("<version>0.2.0-SNAPSHOT</version>");
        assertThat(Files.readString(checkout.resolve("README.md"))).contains("schsm-all-0.2.0-SNAPSHOT.jar");
        assertThat(Files.readString(checkout.resolve("CHANGELOG.md")))
                .isEqualTo("# Changes\n\n## 0.2.0 (not released)\n\n## 0.1.0 (not released)\n\n- All.\n");
        assertThat(git("log", "--format=%s", "-1")).isEqualTo("Start 0.2.0");
        assertThat(git("status", "--porcelain")).isEmpty();
    }

    @Test
    void nothingIsReleasedThatIsNotReady() throws Exception {
        run("tools/release", Map.of()).failed().says("tools/release --trial 0.1.0");
        run("tools/release 0.1.0-SNAPSHOT", Map.of()).failed().says("not a version of three numbers");
        run("tools/release 0.3.0", Map.of()).failed().says("CHANGELOG.md has no heading '## 0.3.0 (not released)'");
        run("tools/release 0.1.0", Map.of("GPG", "")).failed().says("gpg has no secret key");
        Files.writeString(checkout.resolve("new"), "");
        run("tools/release 0.1.0", Map.of()).failed().says("uncommitted changes");
        assertThat(notes).doesNotExist();
    }

    @Test
    void failedChecksAndBuildsThatDifferEndIt() throws Exception {
        run("tools/release 0.1.0", Map.of("CHECK", "1"))
                .failed()
                .says("./check full failed")
                .doesNotSay("git tag");
        run("tools/release 0.1.0", Map.of("CHANGING", "1"))
                .failed()
                .says("two builds of the same sources differ")
                .doesNotSay("git tag");
    }

    @Test
    void theApiIsComparedWithTheLastTag() throws Exception {
        run("tools/api-check", Map.of()).succeeded().says("No release is tagged yet");
        assertThat(notes).doesNotExist();

        git("tag", "v0.1.0");
        script(
                folder.resolve("bin/mvn"),
                "#!/bin/sh\n[ \"$1\" != -v ] || echo Apache Maven 3.9.9\necho \"maven $*\" >>\"$NOTES\"\n");
        run("tools/api-check", Map.of()).succeeded().says("Compatible with 0.1.0");
        assertThat(Files.readString(notes)).contains("verify -Dschsm.previous=0.1.0");
    }

    private Program.Result run(String command, Map<String, String> environment) throws Exception {
        List<String> program = new ArrayList<>(List.of(
                "env",
                "-C",
                checkout.toString(),
                "PATH=" + folder.resolve("bin") + ":" + System.getenv("PATH"),
                "NOTES=" + notes,
                "GPG=sec:u:255:"));
        program.addAll(author());
        environment.forEach((name, value) -> program.add(name + "=" + value));
        program.addAll(List.of("bash", "-c", command));
        return Program.run(program, Map.of());
    }

    private String git(String... arguments) throws IOException, InterruptedException {
        List<String> program = new ArrayList<>(List.of("env"));
        program.addAll(author());
        program.addAll(List.of("git", "-C", checkout.toString()));
        program.addAll(List.of(arguments));
        return Program.run(program, Map.of()).succeeded().output().strip();
    }

    /** Without the user's own configuration, which may sign commits. */
    private List<String> author() {
        return List.of(
                "GIT_CONFIG_GLOBAL=/dev/null",
                "GIT_AUTHOR_NAME=Test",
                "GIT_AUTHOR_EMAIL=test@example.org",
                "GIT_COMMITTER_NAME=Test",
                "GIT_COMMITTER_EMAIL=test@example.org");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
