// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bridge.RemoteSitesTest;
import io.github.schsm.conformance.console.ConsoleSnippetsTest;
import io.github.schsm.conformance.dist.ContainerTest;
import io.github.schsm.conformance.dist.DebianPackageTest;
import io.github.schsm.conformance.dist.ZipTest;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each snippet of the documents has a name and a test that runs it. */
class SnippetsTest {
    private static final List<Class<?>> RUNNERS = List.of(
            RemoteSitesTest.class,
            AuditSnippetsTest.class,
            BackupSnippetsTest.class,
            CertificateSnippetsTest.class,
            CommandSnippetsTest.class,
            ConsoleSnippetsTest.class,
            ContainerTest.class,
            DebianPackageTest.class,
            DialInSnippetsTest.class,
            FirstHourTest.class,
            HowToPageTest.class,
            InstallTest.class,
            KeytoolSnippetsTest.class,
            NativeAccessTest.class,
            OpenScSnippetsTest.class,
            ProgramSnippetsTest.class,
            ReleaseSnippetsTest.class,
            ReportSnippetsTest.class,
            SshAgentSnippetsTest.class,
            TroubleshootingSnippetsTest.class,
            UnitSnippetsTest.class,
            ProtocolSnippetsTest.class,
            ZipTest.class);

    private static List<String> documents() throws IOException {
        return Snippet.documents();
    }

    @Test
    void eachSnippetIsRunByATestAndNoTestRunsWhatIsGone() throws IOException {
        List<String> run = new ArrayList<>();
        RUNNERS.stream()
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .map(method -> method.getAnnotation(RunsSnippets.class))
                .filter(Objects::nonNull)
                .flatMap(annotation -> Arrays.stream(annotation.value()))
                .forEach(run::add);
        ProgramSnippetsTest.programs().forEach(program -> run.add(program.id()));

        assertThat(run)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(
                        Snippet.all().stream().map(Snippet::id).toList());
    }

    @Test
    void runnersAreTests() {
        for (Class<?> runner : RUNNERS) {
            assertThat(runner.getDeclaredMethods())
                    .as(runner.getSimpleName())
                    .filteredOn(method -> method.isAnnotationPresent(RunsSnippets.class))
                    .allMatch(SnippetsTest::isTest);
        }
    }

    private static boolean isTest(Method method) {
        return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void codeStandsBetweenFencesOnly(String document) throws IOException {
        List<String> lines = Files.readAllLines(Snippet.HOME.resolve(document));
        List<String> indented = new ArrayList<>();
        boolean fenced = false;
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith("```")) {
                fenced = !fenced;
            }
            if (!fenced && lines.get(i).startsWith("    ") && lines.get(i - 1).isBlank()) {
                indented.add((i + 1) + ": " + lines.get(i));
            }
        }

        assertThat(indented).isEmpty();
    }
}
