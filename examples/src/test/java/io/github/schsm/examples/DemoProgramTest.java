// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoProgramTest {
    @TempDir
    Path folder;

    @Test
    void it_moves_a_key_and_every_check_passes() {
        Demo.main(new String[] {folder.toString()});

        assertThat(folder.resolve("code-signing.wky")).exists();
        assertThat(folder.resolve("document.ZZSIM000002.sig")).exists();
    }

    @Test
    void colors_are_printed_only_where_they_are_wanted() {
        assertThat(told(false)).doesNotContain("\u001B");
        assertThat(told(true)).contains("\u001B[32m[ok]\u001B[0m ", "\u001B[1;32mDone:\u001B[0m ");
    }

    private String told(boolean colors) {
        StringWriter out = new StringWriter();
        Story story = new Story(new PrintWriter(out), colors, Demo.STEPS);
        new Demo(story, folder).tell();
        assertThat(story.succeeded()).isTrue();
        return out.toString();
    }

    @Test
    void a_folder_that_is_not_there_ends_it_with_a_failure() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        StringWriter out = new StringWriter();
        Story story = new Story(new PrintWriter(out), false, Demo.STEPS);

        new Demo(story, file.resolve("below")).tell();

        assertThat(story.succeeded()).isFalse();
        assertThat(story.checks()).anyMatch(check -> !check.passed());
        assertThat(out.toString()).contains("[FAILED]", "the rest was not done");
    }
}
