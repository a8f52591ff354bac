// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.admin.progress.Work;
import io.github.schsm.cli.Schsm;
import io.github.schsm.cli.io.Io;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.conformance.docs.RunsSnippets;
import io.github.schsm.conformance.docs.Snippet;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/console.md shows works. */
public class ConsoleSnippetsTest {
    private static final String SOURCE = """
            import io.github.schsm.KeyMigration;
            import io.github.schsm.admin.console.Console;
            import io.github.schsm.admin.progress.ProgressFolder;
            import io.github.schsm.admin.progress.RunningWork;
            import io.github.schsm.provider.SchsmProvider;
            import java.net.URI;
            import java.security.KeyStore;
            import java.util.Map;
            import java.util.function.Consumer;

            public final class Snippet {
                public static void run(
                        KeyStore source, KeyStore target, Map<String, String> environment, Consumer<URI> show)
                        throws Exception {
                    %s
                }
            }
            """;

    @TempDir
    Path folder;

    private void run(String text, KeyStore source, KeyStore target, Map<String, String> environment, Consumer<URI> show)
            throws Exception {
        Path file = Files.writeString(folder.resolve("Snippet.java"), SOURCE.formatted(text));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter said = new StringWriter();
        boolean compiled = compiler.getTask(
                        said,
                        null,
                        null,
                        List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString()),
                        null,
                        compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                .call();
        assertThat(compiled).as("%s%n%s", said, text).isTrue();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, ConsoleSnippetsTest.class.getClassLoader())) {
            loader.loadClass("Snippet")
                    .getMethod("run", KeyStore.class, KeyStore.class, Map.class, Consumer.class)
                    .invoke(null, source, target, environment, show);
        }
    }

    @Test
    @RunsSnippets("docs/console.md#start")
    void theCommandPrintsAnAddress() throws Exception {
        List<String> lines = Snippet.text("docs/console.md#start")
                .lines()
                .map(line -> line.replaceAll(" +#.*", ""))
                .toList();
        assertThat(lines).containsExactly("schsm console", "schsm console --open");
        StringWriter out = new StringWriter();
        Io io = new Io(new PrintWriter(out, true), new PrintWriter(out, true), name -> null, null);

        assertThat(Schsm.run(io, "console", "--for", "0", "--terminal", "simulator:" + folder))
                .isZero();
        assertThat(out.toString()).contains("http://127.0.0.1:");
    }

    @Test
    @RunsSnippets("docs/console.md#progress")
    void aProgramTellsOfItsWork() throws Exception {
        try (Bench bench = new SimulatorBench()) {
            Group group = Group.of(bench);
            group.source().movable("code-signing");
            Map<String, String> environment = Map.of("HOME", folder.toString());
            run(
                    Snippet.text("docs/console.md#progress").replace(".ofUser()", ".ofUser(environment::get)"),
                    group.source().keyStore(),
                    group.target().keyStore(),
                    environment,
                    address -> {});

            assertThat(ProgressFolder.ofUser(environment::get).works())
                    .singleElement()
                    .satisfies(work -> {
                        assertThat(work.state()).isEqualTo(Work.State.DONE);
                        assertThat(work.steps()).extracting(Work.Step::outcome).contains("MOVED");
                    });
        }
    }

    @Test
    @RunsSnippets("docs/console.md#program")
    void aProgramOpensAConsole() throws Exception {
        List<URI> shown = new ArrayList<>();
        try (Bench bench = new SimulatorBench()) {
            run(
                    Snippet.text("docs/console.md#program")
                            .replace("terminal = pcsc", "terminal = simulator:memory")
                            .replace("show(address)", "show.accept(address)"),
                    bench.source().keyStore(),
                    bench.target().keyStore(),
                    Map.of(),
                    shown::add);
        }
        assertThat(shown)
                .singleElement()
                .satisfies(address -> assertThat(address.getHost()).isEqualTo("127.0.0.1"));
    }

    @Test
    @RunsSnippets("docs/console.md#pictures")
    void thePicturesOfTheDocumentsAreThoseOfTheTests() throws Exception {
        String document = Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "console.md"));

        assertThat(Snippet.text("docs/console.md#pictures"))
                .isEqualTo("cp conformance-tests/target/console/console-*.png docs/images/\n");
        for (String name : ConsoleInBrowserTest.PICTURES_OF_DOCUMENTS) {
            assertThat(document).contains("images/" + name);
            assertThat(Path.of(System.getProperty("schsm.home"), "docs", "images", name))
                    .exists();
        }
    }
}
