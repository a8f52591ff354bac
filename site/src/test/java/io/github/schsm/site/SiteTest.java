// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The site as it was built: every link leads somewhere, every page can be found, and nothing comes from another server. */
class SiteTest {
    private static final Path SITE = Path.of(System.getProperty("schsm.site"));

    private static final Map<Path, Document> PAGES = new HashMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> files = Files.walk(SITE)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".html"))
                    .filter(path -> !path.startsWith(SITE.resolve("javadoc")))
                    .toList()) {
                PAGES.put(file, Jsoup.parse(file));
            }
        }
        assertThat(PAGES).hasSizeGreaterThan(30);
    }

    /** The file that a link of a page leads to; null where it leads to another server. */
    private static Path target(Path page, String link) {
        String path = link.replaceFirst("[?#].*", "");
        if (path.matches("[a-z]+:.*") || path.startsWith("//")) {
            return null;
        }
        String decoded = URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        Path target = decoded.isEmpty()
                ? page
                : decoded.startsWith("/") ? SITE.resolve(decoded.substring(1)) : page.resolveSibling(decoded);
        return Files.isDirectory(target) ? target.resolve("index.html").normalize() : target.normalize();
    }

    @Test
    void everyLinkLeadsToAPageAndASection() {
        List<String> broken = new ArrayList<>();
        PAGES.forEach((page, document) -> {
            for (Element link : document.select("a[href], img[src]")) {
                String to = link.hasAttr("href") ? link.attr("href") : link.attr("src");
                Path target = target(page, to);
                if (target == null || page.endsWith("404.html")) {
                    continue;
                }
                String section = to.contains("#") ? to.substring(to.indexOf('#') + 1) : "";
                Document there = PAGES.get(target);
                if (!Files.exists(target)
                        || (there != null
                                && !section.isEmpty()
                                && there.getElementById(URLDecoder.decode(section, StandardCharsets.UTF_8)) == null)) {
                    broken.add(SITE.relativize(page) + " -> " + to);
                }
            }
        });
        assertThat(broken).isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheFirst() {
        Deque<Path> next = new ArrayDeque<>(List.of(SITE.resolve("index.html")));
        Set<Path> reached = new HashSet<>(next);
        while (!next.isEmpty()) {
            Path page = next.pop();
            for (Element link : PAGES.get(page).select("a[href]")) {
                Path target = target(page, link.attr("href"));
                if (target != null && PAGES.containsKey(target) && reached.add(target)) {
                    next.push(target);
                }
            }
        }
        Set<Path> missed = new HashSet<>(PAGES.keySet());
        missed.removeAll(reached);
        missed.removeIf(page -> page.endsWith("404.html"));
        assertThat(missed).isEmpty();
    }

    @Test
    void nothingIsFetchedFromAnotherServer() {
        List<String> foreign = new ArrayList<>();
        PAGES.forEach((page, document) -> {
            for (Element each : document.select(
                    "script[src], link[rel=stylesheet], link[rel=preconnect], link[rel=icon], img[src], iframe[src]")) {
                String from = each.hasAttr("src") ? each.attr("src") : each.attr("href");
                if (target(page, from) == null) {
                    foreign.add(SITE.relativize(page) + ": " + from);
                }
            }
        });
        assertThat(foreign).isEmpty();
    }

    @Test
    void drawingsAreDrawnByWhatTheSiteHas() {
        List<Path> drawn = PAGES.keySet().stream()
                .filter(page -> !PAGES.get(page).select(".mermaid").isEmpty())
                .toList();

        assertThat(drawn).isNotEmpty();
        assertThat(drawn)
                .allSatisfy(page -> assertThat(PAGES.get(page).select("script[src$=mermaid.min.js]"))
                        .isNotEmpty());
        assertThat(SITE.resolve("assets/mermaid.min.js")).isNotEmptyFile();
    }

    @Test
    void referenceOfTheCommandsAndTheJavadocAreThere() {
        assertThat(PAGES.get(SITE.resolve("docs/commands/index.html")).text()).contains("schsm domain create");
        assertThat(SITE.resolve("javadoc/api/io/github/schsm/SchsmDevice.html").toFile())
                .satisfiesAnyOf(
                        file -> assertThat(file).exists(),
                        file -> assertThat(SITE.resolve(
                                        "javadoc/api/io.github.schsm.spi/io/github/schsm/SchsmDevice.html"))
                                .exists());
    }
}
