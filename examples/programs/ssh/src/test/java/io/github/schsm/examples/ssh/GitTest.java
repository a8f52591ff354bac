// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.ssh.SshAgent;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "git",
        version = "Debian's 2.39",
        verdict = Verdict.CONFIGURATION,
        how = "`schsm ssh-agent`, `gpg.format=ssh`",
        limit = "SSH: no brainpool, no secp256k1")
@Tag("programs")
class GitTest extends SshWorld {
    private Command.Result script(Path work, String region, Map<String, String> environment) throws Exception {
        String text = Command.resource(GitTest.class, "git.sh");
        String lines = text.substring(text.indexOf("# region " + region));
        return Command.attempt(work, environment, "sh", "-e", "-c", lines.substring(0, lines.indexOf("# endregion")));
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "RSA2048"})
    void commitsAreSignedVerifiedAndPushed(KeyKind kind) throws Exception {
        Path place = Files.createDirectory(folder.resolve("git-" + kind));
        Path work = Files.createDirectory(place.resolve("work"));
        Command.run(place, "git", "init", "-q", "--bare", "bare.git");
        Command.run(work, "git", "init", "-q", ".");
        Command.run(work, "git", "config", "user.name", "You");
        Command.run(work, "git", "config", "user.email", "you@example.org");
        Files.writeString(work.resolve("key.pub"), publicKeyLine(kind));
        Command.run(work, "git", "add", "key.pub");
        try (SshAgent agent = agent(kind.name())) {
            Map<String, String> environment = new HashMap<>(Map.of(
                    "SSH_AUTH_SOCK",
                    agent.socket().toString(),
                    "HOME",
                    place.toString(),
                    "USER",
                    OpenSshServer.user(),
                    "PORT",
                    "" + server.port(),
                    "GIT_SSH_COMMAND",
                    "ssh -F none -o BatchMode=yes -o UserKnownHostsFile=" + server.knownHosts()));

            Command.Result signed = script(work, "git", environment);
            assertThat(signed.status()).as(signed.toString()).isZero();
            assertThat(signed.output()).contains("Good \"git\" signature for you@example.org");

            Command.Result pushed = script(work, "push", environment);
            assertThat(pushed.status()).as(pushed + server.log()).isZero();
            assertThat(Command.run(place.resolve("bare.git"), "git", "cat-file", "-p", "main"))
                    .contains("-----BEGIN SSH SIGNATURE-----");
        }
    }
}
