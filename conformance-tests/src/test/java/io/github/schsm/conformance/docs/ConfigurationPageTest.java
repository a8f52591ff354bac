// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.config.ConfigurationKey;
import io.github.schsm.provider.SchsmProvider;
import java.nio.file.Files;
import java.security.KeyStore;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/configuration.md names the keys that there are, and says of them what the code says. */
class ConfigurationPageTest {
    private static final String BEGIN = "<!-- begin: ConfigurationKey.toMarkdown() -->\n";
    private static final String END = "<!-- end -->\n";

    @Test
    void pageHasTheTable() throws Exception {
        String page = Files.readString(Snippet.HOME.resolve("docs/configuration.md"));
        assertThat(page).contains(BEGIN).contains(END);

        assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)))
                .isEqualTo(ConfigurationKey.toMarkdown());
    }

    /** The error for an unknown key names those that are known. */
    @Test
    void everyKeyIsDescribedAndNoOther() throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", new SchsmProvider().configure("nonsense = 1"));
        String message =
                String.valueOf(catchThrowable(() -> keyStore.load(null, null)).getMessage());
        Matcher keys = Pattern.compile("keys are (.*)").matcher(message);
        assertThat(keys.find()).as(message).isTrue();

        assertThat(ConfigurationKey.all().stream().map(ConfigurationKey::name))
                .containsExactlyInAnyOrderElementsOf(List.of(keys.group(1).split(", ", -1)));
    }
}
