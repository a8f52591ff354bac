// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The vendor's how-to by its chapters, each on what the ones before have left. */
@Tag("launcher")
class HowToPageTest {
    private static final String DOCUMENT = "docs/how-to.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({
        DOCUMENT + "prerequisite",
        DOCUMENT + "initialize",
        DOCUMENT + "group-signer",
        DOCUMENT + "members",
        DOCUMENT + "keys",
        DOCUMENT + "exchange-keys",
        DOCUMENT + "agreement",
        DOCUMENT + "move",
        DOCUMENT + "clear",
        DOCUMENT + "migrate"
    })
    void everyChapterWorks() throws Exception {
        Shell shell = new Shell(folder, Jdk.all().get(0));
        shell.bash("schsm --device ZZSIM000002 pin status; schsm --device ZZSIM000003 pin status")
                .succeeded();

        shell.run(DOCUMENT + "prerequisite").succeeded().says("ZZSIM000002", "ZZSIM000003");
        shell.run(DOCUMENT + "initialize").succeeded();
        shell.run(DOCUMENT + "group-signer").succeeded().says("UID");
        shell.run(DOCUMENT + "members").succeeded();
        shell.run(DOCUMENT + "keys").succeeded();
        shell.run(DOCUMENT + "exchange-keys").succeeded();
        Matcher values = Pattern.compile("KCV +([0-9A-F]{16})")
                .matcher(shell.run(DOCUMENT + "agreement").succeeded().output());
        assertThat(values.find()).isTrue();
        String first = values.group(1);
        assertThat(values.find()).isTrue();
        assertThat(values.group(1)).isEqualTo(first).isNotEqualTo("0".repeat(16));
        shell.run(DOCUMENT + "move").succeeded();
        shell.run(DOCUMENT + "clear").succeeded();
        shell.run(DOCUMENT + "migrate").succeeded().says("code-signing", "AES-Key");
    }
}
