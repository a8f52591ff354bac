// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.examples.support.KeyKind;
import io.github.schsm.examples.support.Recipe;
import io.github.schsm.examples.support.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.Security;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.SecurityUtils;
import net.schmizz.sshj.connection.channel.direct.Session;
import net.schmizz.sshj.transport.verification.OpenSSHKnownHosts;
import net.schmizz.sshj.userauth.keyprovider.KeyPairWrapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Recipe(
        program = "sshj",
        version = "0.40.0",
        verdict = Verdict.CODE,
        how = "`SecurityUtils.setRegisterBouncyCastle(false)`, the provider registered",
        limit = "SSH: no brainpool, no secp256k1")
@Tag("programs")
class SshjTest extends SshWorld {
    @ParameterizedTest
    @EnumSource(
            value = KeyKind.class,
            names = {"P256", "P384", "P521", "RSA2048"})
    void clientLogsIn(KeyKind kind) throws Exception {
        KeyPair key = key(kind);
        String user = OpenSshServer.user();
        int port = server.port();
        // region sshj-setup
        SecurityUtils.setRegisterBouncyCastle(false);
        // endregion
        try (SSHClient client = new SSHClient()) {
            client.addHostKeyVerifier(new OpenSSHKnownHosts(server.knownHosts().toFile()));
            client.connect("127.0.0.1", port);
            // region sshj-login
            client.authPublickey(user, new KeyPairWrapper(key));
            // endregion
            try (Session session = client.startSession();
                    Session.Command command = session.exec("echo $((6 * 7))")) {
                assertThat(new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("42\n");
                command.join(1, TimeUnit.MINUTES);
            }
        }
        assertThat(Security.getProvider("BC")).isNull();
    }
}
