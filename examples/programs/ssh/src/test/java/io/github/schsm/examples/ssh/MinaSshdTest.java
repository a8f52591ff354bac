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
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Security;
import java.time.Duration;
import java.util.Map;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.shell.ProcessShellCommandFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "Apache MINA SSHD",
        version = "2.20.0",
        verdict = Verdict.CONFIGURATION,
        how = "`-Dorg.apache.sshd.security.provider.BC.enabled=false`, the provider registered",
        limit = "SSH: no brainpool, no secp256k1; MINA: no Ed25519 without Bouncy Castle")
@Tag("programs")
class MinaSshdTest extends SshWorld {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private static String run(SshClient client, String user, int port) throws Exception {
        try (ClientSession session =
                client.connect(user, "127.0.0.1", port).verify(LIMIT).getSession()) {
            session.auth().verify(LIMIT);
            return session.executeRemoteCommand("echo $((6 * 7))");
        }
    }

    private SshClient client() throws Exception {
        PublicKey host = PublicKeyEntry.parsePublicKeyEntry(
                        server.knownHost("ecdsa").split(" ", 2)[1].strip())
                .resolvePublicKey(null, Map.of(), null);
        SshClient client = SshClient.setUpDefaultClient();
        client.setServerKeyVerifier((session, address, key) -> KeyUtils.compareKeys(host, key));
        // The server has an Ed25519 key, too, which MINA cannot verify without Bouncy Castle.
        client.setSignatureFactoriesNames(
                "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256");
        return client;
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void clientLogsIn(KeyKind kind) throws Exception {
        KeyPair key = key(kind);
        String user = OpenSshServer.user();
        int port = server.port();
        try (SshClient client = client()) {
            // region mina-client
            client.addPublicKeyIdentity(key);
            client.start();
            // endregion
            assertThat(run(client, user, port)).isEqualTo("42\n");
        }
        assertThat(Security.getProvider("BC")).isNull();
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void serverHasItsHostKeyInTheDevice(KeyKind kind) throws Exception {
        KeyPair key = key(kind);
        Path home = Files.createDirectory(folder.resolve("mina-" + kind));
        Command.run(home, "ssh-keygen", "-q", "-N", "", "-t", "ecdsa", "-f", "user");
        try (SshServer mina = SshServer.setUpDefaultServer()) {
            // region mina-server
            mina.setKeyPairProvider(KeyPairProvider.wrap(key));
            // endregion
            mina.setHost("127.0.0.1");
            mina.setPublickeyAuthenticator((user, offered, session) -> true);
            mina.setCommandFactory(new ProcessShellCommandFactory());
            mina.start();
            String[] words = publicKeyLine(kind).split(" ", -1);
            Files.writeString(
                    home.resolve("known_hosts"),
                    "[127.0.0.1]:" + mina.getPort() + " " + words[0] + " " + words[1] + "\n");

            assertThat(Command.run(
                            home,
                            "ssh",
                            "-F",
                            "none",
                            "-p",
                            "" + mina.getPort(),
                            "-i",
                            home.resolve("user").toString(),
                            "-o",
                            "BatchMode=yes",
                            "-o",
                            "LogLevel=ERROR",
                            "-o",
                            "StrictHostKeyChecking=yes",
                            "-o",
                            "UserKnownHostsFile=" + home.resolve("known_hosts"),
                            "alice@127.0.0.1",
                            "echo 42"))
                    .isEqualTo("42\n");
        }
    }

    /** With MINA's client of the agent protocol, which OpenSSH's is not alone then. */
    @Test
    void clientLogsInByTheAgent() throws Exception {
        String user = OpenSshServer.user();
        int port = server.port();
        try (SshAgent agent = agent();
                SshClient client = client()) {
            Path socket = agent.socket();
            // region mina-agent
            client.setAgentFactory(new UnixSocketAgentFactory(socket));
            client.start();
            // endregion
            assertThat(run(client, user, port)).isEqualTo("42\n");
        }
    }
}
