// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.Cvc;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.applet.KeyUseTest;
import io.github.schsm.simulator.applet.WrapCommandsTest;
import io.github.schsm.simulator.applet.WrappedKey;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.CardKey;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What genuine devices answer, and what some answer otherwise, each by its quirk. */
class DeviceChoicesTest {
    private static final byte[] KEK = CardProbe.bytes("A7".repeat(32));
    private static final String BASE = "80020001 8106363438323139 82083537363231383830 910103";
    private static final String STATUS = "00200081";
    private static final String LIST = "80580000000000";

    private static CardProbe card(Quirk... quirks) throws SchsmException {
        CardProbe card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().with(quirks));
        card.verify();
        return card;
    }

    /** With a complete DKEK in the only slot. */
    private static CardProbe dkek(DeviceProfile profile) throws SchsmException {
        CardProbe card = CardProbe.fresh(profile);
        assertThat(card.initialize(BASE + "920101")).isEqualTo(0x9000);
        assertThat(card.send("8052000020" + CardProbe.hex(KEK) + "00")).isEqualTo(0x9000);
        return card;
    }

    private static CardProbe dkek(Quirk... quirks) throws SchsmException {
        return dkek(DeviceProfile.smartCardHsm4k().with(quirks));
    }

    private static byte[] rsaTemplate(int bits) {
        return Bytes.concat(
                CardProbe.bytes(
                        "5F290100 7F4915 060A04007F00070202020102 8203010001 0202" + String.format("%04X", bits)),
                Tlv.of(0x5F20, CardProbe.ascii("UTTM00001")).encoded());
    }

    private static RSAPrivateCrtKey rsa(int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return (RSAPrivateCrtKey) generator.generateKeyPair().getPrivate();
    }

    private static CardKey cardKey(RSAPrivateCrtKey key, byte[] algorithms) {
        KeyMaterial.Rsa material = new KeyMaterial.Rsa(
                key.getModulus(),
                key.getPublicExponent(),
                key.getPrivateExponent(),
                new KeyMaterial.Rsa.Crt(
                        key.getPrimeP(),
                        key.getPrimeQ(),
                        key.getPrimeExponentP(),
                        key.getPrimeExponentQ(),
                        key.getCrtCoefficient()));
        return new CardKey(material, CardKey.UNLIMITED, algorithms, 0, CardKey.NONE);
    }

    @ParameterizedTest
    @CsvSource({"1024, 6", "1536, 6", "2048, 6", "3072, 5", "4096, 5"})
    void an_rsa_key_is_wrapped_with_its_primes_up_to_2048_bits(int bits, int type) throws Exception {
        byte[] blob = WrappedKey.seal(KEK, cardKey(rsa(bits), new byte[0]), false);
        assertThat((int) blob[8]).isEqualTo(type);
        CardProbe card = dkek();
        assertThat(card.command(0x80740193, blob)).isEqualTo(0x9000);
        assertThat(card.command(0x80720192, "")).isEqualTo(0x9000);
        assertThat(Arrays.copyOf(card.data(), 27)).as("the header").isEqualTo(Arrays.copyOf(blob, 27));
        byte[] block = new byte[bits / 8];
        block[block.length - 1] = 2;
        assertThat(card.command(0x80680120, block)).isEqualTo(0x9000);
    }

    @Test
    void a_long_rsa_key_that_comes_with_its_primes_is_refused() throws Exception {
        RSAPrivateCrtKey key = rsa(3072);
        byte[] data = Bytes.uint16(3072);
        for (var number : List.of(
                key.getPrimeExponentP(),
                key.getPrimeExponentQ(),
                key.getPrimeP(),
                key.getCrtCoefficient(),
                key.getPrimeQ(),
                key.getModulus(),
                key.getPublicExponent())) {
            byte[] bytes = BigIntegers.asUnsignedByteArray(number);
            data = Bytes.concat(data, Bytes.uint16(bytes.length), bytes);
        }
        byte[] blob = WrapCommandsTest.sealed(KEK, 6, data);
        CardProbe card = dkek();
        for (int at = 0; at < blob.length; at += 1000) {
            byte[] part = Arrays.copyOfRange(blob, at, Math.min(at + 1000, blob.length));
            byte[] update = Tlv.concat(Tlv.of(0x54, Bytes.uint16(at)), Tlv.of(0x53, part));
            assertThat(card.command(0x00D72F10, update)).isEqualTo(0x9000);
        }
        assertThat(card.send("80740193")).isEqualTo(0x6A80);
    }

    @Test
    void numbers_in_a_blob_may_have_leading_zeros() throws Exception {
        RSAPrivateCrtKey key = rsa(1024);
        byte[] data = Bytes.uint16(1024);
        for (var number : List.of(key.getPrivateExponent(), key.getModulus(), key.getPublicExponent())) {
            byte[] bytes = BigIntegers.asUnsignedByteArray(200, number);
            data = Bytes.concat(data, Bytes.uint16(bytes.length), bytes);
        }
        assertThat(dkek().command(0x80740193, WrapCommandsTest.sealed(KEK, 5, data)))
                .isEqualTo(0x9000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp192r1", "secp256r1", "secp384r1", "secp521r1"})
    void a_blob_may_leave_out_coefficient_a_where_it_is_p_minus_3(String curve) throws Exception {
        CardProbe open = dkek(Quirk.EC_BLOB_WITHOUT_A);
        Cvc key = open.generated(1, EcCurve.named(curve).orElseThrow(), "");
        assertThat(open.command(0x80720192, "")).isEqualTo(0x9000);
        byte[] blob = open.data();
        CardProbe card = dkek();
        assertThat(card.command(0x80740193, blob)).isEqualTo(0x9000);
        byte[] hash = new byte[20];
        assertThat(card.command(0x80680170, hash)).isEqualTo(0x9000);
        int length = key.curve().orElseThrow().orderLength();
        assertThat(key.curve().orElseThrow().verify(key.publicPoint(), hash, KeyUseTest.plain(card.data(), length)))
                .isTrue();
        assertThat(card.generate(2, EcCurve.named(curve).orElseThrow(), "")).isEqualTo(0x9000);
        assertThat(card.command(0x80720292, "")).isEqualTo(0x9000);
        assertThat(blob).as("a is missing").hasSizeLessThan(card.data().length + 1);
    }

    @Test
    void an_unknown_kcv_is_told_from_a_damaged_blob() throws Exception {
        CardProbe card = dkek();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.command(0x80720192, "")).isEqualTo(0x9000);
        byte[] otherKcv = card.data();
        byte[] damaged = card.data();
        otherKcv[0] ^= 1;
        damaged[40] ^= 1;
        assertThat(card.command(0x80740293, otherKcv)).isEqualTo(0x6A88);
        assertThat(card.command(0x80740293, damaged)).isEqualTo(0x6A80);
        assertThat(card.command(0x80740293, new byte[4])).isEqualTo(0x6A80);
        assertThat(dkek(Quirk.UNKNOWN_KCV_IS_WRONG_DATA).command(0x80740293, otherKcv))
                .isEqualTo(0x6A80);
    }

    @Test
    void wrapping_a_key_that_is_not_there_is_6A88_and_signing_with_it_6A82() throws Exception {
        CardProbe card = dkek();
        assertThat(card.command(0x80720992, "")).isEqualTo(0x6A88);
        assertThat(card.command(0x80680970, new byte[32])).isEqualTo(0x6A82);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0001", "0003"})
    void initialization_leaves_the_device_authenticated_until_it_is_selected_or_reset(String options) throws Exception {
        String data = BASE.replace("80020001", "8002" + options) + "970102";
        CardProbe card = CardProbe.fresh();
        assertThat(card.initialize(data)).isEqualTo(0x9000);
        assertThat(card.write(0x2F03, new byte[40])).as("without VERIFY").isEqualTo(0x9000);
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        card.select();
        assertThat(card.write(0x2F03, new byte[40])).isEqualTo(0x6982);
        assertThat(card.initialize(data)).isEqualTo(0x9000);
        card.device().reset();
        card.select();
        assertThat(card.write(0x2F03, new byte[40])).isEqualTo(0x6982);
        assertThat(card.initialize(data)).isEqualTo(0x9000);
        assertThat(card.send("0020008106 303030303030") & 0xFF00)
                .as("a wrong PIN ends it too")
                .isIn(0x6300, 0x6900);
        assertThat(card.write(0x2F03, new byte[40])).isEqualTo(0x6982);
        CardProbe other = CardProbe.fresh(DeviceProfile.smartCardHsm4k().with(Quirk.INITIALIZE_LOGS_OUT));
        assertThat(other.initialize(data)).isEqualTo(0x9000);
        assertThat(other.write(0x2F03, new byte[40])).isEqualTo(0x6982);
    }

    @Test
    void the_first_initialization_may_be_answered_that_memory_is_full() throws Exception {
        CardProbe card = card(Quirk.FIRST_INITIALIZE_ANSWERS_FULL);
        assertThat(card.write(0xCF01, new byte[3])).isEqualTo(0x9000);
        assertThat(card.initialize(BASE + "970102")).isEqualTo(0x6A84);
        assertThat(CardProbe.hex(card.read(0xCF01))).as("nothing happened").isEqualTo("000000");
        assertThat(card.initialize(BASE + "970102")).isEqualTo(0x9000);
        assertThat(card.send("00A4000C02CF01")).isEqualTo(0x6A82);
    }

    @Test
    void the_list_has_the_device_certificates_and_is_in_no_order() throws Exception {
        CardProbe card = card();
        assertThat(card.send(LIST)).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00");
        assertThat(card.generate(9, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.generate(2, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.write(0xC409, new byte[1])).isEqualTo(0x9000);
        assertThat(card.send(LIST)).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00CC09CC02CE09CE02C409");
    }

    @Test
    void a_file_is_described_in_either_form() throws Exception {
        CardProbe card = card(Quirk.FILE_SIZE_IN_80);
        assertThat(card.write(0xCE01, new byte[0x1EA])).isEqualTo(0x9000);
        assertThat(card.send("00A4000402CE0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("620B800201EA8201018302CE01");
        assertThat(card.send("00A4000002CE0100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0B800201EA8201018302CE01");
    }

    @Test
    void firmware_1_says_its_version_alone_and_calls_no_pin_a_transport_pin() throws Exception {
        DeviceProfile old = DeviceProfile.smartCardHsm26().withFirmware(1, 2);
        CardProbe card = new CardProbe(VirtualReaders.create(old).blankDevice("ZZSIM000001"));
        assertThat(card.send("00A404000BE82B0601040181C31F020100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0782017885020102");
        assertThat(card.send(STATUS)).isEqualTo(0x6984);
        assertThat(card.send("00200088")).isEqualTo(0x6A88);
        assertThat(card.send("00A40000022F0200")).isEqualTo(0x9000);
        assertThat(card.hex()).startsWith("6F0B8002").endsWith("82010183022F02");
    }

    @Test
    void firmware_4_runs_on_another_platform() throws Exception {
        CardProbe card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().withFirmware(4, 1));
        assertThat(card.send("00A404000BE82B0601040181C31F020100")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("6F0A8201788505" + "0001" + "06" + "0401");
    }

    @Test
    void reading_ends_in_three_ways() throws Exception {
        for (Quirk[] quirks : new Quirk[][] {{}, {Quirk.READ_OVER_END_IS_OK}, {Quirk.READ_ALL_ENDS_WITH_WARNING}}) {
            CardProbe card = card(quirks);
            assertThat(card.write(0xCF01, new byte[20])).isEqualTo(0x9000);
            List<Quirk> has = List.of(quirks);
            int over = has.contains(Quirk.READ_OVER_END_IS_OK) ? 0x9000 : 0x6282;
            int all = has.contains(Quirk.READ_ALL_ENDS_WITH_WARNING) ? 0x6282 : 0x9000;
            assertThat(card.send("00B1CF01 04 5402000A 20")).isEqualTo(over);
            assertThat(card.data()).hasSize(10);
            assertThat(card.send("00B1CF01 000004 54020000 0000")).isEqualTo(all);
            assertThat(card.data()).hasSize(20);
            for (String offset : List.of("0014", "0015", "7FFF", "FFFF")) {
                assertThat(card.send("00B1CF01 04 5402" + offset + " 20")).isEqualTo(0x6282);
                assertThat(card.data()).isEmpty();
            }
        }
    }

    @Test
    void slots_past_the_end_may_be_answered_6B00() throws Exception {
        assertThat(card().send("8052000400")).isEqualTo(0x6A86);
        assertThat(card(Quirk.SLOTS_END_WITH_6B00).send("8052000400")).isEqualTo(0x6B00);
    }

    @Test
    void a_used_up_counter_may_be_answered_as_full_memory() throws Exception {
        for (Quirk[] quirks : new Quirk[][] {{}, {Quirk.USED_UP_KEY_ANSWERS_FULL}}) {
            CardProbe card = card(quirks);
            assertThat(card.generate(1, EcCurve.SECP256R1, "900400000001")).isEqualTo(0x9000);
            assertThat(card.command(0x80680170, new byte[32])).isEqualTo(0x9000);
            assertThat(card.command(0x80680170, new byte[32])).isEqualTo(quirks.length == 0 ? 0x6984 : 0x6A84);
        }
    }

    @Test
    void firmware_3_1_takes_no_wrapped_key_with_a_list() throws Exception {
        byte[] listed = WrappedKey.seal(KEK, cardKey(rsa(1024), Bytes.of(0x20, 0x92)), false);
        byte[] unlisted = WrappedKey.seal(KEK, cardKey(rsa(1024), new byte[0]), false);
        CardProbe card = dkek(DeviceProfile.smartCardHsm4k().withFirmware(3, 1));
        assertThat(card.command(0x80740193, listed)).isEqualTo(0x6F00);
        assertThat(card.command(0x80740193, unlisted)).isEqualTo(0x9000);
        assertThat(dkek().command(0x80740193, listed)).isEqualTo(0x9000);
    }

    @Test
    void a_long_rsa_key_may_be_unwrapped_once_until_the_card_is_reset() throws Exception {
        byte[] blob = WrappedKey.seal(KEK, cardKey(rsa(3072), new byte[0]), false);
        CardProbe card = dkek(Quirk.LONG_RSA_UNWRAPS_ONCE);
        assertThat(card.command(0x80740193, blob)).isEqualTo(0x9000);
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x6F00);
        card.device().reset();
        card.select();
        card.verify();
        assertThat(card.command(0x80740293, blob)).isEqualTo(0x9000);
    }

    @ParameterizedTest
    @CsvSource({"20, SHA-1", "28, SHA-224", "32, SHA-256", "48, SHA-384", "64, SHA-512"})
    void pss_takes_a_hash_of_every_length(int length, String name) throws Exception {
        CardProbe card = card();
        assertThat(card.command(0x00460100, rsaTemplate(2048))).isEqualTo(0x9000);
        byte[] hash = MessageDigest.getInstance(name).digest(new byte[3]);
        assertThat(hash).hasSize(length);
        assertThat(card.command(0x80680140, hash)).isEqualTo(0x9000);
        assertThat(card.data()).hasSize(256);
        assertThat(card.command(0x80680140, Arrays.copyOf(hash, length - 1))).isEqualTo(0x6A80);
    }

    @Test
    void derivation_may_give_as_much_as_it_got() throws Exception {
        for (Quirk[] quirks : new Quirk[][] {{}, {Quirk.DERIVES_AS_MUCH_AS_GIVEN}}) {
            CardProbe card = card(quirks);
            assertThat(card.send("004801B0")).isEqualTo(0x9000);
            assertThat(card.command(0x80780199, new byte[48])).isEqualTo(0x9000);
            assertThat(card.data()).hasSize(quirks.length == 0 ? 32 : 48);
        }
    }

    @Test
    void a_share_without_pin_may_wait_for_it() throws Exception {
        CardProbe card = CardProbe.fresh(DeviceProfile.smartCardHsm4k().with(Quirk.SHARE_WAITS_FOR_PIN));
        assertThat(card.initialize(BASE + "920101")).isEqualTo(0x9000);
        card.select();
        assertThat(card.send("8052000020" + CardProbe.hex(KEK) + "00")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0101" + "00".repeat(8));
        card.verify();
        assertThat(card.send("8052000000")).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("0100" + CardProbe.hex(Arrays.copyOf(Hashes.sha256(KEK), 8)));
    }

    @Test
    void certificates_that_are_verified_may_be_kept_as_ca_files() throws Exception {
        CardProbe card = card(Quirk.PSO_STORES_CERTIFICATES);
        card.learn(card.read(0x2F02));
        card.select();
        card.learn(card.read(0x2F02));
        assertThat(card.send(LIST)).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00CA00CA01");
        assertThat(card.read(0xCA00)).startsWith(0x7F, 0x21);
    }

    @Test
    void a_deleted_key_leaves_its_description_and_certificate() throws Exception {
        CardProbe card = card();
        assertThat(card.generate(1, EcCurve.SECP256R1, "")).isEqualTo(0x9000);
        assertThat(card.write(0xC401, new byte[4])).isEqualTo(0x9000);
        assertThat(card.send("00E4020002CC01")).isEqualTo(0x9000);
        assertThat(card.send(LIST)).isEqualTo(0x9000);
        assertThat(card.hex()).isEqualTo("2F02CC00CE01C401");
    }

    @ParameterizedTest
    @ValueSource(strings = {"00200085", "00200086", "0020008506363438323139"})
    void biometry_is_not_there(String command) throws Exception {
        assertThat(card().send(command)).isEqualTo(0x6A88);
    }

    @Test
    void registered_keys_may_have_256_bits_at_most() throws Exception {
        VirtualReaders readers =
                VirtualReaders.create(DeviceProfile.smartCardHsm4k().with(Quirk.REGISTERS_256_BITS_AT_MOST));
        CardProbe card = new CardProbe(readers.device("ZZSIM000001"));
        CardProbe custodian = new CardProbe(readers.device("ZZSIM000002"));
        card.select();
        custodian.select();
        custodian.verify();
        assertThat(card.initialize(BASE + "93020202")).isEqualTo(0x9000);
        for (EcCurve curve : List.of(EcCurve.SECP384R1, EcCurve.SECP256R1)) {
            assertThat(custodian.generate(curve.bits() == 384 ? 1 : 2, curve, ""))
                    .isEqualTo(0x9000);
            byte[] content = Tlv.parse(custodian.data()).value();
            card.learn(custodian.read(0x2F02));
            assertThat(card.command(0x80540000, content)).isEqualTo(curve.bits() == 384 ? 0x6A80 : 0x9000);
        }
    }
}
