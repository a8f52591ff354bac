// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.admin.ssh.SshAgent;
import io.github.schsm.examples.support.Command;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "OpenSSH",
        version = "Debian's 9.2",
        verdict = Verdict.CONFIGURATION,
        how = "`schsm ssh-agent`",
        limit = "SSH: no brainpool, no secp256k1")
class OpenSshTest extends SshWorld {
    private Command.Result script(SshAgent agent, String region, Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("SSH_AUTH_SOCK", agent.socket().toString());
        return Command.attempt(folder, environment, "sh", "-e", "-c", region("openssh.sh", region));
    }

    private static String region(String file, String name) throws Exception {
        String text = Command.resource(OpenSshTest.class, file);
        String lines = text.substring(text.indexOf("# region " + name));
        return lines.substring(0, lines.indexOf("# endregion"));
    }

    private List<String> ssh(String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "ssh",
                "-F",
                "none",
                "-p",
                "" + server.port(),
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=yes",
                "-o",
                "UserKnownHostsFile=" + server.knownHosts(),
                OpenSshServer.user() + "@127.0.0.1"));
        words.addAll(List.of(command));
        return words;
    }

    private void login(KeyKind kind) throws Exception {
        try (SshAgent agent = agent(kind.name())) {
            Command.Result ran = Command.attempt(
                    folder,
                    Map.of("SSH_AUTH_SOCK", agent.socket().toString()),
                    ssh("echo $((6 * 7))").toArray(String[]::new));

            assertThat(ran.status()).as(ran + server.log()).isZero();
            assertThat(ran.output()).isEqualTo("42\n");
            server.awaitLog(agent.keys().get(0).fingerprint());
        }
    }

    @Test
    void agentLogsIn() throws Exception {
        login(KeyKind.P256);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P384", "P521", "RSA2048"})
    @Tag("programs")
    void agentLogsInWithEveryKind(KeyKind kind) throws Exception {
        login(kind);
    }

    /** ssh tells the agent which host it is, with the host's signature; the person who confirms sees it. */
    @Test
    @Tag("programs")
    void whoConfirmsSeesTheHost() throws Exception {
        List<String> purposes = new ArrayList<>();
        try (SshAgent agent = SshAgent.of(world.keyStore())
                .keys(List.of("P256"))
                .socket(folder.resolve("confirm.sock"))
                .confirmation(use -> {
                    purposes.add(use.purpose());
                    return purposes.size() > 1;
                })
                .start()) {
            Map<String, String> environment =
                    Map.of("SSH_AUTH_SOCK", agent.socket().toString());
            Command.Result refused =
                    Command.attempt(folder, environment, ssh("true").toArray(String[]::new));
            Command.Result allowed =
                    Command.attempt(folder, environment, ssh("true").toArray(String[]::new));

            assertThat(refused.status()).as(refused.toString()).isEqualTo(255);
            assertThat(allowed.status()).as(allowed.toString()).isZero();
            assertThat(purposes)
                    .hasSize(2)
                    .allMatch(purpose -> purpose.startsWith("log in to the host with the key SHA256:")
                            && purpose.endsWith(" as \"" + OpenSshServer.user() + "\""));
        }
    }

    /** OpenSSH's own programs say on both hosts what makes the host behind a forwarded agent believed. */
    @Test
    @Tag("programs")
    void whoConfirmsSeesWhereAForwardedAgentIsAskedFrom() throws Exception {
        List<String> purposes = new CopyOnWriteArrayList<>();
        try (SshAgent agent = SshAgent.of(world.keyStore())
                .keys(List.of("P256"))
                .socket(folder.resolve("forwarded.sock"))
                .confirmation(use -> {
                    purposes.add(use.purpose());
                    return true;
                })
                .start()) {
            List<String> forwarding = ssh("'" + String.join("' '", ssh("true")) + "'");
            forwarding.add(1, "-A");
            Command.Result ran = Command.attempt(
                    folder, Map.of("SSH_AUTH_SOCK", agent.socket().toString()), forwarding.toArray(String[]::new));

            assertThat(ran.status()).as(ran.toString()).isZero();
            String host = purposes.get(0).replaceAll(".*(SHA256:\\S+).*", "$1");
            String user = "as \"" + OpenSshServer.user() + "\"";
            assertThat(purposes)
                    .containsExactly(
                            "log in to the host with the key " + host + " " + user,
                            "log in to the host with the key " + host + ", asked by a program on the host with the key "
                                    + host + " or behind it, " + user);
        }
    }

    @Test
    @Tag("programs")
    void agentListsKeysIsLockedAndTakesNoOthers() throws Exception {
        try (SshAgent agent = agent()) {
            Command.Result listed = script(agent, "list", Map.of());
            assertThat(listed.status()).as(listed.toString()).isZero();
            assertThat(listed.output())
                    .contains(publicKeyLine(KeyKind.P256), publicKeyLine(KeyKind.RSA2048))
                    .doesNotContain("left-out");
            assertThat(agent.leftOut()).extracting(SshAgent.LeftOut::label).containsExactly("left-out");

            String askPass = Files.writeString(folder.resolve("askpass"), "#!/bin/sh\necho passphrase\n")
                    .toString();
            assertThat(folder.resolve("askpass").toFile().setExecutable(true)).isTrue();
            Command.Result locked = script(
                    agent, "lock", Map.of("SSH_ASKPASS", askPass, "SSH_ASKPASS_REQUIRE", "force", "DISPLAY", ":0"));
            assertThat(locked.status()).as(locked.toString()).isZero();
            assertThat(locked.output()).contains("The agent has no identities", "Agent unlocked");

            Command.run(folder, "ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", "another");
            Command.Result added = Command.attempt(
                    folder, Map.of("SSH_AUTH_SOCK", agent.socket().toString()), "ssh-add", "another");
            assertThat(added.status()).isNotZero();
        } finally {
            // The lock has ended the login.
            world.keyStore().load(null, DeviceWorld.PIN.toCharArray());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    @Tag("programs")
    void filesAreSignedAndVerified(KeyKind kind) throws Exception {
        Files.writeString(folder.resolve("report.pdf"), "a report");
        Files.deleteIfExists(folder.resolve("report.pdf.sig"));
        Files.writeString(folder.resolve("key.pub"), publicKeyLine(kind));
        try (SshAgent agent = agent()) {
            Command.Result signed = script(agent, "sign", Map.of());
            assertThat(signed.status()).as(signed.toString()).isZero();
            assertThat(signed.output()).contains("Good \"file\" signature for you@example.org");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "RSA2048"})
    @Tag("programs")
    void serverHasItsHostKeyInTheDevice(KeyKind kind) throws Exception {
        Path place = Files.createDirectory(folder.resolve("host-" + kind));
        Files.writeString(place.resolve("host.pub"), publicKeyLine(kind));
        Command.run(place, "ssh-keygen", "-q", "-N", "", "-t", "ecdsa", "-f", "user");
        try (SshAgent agent = agent(kind.name());
                OpenSshServer other = OpenSshServer.start(
                        place,
                        List.of(Files.readString(place.resolve("user.pub")).strip()),
                        region("sshd_config", "host-key")
                                .replace(
                                        "/etc/ssh/host.pub",
                                        place.resolve("host.pub").toString())
                                .replace("/run/schsm/agent.sock", agent.socket().toString()))) {
            String[] words = publicKeyLine(kind).split(" ", -1);
            Path known = Files.writeString(
                    place.resolve("known"), "[127.0.0.1]:" + other.port() + " " + words[0] + " " + words[1] + "\n");
            Command.Result ran = Command.attempt(
                    place,
                    Map.of(),
                    "ssh",
                    "-F",
                    "none",
                    "-p",
                    "" + other.port(),
                    "-i",
                    "user",
                    "-o",
                    "BatchMode=yes",
                    "-o",
                    "StrictHostKeyChecking=yes",
                    "-o",
                    "UserKnownHostsFile=" + known,
                    OpenSshServer.user() + "@127.0.0.1",
                    "echo 42");

            assertThat(ran.output()).as(other.log()).isEqualTo("42\n");
        }
    }
}
