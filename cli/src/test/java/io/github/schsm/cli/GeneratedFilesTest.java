// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.console.HelpText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Model.OptionSpec;

/** Manual pages and completions, as the programs take them that they are made for. */
class GeneratedFilesTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void write() throws IOException {
        GeneratedFiles.main(new String[] {folder.toString()});
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static List<String> pages() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("man"))) {
            return files.map(Path::toString).sorted().toList();
        }
    }

    @Test
    void everyCommandIsInTheReferenceWithItsOptionsAndExample() {
        String page = GeneratedFiles.files().get("reference/commands.md");

        CommandLineTest.leaves().forEach(command -> {
            String name = command.getCommandSpec().qualifiedName();
            String heading = "# `" + name + "`\n";
            assertThat(page).contains(heading);
            String section = page.substring(page.indexOf(heading) + heading.length());
            section = section.substring(0, Math.max(0, (section + "\n## ").indexOf("\n## ")));
            assertThat(section).as(name).contains("```sh\n" + name + " ", "Example:\n");
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (!HelpText.isCommon(option)) {
                    assertThat(section).as(name).contains(option.longestName());
                }
            }
        });
    }

    @Test
    void everyCommandHasItsPageWithItsOptionsAndExample() {
        Map<String, String> files = GeneratedFiles.files();

        CommandLineTest.leaves().forEach(command -> {
            String name = command.getCommandSpec().qualifiedName("-");
            String page = files.get("man/" + name + ".1");
            assertThat(page).as(name).contains(".SH NAME", ".SH EXAMPLE", ".BR schsm (1)");
            for (OptionSpec option : command.getCommandSpec().options()) {
                if (!HelpText.isCommon(option)) {
                    assertThat(page).as(name).contains(option.longestName().replace("-", "\\-"));
                }
            }
        });
        assertThat(files.get("man/schsm.1")).contains("\\-\\-terminal", "\\-\\-no\\-color", ".BR schsm\\-domain (1)");
    }

    @Test
    void groffHasNothingToSayAboutAnyPage() throws Exception {
        List<String> command = new ArrayList<>(List.of("groff", "-Kutf8", "-man", "-ww", "-z", "-Tutf8"));
        command.addAll(pages());

        assertThat(run(command.toArray(String[]::new))).isEmpty();
        String page = folder.resolve("man/schsm-domain-create.1").toString();
        // Bold letters are printed twice, one over the other.
        assertThat(run("groff", "-man", "-Tascii", page).replaceAll(".\b", ""))
                .contains("schsm domain create", "--expect-uid HEX");
    }

    @Test
    void mandocHasNothingToSayAboutAnyPage() throws Exception {
        List<String> command = new ArrayList<>(List.of("mandoc", "-Tlint", "-Wwarning"));
        command.addAll(pages());

        // It ends with a status of its own if it has anything to say.
        command.addAll(0, List.of("sh", "-c", "\"$@\" || true", "sh"));
        // A date would make the pages others each day.
        assertThat(run(command.toArray(String[]::new)).lines())
                .filteredOn(line -> !line.contains("missing date"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "dev, devices device-id",
        "domain cre, create create-share",
        "generate --lab, --label",
        "sign --label x --alg, --algorithm",
        "completion f, fish"
    })
    void bashZshAndFishComplete(String typed, String expected) throws Exception {
        String words = "schsm " + typed;
        int last = words.split(" ", -1).length - 1;
        String[] wanted = expected.split(" ", -1);
        String ask = "COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_schsm; echo \"${COMPREPLY[@]}\""
                .formatted(words, last, words);

        assertThat(run("bash", "-c", "source '" + folder.resolve("completion/schsm.bash") + "'; " + ask)
                        .trim()
                        .split("\\s+", -1))
                .as("bash")
                .contains(wanted);
        assertThat(run(
                                "zsh",
                                "-f",
                                "-c",
                                "autoload -Uz compinit && compinit -u -d '" + folder.resolve("zcompdump")
                                        + "'; source '"
                                        + folder.resolve("completion/schsm.zsh")
                                        + "'; setopt ksh_arrays sh_word_split; "
                                        + ask)
                        .trim()
                        .split("\\s+", -1))
                .as("zsh")
                .contains(wanted);
        assertThat(run(
                                "fish",
                                "--no-config",
                                "-c",
                                "source '" + folder.resolve("completion/schsm.fish") + "'; complete -C '" + words + "'")
                        .lines()
                        .map(line -> line.split("\t", -1)[0]))
                .as("fish")
                .contains(wanted);
    }
}
