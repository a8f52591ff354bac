// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.docs.RunsSnippets;
import io.github.schsm.conformance.docs.Snippet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package on a computer that has nothing: no Java, and none of the tools of a desktop. */
@Tag("dist")
public class DebianPackageTest {
    @TempDir
    private Path folder;

    @Test
    @RunsSnippets("docs/install.md#deb")
    void installsWorksAndGoesWithoutATrace() throws Exception {
        BareRoot root = BareRoot.unpacked(folder.resolve("root"));
        root.run("sh", "-c", "! command -v java && ! command -v schsm").succeeded();
        Files.copy(Packages.deb(), root.folder().resolve("tmp/schsm.deb"));
        TreeSet<String> before = root.files();

        String block = Snippet.text("docs/install.md#deb")
                .replace("sudo ", "")
                .replace("schsm-*-linux-*.deb", "/tmp/schsm.deb");
        root.run("sh", "-ec", block).succeeded();

        root.run("dpkg", "-s", "schsm").succeeded().says("Status: install ok installed", "Recommends: pcscd");
        root.run("dpkg", "--verify", "schsm").succeeded();
        root.run("schsm", "--version").succeeded().says("schsm ");
        root.run("sh", "-c", "gzip -dc /usr/share/man/man1/schsm.1.gz | head -n 3")
                .succeeded()
                .says(".TH");
        root.run("bash", "-c", ". /usr/share/bash-completion/completions/schsm && complete -p schsm")
                .succeeded()
                .says("complete ", " schsm");
        assertThat(root.folder().resolve("usr/share"))
                .isDirectoryRecursivelyContaining("glob:**/zsh/vendor-completions/_schsm")
                .isDirectoryRecursivelyContaining("glob:**/fish/vendor_completions.d/schsm.fish")
                .isDirectoryRecursivelyContaining("glob:**/doc/schsm/copyright")
                .isDirectoryRecursivelyContaining("glob:**/doc/schsm/THIRD-PARTY.md");

        root.run("dpkg", "-r", "schsm").succeeded();

        assertThat(root.files()).isEqualTo(before);
    }
}
