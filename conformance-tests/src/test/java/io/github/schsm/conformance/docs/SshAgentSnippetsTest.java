// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/ssh-agent.md, followed with OpenSSH's programs and git. */
@Tag("once")
class SshAgentSnippetsTest {
    private static final String PAGE = "docs/ssh-agent.md#";

    @TempDir
    private Path folder;

    @Test
    @RunsSnippets({
        PAGE + "start",
        PAGE + "start-output",
        PAGE + "git",
        PAGE + "files",
        PAGE + "foreground",
        PAGE + "other-terminal"
    })
    void pageIsFollowed() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0))
                .with(Map.of("HOME", folder.toString(), "XDG_RUNTIME_DIR", ""));
        Files.writeString(folder.resolve("report.pdf"), "a report");

        Program.Result listed = shell.run(PAGE + "start").succeeded();
        String expected = Snippet.text(PAGE + "start-output").strip();
        assertThat(listed.output().strip())
                .endsWith(expected.substring(expected.indexOf('…') + 1))
                .contains(expected.substring(0, expected.indexOf('…')));

        shell.bash("git init -q . && git config user.name You && git config user.email you@example.org")
                .succeeded();
        shell.bash("git add report.pdf").succeeded();
        shell.run(PAGE + "git").succeeded().says("Good \"git\" signature for you@example.org with ECDSA key");
        shell.run(PAGE + "files").succeeded().says("Good \"file\" signature for you@example.org with ECDSA key");

        String foreground = shell.adapt(Snippet.text(PAGE + "foreground")).strip();
        shell.bash("mkdir -m 700 .ssh\n" + foreground + " > said 2> err &\nagent=$!\n"
                        + "while kill -0 $agent && ! grep -q export said; do sleep 0.1; done 2> /dev/null\n"
                        + shell.adapt(Snippet.text(PAGE + "other-terminal"))
                        + "\nssh-add -L | cmp - git.pub\nkill $agent\nwait $agent && test ! -e .ssh/schsm.sock")
                .succeeded()
                .says("ecdsa-sha2-nistp256");
        assertThat(folder.resolve("said"))
                .hasContent("SSH_AUTH_SOCK=" + folder.resolve(".ssh/schsm.sock") + "; export SSH_AUTH_SOCK;\n");
    }

    @Test
    void signalEndsTheAgentAndItsCommand() throws Exception {
        Shell shell = Shell.ofClasses(folder, Jdk.all().get(0)).with(Map.of("HOME", folder.toString()));

        shell.bash("""
                        schsm generate --label git
                        schsm ssh-agent -- sh -c 'echo $SSH_AUTH_SOCK $$ > where; exec sleep 300' &
                        agent=$!
                        until test -s where || ! kill -0 $agent; do sleep 0.1; done
                        read -r socket command < where
                        test -S "$socket"
                        kill $agent
                        status=0
                        wait $agent || status=$?
                        test ! -e "$socket"
                        ! kill -0 $command 2> err
                        echo ended by $status
                        """).succeeded().says("ended by 143");
    }

    @Test
    @RunsSnippets(PAGE + "program")
    void programHasAnAgent() throws Exception {
        Path source = folder.resolve("Agent.java");
        Files.writeString(source, """
                import io.github.schsm.*;
                import io.github.schsm.admin.ssh.*;
                import io.github.schsm.provider.SchsmProvider;
                import java.nio.file.*;
                import java.security.*;
                import java.util.List;

                class Agent {
                    public static void main(String[] arguments) throws Exception {
                        Path socket = Path.of(arguments[0]);
                        Provider schsm =
                                new SchsmProvider().configure("terminal = simulator:memory; device = ZZSIM000001");
                        KeyStore keyStore = KeyStore.getInstance("SCHSM", schsm);
                        keyStore.load(null, "648219".toCharArray());
                        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", schsm);
                        generator.initialize(SchsmKeySpec.builder("git").keySize(2048).build());
                        generator.generateKeyPair();
                %s
                    }
                }
                """.formatted(Snippet.text(PAGE + "program")));

        Program.run(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                source.toString(),
                                folder.resolve("agent.sock").toString()),
                        Map.of())
                .succeeded()
                .says("ssh-rsa ", " git");
    }
}
