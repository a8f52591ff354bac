package io.github.schsm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents lead where they say. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|Conformance))(?:#(\\w+))?`");
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
                Stream<Path> docs = Files.list(home().resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void everyLinkLeadsToAFile(Path document) throws IOException {
        List<String> broken = new ArrayList<>();
        Matcher links = LINK.matcher(Files.readString(document));
        while (links.find()) {
            if (!Files.exists(document.resolveSibling(links.group(1)))) {
                broken.add(links.group(1));
            }
        }
        assertThat(broken).isEmpty();
    }

    /** A document that says which test shows something leads to a test that is there. */
    @ParameterizedTest
    @MethodSource("documents")
    void everyTestThatIsNamedIsThere(Path document) throws IOException {
        Map<String, String> tests = new HashMap<>();
        try (Stream<Path> files = Files.walk(home())) {
            for (Path file : files.filter(
                            path -> path.toString().matches(".*/src/test/java/.*(Test|Conformance)\\.java"))
                    .toList()) {
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
