// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.command.Shared;
import io.github.schsm.cli.command.shell.Script;
import io.github.schsm.cli.console.HelpText;
import io.github.schsm.cli.console.Suggestions;
import io.github.schsm.cli.console.Terminal;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.GlobalOptions;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.config.SchsmConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command {@code schsm}: everything the how-to does, one subcommand each. */
@Command(
        name = "schsm",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Schsm.Version.class,
        usageHelpAutoWidth = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class Schsm implements Callable<Integer>, SchsmCommand.Root {
    private final Io io;
    private final Shared shared;

    @Mixin
    private GlobalOptions options;

    @Option(
            names = "--script",
            paramLabel = "FILE",
            description =
                    "Run the commands in this file, one a line; - for standard input. The first one that fails ends"
                            + " it, with its exit status.")
    private @Nullable Path script;

    @Option(names = "--keep-going", description = "Run the lines of --script that follow a failed one, too.")
    private boolean keepGoing;

    @Spec
    private CommandSpec spec;

    private Schsm(Io io, Shared shared) {
        this.io = io;
        this.shared = shared;
    }

    /** Starts the command and ends the JVM with its exit status. */
    public static void main(String[] arguments) {
        System.exit(run(Terminal.ofProcess(), arguments));
    }

    /** Runs one command. */
    public static int run(Io io, String... arguments) {
        return run(io, new Shared(Schsm::run), arguments);
    }

    /** Runs one command among others of this process. */
    public static int run(Io io, Shared shared, String... arguments) {
        return run(io, commandLine(io, shared), arguments);
    }

    static int run(Io io, CommandLine schsm, String... arguments) {
        // The help is printed before options are set.
        if (Arrays.asList(arguments).contains("--no-color")) {
            schsm.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF));
        }
        int status = isWhole(io, arguments) ? schsm.execute(arguments) : Status.USAGE;
        io.err().flush();
        IOException unwritten = io.failure();
        if (unwritten != null && status == Status.DONE) {
            io.err()
                    .println("schsm: done, but the answer could not be written to standard output: "
                            + Errors.reason(unwritten));
            return Status.FAILED;
        }
        return status;
    }

    /**
     * Whether the arguments are what was typed. Under the locale {@code C} a JVM replaces what it does not know by
     * U+FFFD: a label of these, or a file's name, is not the one that is meant.
     */
    private static boolean isWhole(Io io, String... arguments) {
        for (String argument : arguments) {
            if (!PrintableText.isWhole(argument)) {
                String message = "the argument \"" + argument
                        + "\" has characters that are not readable in the locale of this process (encoding "
                        + Charset.defaultCharset() + "): start it with LC_ALL=C.UTF-8";
                if (Arrays.asList(arguments).contains("--json")) {
                    io.out().println(Errors.usageJson(message));
                }
                io.err().println("schsm: " + PrintableText.of(message));
                return false;
            }
        }
        return true;
    }

    /** The command with all its subcommands and options, to look at. */
    public static CommandLine model() {
        return commandLine(
                new Io(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), name -> null, null));
    }

    /** The command and all its subcommands. */
    static CommandLine commandLine(Io io) {
        return commandLine(io, new Shared(Schsm::run));
    }

    private static CommandLine commandLine(Io io, Shared shared) {
        CommandLine root = new CommandLine(new Schsm(io, shared));
        Map<String, List<String>> headings = new LinkedHashMap<>();
        for (Commands.Group group : Commands.groups()) {
            List<String> names = new ArrayList<>();
            for (Object command : group.commands()) {
                CommandLine subcommand = new CommandLine(command);
                root.addSubcommand(subcommand);
                names.add(subcommand.getCommandName());
            }
            headings.put(group.heading(), names);
        }
        root.getCommandSpec()
                .usageMessage()
                .description("SmartCard-HSMs and their key domains, from the command line.")
                .footer("", "Start with: schsm demo", "More about a command: schsm COMMAND --help", Status.line());
        SecretOptions.addAll(root.getCommandSpec());
        HelpText.install(root);
        HelpText.group(root, headings);
        root.setOut(io.out())
                .setErr(io.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAllowSubcommandsAsOptionParameters(true)
                .setExecutionStrategy(Schsm::execute)
                .setParameterExceptionHandler((error, arguments) ->
                        usage(io, error, Arrays.asList(arguments).contains("--json")))
                .setExecutionExceptionHandler((error, line, result) -> failure(io, error, line))
                .registerConverter(Path.class, new Values.FileName());
        return root;
    }

    /** With --help picocli overlooks words that it does not know, a command that is not there among them. */
    private static int execute(ParseResult parsed) {
        for (CommandLine command : parsed.asCommandLineList()) {
            List<String> unknown = command.getUnmatchedArguments();
            if (!unknown.isEmpty()) {
                throw new UnmatchedArgumentException(command, unknown);
            }
        }
        return new RunLast().execute(parsed);
    }

    @Override
    public Context context() throws CliException {
        if (spec.commandLine().getParseResult().hasSubcommand() && (script != null || keepGoing)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--script and --keep-going are not for a single command: leave them or it away");
        }
        return new Context(io, options, options.configuration(), shared);
    }

    @Override
    public Context withoutConfiguration() {
        return new Context(io, options, SchsmConfiguration.defaults(), shared);
    }

    @Override
    public Integer call() throws CliException {
        if (script != null) {
            return new Script(script, keepGoing).run(context());
        }
        if (options.json || keepGoing) {
            throw new ParameterException(spec.commandLine(), "Missing required subcommand");
        }
        spec.commandLine().usage(io.out());
        return Status.DONE;
    }

    private static int usage(Io io, ParameterException error, boolean json) {
        CommandLine command = error.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        String message = PrintableText.of(plain(error));
        if (json) {
            io.out().println(Errors.usageJson(message));
        }
        PrintWriter err = io.err();
        err.println("schsm: " + message);
        Suggestions.of(error, Commands::isHarmless).forEach(err::println);
        err.println("Try: " + name + " --help");
        return Status.USAGE;
    }

    /** What is wrong, without words and numbers that mean nothing to a person. */
    private static String plain(ParameterException error) {
        String message = String.valueOf(error.getMessage());
        if (error instanceof UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()
                && error.getCommandLine().getSubcommands().size() > 0) {
            String command = error.getCommandLine().getCommandSpec().qualifiedName();
            return "there is no command \"" + command + " "
                    + unmatched.getUnmatched().get(0) + "\"";
        }
        if (message.equals("Missing required subcommand")) {
            CommandLine group = error.getCommandLine();
            String name = group.getCommandSpec().qualifiedName();
            return "a command is missing"
                    + (group.getParent() == null
                            ? ""
                            : ": " + name + " "
                                    + String.join("|", group.getSubcommands().keySet()));
        }
        ArgSpec option = error.getArgSpec();
        if (option != null && error.getCause() instanceof TypeConversionException wrong) {
            return Values.name(option) + " " + error.getValue() + ": " + wrong.getMessage();
        }
        return message.replaceFirst("^Error: ", "").replaceFirst("^(Unmatched arguments?) (at|from) index \\d+", "$1");
    }

    private static int failure(Io io, Exception error, CommandLine line) {
        Schsm root = (Schsm) line.getCommandSpec().root().userObject();
        if (Errors.tellingCause(error) instanceof UsageException wrong) {
            return usage(io, new ParameterException(line, Errors.message(wrong)), root.options.json);
        }
        if (root.options.json) {
            io.out().println(Errors.json(error));
        }
        io.err().println("schsm: " + Errors.message(error));
        if (root.options.verbose || io.environment().apply("SCHSM_TRACE") != null) {
            StringWriter trace = new StringWriter();
            error.printStackTrace(new PrintWriter(trace, true));
            trace.toString().lines().map(PrintableText::of).forEach(io.err()::println);
        }
        return Status.FAILED;
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {text()};
        }

        static String text() {
            try (InputStream in = Schsm.class.getResourceAsStream("version.properties")) {
                Properties properties = new Properties();
                properties.load(in);
                return "schsm " + properties.getProperty("version");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
