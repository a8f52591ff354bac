// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.policy.Policy;
import io.github.schsm.audit.AuditLine;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages on the audit log and on policies. */
class AuditSnippetsTest {
    private static final String AUDIT = "docs/audit.md#";
    private static final String POLICY = "docs/policy.md#";
    private static final Pattern HASH = Pattern.compile("\"hash\":\"([0-9A-F]{64})\",");

    @TempDir
    private Path folder;

    /** Another program, in another language, verifies what the page says of the chain. */
    @Test
    @RunsSnippets({AUDIT + "commands", AUDIT + "verify"})
    void logIsWrittenAndVerifiedByAnotherProgram() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0));
        shell.run(AUDIT + "commands", "./schsm", "schsm").succeeded().says("key.generate", "The audit log is whole");
        Files.writeString(folder.resolve("verify.py"), Snippet.text(AUDIT + "verify"));

        shell.bash("python3 verify.py").succeeded().says("3 lines are whole");

        Path log = folder.resolve("audit.log");
        Files.writeString(log, Files.readString(log).replace("code-signing", "code-singing"));
        Program.Result changed = shell.bash("python3 verify.py").failed();
        changed.says("line 2 was changed");
    }

    @Test
    @RunsSnippets(AUDIT + "lines")
    void linesOfThePageAreChained() throws Exception {
        List<String> lines = Snippet.text(AUDIT + "lines").lines().toList();
        assertThat(lines).hasSize(2);
        Matcher first = HASH.matcher(lines.get(0));
        Matcher second = HASH.matcher(lines.get(1));
        assertThat(first.find() && second.find()).isTrue();

        assertThat(AuditLine.hash(first.group(1), second.replaceFirst(""))).isEqualTo(second.group(1));
    }

    @Test
    @RunsSnippets(POLICY + "check")
    void policyIsShownAndChecked() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0));

        shell.run(POLICY + "check", "./schsm", "schsm").succeeded().says("every rule holds");

        assertThat(folder.resolve("check.xml")).content().contains("failures=\"0\"");
        assertThat(folder.resolve("policy.json")).hasBinaryContent(Policy.standardDocument());
    }

    @Test
    @RunsSnippets({POLICY + "standard", POLICY + "exception"})
    void policiesOfThePageAreRead() throws Exception {
        assertThat(Snippet.text(POLICY + "standard").getBytes(StandardCharsets.UTF_8))
                .isEqualTo(Policy.standardDocument());

        Policy policy = Policy.parse("page", Snippet.text(POLICY + "exception").getBytes(StandardCharsets.UTF_8));
        assertThat(policy.rules()).hasSize(2);
        assertThat(policy.exceptions()).hasSize(1);
    }
}
