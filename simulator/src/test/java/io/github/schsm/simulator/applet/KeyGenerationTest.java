// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.CardProbe;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyGenerationTest {
    private CardProbe card;

    @BeforeEach
    void authenticatedCard() throws SchsmException {
        card = CardProbe.authenticated();
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void aKeyPairComesWithARequestThatTheDeviceAttests(EcCurve curve) throws MalformedDataException {
        Cvc request = card.generated(7, curve, "");
        Cvc device = DeviceIdentity.parse(card.read(0x2F02)).deviceCertificate();
        assertThat(request.kind()).isEqualTo(Cvc.Kind.AUTHENTICATED_REQUEST);
        assertThat(request.curve()).contains(curve);
        assertThat(request.chr()).isEqualTo("UTTM00001");
        assertThat(request.car()).contains("UTCA00001");
        assertThat(request.outerCar()).contains("ZZSIM00000100000");
        assertThat(request.inner().isSelfSigned()).isTrue();
        assertThat(request.isSignedBy(device)).isTrue();
        assertThat(request.keyDomainUid()).isEmpty();
        assertThat(card.read(0xCE07)).isEqualTo(request.getEncoded());
        assertThat(card.send("00A4000C02C407"))
                .as("descriptions are the host's")
                .isEqualTo(0x6A82);
    }

    /** Straight from the bytes, without the CVC class of the hosts. */
    @Test
    void theRequestIsBuiltAsTheProtocolSays() throws MalformedDataException {
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        Tlv attested = Tlv.parse(card.data()).expect(0x67);
        assertThat(attested.children()).extracting(Tlv::tag).containsExactly(0x7F21, 0x42, 0x5F37);
        Tlv certificate = attested.children().get(0);
        assertThat(certificate.children()).extracting(Tlv::tag).containsExactly(0x7F4E, 0x5F37);
        Tlv body = certificate.children().get(0);
        assertThat(body.children()).extracting(Tlv::tag).containsExactly(0x5F29, 0x42, 0x7F49, 0x5F20);
        Tlv publicKey = body.require(0x7F49);
        assertThat(publicKey.children())
                .extracting(Tlv::tag)
                .containsExactly(0x06, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87);
        byte[] point = publicKey.require(0x86).value();
        assertThat(EcCurve.SECP256R1.verify(
                        point,
                        Hashes.sha256(body.encoded()),
                        certificate.require(0x5F37).value()))
                .isTrue();
        Tlv deviceCertificate = Tlv.parseFirst(card.read(0x2F02));
        byte[] devicePoint =
                deviceCertificate.require(0x7F4E).require(0x7F49).require(0x86).value();
        byte[] outerSigned =
                Bytes.concat(certificate.encoded(), attested.children().get(1).encoded());
        assertThat(EcCurve.BRAINPOOLP256R1.verify(
                        devicePoint,
                        Hashes.sha256(outerSigned),
                        attested.require(0x5F37).value()))
                .isTrue();
        assertThat(attested.require(0x42).value()).isEqualTo("ZZSIM00000100000".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void anRsaKeyPairComesWithARequestToo() throws MalformedDataException {
        byte[] template = Bytes.concat(
                CardProbe.bytes("5F290100 7F4915 060A04007F00070202020102 8203010001 02020400"),
                Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")).encoded());
        assertThat(card.command(0x00460100, template)).isEqualTo(0x9000);
        Cvc request = Cvc.parse(card.data());
        assertThat(request.isEc()).isFalse();
        assertThat(request.car()).as("the inner reference is optional").isEmpty();
        assertThat(request.inner().isSelfSigned()).isTrue();
        assertThat(request.isSignedBy(DeviceIdentity.parse(card.read(0x2F02)).deviceCertificate()))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "900400000000",
                "9003000001",
                "9100",
                "91117070707070707070707070707070707070",
                "910169",
                "91028470",
                "92020000",
                "9300",
                "9400",
                "9301019301019400",
                "910170910170"
            })
    void wrongAttributesAreRefused(String attributes) {
        assertThat(card.generate(1, EcCurve.SECP256R1, attributes)).isEqualTo(0x6A80);
        assertThat(card.send("00A4000C02CC01")).isEqualTo(0x6A82);
    }

    @ParameterizedTest
    @CsvSource({"920100, 6A88", "920104, 6A88", "9201FF, 6A88"})
    void aDomainThatIsNotThereIsRefused(String attributes, String sw) {
        assertThat(card.generate(1, EcCurve.SECP256R1, attributes)).isEqualTo(Integer.parseInt(sw, 16));
    }

    @Test
    void wrongTemplatesAreRefused() throws MalformedDataException {
        byte[] good = CardProbe.ecTemplate(EcCurve.SECP256R1, "");
        for (Tlv left : Tlv.parseAll(good)) {
            byte[] without = Tlv.concat(Tlv.parseAll(good).stream()
                    .filter(object -> object.tag() != left.tag())
                    .toArray(Tlv[]::new));
            assertThat(card.command(0x00460100, without))
                    .as("without %X", left.tag())
                    .isEqualTo(left.tag() == 0x42 ? 0x9000 : 0x6A80);
            card.send("00E4020002CC01");
        }
        byte[] otherCurve = good.clone();
        otherCurve[60] ^= 1;
        assertThat(card.command(0x00460100, otherCurve)).isEqualTo(0x6A80);
        assertThat(card.command(0x00460100, Arrays.copyOf(good, good.length - 1)))
                .isEqualTo(0x6A80);
        byte[] shortName = CardProbe.bytes("5F290100 7F490C 060A04007F00070202020203 5F200141");
        assertThat(card.command(0x00460100, shortName)).isEqualTo(0x6A80);
        for (String rsa : new String[] {
            "7F4915 060A04007F00070202020102 8203010001 02020401",
            "7F4915 060A04007F00070202020102 8203010000 02020400",
            "7F4911 060A04007F00070202020102 8203010001",
            "7F490C 060A04007F00070202020101"
        }) {
            byte[] template = Bytes.concat(
                    CardProbe.bytes("5F290100" + rsa),
                    Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")).encoded());
            assertThat(card.command(0x00460100, template)).as(rsa).isEqualTo(0x6A80);
        }
        assertThat(card.send("00460100")).isEqualTo(0x6700);
    }

    @Test
    void aKeyNeedsAFreeIdUnlessItMayBeReplaced() throws MalformedDataException {
        assertThat(card.generate(0, EcCurve.SECP256R1, "")).isEqualTo(0x6A86);
        assertThat(card.command(0x00460101, CardProbe.ecTemplate(EcCurve.SECP256R1, "")))
                .isEqualTo(0x6A86);
        assertThat(card.generate(255, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.generate(255, EcCurve.SECP256R1, "")).isEqualTo(0x6A89);
        assertThat(card.send("0048FFB0")).isEqualTo(0x6A89);
        Cvc first = card.generated(1, EcCurve.SECP256R1, "91027094");
        Cvc second = card.generated(1, EcCurve.SECP256R1, "910170");
        assertThat(second.publicPoint()).isNotEqualTo(first.publicPoint());
        assertThat(card.read(0xCE01)).isEqualTo(second.getEncoded());
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x6A89);
    }

    @Test
    void generationNeedsThePin() throws SchsmException {
        card.select();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x6982);
        assertThat(card.send("004801B0")).isEqualTo(0x6982);
    }

    @ParameterizedTest
    @CsvSource({"B0, 16", "B1, 24", "B2, 32"})
    void secretKeysHaveThreeLengths(String p2, int length) {
        assertThat(card.send("004801" + p2 + "07900400000003" + "00")).isEqualTo(0x6A80);
        assertThat(card.send("004801" + p2 + "09" + "900400000003" + "910118")).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CC0100")).isEqualTo(0x9000);
        assertThat(card.hex()).contains(String.format("8102%04X", length)).endsWith("A509" + "900400000003" + "910118");
    }

    @Test
    void otherKindsOfSecretKeysAreUnknown() {
        assertThat(card.send("004801AF")).isEqualTo(0x6A86);
        assertThat(card.send("004801B3")).isEqualTo(0x6A86);
        assertThat(card.send("004800B0")).isEqualTo(0x6A86);
    }
}
