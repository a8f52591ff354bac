// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.docs.RunsSnippets;
import io.github.schsm.conformance.docs.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The container for servers: its file is in the zip, and the zip is what it is built from. */
@Tag("dist")
public class ContainerTest {
    private static final String FILE = "share/doc/schsm/Containerfile";

    @TempDir
    private static Path folder;

    private static Path context;

    @BeforeAll
    static void unpack() throws Exception {
        context = Packages.unpacked(Files.createDirectory(folder.resolve("context")));
    }

    /** An instruction and what follows it. */
    private record Instruction(String name, String rest) {}

    private static List<Instruction> instructions() throws IOException {
        List<Instruction> instructions = new ArrayList<>();
        for (String line : Files.readAllLines(context.resolve(FILE))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int space = line.indexOf(' ');
                instructions.add(new Instruction(
                        line.substring(0, space), line.substring(space).strip()));
            }
        }
        return instructions;
    }

    @Test
    void runsAsSomebodyWithoutRights() throws Exception {
        List<Instruction> instructions = instructions();
        List<String> names = instructions.stream().map(Instruction::name).toList();

        // By number, so that a cluster can see that it is not root; and nothing is done as root after it.
        assertThat(instructions.get(names.indexOf("USER")).rest()).matches("[1-9][0-9]*");
        assertThat(names.lastIndexOf("RUN")).isLessThan(names.indexOf("USER"));
        assertThat(names).containsOnlyOnce("USER", "ENTRYPOINT", "FROM");
    }

    /** Each instruction as a builder does it, in a bare Debian, but without packages, which would need the network. */
    @Test
    @RunsSnippets("docs/install.md#container")
    void instructionsMakeASystemThatRuns() throws Exception {
        assertThat(Snippet.text("docs/install.md#container")).contains(" -f " + FILE + " .");
        BareRoot root = BareRoot.unpacked(folder.resolve("root"));
        String user = "";
        List<String> entry = new ArrayList<>();
        for (Instruction instruction : instructions()) {
            String rest = instruction.rest();
            switch (instruction.name()) {
                case "ARG", "FROM", "CMD" -> {}
                case "RUN" -> root.run("env", "PACKAGES=", "sh", "-c", rest).succeeded();
                case "COPY" -> {
                    String[] fromTo = rest.split(" ", -1);
                    Path target = root.folder().resolve(fromTo[1].substring(1));
                    Files.createDirectories(target.getParent());
                    Program.run(
                                    "cp",
                                    "-r",
                                    context.resolve(fromTo[0]).normalize().toString(),
                                    target.toString())
                            .succeeded();
                }
                case "USER" -> user = rest + ":" + rest;
                case "WORKDIR", "VOLUME" ->
                    assertThat(root.folder().resolve(rest.substring(1))).isDirectory();
                case "ENTRYPOINT" ->
                    entry.addAll(
                            Arrays.asList(rest.replaceAll("[\\[\\]\" ]", "").split(",", -1)));
                default -> throw new AssertionError("what does " + instruction.name() + " do?");
            }
        }
        // Only root may become another user; where root is not to be had, the system is still shown to run.
        boolean asRoot = "root".equals(System.getProperty("user.name"));
        List<String> command = new ArrayList<>(entry);
        command.addAll(List.of("--terminal", "simulator:/var/lib/schsm/devices", "devices"));

        root.runAs(asRoot ? user : "", command.toArray(new String[0]))
                .succeeded()
                .says("ZZSIM");
    }

    @Test
    void builderBuildsIt() throws Exception {
        List<String> buildah = new ArrayList<>(List.of(
                "buildah",
                "--storage-driver=vfs",
                "--root=" + folder.resolve("storage"),
                "--runroot=" + folder.resolve("run")));
        Path base = Files.createDirectory(folder.resolve("base"));
        Files.createLink(base.resolve("bare-root.tar"), Packages.BARE_ROOT);
        Files.writeString(base.resolve("Containerfile"), "FROM scratch\nADD bare-root.tar /\n");
        Program.Result works = build(buildah, "schsm-base", base.resolve("Containerfile"), base);
        assumeTrue(works.status() == 0, () -> "there is no builder that works here: " + works);

        build(buildah, "schsm", context.resolve(FILE), context).succeeded();

        String container = said(buildah, "from", "--pull-never", "localhost/schsm");
        assertThat(said(buildah, "run", "--isolation=chroot", container, "--", "id", "-u"))
                .isEqualTo("10001");
        assertThat(said(buildah, "run", "--isolation=chroot", container, "--", "schsm", "--version"))
                .startsWith("schsm ");
    }

    private static Program.Result build(List<String> buildah, String name, Path file, Path context)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(buildah);
        command.addAll(List.of(
                "bud",
                "--isolation=chroot",
                "--pull-never",
                "--build-arg=BASE=localhost/schsm-base",
                "--build-arg=PACKAGES=",
                "--tag=localhost/" + name,
                "--file=" + file,
                context.toString()));
        return Program.run(command.toArray(new String[0]));
    }

    private static String said(List<String> buildah, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(buildah);
        command.addAll(Arrays.asList(arguments));
        return Program.run(command.toArray(new String[0])).succeeded().output().strip();
    }
}
