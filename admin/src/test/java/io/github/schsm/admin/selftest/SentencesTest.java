// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.selftest.CheckResult.Certainty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each check is about a sentence that stands in docs/protocol.md. */
class SentencesTest {
    private static final Pattern HEADING = Pattern.compile("(?m)^##+ (.*)$");
    private static final String NOT_A_DEVICE = "pkcs11-modules";

    /** The sections by their anchors, with single blanks. */
    private static Map<String, String> sections() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("schsm.home"), "docs", "protocol.md"));
        Map<String, String> sections = new LinkedHashMap<>();
        Matcher heading = HEADING.matcher(page);
        String anchor = null;
        int start = 0;
        while (heading.find()) {
            if (anchor != null) {
                sections.put(anchor, plain(page.substring(start, heading.start())));
            }
            anchor = heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 -]", "")
                    .replace(' ', '-');
            start = heading.end();
        }
        sections.put(String.valueOf(anchor), plain(page.substring(start)));
        return sections;
    }

    private static String plain(String text) {
        return text.replaceAll("\\s+", " ");
    }

    @Test
    void everyCheckQuotesItsSection() throws IOException {
        Map<String, String> sections = sections();
        assertThat(Checks.ALL).allSatisfy(check -> {
            assertThat(sections).as(check.id()).containsKey(check.section());
            assertThat(sections.get(check.section())).as(check.id()).contains(plain(check.statement()));
        });
    }

    @Test
    void everySectionAboutADeviceIsChecked() throws IOException {
        assertThat(Checks.ALL.stream().map(Check::section).collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(Checks.SECTIONS);
        assertThat(sections().keySet())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(Checks.SECTIONS.stream(), Stream.of(NOT_A_DEVICE))
                        .toList());
    }

    @Test
    void checksHaveNamesOfTheirOwn() {
        assertThat(Checks.ALL)
                .extracting(Check::id)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[a-z0-9-]+\\.[a-z0-9-]+"));
    }

    @Test
    void whatIsMarkedUncertainSaysSoNearTheSentence() throws IOException {
        Map<String, String> sections = sections();
        assertThat(Checks.ALL.stream().filter(check -> check.certainty() != Certainty.STATED))
                .isNotEmpty()
                .allSatisfy(check -> {
                    String section = String.valueOf(sections.get(check.section()));
                    int at = section.indexOf(plain(check.statement()));
                    String around = section.substring(
                            Math.max(0, at - 400),
                            Math.min(section.length(), at + check.statement().length() + 400));
                    assertThat(around)
                            .as(check.id())
                            .contains(check.certainty().name().toLowerCase(Locale.ROOT));
                });
    }
}
