// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.files.PrivateKeyDescription.Usage;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.codec.EcdsaSignature;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of docs/protocol.md#pkcs15-descriptions. */
class Pkcs15Test {
    private static final String OPENSC_EC =
            "A026 300B 0C026B31 030206C0 040101 300B 040110 0303073080 020101 A10A 3008 30020400 02020100";
    private static final String OPENSC_EC_WITH_SUBJECT =
            "A038 300B 0C026B31 030206C0 040101 300B 040110 0303073080 020101"
                    + "A010 300E 310C 300A 0603550403 0C036D 6531 A10A 3008 30020400 02020100";

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    @Test
    void reads_what_opensc_writes_and_gives_it_back_unchanged() throws Exception {
        PrivateKeyDescription description = PrivateKeyDescription.parse(hex(OPENSC_EC));
        assertThat(description.type()).isEqualTo(KeyType.EC);
        assertThat(description.label()).contains("k1");
        assertThat(description.id()).contains(new byte[] {0x10});
        assertThat(description.usage()).containsExactlyInAnyOrder(Usage.SIGN, Usage.SIGN_RECOVER, Usage.DERIVE);
        assertThat(description.keyReference()).hasValue(1);
        assertThat(description.keySize()).hasValue(256);
        assertThat(description.subject()).isEmpty();
        assertThat(description.encode()).isEqualTo(hex(OPENSC_EC));
    }

