// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "shell",
        description = {
            "Reads commands at the terminal, without schsm before them, and runs each: with history and completion, and"
                    + " one PIN entry for each device.",
            "The options of every command that are given here hold for each line that does not give them itself. use"
                    + " DEVICE chooses a device for the lines that follow; Ctrl-C ends the command that runs, exit or Ctrl-D"
                    + " the shell."
        },
        footer = {"", "Example:", "  schsm shell --device ZZSIM000001 --timeout 5m"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ShellCommand extends SchsmCommand {
    private static final int COLUMNS = 80;
    private static final int ROWS = 24;
    private static final String SYNTAX = "[1-9][0-9]{0,5}[sm]?";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = Time.class,
            description =
                    "When nothing was typed for so long, every device is logged out and PINs are forgotten: minutes,"
                            + " or 90s for seconds. Default: 10m.")
    private Duration timeout;

    @Option(names = "--no-history", description = "Neither read the lines of former shells nor keep those of this one.")
    private boolean noHistory;

    @Override
    protected boolean answersItself() {
        return true;
    }

    @Override
    protected Answer answer(Context context) throws CliException {
        if (context.shared().isSession()) {
            throw new CliException("a shell does not run in a shell or script");
        }
        if (context.io().person() == null) {
            throw new CliException("there is no terminal: give the commands in a file, by schsm --script FILE, or - for"
                    + " standard input");
        }
        try (Terminal terminal = terminal()) {
            return Answer.given(converse(context, terminal, timeout));
        } catch (IOException failed) {
            throw new CliException("the terminal cannot be used: " + Errors.reason(failed), failed);
        }
    }

    /** Minutes, or seconds. */
    static final class Time extends Values.Parsed<Duration> {
        @Override
        protected Duration parse(String value) throws InvalidRequestException {
            if (!value.matches(SYNTAX)) {
                throw new InvalidRequestException("give minutes, as 10 or 10m, or seconds, as 90s");
            }
            long number = Long.parseLong(value.replaceAll("[sm]", ""));
            return value.endsWith("s") ? Duration.ofSeconds(number) : Duration.ofMinutes(number);
        }
    }

    /** By stty where there is one: so nothing native is loaded, which newer JDKs warn of. */
    private static Terminal terminal() throws IOException {
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("windows");
        TerminalBuilder builder = TerminalBuilder.builder().system(true);
        Terminal terminal = (windows ? builder : builder.provider(TerminalBuilder.PROP_PROVIDER_EXEC)).build();
        Size size = terminal.getSize();
        if (size.getColumns() <= 0 || size.getRows() <= 0) {
            terminal.setSize(Size.of(COLUMNS, ROWS));
        }
        return terminal;
    }

    private int converse(Context context, Terminal terminal, Duration most) {
        Io outer = context.io();
        Io io = new Io(
                outer.out(),
                outer.err(),
                outer.environment(),
                new ShellPerson(terminal, outer.person()),
                outer.streams());
        Session session = new Session(io, context);
        KnownNames names = new KnownNames(session);
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(Words.parser())
                .completer(new LineCompleter(spec.root(), names))
                .variable(LineReader.DISABLE_HISTORY, true)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        History history = history(io);
        if (history != null) {
            history.lines().forEach(reader.getHistory()::add);
        }
        Thread here = Thread.currentThread();
        terminal.handle(Signal.INT, signal -> here.interrupt());
        try (IdleTimer idle = new IdleTimer(most, session::logOut, () -> reader.printAbove(forgotten(most)))) {
            if (!context.options().quiet && !context.options().json) {
                io.out().println("Commands as after schsm; use DEVICE, help, exit. Tab completes.");
            }
            String line = next(reader, session, idle);
            while (line != null) {
                if (!run(line, session, reader, history)) {
                    return Status.DONE;
                }
                names.forget();
                line = next(reader, session, idle);
            }
            return Status.DONE;
        } finally {
            session.logOut();
        }
    }

    private static String forgotten(Duration most) {
        return "schsm: nothing was typed for "
                + (most.toSeconds() % 60 == 0 ? most.toMinutes() + " minutes" : most.toSeconds() + " seconds")
                + ": devices are logged out, PINs are forgotten";
    }

    /** The next line; null where there is none. */
    private static @Nullable String next(LineReader reader, Session session, IdleTimer idle) {
        while (true) {
            try {
                idle.start();
                String device = session.device();
                return reader.readLine(device == null ? "schsm> " : "schsm " + device + "> ");
            } catch (UserInterruptException another) {
                // The line is given up, not the shell.
            } catch (EndOfFileException end) {
                return null;
            } finally {
                idle.stop();
            }
        }
    }

    /** Returns whether the shell goes on. */
    private static boolean run(String line, Session session, LineReader reader, @Nullable History history) {
        try {
            List<String> words = Words.of(line);
            if (words.isEmpty()) {
                return true;
            }
            if (Session.isEnd(words)) {
                return false;
            }
            if (session.run(words) != Status.USAGE) {
                reader.getHistory().add(line.strip());
                if (history != null) {
                    history.add(line.strip());
                }
            }
        } catch (CliException wrong) {
            session.refuse(wrong);
        } finally {
            // Ctrl-C was for that command.
            Thread.interrupted();
        }
        return true;
    }

    private @Nullable History history(Io io) {
        Path place = noHistory ? null : History.place(io.environment());
        return place == null ? null : new History(place, problem -> io.err().println("schsm: " + problem));
    }
}
