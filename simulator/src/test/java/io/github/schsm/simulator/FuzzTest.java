// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.crypto.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes come: the device answers a status word, and never the one for a defect in the simulator. */
class FuzzTest {
    private static final int ROUNDS = 1500;
    private static final int[] INSTRUCTIONS = {
        0x00A4, 0x00B1, 0x00D7, 0x00E4, 0x8058, 0x0020, 0x0024, 0x002C, 0x8050, 0x0046, 0x0048, 0x8068, 0x8062, 0x8078,
        0x8076, 0x0084, 0x0022, 0x002A, 0x8052, 0x8072, 0x8074, 0x8054, 0x0086, 0x0082, 0x805A
    };

    private Random random;
    private CardProbe card;

    private void start(long seed) throws SchsmException {
        random = new Random(seed);
        card = CardProbe.authenticated();
        assertThat(card.send("80520100010100")).isEqualTo(0x9000);
        assertThat(card.send("80520000 20" + "01".repeat(32))).isEqualTo(0x9000);
        assertThat(card.generate(1, EcCurve.SECP256R1, "920100")).isEqualTo(0x9000);
        assertThat(card.generate(2, EcCurve.BRAINPOOLP256R1, "910184")).isEqualTo(0x9000);
        assertThat(card.send("004803B2 06 910192 920100")).isEqualTo(0x9000);
    }

    private void send(byte[] command) {
        byte[] answer = card.raw(command);
        assertThat(answer.length).isBetween(2, 65_538);
        int sw = (answer[answer.length - 2] & 0xFF) << 8 | (answer[answer.length - 1] & 0xFF);
        assertThat(sw).as(CardProbe.hex(command)).isNotIn(0x6400, 0x6581).isBetween(0x6282, 0x9000);
    }

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Keeps the session going: random PINs block, initialization forgets. */
    private void authenticate() {
        if (card.send("00200081") != 0x9000) {
            card.device().reset();
            card.select();
            card.send("002C0181083537363231383830");
            card.send("0020008106363438323139");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomBytes(long seed) throws SchsmException {
        start(seed);
        for (int i = 0; i < ROUNDS; i++) {
            send(bytes(40));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void knownInstructionsWithRandomParametersAndData(long seed) throws SchsmException {
        start(seed);
        for (int i = 0; i < ROUNDS; i++) {
            authenticate();
            int instruction = INSTRUCTIONS[random.nextInt(INSTRUCTIONS.length)];
            byte[] data = bytes(random.nextInt(10) == 0 ? 600 : 40);
            int p1 = random.nextBoolean() ? random.nextInt(5) : random.nextInt(256);
            int p2 = random.nextBoolean() ? random.nextInt(5) : random.nextInt(256);
            send(apdu(instruction, p1, p2, data, random.nextInt(4) != 0));
        }
    }

    private static byte[] apdu(int instruction, int p1, int p2, byte[] data, boolean le) {
        byte[] header = Bytes.of(instruction >> 8, instruction, p1, p2);
        byte[] lc = data.length == 0 ? new byte[0] : Bytes.uint16(data.length);
        if (data.length == 0 && !le) {
            return header;
        }
        return Bytes.concat(header, new byte[1], lc, data, le ? new byte[2] : new byte[0]);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9})
    void goodCommandsWithFlippedBitsAndCuts(long seed) throws SchsmException, MalformedDataException {
        start(seed);
        List<byte[]> good = goodCommands();
        for (int i = 0; i < ROUNDS; i++) {
            authenticate();
            byte[] command = good.get(random.nextInt(good.size())).clone();
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                command[random.nextInt(command.length)] ^= (byte) (1 << random.nextInt(8));
            }
            if (random.nextInt(4) == 0) {
                command = Arrays.copyOf(command, random.nextInt(command.length + 20));
            }
            send(command);
        }
    }

    private List<byte[]> goodCommands() throws MalformedDataException {
        List<byte[]> good = new ArrayList<>();
        good.add(apdu(0x0046, 9, 0, CardProbe.ecTemplate(EcCurve.SECP192R1, "900400000005 910170 920100"), true));
        good.add(apdu(0x0048, 9, 0xB0, CardProbe.bytes("900400000005 910110"), false));
        good.add(apdu(0x8068, 1, 0x70, new byte[32], true));
        good.add(apdu(
                0x8050, 0, 0, CardProbe.bytes("80020001 8106363438323139 82083537363231383830 910103 970104"), false));
        byte[] identity = card.read(0x2F02);
        Tlv issuer = Tlv.parseAll(identity).get(1);
        good.add(apdu(
                0x0022,
                0x81,
                0xB6,
                Tlv.of(0x83, CardProbe.ascii("ZZSRCACC100001")).encoded(),
                false));
        good.add(apdu(0x002A, 0x00, 0xBE, issuer.value(), false));
        byte[] request = card.read(0xCE02);
        good.add(apdu(0x8062, 2, 0x84, Tlv.parseFirst(request).value(), true));
        good.add(apdu(
                0x8052,
                2,
                1,
                Bytes.concat(
                        Tlv.parseFirst(request).require(0x7F21).encoded(),
                        Tlv.of(0x54, new byte[64]).encoded()),
                true));
        good.add(apdu(0x8072, 3, 0x92, new byte[0], true));
        assertThat(card.command(0x80720392, "")).isEqualTo(0x9000);
        good.add(apdu(0x8074, 8, 0x93, card.data(), false));
        good.add(apdu(0x00D7, 0xCF, 0x01, CardProbe.bytes("54020000 5304 01020304"), false));
        good.add(apdu(0x00B1, 0xCF, 0x01, CardProbe.bytes("54020000"), true));
        return good;
    }
}
