// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.ChannelExec;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.SSHAgentConnector;
import com.jcraft.jsch.Session;
import com.jcraft.jsch.UnixDomainSocketFactory;
import io.github.schsm.admin.ssh.SshAgent;
import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PrivateKey;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "JSch",
        version = "2.28.8",
        verdict = Verdict.CODE,
        how = "an `Identity` around the key, or the agent by `AgentIdentityRepository`",
        limit = "SSH: no brainpool, no secp256k1")
@Tag("programs")
class JschTest extends SshWorld {
    private static final int LIMIT = 60_000;

    private void requireLogin(JSch jsch) throws Exception {
        jsch.setKnownHosts(server.knownHosts().toString());
        Session session = jsch.getSession(OpenSshServer.user(), "127.0.0.1", server.port());
        session.setConfig("PreferredAuthentications", "publickey");
        session.setConfig("server_host_key", "ecdsa-sha2-nistp256");
        session.connect(LIMIT);
        try {
            ChannelExec channel = (ChannelExec) session.openChannel("exec");
            channel.setCommand("echo $((6 * 7))");
            InputStream output = channel.getInputStream();
            channel.connect(LIMIT);
            assertThat(new String(output.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("42\n");
        } finally {
            session.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void clientLogsInWithTheKey(KeyKind kind) throws Exception {
        PrivateKey key = key(kind).getPrivate();
        String type = publicKeyLine(kind).split(" ", -1)[0];
        byte[] blob = publicKeyBlob(kind);
        JSch jsch = new JSch();
        // region jsch-client
        jsch.addIdentity(new DeviceIdentity(type, blob, key), null);
        // endregion
        requireLogin(jsch);
    }

    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void clientLogsInByTheAgent(KeyKind kind) throws Exception {
        try (SshAgent agent = agent(kind.name())) {
            Path socket = agent.socket();
            JSch jsch = new JSch();
            // region jsch-agent
            jsch.setIdentityRepository(
                    new AgentIdentityRepository(new SSHAgentConnector(new UnixDomainSocketFactory(), socket)));
            // endregion
            requireLogin(jsch);
        }
    }
}
