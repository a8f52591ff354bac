// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.examples.ssh;

import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.admin.ssh.SshAgent;
import io.github.schsm.examples.support.DeviceWorld;
import io.github.schsm.examples.support.KeyKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A device with a key of each kind that SSH knows, and an OpenSSH server that lets these keys in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SshWorld {
    static final List<KeyKind> KINDS = List.of(KeyKind.P256, KeyKind.P384, KeyKind.P521, KeyKind.RSA2048);

    static {
        // MINA SSHD asks Bouncy Castle by name for signatures if it finds it, and that takes no keys of others.
        System.setProperty("org.apache.sshd.security.provider.BC.enabled", "false");
    }

    Path folder;
    DeviceWorld world;
    OpenSshServer server;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        world = DeviceWorld.in(folder).register();
        List<String> authorized = new ArrayList<>();
        for (KeyKind kind : KINDS) {
            world.key(kind.name(), kind);
            authorized.add(publicKeyLine(kind));
        }
        world.key("left-out", KeyKind.BRAINPOOL256);
        try {
            server = OpenSshServer.start(Files.createDirectory(folder.resolve("sshd")), authorized);
        } catch (IOException | IllegalStateException failed) {
            world.close();
            throw failed;
        }
    }

    @AfterAll
    void end() throws Exception {
        server.close();
        world.close();
    }

    /** Handle and public key. */
    KeyPair key(KeyKind kind) throws Exception {
        return new KeyPair(world.certificate(kind.name()).getPublicKey(), (PrivateKey)
                world.keyStore().getKey(kind.name(), null));
    }

    /** The line of authorized_keys. */
    String publicKeyLine(KeyKind kind) throws Exception {
        return new String(
                        PublicKeyFormat.SSH.encode(
                                world.certificate(kind.name()).getPublicKey(), kind.name()),
                        StandardCharsets.UTF_8)
                .strip();
    }

    /** The key as SSH encodes it. */
    byte[] publicKeyBlob(KeyKind kind) throws Exception {
        return Base64.getDecoder().decode(publicKeyLine(kind).split(" ", -1)[1]);
    }

    /** An agent with all keys, or those that are named. */
    SshAgent agent(String... labels) throws Exception {
        return SshAgent.of(world.keyStore())
                .keys(List.of(labels))
                .socket(folder.resolve("agent.sock"))
                .start();
    }
}
