// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceInitialization.Option;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.FirmwareVersion;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CardValuesTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void asks_for_an_rsa_key_pair_as_the_protocol_notes_say() {
        KeyPairRequest request = KeyPairRequest.rsa(
                3072,
                BigInteger.valueOf(65537),
                "ZZSIM00000100001",
                KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.RSA_PSS)));
        assertThat(request.encode())
                .isEqualTo(hex("5F290100 4210 5A5A53494D3030303030313030303031"
                        + " 7F4915 060A 04007F00070202020102 8203 010001 0202 0C00"
                        + " 5F2010 5A5A53494D3030303030313030303031 9101 40"));
        KeyPairRequest leadingBit =
                KeyPairRequest.rsa(1024, BigInteger.valueOf(0x81), "ZZSIM00000100001", KeyAttributes.NONE);
        assertThat(leadingBit.publicKey().encoded())
                .as("no sign byte")
                .isEqualTo(hex("7F4913 060A 04007F00070202020102 8201 81 0202 0400"));
    }

    @Test
    void reads_what_devices_say_when_selected() throws Exception {
        assertThat(AppletInfo.parse(hex("6F07 820178 85020102")))
                .isEqualTo(new AppletInfo(
                        OptionalInt.empty(), OptionalInt.empty(), Optional.of(new FirmwareVersion(1, 2))));
        AppletInfo nitrokey = AppletInfo.parse(hex("6F0A 820178 8505 0001060401"));
        assertThat(nitrokey.options()).hasValue(1);
        assertThat(nitrokey.platform()).hasValue(6);
        assertThat(nitrokey.version()).contains(new FirmwareVersion(4, 1));
        assertThat(AppletInfo.parse(hex("6204 85020304")).version()).contains(new FirmwareVersion(3, 4));
        assertThat(AppletInfo.parse(hex("")).version()).isEmpty();
        assertThat(AppletInfo.parse(hex("6F03820178")).version()).isEmpty();
        assertThatThrownBy(() -> AppletInfo.parse(hex("3003820178"))).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void compares_firmware_versions() {
        FirmwareVersion version = new FirmwareVersion(3, 4);
        assertThat(version.isAtLeast(3, 4)).isTrue();
        assertThat(version.isAtLeast(2, 9)).isTrue();
        assertThat(version.isAtLeast(3, 5)).isFalse();
        assertThat(version).hasToString("3.4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "620E 8102 0100 8201 01 8302 CC05 8A01 05",
                "6210 8102 0100 8201 01 8302 CC05 8A01 05 A500",
                "6F00",
                ""
            })
    void takes_every_attribute_for_optional(String answer) throws Exception {
        byte[] bytes = hex(answer);
        assertThat(KeyAttributes.parse(bytes)).isEqualTo(KeyAttributes.NONE);
        assertThat(KeyAttributes.NONE.retry()).isEqualTo(RetryPolicy.ALLOWED);
    }

    @Test
    void reads_attributes_and_writes_them_again() throws Exception {
        KeyAttributes read = KeyAttributes.parse(hex("6F14 A5820010 9004 00002710 9102 7092 9201 03 9301 07"));
        assertThat(read.useCounter()).hasValue(10_000);
        assertThat(read.algorithms()).contains(List.of(0x70, 0x92));
        assertThat(read.keyDomain()).hasValue(3);
        assertThat(read.wrappingKeyId()).hasValue(7);
        assertThat(Tlv.concat(read.encode().toArray(Tlv[]::new)))
                .isEqualTo(hex("9004 00002710 9102 7092 920103 930107"));
        assertThat(KeyAttributes.parse(hex("6F06 6204 A502 9900"))).isEqualTo(KeyAttributes.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "6F04 A502 9000",
                "6F09 A507 9005 0000000001",
                "6F06 A504 9202 0001",
                "6F04 A502 9300",
                "6F04 A503 9000",
                "6F02 A584",
                "3000"
            })
    void refuses_attributes_that_no_device_gives(String answer) {
        assertThatThrownBy(() -> KeyAttributes.parse(hex(answer))).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void refuses_attributes_that_no_device_takes() {
        assertThatThrownBy(() -> KeyAttributes.NONE.withUseCounter(1L << 32))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyAttributes.NONE.withKeyDomain(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyAttributes.NONE
                        .withAlgorithms(Collections.nCopies(17, KeyAlgorithm.ECDSA))
                        .encode())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(KeyAttributes.NONE.withAlgorithms(List.of()).algorithms()).isEmpty();
    }

    @Test
    void makes_strict_der_and_plain_signatures_of_whatever_the_device_gives() throws Exception {
        EcdsaSignature signature = EcdsaSignature.parse(hex("300C 0204 00000012 0204 000000FF"));
        assertThat(signature).isEqualTo(new EcdsaSignature(BigInteger.valueOf(0x12), BigInteger.valueOf(0xFF)));
        assertThat(signature.der()).isEqualTo(hex("3007 020112 020200FF"));
        assertThat(signature.plain(4)).isEqualTo(hex("00000012 000000FF"));
        assertThat(EcdsaSignature.parse(hex("3006 0201FF 020180")).plain(1)).isEqualTo(hex("FF80"));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "3000",
        "3003020101",
        "3006 020100 020101",
        "3006 020101 020100",
        "3006 030101 020101",
        "3005 0200 020101",
        "3009 020101 020101 020101",
        "3106 020101 020101",
        "3006 020101 020101 00",
        "3006 020101 0202",
    })
    void refuses_what_is_no_ecdsa_signature(String der) {
        assertThatThrownBy(() -> EcdsaSignature.parse(hex(der))).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void refuses_signatures_that_are_longer_than_the_order() throws Exception {
        EcdsaSignature signature = EcdsaSignature.parse(hex("3007 020201FF 020101"));
        assertThatThrownBy(() -> signature.plain(1)).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void writes_the_settings_of_initialize_device() throws Exception {
        DeviceInitialization slots = DeviceInitialization.builder(
                        "648219".toCharArray(), "3537363231383830".toCharArray())
                .keyDomainSlots(4)
                .build();
        assertThat(Initialization.encode(slots))
                .isEqualTo(hex("80020001 8106363438323139 82083537363231383830 910103 970104"));
        DeviceInitialization dkek = DeviceInitialization.builder(
                        "12345678".toCharArray(), "3537363231383830".toCharArray())
                .retries(10)
                .dkekShares(2)
                .publicKeyAuthentication(2, 3)
                .options(Set.of(Option.values()))
                .build();
        assertThat(Initialization.encode(dkek))
                .isEqualTo(hex("8002003F 81083132333435363738 82083537363231383830 91010A 920102 93020302"));
    }

    @Test
    void makes_bytes_of_pins() throws Exception {
        assertThat(Pins.user("648219".toCharArray())).isEqualTo(hex("363438323139"));
        assertThat(Pins.so("3537363231383830".toCharArray())).isEqualTo(hex("3537363231383830"));
        for (String pin : List.of("", "12345", "12345678901234567", "ääääääää1")) {
            assertThatThrownBy(() -> Pins.user(pin.toCharArray()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageNotContaining("123");
        }
        for (String pin : List.of("", "353736323138383", "35373632313838300", "353736323138383G")) {
            assertThatThrownBy(() -> Pins.so(pin.toCharArray())).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void names_files_by_number() {
        assertThat(Files.key(5)).isEqualTo(0xCC05);
        assertThat(Files.keyDescription(5)).isEqualTo(0xC405);
        assertThat(Files.keyCertificate(255)).isEqualTo(0xCEFF);
        assertThat(Files.caCertificate(0)).isEqualTo(0xCA00);
        assertThat(Files.certificateDescription(1)).isEqualTo(0xC801);
        assertThat(Files.dataDescription(1)).isEqualTo(0xC901);
        assertThat(Files.publicData(1)).isEqualTo(0xCF01);
        assertThat(Files.isPrivate(Files.privateData(1))).isTrue();
        assertThatThrownBy(() -> Files.key(256)).isInstanceOf(IllegalArgumentException.class);
    }
}
