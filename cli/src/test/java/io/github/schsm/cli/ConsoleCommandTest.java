// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static io.github.schsm.cli.Bench.A;
import static io.github.schsm.cli.Bench.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.admin.progress.Work;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.io.StandardStreams;
import io.github.schsm.simulator.VirtualReaders;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleCommandTest {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/open/[A-Za-z0-9_-]{32}");

    @TempDir
    Path folder;

    private static int status(String address) throws Exception {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(address).toURL().openConnection();
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }

    @Test
    void itServesUntilItsInputEnds() throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        try (PipedOutputStream typed = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(typed)) {
            Io io = new Io(
                    new PrintWriter(out, true),
                    new PrintWriter(err, true),
                    name -> null,
                    null,
                    new StandardStreams(in, OutputStream.nullOutputStream(), () -> false));
            new Thread(() -> ended.complete(Schsm.run(io, "console", "--json", "--terminal=simulator:" + folder)))
                    .start();
            while (!out.toString().endsWith("\n") && !ended.isDone()) {
                Thread.sleep(10);
            }
            String address = url(out.toString());
            assertThat(address).as(err.toString()).matches(ADDRESS);
            assertThat(status(address)).isEqualTo(200);
            assertThat(status(address)).isEqualTo(403);
            assertThat(ended).isNotDone();
        }
        assertThat(ended.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(err.toString()).isEmpty();
    }

    private static String url(String json) throws Exception {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            assertThat(parser.nextFieldName()).isEqualTo("url");
            return parser.nextTextValue();
        }
    }

    /** At the first question there is one address, which is opened; Enter gives another, and the end of input ends it. */
    private static final class Person implements Io.Person {
        private final List<Integer> statuses = new ArrayList<>();
        private final StringWriter out;

        Person(StringWriter out) {
            this.out = out;
        }

        @Override
        public char[] secret(String question) {
            throw new AssertionError(question);
        }

        @Override
        public String line(String question) {
            assertThat(question).contains("Enter", "Ctrl-D");
            String address = ADDRESS.matcher(out.toString())
                    .results()
                    .reduce((first, second) -> second)
                    .orElseThrow()
                    .group();
            try {
                statuses.add(status(address));
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
            return statuses.size() < 3 ? "" : null;
        }
    }

    @Test
    void enterGivesAnotherAddress() {
        StringWriter out = new StringWriter();
        Person person = new Person(out);
        Io io = new Io(new PrintWriter(out, true), new PrintWriter(out, true), name -> null, person);

        assertThat(Schsm.run(io, "console", "--terminal=simulator:" + folder)).isZero();
        assertThat(person.statuses).containsExactly(200, 200, 200);
        assertThat(out.toString()).contains("it works once: http://127.0.0.1:");
    }

    @Test
    void itEndsAfterSomeTimeIfThatIsWanted() {
        assertThat(Run.of(Map.of(), "console", "--for=0", "--terminal=simulator:" + folder)
                        .done()
                        .out())
                .containsPattern(ADDRESS);
    }

    @Test
    void whatCannotBeIsSaid() throws Exception {
        assertThat(Run.of(Map.of(), "console", "--port=70000").misused().err()).contains("--port 70000", "0 to 65535");
        assertThat(Run.of(Map.of(), "console", "--for=-1").misused().err()).contains("--for");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Run.of(Map.of(), "console", "--for=0", "--port=" + taken.getLocalPort())
                            .failed()
                            .err())
                    .contains("port " + taken.getLocalPort(), "--port 0");
        }
    }

    @Test
    void migrationsAndSynchronizationsTellHowFarTheyAre() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Bench bench = new Bench(folder, false);
        bench.on(A, "group-signer", "create", "--label=group-signer").done();
        for (String device : List.of(A, B)) {
            bench.on(device, "domain", "join", "--signer=group-signer", "--signer-device=" + A, "--yes")
                    .done();
        }
        bench.on(A, "generate", "--label=moving", "--slot=0", "--allow=ECDSA,WRAP")
                .done();
        Map<String, String> environment = Map.of("HOME", home.toString(), "PIN", VirtualReaders.USER_PIN);
        String terminal = "--terminal=" + bench.terminal();
        Run.of(environment, "migrate", "--from=" + A, "--to=" + B, "--label=moving", "--pin-env=PIN", terminal)
                .done();
        Run.of(environment, "domain", "sync", "--pin-env=PIN", terminal);

        assertThat(ProgressFolder.ofUser(Map.of("HOME", home.toString())::get).works())
                .extracting(Work::command, Work::state, Work::done, Work::total)
                .containsExactly(tuple("migrate", Work.State.DONE, 1, 1), tuple("domain sync", Work.State.DONE, 1, 1));
    }
}
