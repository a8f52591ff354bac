package io.github.schsm.cli;

import java.io.Console;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the command reads and writes. One place for it, so that tests run the very command in their own process.
 *
 * @param out         what was asked for
 * @param err         everything else: errors, and nothing besides
 * @param environment value of an environment variable, null if there is none
 * @param person      somebody who can be asked; null where there is no terminal
 */
record Io(
        PrintWriter out,
        PrintWriter err,
        Function<String, @Nullable String> environment,
        @Nullable Person person) {
    /** Somebody at a terminal. */
    interface Person {
        /** Asks for something that must not be seen; null at the end of input. */
        char @Nullable [] secret(String question);

        /** Asks for a line; null at the end of input. */
        @Nullable
        String line(String question);
    }

    /** The process's own streams and terminal. */
    @SuppressWarnings("SystemConsoleNull") // with that property it is null also on JDKs after 21 where nobody is
    static Io ofProcess() {
        System.setProperty("jdk.console", "java.base");
        Console console = System.console();
        return new Io(
                writer(System.out, "stdout.encoding"),
                writer(System.err, "stderr.encoding"),
                System::getenv,
                console == null ? null : new AtConsole(console));
    }

    /** In the terminal's encoding: that of the locale, which JDKs after 17 no longer take for their default. */
    private static PrintWriter writer(OutputStream stream, String property) {
        String encoding = System.getProperty(property, Charset.defaultCharset().name());
        return new PrintWriter(new OutputStreamWriter(stream, Charset.forName(encoding)), true);
    }

    private record AtConsole(Console console) implements Person {
        @Override
        public char @Nullable [] secret(String question) {
            return console.readPassword("%s", question);
        }

        @Override
        public @Nullable String line(String question) {
            return console.readLine("%s", question);
        }
    }
}
