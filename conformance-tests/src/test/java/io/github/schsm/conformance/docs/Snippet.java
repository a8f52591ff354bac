// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a document, which a comment in front of it gives a name: {@code <!-- snippet: NAME -->}.
 *
 * @param document the document, below the checkout, e.g. {@code docs/cli.md}
 * @param name unique in the document; empty if there is none
 * @param language the word after the fence, e.g. {@code java}
 * @param text the lines between the fences
 */
public record Snippet(String document, String name, String language, String text) {
    static final Path HOME = Path.of(System.getProperty("schsm.home"));

    private static final Pattern FENCE =
            Pattern.compile("(?ms)(^ *<!-- snippet: (\\S+) -->\\R)?^( *)```(\\S*)\\R(.*?)^ *```$");

    /** All of README.md and docs/ that can be run: drawings cannot. */
    static List<Snippet> all() throws IOException {
        List<Snippet> all = new ArrayList<>();
        for (String document : documents()) {
            Matcher blocks = FENCE.matcher(Files.readString(HOME.resolve(document)));
            while (blocks.find()) {
                if (blocks.group(4).equals("mermaid")) {
                    continue;
                }
                String name = blocks.group(2) == null ? "" : blocks.group(2);
                String text = blocks.group(5).replaceAll("(?m)^" + blocks.group(3), "");
                all.add(new Snippet(document, name, blocks.group(4), text));
            }
        }
        return all;
    }

    /** README.md and the pages of docs/, relative to the checkout. */
    static List<String> documents() throws IOException {
        try (Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md"),
                            docs.map(page -> "docs/" + page.getFileName())
                                    .filter(page -> page.endsWith(".md"))
                                    .sorted())
                    .toList();
        }
    }

    /** The text of one, by its {@link #id()}. */
    public static String text(String id) throws IOException {
        return all().stream()
                .filter(snippet -> snippet.id().equals(id))
                .findAny()
                .orElseThrow(() -> new NoSuchElementException("no document has the snippet " + id))
                .text();
    }

    /** Document and name, e.g. {@code docs/cli.md#how-to}. */
    String id() {
        return document + "#" + name;
    }

    @Override
    public String toString() {
        return id();
    }
}
