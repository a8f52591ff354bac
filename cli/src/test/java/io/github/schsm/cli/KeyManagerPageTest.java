// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.io.Io;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** docs/key-manager.md names commands and options that there are, and leaves out nothing that the how-to shows. */
class KeyManagerPageTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    /** Every action of the screens in the vendor's how-to. */
    private static final List<String> ACTIONS = List.of(
            "Initialize Device",
            "Select Device Key Encryption Scheme",
            "Generate ECC Key",
            "Generate AES Key",
            "Export Device ID",
            "Group Signer Operations",
            "Static key domain membership (>=3.4)",
            "Create DKEK Key Domain",
            "Create XKEK Key Domain",
            "Create Exchange Key",
            "Associate XKEK Key Domain",
            "Delete Key Encryption Key",
            "Delete Key Domain",
            "Export Public Key",
            "Derive XKEK",
            "Import Certificate",
            "Dump Certificate",
            "Export Key and Certificate",
            "Import Key and Certificate",
            "Delete Key");

    /** Its sections that show something to be done. */
    private static final List<String> SECTIONS = List.of("2.2", "3.1", "3.2", "3.3", "4", "5");

    /** What the key manager is about: the first words of commands. */
    private static final Set<String> KEY_MANAGER = Set.of(
            "initialize",
            "pin",
            "pka",
            "group-signer",
            "kdm",
            "domain",
            "generate",
            "derive-key",
            "rename",
            "exchange-key",
            "derive-xkek",
            "wrap",
            "unwrap",
            "migrate",
            "import-cert",
            "delete",
            "data",
            "label",
            "import-key");

    private static String page() throws IOException {
        return Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "key-manager.md"));
    }

    private static CommandSpec root() {
        StringWriter nowhere = new StringWriter();
        return Schsm.commandLine(new Io(new PrintWriter(nowhere), new PrintWriter(nowhere), name -> null, null))
                .getCommandSpec();
    }

    @Test
    void everyCommandAndOptionOnThePageIsThere() throws IOException {
        CommandSpec root = root();
        int commands = 0;
        for (String line : page().lines().toList()) {
            CommandSpec last = root;
            for (String code :
                    CODE.matcher(line).results().map(result -> result.group(1)).toList()) {
                if (code.startsWith("schsm ")) {
                    commands++;
                    last = command(root, code);
                }
                Set<String> known = new TreeSet<>(last.optionsMap().keySet());
                assertThat(OPTION.matcher(code)
                                .results()
                                .map(MatchResult::group)
                                .toList())
                        .as(line)
                        .allMatch(known::contains);
            }
        }
        assertThat(commands).isGreaterThan(60);
    }

    /** The command that words begin with, which has to be one that does something. */
    private static CommandSpec command(CommandSpec root, String code) {
        CommandSpec spec = root;
        for (String word : code.substring("schsm ".length()).split(" ", -1)) {
            CommandLine next = spec.subcommands().get(word);
            if (next == null) {
                break;
            }
            spec = next.getCommandSpec();
        }
        assertThat(spec).as(code).isNotSameAs(root);
        assertThat(spec.userObject()).as(code).isInstanceOf(Callable.class);
        return spec;
    }

    @Test
    void everyActionOfTheHowToIsThere() throws IOException {
        String page = page();
        assertThat(ACTIONS).allSatisfy(action -> assertThat(page).contains(action));
        List<String> rows = page.lines().toList();
        assertThat(SECTIONS)
                .allSatisfy(section -> assertThat(rows).anyMatch(row -> row.startsWith("| " + section + " |")));
    }

    @Test
    void everyCommandThatChangesADeviceIsOnThePage() throws IOException {
        String page = page();
        List<String> missing = CommandLineTest.leaves()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !Commands.isHarmless(command))
                .map(CommandSpec::qualifiedName)
                .filter(name -> !page.contains("`" + name))
                .filter(name -> KEY_MANAGER.contains(name.split(" ", -1)[1]))
                .toList();

        assertThat(missing).isEmpty();
    }
}