    @Test
    void tells_a_subject_from_a_key_length() throws Exception {
        byte[] name = hex("300E310C300A06035504030C036D6531");
        PrivateKeyDescription description =
                PrivateKeyDescription.parse(hex(OPENSC_EC)).withSubject(name);
        assertThat(description.encode()).isEqualTo(hex(OPENSC_EC_WITH_SUBJECT));
        assertThat(description.subject()).contains(name);
        assertThat(description.keySize()).hasValue(256);
        PrivateKeyDescription aes = PrivateKeyDescription.of(KeyType.AES, "a", new byte[] {2}, 192);
        assertThat(aes.subject()).isEmpty();
        assertThat(aes.keySize()).hasValue(192);
        assertThatThrownBy(() -> aes.withSubject(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void keeps_everything_but_the_label_when_that_changes() throws Exception {
        PrivateKeyDescription renamed =
                PrivateKeyDescription.parse(hex(OPENSC_EC)).withLabel("k2");
        assertThat(renamed.encode()).isEqualTo(hex(OPENSC_EC.replace("6B31", "6B32")));
        assertThat(renamed.withId(new byte[] {0x11}).id()).contains(new byte[] {0x11});
    }

    @Test
    void writes_what_the_vendors_tools_write() {
        assertThat(PrivateKeyDescription.of(KeyType.EC, "k1", new byte[] {1}, 256)
                        .encode())
                .isEqualTo(hex("A01C 3004 0C026B31 3008 040101 0303072080 A10A 3008 30020400 02020100"));
        assertThat(PrivateKeyDescription.of(KeyType.RSA, "k1", new byte[] {1}, 2048)
                        .encode())
                .isEqualTo(hex("301B 3004 0C026B31 3007 040101 03020274 A10A 3008 30020400 02020800"));
        assertThat(PrivateKeyDescription.of(KeyType.AES, "k1", new byte[] {1}, 128)
                        .encode())
                .isEqualTo(hex("A820 3004 0C026B31 3008 040101 030307C010 A006 3004 02020080 A106 3004 30020400"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A000", "3000", "A800", "A002 3000", "A004 3000 3000", "A008 3000 3000 A002 3000"})
    void takes_every_part_for_optional(String hex) throws Exception {
        PrivateKeyDescription description = PrivateKeyDescription.parse(hex(hex));
        assertThat(description.label()).isEmpty();
        assertThat(description.id()).isEmpty();
        assertThat(description.usage()).isEmpty();
        assertThat(description.keySize()).isEmpty();
        assertThat(description.withLabel("new").label()).contains("new");
    }

    @Test
    void ignores_what_stands_behind_the_first_object() throws Exception {
        byte[] file = Arrays.copyOf(hex(OPENSC_EC), 100);
        Arrays.fill(file, 40, 100, (byte) 0xFF);
        assertThat(PrivateKeyDescription.parse(file).label()).contains("k1");
    }

    @Test
    void describes_certificates() throws Exception {
        CertificateDescription description = CertificateDescription.of("root", new byte[] {5}, 0xCA05);
        assertThat(description.encode())
                .isEqualTo(hex("301B 300A 0C04726F6F74 03020640 3003 040105 A108 3006 3004 0402CA05"));
        CertificateDescription again = CertificateDescription.parse(description.encode());
        assertThat(again.label()).contains("root");
        assertThat(again.id()).contains(new byte[] {5});
        assertThat(again.fileIdentifier()).hasValue(0xCA05);
        assertThat(again.withLabel("other").label()).contains("other");
        assertThat(CertificateDescription.parse(hex("30023000")).fileIdentifier())
                .isEmpty();
    }

    @Test
    void describes_data_objects() throws Exception {
        DataObjectDescription description = DataObjectDescription.of("d", "app", "", 0xCD01);
        assertThat(description.encode())
                .isEqualTo(hex("301B 300A 0C0164 030206C0 040101 3005 0C03617070 A106 3004 0402CD01"));
        DataObjectDescription again = DataObjectDescription.parse(description.encode());
        assertThat(again.label()).contains("d");
        assertThat(again.application()).contains("app");
        assertThat(again.applicationOid()).isEmpty();
        assertThat(again.fileIdentifier()).hasValue(0xCD01);
        assertThat(DataObjectDescription.of("d", "app", "", 0xCF01).encode()).contains(hex("03020640"));
        DataObjectDescription withOid = DataObjectDescription.of("d", "app", "1.3.6.1.4.1.24991", 0xCF01);
        assertThat(withOid.encode())
                .isEqualTo(hex("3022 3007 0C0164 03020640 300F 0C03617070 06082B0601040181C31F A106 3004 0402CF01"));
        assertThat(DataObjectDescription.parse(withOid.encode()).applicationOid())
                .contains("1.3.6.1.4.1.24991");
    }

    @Test
    void passes_over_object_identifiers_that_are_none() throws Exception {
        for (String content : List.of("", "80", "2B86", "2B8001", "2A" + "01".repeat(32))) {
            String oid = String.format("06%02X%s", content.length() / 2, content);
            String application = String.format("30%02X0C0161%s", 3 + oid.length() / 2, oid);
            String parts = "30030C0164" + application + "A10630040402CF01";
            byte[] description = hex(String.format("30%02X%s", parts.length() / 2, parts));
            assertThat(DataObjectDescription.parse(description).applicationOid())
                    .as(content)
                    .isEmpty();
            assertThat(DataObjectDescription.parse(description).fileIdentifier())
                    .hasValue(0xCF01);
        }
    }

    @Test
    void reads_token_infos_of_every_kind() throws Exception {
        CardTokenInfo fresh = CardTokenInfo.parse(
                hex("3022 020101 040431323334 0C0463617264 800D 536D617274436172642D48534D 03020420"));
        assertThat(fresh.serial()).contains(hex("31323334"));
        assertThat(fresh.manufacturer()).contains("card");
        assertThat(fresh.label()).contains("SmartCard-HSM");
        assertThat(fresh.withLabel("mine").label()).contains("mine");
        assertThat(fresh.withLabel("mine").serial()).contains(hex("31323334"));
        assertThat(CardTokenInfo.of("mine").encode()).isEqualTo(hex("300D 020100 80046D696E65 03020520"));
        CardTokenInfo without = CardTokenInfo.parse(hex("3007 020100 03020520"));
        assertThat(without.label()).isEmpty();
        assertThat(without.withLabel("mine").encode())
                .isEqualTo(CardTokenInfo.of("mine").encode());
    }

    @Test
    void survives_every_truncation_and_every_changed_byte_of_a_description() {
        byte[] good = hex(OPENSC_EC_WITH_SUBJECT);
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> PrivateKeyDescription.parse(cut)).isInstanceOf(MalformedDataException.class);
        }
        for (int at = 0; at < good.length; at++) {
            for (int value = 0; value < 256; value++) {
                byte[] changed = good.clone();
                changed[at] = (byte) value;
                readAll(changed);
            }
        }
    }

    @Test
    void survives_garbage_and_claims_of_enormous_lengths() {
        Random random = new Random(20261123);
        for (int i = 0; i < 20_000; i++) {
            byte[] garbage = new byte[random.nextInt(60)];
            random.nextBytes(garbage);
            if (garbage.length > 0) {
                garbage[0] = new byte[] {0x30, (byte) 0xA0, (byte) 0xA8, 0x6F}[i % 4];
            }
            readAll(garbage);
        }
        readAll(hex("30 84 7FFFFFFF 00"));
        readAll(hex("A0 84 FFFFFFFF 00"));
    }

    /** Everything that can be asked of the bytes; nothing but the one exception may come of it. */
    private static void readAll(byte[] bytes) {
        attempt(() -> {
            PrivateKeyDescription description = PrivateKeyDescription.parse(bytes);
            description.encode();
            description.label();
            description.id();
            description.usage();
            description.keyReference();
            description.subject();
            description.keySize();
        });
        attempt(() -> {
            CertificateDescription description = CertificateDescription.parse(bytes);
            description.encode();
            description.id();
            description.fileIdentifier();
        });
        attempt(() -> {
            DataObjectDescription description = DataObjectDescription.parse(bytes);
            description.encode();
            description.application();
            description.fileIdentifier();
        });
        attempt(() -> CardTokenInfo.parse(bytes).serial());
        attempt(() -> KeyAttributes.parse(bytes));
        attempt(() -> AppletInfo.parse(bytes));
        attempt(() -> EcdsaSignature.parse(bytes).plain(32));
        attempt(() -> WrappedKeyBlob.parse(bytes).encode());
    }

    private interface Reading {
        void run() throws SchsmException;
    }

    private static void attempt(Reading reading) {
        try {
            reading.run();
        } catch (SchsmException e) {
            assertThat(e).isInstanceOf(MalformedDataException.class);
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
