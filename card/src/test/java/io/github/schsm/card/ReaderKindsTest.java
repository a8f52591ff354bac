// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same on readers with extended length, with lower limits, and with short APDUs only. */
class ReaderKindsTest {
    /** Devices as these tests want to speak to them. */
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile);
    }

    int bytesInAShortCommand() {
        return 255;
    }

    static List<DeviceProfile> profiles() {
        DeviceProfile reference = DeviceProfile.smartCardHsm4k();
        return List.of(
                reference,
                reference.withCommandLimit(1454),
                reference.withCommandLimit(1014),
                reference.withCommandLimit(478),
                reference.withShortApdusOnly());
    }

    @Test
    void says_that_a_reader_is_too_small_for_the_parameters_of_a_curve() throws Exception {
        CardDevice device =
                simulate(DeviceProfile.smartCardHsm4k().withShortApdusOnly()).device(1);
        KeyPairRequest request = KeyPairRequest.ec(EcCurve.SECP521R1, "ZZSIM00000100001", KeyAttributes.NONE);
        assertThatThrownBy(() -> device.withCard(Simulation.Login.right(), card -> card.generateKeyPair(1, request)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("key 1: reader '" + device.readerName() + "' passes at most "
                        + bytesInAShortCommand() + " bytes of data in one command")
                .hasMessageContaining("GENERATE ASYMMETRIC KEY PAIR needs")
                .hasMessageContaining("extended length");
    }

    @ParameterizedTest
    @MethodSource("profiles")
    void generates_stores_and_signs(DeviceProfile profile) throws Exception {
        byte[] certificate = new byte[1700];
        certificate[0] = 0x30;
        certificate[1] = (byte) 0x82;
        certificate[2] = (byte) ((certificate.length - 4) >> 8);
        certificate[3] = (byte) (certificate.length - 4);
        byte[] data = new byte[3000];
        Arrays.fill(data, (byte) 0x77);
        simulate(profile).device(1).withCard(Simulation.Login.right(), card -> {
            for (EcCurve curve : List.of(EcCurve.SECP256R1, EcCurve.BRAINPOOLP256R1)) {
                Cvc request = card.generateKeyPair(1, KeyPairRequest.ec(curve, "ZZSIM00000100001", KeyAttributes.NONE));
                byte[] signature = card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
                assertThat(curve.verify(
                                request.publicPoint(),
                                new byte[32],
                                EcdsaSignature.parse(signature).plain(curve.orderLength())))
                        .isTrue();
                card.deleteFile(Files.key(1));
                card.deleteFile(Files.keyCertificate(1));
            }
            card.updateBinary(Files.keyCertificate(1), certificate);
            assertThat(card.readBinary(Files.keyCertificate(1))).isEqualTo(certificate);
            card.updateBinary(Files.publicData(1), data);
            assertThat(card.readBinary(Files.publicData(1))).isEqualTo(data);
            byte[] description = PrivateKeyDescription.of(KeyType.AES, "aes", new byte[] {2}, 256)
                    .encode();
            card.updateBinary(Files.keyDescription(2), description);
            assertThat(card.readBinary(Files.keyDescription(2))).isEqualTo(description);
            card.generateAesKey(2, 256, KeyAttributes.NONE);
            byte[] encrypted = card.aesCbc(2, true, new byte[16], Arrays.copyOf(data, 1600), RetryPolicy.ALLOWED);
            assertThat(card.aesCbc(2, false, new byte[16], encrypted, RetryPolicy.ALLOWED))
                    .isEqualTo(Arrays.copyOf(data, 1600));
            assertThat(card.getChallenge(700)).hasSize(700);
            return "";
        });
    }
}
