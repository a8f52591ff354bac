// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.admin.inventory.World;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SshAgentTest {
    private static final byte[] DATA = "what is signed".getBytes(StandardCharsets.UTF_8);
    private static final int BOTH = AgentMessages.RSA_SHA2_256 | AgentMessages.RSA_SHA2_512;

    @TempDir
    Path folder;

    private World world;
    private World.Side side;
    private final List<SshAgentUse> signed = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();

    @BeforeEach
    void device() throws Exception {
        world = new World(folder.resolve("devices"));
        side = world.open(World.A);
        generate("p256", "secp256r1");
    }

    @AfterEach
    void end() {
        world.close();
    }

    private void generate(String label, String curve) throws Exception {
        side.generate(SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec(curve))
                .build());
    }

    private void generateRsa(String label) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", side.provider());
        generator.initialize(SchsmKeySpec.builder(label)
                .parameters(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4))
                .build());
        generator.generateKeyPair();
    }

    private SshAgent.Builder builder() {
        return SshAgent.of(side.keyStore()).socket(socket()).listener(new SshAgentListener() {
            @Override
            public void signed(SshAgentUse use) {
                signed.add(use);
            }

            @Override
            public void refused(String reason) {
                refused.add(reason);
            }
        });
    }

    private Path socket() {
        return folder.resolve("run").resolve("agent.sock");
    }

    private static byte[] signature(byte[] answer) throws Exception {
        WireReader reader = new WireReader("answer", answer);
        assertThat(reader.number8()).isEqualTo(AgentMessages.SIGN_RESPONSE);
        byte[] signature = reader.bytes();
        reader.end();
        return signature;
    }

    private static String algorithm(byte[] signature) throws Exception {
        return new WireReader("signature", signature).name();
    }

    private static byte[] sshsig(String namespace) {
        byte[] rest = new WireWriter()
                .text(namespace)
                .text("")
                .text("sha512")
                .bytes(new byte[64])
                .content();
        return ByteBuffer.allocate(6 + rest.length)
                .put("SSHSIG".getBytes(StandardCharsets.US_ASCII))
                .put(rest)
                .array();
    }

    @Test
    void everyKeyThatSshKnowsSignsAndTheOthersAreLeftOut() throws Exception {
        generate("p384", "secp384r1");
        generate("p521", "secp521r1");
        generate("brainpool", "brainpoolP256r1");
        generate("koblitz", "secp256k1");
        generateRsa("rsa");
        side.generateSecret(SchsmKeySpec.builder("aes").keySize(256).build());

        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            Map<String, byte[]> keys = client.keys();
            assertThat(keys).containsOnlyKeys("p256", "p384", "p521", "rsa");
            assertThat(agent.keys())
                    .extracting(SshAgentKey::label)
                    .containsExactlyInAnyOrder("p256", "p384", "p521", "rsa");
            assertThat(agent.leftOut())
                    .extracting(SshAgent.LeftOut::label)
                    .containsExactlyInAnyOrder("brainpool", "koblitz");
            assertThat(agent.leftOut()).allMatch(left -> left.reason().contains("secp521r1"));
            for (Map.Entry<String, byte[]> key : keys.entrySet()) {
                byte[] signature = signature(client.sign(key.getValue(), DATA, BOTH));
                assertThat(SshSignatures.isGood(key.getValue(), DATA, signature))
                        .as(key.getKey())
                        .isTrue();
                assertThat(SshSignatures.isGood(key.getValue(), new byte[1], signature))
                        .as(key.getKey())
                        .isFalse();
            }
            byte[] rsa = keys.get("rsa");
            assertThat(algorithm(signature(client.sign(rsa, DATA, AgentMessages.RSA_SHA2_256))))
                    .isEqualTo("rsa-sha2-256");
            byte[] sha512 = signature(client.sign(rsa, DATA, AgentMessages.RSA_SHA2_512));
            assertThat(algorithm(sha512)).isEqualTo("rsa-sha2-512");
            assertThat(SshSignatures.isGood(rsa, DATA, sha512)).isTrue();
            assertThat(client.sign(rsa, DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(refused).singleElement().asString().contains("SHA-1", "rsa-sha2-256");
        }
    }

    @Test
    void namedKeysAreTheOnlyOnes() throws Exception {
        generate("other", "secp256r1");
        generate("brainpool", "brainpoolP256r1");
        try (SshAgent agent = builder().keys(List.of("p256")).start();
                AgentClient client = new AgentClient(agent.socket())) {
            assertThat(client.keys()).containsOnlyKeys("p256");
        }
        assertThatThrownBy(() -> builder().keys(List.of("p256", "brainpool")).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("\"brainpool\"", "brainpoolP256r1");
        assertThatThrownBy(() -> builder().keys(List.of("gone")).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("\"gone\"", "p256");
        assertThat(socket()).doesNotExist();
    }

    @Test
    void deviceWithoutSuchKeysHasNoAgent() throws Exception {
        KeyStore other = world.open(World.B).keyStore();
        assertThatThrownBy(() -> SshAgent.of(other).socket(socket()).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll(World.B, "secp384r1");
    }

    @Test
    void foreignKeysAreNeitherTakenNorRemoved() throws Exception {
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            for (int type : List.of(17, 18, 19, 20, 21, 25, 26)) {
                assertThat(client.status(new WireWriter()
                                .number8(type)
                                .text("ssh-ed25519")
                                .content()))
                        .isEqualTo(AgentMessages.FAILURE);
            }
            assertThat(refused).hasSize(7).allMatch(reason -> reason.contains("this agent"));
            assertThat(client.keys()).containsOnlyKeys("p256");
        }
    }

    @Test
    void clientsThatMisbehaveHarmNobody() throws Exception {
        try (SshAgent agent = builder().start();
                AgentClient honest = new AgentClient(agent.socket())) {
            byte[] blob = honest.keys().get("p256");
            for (int length : List.of(0, -1, Integer.MAX_VALUE, AgentMessages.MOST_BYTES + 1)) {
                try (AgentClient client = new AgentClient(agent.socket())) {
                    client.send(new WireWriter().number32(length).content());
                    assertThat(client.answer()).as("closed after " + length).isEmpty();
                }
            }
            try (AgentClient client = new AgentClient(agent.socket())) {
                byte[] whole = AgentClient.signRequest(blob, DATA, 0);
                for (int end = 1; end < whole.length; end++) {
                    byte[] cut = Arrays.copyOf(whole, end);
                    assertThat(client.ask(cut)).as(end + " bytes").containsExactly(AgentMessages.FAILURE);
                }
                assertThat(client.ask(Arrays.copyOf(whole, whole.length + 1))).containsExactly(AgentMessages.FAILURE);
                byte[] inner = new WireWriter()
                        .number8(AgentMessages.SIGN_REQUEST)
                        .number32(-1)
                        .content();
                assertThat(client.ask(inner)).containsExactly(AgentMessages.FAILURE);
                Random random = new Random(1);
                for (int i = 0; i < 1000; i++) {
                    byte[] noise = new byte[1 + random.nextInt(100)];
                    random.nextBytes(noise);
                    if (noise[0] != AgentMessages.LOCK) {
                        assertThat(client.ask(noise)).isNotEmpty();
                    }
                }
                // Two messages in one write, and one byte by byte.
                byte[] list = new WireWriter()
                        .bytes(new byte[] {AgentMessages.REQUEST_IDENTITIES})
                        .content();
                client.send(
                        ByteBuffer.allocate(2 * list.length).put(list).put(list).array());
                assertThat(client.answer()).hasSizeGreaterThan(100);
                assertThat(client.answer()).hasSizeGreaterThan(100);
                for (byte single : list) {
                    client.send(new byte[] {single});
                }
                assertThat(client.answer()).hasSizeGreaterThan(100);
            }
            assertThat(honest.keys()).containsOnlyKeys("p256");
        }
    }

    @Test
    void manyHalfMessagesKeepNobodyOut() throws Exception {
        List<AgentClient> slow = new ArrayList<>();
        try (SshAgent agent = builder().start()) {
            for (int i = 0; i < 300; i++) {
                AgentClient client = new AgentClient(agent.socket());
                slow.add(client);
                client.send(new byte[] {0, 3});
            }
            try (AgentClient client = new AgentClient(agent.socket())) {
                byte[] blob = client.keys().get("p256");
                assertThat(SshSignatures.isGood(blob, DATA, signature(client.sign(blob, DATA, 0))))
                        .isTrue();
            }
        } finally {
            for (AgentClient client : slow) {
                client.close();
            }
        }
    }

    private static CallbackHandler counting(AtomicInteger asked) {
        return callbacks -> {
            for (Callback callback : callbacks) {
                if (callback instanceof TokenPinCallback pin) {
                    asked.incrementAndGet();
                    pin.setPassword(VirtualReaders.USER_PIN.toCharArray());
                }
            }
        };
    }

    @Test
    void lockedItShowsNothingAndForgetsThePin() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        side.provider().setCallbackHandler(counting(asked));
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket());
                AgentClient other = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            signature(client.sign(blob, DATA, 0));
            assertThat(asked).hasValue(0);
            assertThat(client.lock(AgentMessages.UNLOCK, "secret")).isEqualTo(AgentMessages.FAILURE);

            assertThat(client.lock(AgentMessages.LOCK, "secret")).isEqualTo(AgentMessages.SUCCESS);
            assertThat(client.lock(AgentMessages.LOCK, "another")).isEqualTo(AgentMessages.FAILURE);
            assertThat(other.keys()).isEmpty();
            assertThat(other.sign(blob, DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(other.lock(AgentMessages.UNLOCK, "another")).isEqualTo(AgentMessages.FAILURE);
            assertThat(other.keys()).isEmpty();
            assertThat(refused)
                    .anyMatch(reason -> reason.contains("ssh-add -X"))
                    .anyMatch(reason -> reason.contains("passphrase"));

            assertThat(other.lock(AgentMessages.UNLOCK, "secret")).isEqualTo(AgentMessages.SUCCESS);
            assertThat(client.keys()).containsOnlyKeys("p256");
            assertThat(asked).hasValue(0);
            signature(client.sign(blob, DATA, 0));
            signature(client.sign(blob, DATA, 0));
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void lockedWithoutTheDeviceItForgetsThePinBeforeTheNextUse() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        side.provider().setCallbackHandler(counting(asked));
        SimulatedDevice device =
                VirtualReaders.folder(folder.resolve("devices")).device(World.A);
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            device.remove();
            assertThat(client.lock(AgentMessages.LOCK, "")).isEqualTo(AgentMessages.SUCCESS);
            device.insert();
            assertThat(client.lock(AgentMessages.UNLOCK, "")).isEqualTo(AgentMessages.SUCCESS);
            signature(client.sign(blob, DATA, 0));
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void deviceThatIsTakenOutComesBack() throws Exception {
        SimulatedDevice device =
                VirtualReaders.folder(folder.resolve("devices")).device(World.A);
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            device.remove();
            assertThat(client.sign(blob, DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(refused).singleElement().asString().containsAnyOf("card", "device", "removed");
            device.insert();
            signature(client.sign(blob, DATA, 0));
        }
    }

    @Test
    void useIsConfirmedAndSaidWhatItIsFor() throws Exception {
        AtomicReference<SshAgentUse> asked = new AtomicReference<>();
        AtomicReference<Boolean> answer = new AtomicReference<>(false);
        SshAgentConfirmation confirmation = use -> {
            asked.set(use);
            if (answer.get() == null) {
                throw new IOException("nobody is there");
            }
            return answer.get();
        };
        try (SshAgent agent = builder().confirmation(confirmation).start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            assertThat(client.sign(blob, sshsig("git\u001b[2J"), 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(asked.get().purpose())
                    .startsWith("make a signature in the namespace \"git")
                    .doesNotContain("\u001b");
            assertThat(refused).singleElement().asString().contains("not allowed", "p256");
            answer.set(null);
            assertThat(client.sign(blob, DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(asked.get().purpose()).isEqualTo("sign data of an unknown kind");
            assertThat(refused).last().asString().contains("nobody is there");
            assertThat(signed).isEmpty();
            answer.set(true);
            signature(client.sign(blob, login(new byte[] {1, 2}), 0));
            assertThat(signed).singleElement().extracting(SshAgentUse::purpose).isEqualTo("log in as \"git\"");
            assertThat(asked.get().key().fingerprint()).startsWith("SHA256:").doesNotContain("=");
        }
    }

    private static byte[] login(byte[] session) {
        return new WireWriter()
                .bytes(session)
                .number8(50)
                .text("git")
                .text("ssh-connection")
                .content();
    }

    private static byte[] bind(Ed25519PrivateKeyParameters host, byte[] id, boolean forwarded) {
        byte[] key = new WireWriter()
                .text("ssh-ed25519")
                .bytes(host.generatePublicKey().getEncoded())
                .content();
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(true, host);
        signer.update(id, 0, id.length);
        return bind(
                key,
                id,
                new WireWriter()
                        .text("ssh-ed25519")
                        .bytes(signer.generateSignature())
                        .content(),
                forwarded);
    }

    private static byte[] bind(byte[] key, byte[] id, byte[] signature, boolean forwarded) {
        return new WireWriter()
                .number8(AgentMessages.EXTENSION)
                .text("session-bind@openssh.com")
                .bytes(key)
                .bytes(id)
                .bytes(signature)
                .number8(forwarded ? 1 : 0)
                .content();
    }

    @Test
    void sessionsAreBoundByTheHostsSignature() throws Exception {
        Ed25519PrivateKeyParameters host = new Ed25519PrivateKeyParameters(new SecureRandom());
        Ed25519PrivateKeyParameters another = new Ed25519PrivateKeyParameters(new SecureRandom());
        byte[] hop = {1, 2};
        byte[] last = {3, 4};
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            // One whose signature is of another session, or no signature at all.
            byte[] good = bind(host, hop, true);
            good[good.length - 2] ^= 1;
            assertThat(client.status(good)).isEqualTo(AgentMessages.EXTENSION_FAILURE);
            assertThat(client.status(bind(blob, hop, DATA, true))).isEqualTo(AgentMessages.EXTENSION_FAILURE);
            assertThat(client.status(bind(DATA, hop, DATA, true))).isEqualTo(AgentMessages.EXTENSION_FAILURE);
            assertThat(client.status(bind(host, new byte[200], true))).isEqualTo(AgentMessages.EXTENSION_FAILURE);

            assertThat(client.status(bind(host, hop, true))).isEqualTo(AgentMessages.SUCCESS);
            assertThat(client.status(bind(another, hop, true))).isEqualTo(AgentMessages.EXTENSION_FAILURE);
            // An EC key of the device as host key, whose signature comes from the agent itself.
            byte[] own = signature(client.sign(blob, last, 0));
            assertThat(client.status(bind(blob, last, own, false))).isEqualTo(AgentMessages.SUCCESS);
            assertThat(client.status(bind(host, new byte[] {5}, false))).isEqualTo(AgentMessages.EXTENSION_FAILURE);
            assertThat(refused).last().asString().contains("bound");

            signature(client.sign(blob, login(last), 0));
            assertThat(signed.get(signed.size() - 1).purpose())
                    .isEqualTo("log in as \"git\" on the host with the key " + OfferedKey.fingerprint(blob)
                            + ", for a program on another host");
            // Another connection knows nothing of it.
            try (AgentClient other = new AgentClient(agent.socket())) {
                signature(other.sign(blob, login(last), 0));
                assertThat(signed.get(signed.size() - 1).purpose()).isEqualTo("log in as \"git\"");
                for (int i = 0; i < 16; i++) {
                    assertThat(other.status(bind(host, new byte[] {(byte) i}, true)))
                            .isEqualTo(AgentMessages.SUCCESS);
                }
                assertThat(other.status(bind(host, new byte[] {16}, true))).isEqualTo(AgentMessages.EXTENSION_FAILURE);
                assertThat(other.status(new WireWriter()
                                .number8(AgentMessages.EXTENSION)
                                .text("query")
                                .content()))
                        .isEqualTo(AgentMessages.FAILURE);
            }
        }
    }

    @Test
    void socketIsOfItsUserAlone() throws Exception {
        SshAgent agent = builder().start();
        try (agent) {
            assertThat(Files.getPosixFilePermissions(agent.socket()))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.getPosixFilePermissions(agent.socket().getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
        assertThat(socket()).doesNotExist();
        agent.close();
    }

    @Test
    void socketOfALivingAgentStaysAndThatOfADeadOneIsReplaced() throws Exception {
        try (SshAgent living = builder().start()) {
            assertThatThrownBy(() -> builder().start())
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContainingAll("an agent is running at", socket().toString());
            try (AgentClient client = new AgentClient(living.socket())) {
                assertThat(client.keys()).hasSize(1);
            }
        }
        // What a process leaves that is killed: a socket that nobody listens on.
        Path kept = folder.resolve("kept");
        try (AgentSocket dead = AgentSocket.at(socket())) {
            Files.move(dead.path(), kept);
        }
        Files.move(kept, socket());
        try (SshAgent next = builder().start();
                AgentClient client = new AgentClient(next.socket())) {
            assertThat(client.keys()).hasSize(1);
        }
    }

    @Test
    void nothingElseIsReplaced() throws Exception {
        Files.createDirectory(socket().getParent());
        Files.writeString(socket(), "mine");
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no socket");
        assertThat(socket()).hasContent("mine");

        Files.delete(socket());
        Files.setPosixFilePermissions(socket().getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("others may write", "chmod go-w");

        assertThatThrownBy(
                        () -> builder().socket(folder.resolve("x".repeat(120))).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("short path");
    }

    /** The next agent may have taken the place already when the one before ends. */
    @Test
    void endingDoesNotRemoveTheSocketOfAnother() throws Exception {
        SshAgent first = builder().start();
        Files.delete(first.socket());
        try (SshAgent second = builder().start()) {
            first.close();
            assertThat(Files.exists(second.socket(), LinkOption.NOFOLLOW_LINKS)).isTrue();
            try (AgentClient client = new AgentClient(second.socket())) {
                assertThat(client.keys()).hasSize(1);
            }
        }
    }

    @Test
    void placeIsThatOfTheUsersProgramsUnlessAnotherIsNamed() throws Exception {
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        assertThat(SshAgent.defaultSocket(Map.of("XDG_RUNTIME_DIR", runtime.toString())::get))
                .contains(runtime.resolve("schsm").resolve("ssh-agent.sock"));
        assertThat(SshAgent.defaultSocket(Map.<String, String>of()::get)).isEmpty();
    }

    @Test
    void askPassSaysYesByItsStatus() throws Exception {
        SshAgentUse use = new SshAgentUse(new SshAgentKey("p256", "type", "SHA256:x", "line"), "log in as \"git\"");
        Path program = Files.writeString(
                folder.resolve("askpass"),
                "#!/bin/sh\n[ \"$SSH_ASKPASS_PROMPT\" = confirm ] || exit 9\nprintf %s \"$1\" > '" + folder
                        + "/question'\nexit $(cat '" + folder + "/status')\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        AskPass askPass = new AskPass(program.toString());
        for (int status : List.of(0, 1, 9)) {
            Files.writeString(folder.resolve("status"), "" + status);
            assertThat(askPass.isAllowed(use)).isEqualTo(status == 0);
        }
        assertThat(folder.resolve("question"))
                .hasContent("Allow use of key \"p256\" to log in as \"git\"? Key fingerprint SHA256:x");
        AskPass missing = new AskPass(folder.resolve("gone").toString());
        assertThatThrownBy(() -> missing.isAllowed(use))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("SSH_ASKPASS");
    }
}
