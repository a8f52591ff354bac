// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceTrust;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.PublicKeyResponse;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each command there is, once over the secure channel, and with each byte of its answer changed on the way. */
class EveryCommandProtectedTest {
    private static final String CHR = "ZZSIM00000100001";
    private static final byte[] SO_PIN = HexFormat.of().parseHex(VirtualReaders.SO_PIN);
    private static final byte[] ONE = HexFormat.of().parseHex("00".repeat(31) + "01");
    private static final List<KeyAlgorithm> MOVABLE =
            List.of(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.AES_CMAC, KeyAlgorithm.WRAP);

    /** Uses the card; what it needs is there before. */
    private interface Use {
        void with(SmartCardHsm card) throws SchsmException;
    }

    /** A command's instruction byte, and how it comes about. */
    private record Example(int instruction, Use use) {}

    /** What each command is tried with. A new one has to be added here. */
    private static Map<CardCommand, Example> examples() {
        Map<CardCommand, Example> examples = new EnumMap<>(CardCommand.class);
        examples.put(CardCommand.SELECT, new Example(0xA4, card -> card.keyAttributes(1)));
        examples.put(CardCommand.READ_BINARY, new Example(0xB1, card -> card.readBinary(Files.keyCertificate(1))));
        examples.put(
                CardCommand.UPDATE_BINARY,
                new Example(0xD7, card -> card.updateBinary(Files.publicData(1), new byte[100])));
        examples.put(CardCommand.DELETE_FILE, new Example(0xE4, card -> card.deleteFile(Files.key(1))));
        examples.put(CardCommand.ENUMERATE_OBJECTS, new Example(0x58, SmartCardHsm::enumerateObjects));
        examples.put(CardCommand.VERIFY, new Example(0x20, SmartCardHsm::pinStatus));
        examples.put(CardCommand.CHANGE_REFERENCE_DATA, new Example(0x24, card -> card.changeSoPin(SO_PIN, SO_PIN)));
        examples.put(CardCommand.RESET_RETRY_COUNTER, new Example(0x2C, card -> card.unblock(SO_PIN, null)));
        examples.put(CardCommand.INITIALIZE_DEVICE, new Example(0x50, SmartCardHsm::freeMemory));
        examples.put(CardCommand.MANAGE_KEY_DOMAIN, new Example(0x52, card -> card.queryKeyDomain(0)));
        examples.put(CardCommand.CREATE_KEY_DOMAIN, new Example(0x52, card -> card.createDkekDomain(1, 1)));
        examples.put(CardCommand.DELETE_KEY_DOMAIN, new Example(0x52, card -> card.deleteKeyDomain(2)));
        examples.put(
                CardCommand.GENERATE_KEY_PAIR,
                new Example(
                        0x46,
                        card -> card.generateKeyPair(
                                9, KeyPairRequest.ec(EcCurve.SECP256R1, CHR, KeyAttributes.NONE))));
        examples.put(
                CardCommand.GENERATE_SYMMETRIC_KEY,
                new Example(0x48, card -> card.generateAesKey(9, 128, KeyAttributes.NONE)));
        examples.put(
                CardCommand.SIGN,
                new Example(0x68, card -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED)));
        examples.put(
                CardCommand.DECIPHER,
                new Example(
                        0x62,
                        card -> card.deriveEcdh(
                                1,
                                EcCurve.SECP256R1.encode(
                                        EcCurve.SECP256R1.parameters().getGenerator()),
                                RetryPolicy.ALLOWED)));
        examples.put(
                CardCommand.SYMMETRIC_CIPHER,
                new Example(0x78, card -> card.cmac(2, new byte[20], KeyAttributes.NONE, RetryPolicy.ALLOWED)));
        examples.put(CardCommand.DERIVE_EC_KEY, new Example(0x76, card -> card.deriveEcKey(3, 9, ONE)));
        examples.put(CardCommand.WRAP_KEY, new Example(0x72, card -> card.wrapKey(2)));
        examples.put(CardCommand.UNWRAP_KEY, new Example(0x74, card -> card.unwrapKey(9, card.wrapKey(2))));
        examples.put(CardCommand.GET_CHALLENGE, new Example(0x84, card -> card.getChallenge(8)));
        examples.put(CardCommand.MSE_SET, new Example(0x22, card -> card.mseSetVerificationKey("ZZSRCACC100001")));
        examples.put(CardCommand.VERIFY_CERTIFICATE, new Example(0x2A, card -> {
            card.selectApplet();
            card.makeKnown(card.identity());
        }));
        examples.put(
                CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION, new Example(0x54, SmartCardHsm::publicKeyAuthentication));
        examples.put(CardCommand.REGISTER_PUBLIC_KEY, new Example(0x54, card -> register(card, 6)));
        examples.put(
                CardCommand.SELECT_AUTHENTICATION_KEY,
                new Example(0x22, EveryCommandProtectedTest::authenticateWithAWrongSignature));
        examples.put(
                CardCommand.EXTERNAL_AUTHENTICATE,
                new Example(0x82, EveryCommandProtectedTest::authenticateWithAWrongSignature));
        return examples;
    }

    private static void register(SmartCardHsm card, int kid) throws SchsmException {
        KeyPairRequest request = KeyPairRequest.ec(EcCurve.SECP256R1, holder(kid), KeyAttributes.NONE);
        card.registerPublicKey(AttestedPublicKey.of(card.generateKeyPair(kid, request), card.identity()));
    }

    private static String holder(int kid) {
        return "ZZOPENER0000" + kid;
    }

    private static void authenticateWithAWrongSignature(SmartCardHsm card) throws SchsmException {
        register(card, 6);
        PublicKeyResponse wrong = new PublicKeyResponse(card.publicKeyChallenge(holder(6)), new byte[64]);
        try {
            card.authenticate(wrong);
            throw new AssertionError("the wrong signature was accepted");
        } catch (DeviceException refused) {
            if (refused.reason() != Reason.CONDITIONS_NOT_SATISFIED) {
                throw refused;
            }
            assertThat(refused).hasMessageContaining(holder(6));
        }
    }

    /** What makes the channel cannot go over it; what takes two devices has tests of its own. */
    private static final Set<CardCommand> ELSEWHERE = Set.of(CardCommand.GENERAL_AUTHENTICATE, CardCommand.DERIVE_XKEK);

    /** A device with a key pair, an AES key in a key domain with a KEK, an empty key domain, and one of two openers. */
    private static void prepare(SmartCardHsm card) throws SchsmException {
        card.initialize(
                DeviceInitialization.builder(VirtualReaders.USER_PIN.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                        .keyDomainSlots(4)
                        .publicKeyAuthentication(1, 2)
                        .build());
        register(card, 5);
        card.createDkekDomain(0, 1);
        card.importDkekShare(0, new byte[32]);
        card.createDkekDomain(2, 1);
        card.generateKeyPair(1, KeyPairRequest.ec(EcCurve.SECP256R1, CHR, KeyAttributes.NONE));
        card.generateKeyPair(
                3,
                KeyPairRequest.ec(
                        EcCurve.SECP256R1, CHR, KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.DERIVE_EC))));
        card.generateAesKey(2, 256, KeyAttributes.NONE.withKeyDomain(0).withAlgorithms(MOVABLE));
    }

    private static Stream<CardCommand> commands() {
        return examples().keySet().stream();
    }

    /** A device, and somebody on the way to it who changes one byte of one answer. */
    private static final class Meddled {
        private final Set<String> seen = new TreeSet<>();
        private int instruction;
        private int position = -1;
        private int lastLength;
        private byte[] answered = {};
        private boolean done;
        private final CardDevice device;

        Meddled() throws SchsmException {
            VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
            String reader = readers.device("ZZSIM000001").readerName();
            HookedTerminals terminals = new HookedTerminals(readers.terminals(), (command, next) -> {
                byte[] answer = next.transmit(command);
                if ((command[0] & 0x0C) == 0x0C && (command[1] & 0xFF) == instruction && !done) {
                    lastLength = answer.length;
                    answered = command.clone();
                    if (position >= 0 && position < answer.length) {
                        answer[position] ^= (byte) (1 << position % Byte.SIZE);
                        done = true;
                        seen.clear();
                    }
                } else if (done) {
                    seen.add(HexFormat.of().formatHex(command, 0, 2));
                }
                return answer;
            });
            device = CardDevice.of(
                    TerminalSource.of("meddled", terminals),
                    reader,
                    SecureChannelMode.SECURE,
                    DeviceTrust.parse("simulator"));
        }

        void use(Use use) throws SchsmException {
            device.withCard(Simulation.Login.right(), card -> {
                card.login();
                use.with(card);
                return "";
            });
        }
    }

    @Test
    void every_command_has_its_use_here() {
        assertThat(commands().toList()).doesNotContainAnyElementsOf(ELSEWHERE);
        assertThat(CardCommand.values())
                .as("add a new command to examples()")
                .allMatch(command -> ELSEWHERE.contains(command) || examples().containsKey(command));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void a_command_goes_out_protected_and_a_changed_answer_ends_the_channel(CardCommand command) throws Exception {
        Meddled meddled = new Meddled();
        meddled.use(EveryCommandProtectedTest::prepare);
        Example example = examples().get(command);
        meddled.instruction = example.instruction();
        meddled.use(example.use());
        assertThat(meddled.answered).as("was seen protected").isNotEmpty();

        int length = meddled.lastLength;
        for (int position = 0; position < length; position += Math.max(1, length / 5)) {
            Meddled fresh = changing(example, position);
            assertThatThrownBy(() -> fresh.use(example.use()))
                    .as("%s, byte %d of its answer", command, position)
                    .isInstanceOf(TransportException.class)
                    .matches(told -> SchsmException.is(told, Reason.SECURE_CHANNEL), "reason SECURE_CHANNEL")
                    .hasMessageContaining("ZZSIM000001");
            assertThat(fresh.seen)
                    .as("%s, byte %d: nothing was said after it", command, position)
                    .isEmpty();
        }
    }

    private static Meddled changing(Example example, int position) throws SchsmException {
        Meddled meddled = new Meddled();
        meddled.use(EveryCommandProtectedTest::prepare);
        meddled.instruction = example.instruction();
        meddled.position = position;
        return meddled;
    }

    @Test
    void the_whole_initialization_goes_out_protected() throws Exception {
        Meddled meddled = new Meddled();
        meddled.instruction = examples().get(CardCommand.INITIALIZE_DEVICE).instruction();
        meddled.use(card -> card.initialize(
                DeviceInitialization.builder(VirtualReaders.USER_PIN.toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                        .keyDomainSlots(1)
                        .build()));
        assertThat(meddled.answered).isNotEmpty();
    }
}
