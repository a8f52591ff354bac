// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.EcCurve;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicKeyChallengeTest {
    private static final String DEVICE = "DECC040100200000";
    private static final byte[] RANDOM = HexFormat.of().parseHex("0102030405060708");
    private static final PublicKeyChallenge CHALLENGE = new PublicKeyChallenge(DEVICE, RANDOM, "DECC040100300001");
    private static final String MARK = "0C1C" + hex("SCHSM public key challenge 1");
    private static final String DEVICE_PART = "1310" + hex(DEVICE);
    private static final String KEY_PART = "1310" + hex("DECC040100300001");

    private static String hex(String text) {
        return HexFormat.of().withUpperCase().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void bytesSayWhatTheyAreAndComeBack() throws Exception {
        String expected = MARK + DEVICE_PART + "04080102030405060708" + KEY_PART;
        assertThat(CHALLENGE.encode())
                .isEqualTo(HexFormat.of().parseHex(String.format("30%02X", expected.length() / 2) + expected));
        assertThat(PublicKeyChallenge.parse(CHALLENGE.encode())).isEqualTo(CHALLENGE);
        assertThat(CHALLENGE.deviceId()).isEqualTo("DECC0401002");
        assertThat(CHALLENGE.signedData()).isEqualTo(HexFormat.of().parseHex(hex(DEVICE) + "0102030405060708"));
        assertThat(CHALLENGE).hasToString("challenge of device DECC0401002 to the holder of key DECC040100300001");
    }

    @Test
    void arraysAreCopiedInAndOut() {
        byte[] given = RANDOM.clone();
        PublicKeyChallenge challenge = new PublicKeyChallenge(DEVICE, given, "X");
        given[0]++;
        challenge.challenge()[1]++;
        assertThat(challenge.challenge()).isEqualTo(RANDOM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "30",
                "3000",
                "0400",
                "30033001",
                "DEVICE",
                "0C03414243" + "CUT",
                "MARK",
                "MARK DEVICE 0408 0102030405060708",
                "MARK DEVICE 0407 01020304050607 KEY",
                "MARK DEVICE 0409 010203040506070809 KEY",
                "MARK DEVICE 0408 0102030405060708 KEY 0500",
                "MARK 1307 41424344454647 0408 0102030405060708 KEY",
                "MARK 1311 4142434445464748494A4B4C4D4E4F5051 0408 0102030405060708 KEY",
                "MARK 1308 41424344454600 48 0408 0102030405060708 KEY",
                "MARK DEVICE 0408 0102030405060708 1300",
                "MARK DEVICE 0408 0102030405060708 1301 20",
                "MARK DEVICE 0308 0102030405060708 KEY",
                "0C1B MARKS public key response 1 DEVICE 0408 0102030405060708 KEY"
            })
    void whatIsNoChallengeIsRefused(String parts) {
        String content = parts.replace("0C1B MARKS public key response 1", "0C1B" + hex("SCHSM public key response 1"))
                .replace("MARK", MARK)
                .replace("DEVICE", DEVICE_PART)
                .replace("KEY", KEY_PART)
                .replace("CUT", "")
                .replace(" ", "");
        byte[] bytes = HexFormat.of()
                .parseHex(
                        parts.startsWith("30") || parts.isEmpty() || parts.startsWith("04")
                                ? content
                                : String.format("30%02X", content.length() / 2) + content);
        assertThatThrownBy(() -> PublicKeyChallenge.parse(bytes))
                .isInstanceOf(MalformedDataException.class)
                .message()
                .isNotBlank();
    }

    @Test
    void impossibleChallengesAreNotMade() {
        assertThatThrownBy(() -> new PublicKeyChallenge(DEVICE, new byte[7], "X"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PublicKeyChallenge("SHORT", new byte[8], "X"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void keyOfAnyProviderSignsDeviceAndChallenge(String curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        KeyPair pair = generator.generateKeyPair();
        PublicKeyResponse response = PublicKeyResponse.sign(CHALLENGE, pair.getPrivate());
        PublicKeyResponse received = PublicKeyResponse.parse(response.encode());
        assertThat(received).isEqualTo(response);
        assertThat(received.challenge()).isEqualTo(CHALLENGE);
        EcCurve on = EcCurve.named(curve).orElseThrow();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(CHALLENGE.signedData());
        assertThat(on.verify(on.encode(((ECPublicKey) pair.getPublic()).getW()), hash, received.signature()))
                .isTrue();
    }

    @Test
    void otherKindsOfKeysAreRefusedByName() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        KeyPair pair = generator.generateKeyPair();
        assertThatThrownBy(() -> PublicKeyResponse.sign(CHALLENGE, pair.getPrivate()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("EC private key")
                .hasMessageContaining("RSA");
    }

    @Test
    void damagedResponsesAreRefused() {
        byte[] good = new PublicKeyResponse(CHALLENGE, new byte[64]).encode();
        for (int length = 0; length < good.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(good, length);
            assertThatThrownBy(() -> PublicKeyResponse.parse(cut)).isInstanceOf(MalformedDataException.class);
        }
        assertThatThrownBy(() -> PublicKeyResponse.parse(CHALLENGE.encode()))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("response");
        for (int length : new int[] {0, 63, 134, 4000}) {
            byte[] odd = new PublicKeyResponse(CHALLENGE, new byte[length]).encode();
            assertThatThrownBy(() -> PublicKeyResponse.parse(odd)).isInstanceOf(MalformedDataException.class);
        }
    }
}
