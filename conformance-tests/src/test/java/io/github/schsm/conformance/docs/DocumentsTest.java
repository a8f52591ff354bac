// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents lead where they say. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern PROTOCOL = Pattern.compile("(?<!\")docs/protocol\\.md(?:#([\\w-]*))?");
    private static final Pattern NUMBERED =
            Pattern.compile("\\b[Ss]ections?[ *\\n]+\\d|protocol[ *\\n]+notes|\\.\\./shared");
    private static final Pattern STANDARD = Pattern.compile("\\b(RFC|TR-|ISO|SEC|PKCS|FIPS)[^.;]*$");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");
    private static final Pattern VERSION = Pattern.compile("0\\.\\d+\\.\\d+(-SNAPSHOT)?(?=\\.jar|</version>)");

    private static Path home() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("java.security.example"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(home());
                Stream<Path> docs = Files.walk(home().resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Sources, tests, documents, and scripts, but nothing that a build made. */
    private static List<Path> sources() throws IOException {
        return SourceTree.files(home()).stream()
                .filter(file -> file.toString().matches(".*\\.(java|md|c|xml|yml|sh|properties|example)"))
                .toList();
    }

    /** The anchors that GitHub gives a document's headings. */
    private static Set<String> anchors(Path document) throws IOException {
        return HEADING.matcher(Files.readString(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkLeadsToAFileAndASection(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher links = LINK.matcher(Files.readString(document));
        while (links.find()) {
            Path target = links.group(1).isEmpty() ? document : document.resolveSibling(links.group(1));
            if (!Files.exists(target)
                    || (links.group(2) != null && !anchors(target).contains(links.group(2)))) {
                broken.add(links.group());
            }
        }
        assertThat(broken).isEmpty();
    }

    /** The one form of a reference to the protocol, in every source and document: docs/protocol.md#files. */
    @Test
    void everyReferenceToTheProtocolLeadsToASection() throws IOException {
        Set<String> anchors = anchors(home().resolve("docs/protocol.md"));
        List<String> broken = new ArrayList<>();
        int found = 0;
        for (Path source : sources()) {
            String text = Files.readString(source);
            for (MatchResult reference : PROTOCOL.matcher(text).results().toList()) {
                found++;
                if (reference.group(1) != null && !anchors.contains(reference.group(1))) {
                    broken.add(home().relativize(source) + ": " + reference.group());
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(found).isGreaterThan(50);
    }

    /** A section with a number is one of a standard, whose name stands in front of it. */
    @Test
    void nothingRefersToTheProtocolByNumberOrToWhatIsNotHere() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path source : sources()) {
            if (source.endsWith("DocumentsTest.java")) {
                continue;
            }
            String text = Files.readString(source);
            for (MatchResult match : NUMBERED.matcher(text).results().toList()) {
                String before = text.substring(Math.max(0, match.start() - 60), match.start());
                if (!STANDARD.matcher(before).find()) {
                    found.add(home().relativize(source) + ": " + match.group());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /** A document that says which test shows something leads to a test that is there. */
    @ParameterizedTest
    @MethodSource("documents")
    void everyTestThatIsNamedIsThere(Path document) throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (Path file : SourceTree.files(home())) {
            if (file.toString().matches(".*/src/test/java/.*Test\\.java")) {
                String type = String.valueOf(file.getFileName()).replace(".java", "");
                tests.merge(type, Files.readString(file), String::concat);
            }
        }
        List<String> gone = new ArrayList<>();
        Matcher named = TEST.matcher(Files.readString(document));
        while (named.find()) {
            String source = tests.get(named.group(1));
            String method = named.group(2);
            if (source == null || (method != null && !source.contains("void " + method + "("))) {
                gone.add(named.group());
            }
        }
        assertThat(gone).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void versionsAreTheProjects(Path document) throws IOException {
        String pom = Files.readString(home().resolve("pom.xml"));
        Matcher version = Pattern.compile("<artifactId>schsm-parent</artifactId>\\s*<version>([^<]+)</version>")
                .matcher(pom);
        assertThat(version.find()).isTrue();
        Matcher mentioned = VERSION.matcher(Files.readString(document));
        while (mentioned.find()) {
            assertThat(mentioned.group()).isEqualTo(version.group(1));
        }
    }
}
