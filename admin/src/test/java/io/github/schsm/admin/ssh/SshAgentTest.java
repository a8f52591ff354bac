// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.SchsmLoadParameter;
import io.github.schsm.admin.inventory.World;
import io.github.schsm.callback.TokenPinCallback;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
import org.jspecify.annotations.Nullable;
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
            assertThat(asked.get().purpose()).isEqualTo("make a signature in the namespace \"git\\u001B[2J\"");
            assertThat(refused).singleElement().asString().contains("not allowed", "p256");
            answer.set(null);
            assertThat(client.sign(blob, DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(asked.get().purpose()).isEqualTo("sign data of an unknown kind");
            assertThat(refused).last().asString().contains("nobody is there");
            assertThat(signed).isEmpty();
            answer.set(true);
            signature(client.sign(blob, login(new byte[] {1, 2}), 0));
            assertThat(signed)
                    .singleElement()
                    .extracting(SshAgentUse::purpose)
                    .isEqualTo("log in to an unknown host as \"git\"");
            assertThat(asked.get().key().fingerprint()).startsWith("SHA256:").doesNotContain("=");
        }
    }

    private static byte[] login(byte[] session) {
        return login(session, "git", "publickey", null);
    }

    private static byte[] login(byte[] session, String user, String method, byte @Nullable [] hostKey) {
        WireWriter data = new WireWriter()
                .bytes(session)
                .number8(50)
                .text(user)
                .text("ssh-connection")
                .text(method)
                .number8(1)
                .text("ecdsa-sha2-nistp256")
                .bytes(DATA);
        return hostKey == null ? data.content() : data.bytes(hostKey).content();
    }

    private static byte[] boundLogin(byte[] session, byte[] hostKey) {
        return login(session, "git", "publickey-hostbound-v00@openssh.com", hostKey);
    }

    private static byte[] blob(Ed25519PrivateKeyParameters host) {
        return new WireWriter()
                .text("ssh-ed25519")
                .bytes(host.generatePublicKey().getEncoded())
                .content();
    }

    private String purpose(AgentClient client, byte[] blob, byte[] data) throws Exception {
        signature(client.sign(blob, data, 0));
        return signed.get(signed.size() - 1).purpose();
    }

    private static byte[] bind(Ed25519PrivateKeyParameters host, byte[] id, boolean forwarded) {
        byte[] key = blob(host);
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

            String asked = ", asked by a program on the host with the key " + OfferedKey.fingerprint(blob(host))
                    + " or behind it";
            assertThat(purpose(client, blob, boundLogin(last, blob)))
                    .isEqualTo(
                            "log in to the host with the key " + OfferedKey.fingerprint(blob) + asked + ", as \"git\"");
            assertThat(purpose(client, blob, sshsig("file")))
                    .isEqualTo("make a signature" + asked + ", in the namespace \"file\"");
            assertThat(purpose(client, blob, DATA)).isEqualTo("sign data of an unknown kind" + asked);
            // Another connection knows nothing of it.
            try (AgentClient other = new AgentClient(agent.socket())) {
                assertThat(purpose(other, blob, boundLogin(last, blob)))
                        .isEqualTo("log in to an unknown host as \"git\"");
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

    /** The program's own host is the one that ssh of this computer talks to: its word is enough. */
    @Test
    void hostOfALoginFromHereIsShown() throws Exception {
        Ed25519PrivateKeyParameters host = new Ed25519PrivateKeyParameters(new SecureRandom());
        byte[] session = {1, 2};
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            assertThat(client.status(bind(host, session, false))).isEqualTo(AgentMessages.SUCCESS);

            String known = "log in to the host with the key " + OfferedKey.fingerprint(blob(host)) + " as \"git\"";
            assertThat(purpose(client, blob, login(session))).isEqualTo(known);
            assertThat(purpose(client, blob, boundLogin(session, blob(host)))).isEqualTo(known);
            String unknown = "log in to an unknown host as \"git\"";
            assertThat(purpose(client, blob, boundLogin(session, blob))).isEqualTo(unknown);
            assertThat(purpose(client, blob, login(new byte[] {1}))).isEqualTo(unknown);
        }
    }

    /** It signs the id of whatever session it likes with its own key, and says of its own what it likes. */
    @Test
    void hostThatTheAgentIsForwardedToCannotPassForAnother() throws Exception {
        Ed25519PrivateKeyParameters hostile = new Ed25519PrivateKeyParameters(new SecureRandom());
        Ed25519PrivateKeyParameters target = new Ed25519PrivateKeyParameters(new SecureRandom());
        byte[] hop = {1, 2};
        byte[] stolen = {3, 4};
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            assertThat(client.status(bind(hostile, hop, true))).isEqualTo(AgentMessages.SUCCESS);
            // The same session again, as one of a login from here.
            assertThat(client.status(bind(hostile, hop, false))).isEqualTo(AgentMessages.SUCCESS);
            assertThat(client.status(bind(hostile, stolen, false))).isEqualTo(AgentMessages.SUCCESS);

            String unproven = "log in to an unknown host, asked by a program on the host with the key "
                    + OfferedKey.fingerprint(blob(hostile)) + " or behind it, as \"git\"";
            for (byte[] data : List.of(
                    login(hop),
                    login(stolen),
                    boundLogin(hop, blob(hostile)),
                    boundLogin(stolen, blob(target)),
                    boundLogin(hop, blob(target)))) {
                assertThat(purpose(client, blob, data)).isEqualTo(unproven);
            }
        }
    }

    @Test
    void programOnAnotherHostNeitherLocksNorUnlocks() throws Exception {
        Ed25519PrivateKeyParameters host = new Ed25519PrivateKeyParameters(new SecureRandom());
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket());
                AgentClient forwarded = new AgentClient(agent.socket())) {
            assertThat(forwarded.status(bind(host, new byte[] {1}, true))).isEqualTo(AgentMessages.SUCCESS);

            assertThat(forwarded.lock(AgentMessages.LOCK, "secret")).isEqualTo(AgentMessages.FAILURE);
            assertThat(client.keys()).hasSize(1);
            assertThat(client.lock(AgentMessages.LOCK, "secret")).isEqualTo(AgentMessages.SUCCESS);
            assertThat(forwarded.lock(AgentMessages.UNLOCK, "secret")).isEqualTo(AgentMessages.FAILURE);
            assertThat(client.keys()).isEmpty();
            assertThat(refused).hasSize(2).allMatch(reason -> reason.contains("another host"));
        }
    }

    @Test
    void textOfAClientCannotLookLikeTheQuestion() throws Exception {
        String forged = "git\" (confirmed)\\  \u00e9\u202e";
        try (SshAgent agent = builder().start();
                AgentClient client = new AgentClient(agent.socket())) {
            byte[] blob = client.keys().get("p256");
            assertThat(purpose(client, blob, login(new byte[] {1}, forged, "publickey", null)))
                    .isEqualTo("log in to an unknown host as"
                            + " \"git\\u0022 (confirmed)\\u005C \\u0020\\u00E9\\u202E\"");
            assertThat(purpose(client, blob, sshsig("x".repeat(64))))
                    .isEqualTo("make a signature in the namespace \"" + "x".repeat(64) + "\"");
            assertThat(purpose(client, blob, sshsig("x".repeat(60) + "\n" + "x".repeat(100_000))))
                    .isEqualTo("make a signature in the namespace \"" + "x".repeat(60) + "…\"");
        }
        SshAgentKey key = new SshAgentKey("a\" (SHA256:forged)", "type", "SHA256:x", "line");
        assertThat(AskPass.question(new SshAgentUse(key, "sign")))
                .isEqualTo("Allow use of key \"a\\u0022 (SHA256:forged)\" (SHA256:x) to sign?");
    }

    @Test
    void lockWhileAQuestionIsOpenHolds() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        side.provider().setCallbackHandler(counting(asked));
        SshAgentConfirmation locking = use -> {
            try (AgentClient other = new AgentClient(socket())) {
                return other.lock(AgentMessages.LOCK, "secret") == AgentMessages.SUCCESS;
            }
        };
        try (SshAgent agent = builder().confirmation(locking).start();
                AgentClient client = new AgentClient(agent.socket())) {
            assertThat(client.sign(client.keys().get("p256"), DATA, 0)).containsExactly(AgentMessages.FAILURE);
            assertThat(refused).singleElement().asString().contains("meanwhile");
            assertThat(side.device().isLoggedIn()).isFalse();
            assertThat(asked).hasValue(0);
        }
    }

    /** The device of the key store is not the one that its provider's configuration means. */
    @Test
    void lockIsOfTheKeyStoresDevice() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        SchsmProvider provider = world.provider(World.A, World.B);
        provider.setCallbackHandler(counting(asked));
        KeyStore named = KeyStore.getInstance("SCHSM", provider);
        KeyStore.ProtectionParameter pin = new KeyStore.PasswordProtection(VirtualReaders.USER_PIN.toCharArray());
        named.load(new SchsmLoadParameter(World.A, pin));
        Path file = Files.writeString(
                folder.resolve("device.schsm"),
                "terminal = \"simulator:" + folder.resolve("devices") + "\"\ndevice = " + World.A + "\n");
        SchsmProvider another = world.provider(World.B);
        another.setCallbackHandler(counting(asked));
        KeyStore ofFile = KeyStore.getInstance("SCHSM", another);
        try (InputStream content = Files.newInputStream(file)) {
            ofFile.load(content, VirtualReaders.USER_PIN.toCharArray());
        }
        for (KeyStore keyStore : List.of(named, ofFile)) {
            asked.set(0);
            SchsmDevice device = SchsmDevice.of(keyStore);
            try (SshAgent agent = SshAgent.of(keyStore).socket(socket()).start();
                    AgentClient client = new AgentClient(agent.socket())) {
                byte[] blob = client.keys().get("p256");
                assertThat(device.isLoggedIn()).isTrue();
                assertThat(client.lock(AgentMessages.LOCK, "")).isEqualTo(AgentMessages.SUCCESS);
                assertThat(device.isLoggedIn()).isFalse();
                assertThat(client.lock(AgentMessages.UNLOCK, "")).isEqualTo(AgentMessages.SUCCESS);
                signature(client.sign(blob, DATA, 0));
                assertThat(asked).hasValue(1);
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

        Files.setPosixFilePermissions(socket().getParent(), PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("others may write", folder + ",");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

        assertThatThrownBy(
                        () -> builder().socket(folder.resolve("x".repeat(120))).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("short path");
    }

    @Test
    void onlyASocketIsStale() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThatThrownBy(() -> builder().socket(pipe).start())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no socket");
        assertThat(pipe).exists();
    }

    /** Who has a folder can replace what is in it. */
    @Test
    void folderOfSomebodyElseIsRefused() throws Exception {
        Path real = Files.createDirectory(folder.resolve("else")).toRealPath();
        UserPrincipalLookupService users = real.getFileSystem().getUserPrincipalLookupService();
        UserPrincipal root = users.lookupPrincipalByName("root");
        if (Files.getOwner(real).equals(root)) {
            Files.setOwner(real, users.lookupPrincipalByName("nobody"));
        }
        String owner = Files.getOwner(real).getName();

        assertThatThrownBy(() -> AgentSocket.requireSafe(real, root))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("belongs to " + owner, "folder of your own");
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

    private AskPass askPass(String script) throws IOException {
        Path program = Files.writeString(folder.resolve("askpass"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new AskPass(program.toString());
    }

    /** Programs that do not know confirmations have a field to type in; then what is typed counts. */
    @Test
    void askPassSaysYesByItsStatusAndNothingElse() throws Exception {
        SshAgentUse use = new SshAgentUse(new SshAgentKey("p256", "type", "SHA256:x", "line"), "log in as \"git\"");
        AskPass askPass = askPass("[ \"$SSH_ASKPASS_PROMPT\" = confirm ] || exit 9\nprintf %s \"$1\" > '" + folder
                + "/question'\ncat '" + folder + "/said'\nexit $(cat '" + folder + "/status')");
        Map<String, Boolean> answers = new LinkedHashMap<>();
        for (String yes : List.of("", "\n", "yes\n", "Yes", "YES\r\n", "\nno\n")) {
            answers.put(yes, true);
        }
        for (String no : List.of("no\n", "n", "yes please\n", "no\nyes\n", "x".repeat(1000))) {
            answers.put(no, false);
        }
        Files.writeString(folder.resolve("status"), "0");
        for (Map.Entry<String, Boolean> answer : answers.entrySet()) {
            Files.writeString(folder.resolve("said"), answer.getKey());
            assertThat(askPass.isAllowed(use)).as(answer.getKey()).isEqualTo(answer.getValue());
        }
        Files.writeString(folder.resolve("said"), "yes");
        for (int status : List.of(1, 9)) {
            Files.writeString(folder.resolve("status"), "" + status);
            assertThat(askPass.isAllowed(use)).isFalse();
        }
        assertThat(folder.resolve("question")).hasContent("Allow use of key \"p256\" (SHA256:x) to log in as \"git\"?");
        AskPass missing = new AskPass(folder.resolve("gone").toString());
        assertThatThrownBy(() -> missing.isAllowed(use))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("SSH_ASKPASS");
    }

    @Test
    void askPassGivesASecret() throws Exception {
        assertThat(askPass("[ -z \"$SSH_ASKPASS_PROMPT\" ] && echo \"$1 \u00e9\"")
                        .secret("PIN: "))
                .isEqualTo("PIN:  \u00e9".toCharArray());
        assertThat(askPass("echo 123456; exit 1").secret("PIN: ")).isNull();
    }
}
