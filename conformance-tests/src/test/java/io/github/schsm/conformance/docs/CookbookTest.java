// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The cookbook says what the programs in examples/programs show, and its code is theirs. */
class CookbookTest {
    private static final Path PAGES = Snippet.HOME.resolve("docs/cookbook");
    private static final Path PROGRAMS = Snippet.HOME.resolve("examples/programs");
    private static final Pattern FENCE =
            Pattern.compile("(?ms)(?:^ *<!-- include: (\\S+)#(\\S+) -->\\R)?^( *)```(\\S*)\\R(.*?)^ *```$");
    private static final Pattern STRINGS = Pattern.compile("\"((?:\\\\.|[^\"\\\\])*)\"");
    private static final Pattern MEMBER = Pattern.compile(
            "(\\w+) =\\s+(Verdict\\.\\w+|\"(?:\\\\.|[^\"\\\\])*\"(?:\\s*\\+\\s*\"(?:\\\\.|[^\"\\\\])*\")*)");

    /** What a test's annotation says. */
    private record Program(
            String area, String test, String program, String version, String verdict, String how, String limit) {
        String row() {
            String anchor = program.toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            String words = switch (verdict) {
                case "Verdict.UNCHANGED" -> "works unchanged";
                case "Verdict.CONFIGURATION" -> "by configuration";
                case "Verdict.CODE" -> "by code";
                default -> "cannot";
            };
            return "| [" + program + "](" + area + ".md#" + anchor + ") | " + version + " | " + words + " | " + how
                    + " | " + limit + " | `" + test + "` |";
        }
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            return pages.filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Program> programs() throws IOException {
        List<Program> all = new ArrayList<>();
        for (Path file : SourceTree.files(PROGRAMS)) {
            if (!file.toString().matches(".*/src/test/java/.*Test\\.java")) {
                continue;
            }
            String text = Files.readString(file);
            int at = text.indexOf("\n@Recipe(");
            if (at >= 0) {
                String annotation = text.substring(at, text.indexOf("\nclass ", at));
                String test = file.getFileName().toString().replace(".java", "");
                all.add(new Program(
                        PROGRAMS.relativize(file).getName(0).toString(),
                        test,
                        member(annotation, "program"),
                        member(annotation, "version"),
                        member(annotation, "verdict"),
                        member(annotation, "how"),
                        member(annotation, "limit")));
            }
        }
        return all;
    }

    private static String member(String annotation, String name) {
        for (MatchResult member : MEMBER.matcher(annotation).results().toList()) {
            if (member.group(1).equals(name)) {
                return member.group(2).startsWith("Verdict")
                        ? member.group(2)
                        : STRINGS.matcher(member.group(2))
                                .results()
                                .map(part -> part.group(1).replace("\\\"", "\"").replace("\\\\", "\\"))
                                .collect(Collectors.joining());
            }
        }
        return "";
    }

    private static List<String> areas() throws IOException {
        return Pattern.compile("<module>(.*?)</module>")
                .matcher(Files.readString(PROGRAMS.resolve("pom.xml")))
                .results()
                .map(module -> module.group(1))
                .filter(module -> !module.equals("support"))
                .toList();
    }

    @Test
    void tableSaysWhatTheTestsSay() throws IOException {
        String readme = Files.readString(PAGES.resolve("README.md"));
        List<String> expected = new ArrayList<>();
        for (String area : areas()) {
            programs().stream()
                    .filter(program -> program.area().equals(area))
                    .sorted(Comparator.comparing(program -> program.program().toLowerCase(Locale.ROOT)))
                    .map(Program::row)
                    .forEach(expected::add);
        }

        assertThat(readme.lines().filter(line -> line.startsWith("| [")).toList())
                .containsExactlyElementsOf(expected);
    }

    @Test
    void versionsAreThoseThatTheTestsRun() throws IOException {
        List<String> others = new ArrayList<>();
        for (Program program : programs()) {
            String pom = Files.readString(PROGRAMS.resolve(program.area()).resolve("pom.xml"));
            if (!program.version().matches("(JDK|Debian|source)\\b.*")
                    && !pom.contains(">" + program.version() + "<")) {
                others.add(program.test() + ": " + program.version());
            }
        }
        assertThat(others).isEmpty();
    }

    @Test
    void whatCannotBeDoneIsSomebodysLimit() throws IOException {
        assertThat(programs())
                .filteredOn(program -> program.verdict().equals("Verdict.CANNOT"))
                .allMatch(program -> !program.limit().isEmpty());
        assertThat(programs())
                .filteredOn(program -> program.verdict().matches("Verdict.(CONFIGURATION|CODE)"))
                .allMatch(program -> !program.how().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyBlockIsCodeThatATestRuns(Path page) throws IOException {
        List<String> wrong = new ArrayList<>();
        Matcher blocks = FENCE.matcher(Files.readString(page));
        while (blocks.find()) {
            String shown = blocks.group(5).replaceAll("(?m)^" + blocks.group(3), "");
            if (blocks.group(1) == null) {
                wrong.add("no include comment in front of:\n" + shown);
            } else if (!shown.equals(region(blocks.group(1), blocks.group(2)))) {
                wrong.add(blocks.group(1) + "#" + blocks.group(2) + " is now:\n"
                        + region(blocks.group(1), blocks.group(2)));
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The lines of a file between "region NAME" and "endregion", moved to the left margin. */
    private static String region(String file, String name) throws IOException {
        Pattern marker =
                Pattern.compile("(?m)^.*\\bregion " + Pattern.quote(name) + "\\b.*\\R([\\s\\S]*?)^.*\\bendregion\\b");
        Matcher found = marker.matcher(Files.readString(Snippet.HOME.resolve(file)));
        // An empty last line would count as one without a margin.
        return found.find() ? found.group(1).stripTrailing().stripIndent() + "\n" : "(no such region)";
    }
}
