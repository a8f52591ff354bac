// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/report.md, with openssl on the other side. */
@Tag("once")
class ReportSnippetsTest {
    private static final String PAGE = "docs/report.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({PAGE + "report", PAGE + "report-openssl"})
    void reportIsSignedAndVerifiedByOpensslToo() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0));

        shell.run(PAGE + "report").succeeded().says("The report holds.", "Signed by a key that device ZZSIM000001");
        shell.run(PAGE + "report-openssl")
                .succeeded()
                .says("CN=Example Auditor", "which leads to an authority that was given", "Verification successful");

        assertThat(Files.readAllBytes(folder.resolve("verified.json")))
                .isEqualTo(Files.readAllBytes(folder.resolve("content.json")));
        shell.bash("""
                        sed 's/Example Auditor/Example Forger/' content.json >forged.json
                        ! openssl cms -verify -binary -inform DER -in signature.der -content forged.json \\
                            -CAfile auditor.pem -purpose any -out /dev/null
                        """).succeeded().says("erification failure");
    }
}
