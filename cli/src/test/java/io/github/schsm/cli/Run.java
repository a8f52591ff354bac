// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.schsm.cli.command.domain.FewRounds;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.cli.report.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * One run of the command in this process.
 *
 * @param status the exit status
 * @param out    standard output
 * @param err    standard error
 */
public record Run(int status, String out, String err) {
    private static final StandardStreams NO_STREAMS =
            new StandardStreams(InputStream.nullInputStream(), OutputStream.nullOutputStream(), () -> false);

    /** Runs with an environment and no terminal. */
    public static Run of(Map<String, String> environment, String... arguments) {
        return of(environment, null, arguments);
    }

    /** Runs with a person at the terminal. */
    static Run of(Map<String, String> environment, Io.@Nullable Person person, String... arguments) {
        return of(environment, person, NO_STREAMS, arguments);
    }

    /** Runs with streams that the file {@code -} stands for. */
    static Run of(
            Map<String, String> environment, Io.@Nullable Person person, StandardStreams streams, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Io io = new Io(new PrintWriter(out, true), new PrintWriter(err, true), environment::get, person, streams);
        CommandLine schsm = Schsm.commandLine(io);
        FewRounds.use(schsm);
        int status = Schsm.run(io, schsm, arguments);
        return new Run(status, out.toString(), err.toString());
    }

    /** Several command lines for one command: building it takes longer than to find them wrong. */
    static final class Session {
        private final StringWriter out = new StringWriter();
        private final StringWriter err = new StringWriter();
        private final CommandLine command =
                Schsm.commandLine(new Io(new PrintWriter(out, true), new PrintWriter(err, true), name -> null, null));

        /** Runs one of them. */
        Run run(String... arguments) {
            out.getBuffer().setLength(0);
            err.getBuffer().setLength(0);
            int status = command.execute(arguments);
            return new Run(status, out.toString(), err.toString());
        }
    }

    /** Expects that what was asked for was done, without a complaint. */
    public Run done() {
        assertThat(err).isEmpty();
        assertThat(status).as(out).isZero();
        return this;
    }

    /** Expects a refusal in one clear line. */
    public Run failed() {
        assertThat(status).as(out + err).isEqualTo(Status.FAILED);
        assertThat(err).startsWith("schsm: ").doesNotContain("Exception").doesNotContain("\tat ");
        assertThat(err.strip().lines()).hasSize(1);
        return this;
    }

    /** Expects a wrong command line. */
    public Run misused() {
        assertThat(status).as(out + err).isEqualTo(Status.USAGE);
        assertThat(err).startsWith("schsm: ");
        return this;
    }

    /** Standard output as exactly one JSON object. */
    public Map<String, Object> json() {
        try (JsonParser parser = new JsonFactory().createParser(out)) {
            assertThat(parser.nextToken()).as(out).isEqualTo(JsonToken.START_OBJECT);
            Map<String, Object> object = object(parser);
            assertThat(parser.nextToken()).as("what follows in %s", out).isNull();
            return object;
        } catch (IOException e) {
            throw new UncheckedIOException(out, e);
        }
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            assertThat(object).doesNotContainKey(name);
            object.put(name, value(parser));
        }
        return object;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT -> parser.getLongValue();
            default -> parser.getText();
        };
    }

    /** A member of the JSON object that is a list of objects. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> list(String name) {
        return (List<Map<String, Object>>) json().get(name);
    }

    /** The message of the error in the JSON object. */
    String errorMessage() {
        return (String) ((Map<?, ?>) json().get("error")).get("message");
    }
}
