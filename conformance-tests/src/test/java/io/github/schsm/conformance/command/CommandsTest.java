// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.report.Status;
import io.github.schsm.conformance.bench.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.ParseResult;

/**
 * Every command of the command line: its help has an example, which runs as it stands, as a process, in a world that is
 * ready for it; with {@code --json} the answer is one document that docs/schema describes; a wrong option is told apart
 * from a refusal. A command that is added is here without further ado, and fails until it has all that.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("once")
class CommandsTest {
    /** Commands whose example ends with another status than 0, a documented one. */
    private static final Map<String, Integer> ENDS_WITH = Map.of("schsm domain sync", Status.INCOMPLETE);

    /** Commands that run until they are ended: their own tests show more of them. */
    private static final Set<String> LASTING =
            Set.of("schsm simulator", "schsm remote connect", "schsm shell", "schsm watch");

    private static final int ENDED_BY_SIGTERM = 128 + 15;

    /** The answer of pka run is that of the command it runs. */
    private static final Map<String, String> SCHEMAS = Map.of("schsm pka run", "generate");

    /** Schemas that no command's answer has on its own. */
    private static final List<String> SHARED = List.of("audit-line", "backup-manifest", "error", "inventory", "policy");

    /** What a place begins with that is a file: the audit log. */
    private static final String IN_FILE = "file:";

    @TempDir
    private static Path folder;

    private static CommandWorld world;

    @BeforeAll
    static void world() throws Exception {
        world = CommandWorld.make(Files.createDirectory(folder.resolve("world")));
    }

    static Stream<CommandExample> commands() {
        String only = System.getProperty("schsm.command", "");
        return CommandExample.all().filter(command -> command.name().matches(only + ".*"));
    }

    static Stream<CommandExample> ending() {
        return commands().filter(command -> !LASTING.contains(command.name()));
    }

    /** Those that say something without a terminal; ShellTest has the shell. */
    static Stream<CommandExample> lasting() {
        return commands()
                .filter(command ->
                        LASTING.contains(command.name()) && !command.name().equals("schsm shell"));
    }

    private static CommandWorld copy(CommandExample command, String purpose) throws IOException {
        return world.copy(folder.resolve(purpose + "-" + command.fileName()));
    }

    private static int expected(CommandExample command) {
        return ENDS_WITH.getOrDefault(command.name(), Status.DONE);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpHasAnExampleOfTheCommand(CommandExample command) {
        assertThat(command.lines()).as("lines below \"Example:\" in the footer").isNotEmpty();
        assertThat(command.lines()).allMatch(line -> line.startsWith("schsm "));
        assertThat(command.lines()).anyMatch(command::isRunBy);
    }

    @ParameterizedTest
    @MethodSource("ending")
    @Tag("repeated")
    void exampleRunsAsItStands(CommandExample command) throws Exception {
        assertThat(command.lines()).isNotEmpty();
        CommandWorld own = copy(command, "text");

        Program.Result ran = own.shell(command.lines());

        assertThat(ran.status()).as(ran.toString()).isEqualTo(expected(command));
        assertThat(ran.output()).isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("lasting")
    void lastingExampleRunsUntilItIsEnded(CommandExample command) throws Exception {
        Process process = copy(command, "lasting").start(command.lines().get(0));
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(said.readLine()).isNotBlank();
            assertThat(process.isAlive()).isTrue();
            // By its handle: Process.destroy closes the pipe, too, and a command whose output nobody reads ends with 1.
            process.toHandle().destroy();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue()).isIn(Status.DONE, ENDED_BY_SIGTERM);
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @MethodSource("ending")
    void exampleAnswersWithTheDocumentOfItsSchema(CommandExample command) throws Exception {
        assertThat(command.lines()).isNotEmpty();
        CommandWorld own = copy(command, "json");
        int seen = 0;
        for (String line : command.lines()) {
            List<String> words = new ArrayList<>(inFolder(own.words(line), own.folder()));
            boolean itself = command.isRunBy(line);
            if (itself && !words.contains("--json")) {
                words.add(own(command, words), "--json");
            }
            CommandWorld.Run run = own.run(words);
            assertThat(run.status())
                    .as("%s: %s%s", line, run.out(), run.err())
                    .isEqualTo(itself ? expected(command) : 0);
            if (itself) {
                seen++;
                requireValid(schema(command, run.status()), run.out());
            }
        }
        assertThat(seen).isPositive();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void wrongOptionIsAnErrorOfItsOwnKind(CommandExample command) throws Exception {
        List<String> words = new ArrayList<>(command.words());
        words.addAll(List.of("--no-such-option", "--json"));

        CommandWorld.Run run = world.run(words);

        assertThat(run.status()).isEqualTo(Status.USAGE);
        requireValid("error", run.out());
        assertThat(run.err()).startsWith("schsm: ").contains("Try: " + command.name() + " --help");
    }

    /** A schema that lets everything pass proves nothing. */
    @Test
    void everySchemaIsStrictAndBelongsToACommand() throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(JsonSchemas.FOLDER)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString().replace(".schema.json", "");
                names.add(name);
                JsonNode schema = JsonSchemas.schema(name);
                assertThat(schema.path("$schema").asText())
                        .as(name)
                        .isEqualTo("https://json-schema.org/draft/2020-12/schema");
                assertThat(schema.path("title").asText()).as(name).isNotBlank();
                requireStrict(name, schema);
            }
        }
        Set<String> known = new HashSet<>(SHARED);
        CommandExample.all().forEach(command -> known.add(command.fileName()));
        names.removeAll(known);
        assertThat(names).as("schemas of no command").isEmpty();
    }

    /** Where options of the command itself end; those behind -- are another's, but where that one's answer is wanted. */
    private static int own(CommandExample command, List<String> words) {
        int end = SCHEMAS.containsKey(command.name()) ? -1 : words.indexOf("--");
        return end < 0 ? words.size() : end;
    }

    private static String schema(CommandExample command, int status) {
        return status == Status.FAILED ? "error" : SCHEMAS.getOrDefault(command.name(), command.fileName());
    }

    private static void requireStrict(String name, JsonNode schema) {
        if (schema.has("properties")) {
            assertThat(schema.path("additionalProperties").isBoolean()
                            && !schema.path("additionalProperties").asBoolean())
                    .as("%s: additionalProperties is false in %s", name, schema)
                    .isTrue();
        }
        schema.forEach(part -> requireStrict(name, part));
    }

    private static void requireValid(String schema, String answer) throws IOException {
        assertThat(JsonSchemas.file(schema)).exists();
        JsonNode document = JsonSchemas.parse(answer);
        assertThat(JsonSchemas.problems(schema, document)).as(answer).isEmpty();
        ((ObjectNode) document).put("somethingElse", true);
        assertThat(JsonSchemas.problems(schema, document))
                .as("the schema takes whatever comes")
                .isNotEmpty();
    }

    /** The example's files where the copy is: this process has a folder of its own. */
    private static List<String> inFolder(List<String> words, Path where) {
        ParseResult parsed = Schsm.model().parseArgs(words.toArray(String[]::new));
        Set<String> files = new HashSet<>();
        for (ParseResult each = parsed; each != null; each = each.hasSubcommand() ? each.subcommand() : null) {
            each.matchedArgs().stream()
                    .filter(CommandsTest::isFile)
                    .map(ArgSpec::originalStringValues)
                    .forEach(files::addAll);
        }
        // Behind -- are the words of another command.
        words.stream()
                .dropWhile(word -> !word.equals("--"))
                .filter(word -> Files.isRegularFile(where.resolve(word)))
                .forEach(files::add);
        files.remove("-");
        return words.stream()
                .map(word -> {
                    String[] parts = word.startsWith("--") ? word.split("=", 2) : new String[] {word};
                    int last = parts.length - 1;
                    if (files.contains(parts[last])) {
                        parts[last] = in(where, parts[last]);
                    } else if (parts[last].startsWith(IN_FILE)) {
                        parts[last] = IN_FILE + where.resolve(parts[last].substring(IN_FILE.length()));
                    }
                    return String.join("=", Arrays.asList(parts));
                })
                .toList();
    }

    /** Of {@code NAME=FILE} only the file. */
    private static String in(Path where, String file) {
        int name = file.lastIndexOf('=') + 1;
        return file.substring(0, name) + where.resolve(file.substring(name));
    }

    private static boolean isFile(ArgSpec argument) {
        return argument.type() == Path.class
                || Arrays.asList(argument.auxiliaryTypes()).contains(Path.class);
    }
}
