// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.KeyPairRequest;
import io.github.schsm.card.files.PrivateKeyDescription;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.card.quirk.FirmwareVersion;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.macs.CMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SmartCardHsmTest {
    /** How many bytes of data one command to the reference device holds. */
    int bytesInACommand() {
        return 1223;
    }

    /** Devices as these tests want to speak to them. */
    Simulation simulate(DeviceProfile profile) {
        return new Simulation(profile);
    }

    private static final String CHR = "ZZSIM00000100001";
    private static final byte[] SO_PIN = HexFormat.of().parseHex(VirtualReaders.SO_PIN);

    private final Simulation simulation = simulate(DeviceProfile.smartCardHsm4k());
    private final Simulation.Login login = Simulation.Login.right();

    private <T> T with(CardFunction<T> function) throws SchsmException {
        return simulation.device(1).withCard(login, function);
    }

    private interface Step {
        void run(SmartCardHsm card) throws SchsmException;
    }

    private void run(Step step) throws SchsmException {
        with(card -> {
            step.run(card);
            return "";
        });
    }

    private static KeyPairRequest ec(EcCurve curve, KeyAttributes attributes) {
        return KeyPairRequest.ec(curve, CHR, attributes);
    }

    @Test
    void says_which_device_and_firmware_it_is() throws Exception {
        run(card -> {
            assertThat(card.identity().deviceId()).isEqualTo("ZZSIM000001");
            assertThat(card.applet().version()).contains(new FirmwareVersion(3, 5));
        });
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void generates_a_key_on_every_curve_and_signs_with_it(EcCurve curve) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(new byte[] {1, 2, 3});
        run(card -> {
            Cvc request = card.generateKeyPair(1, ec(curve, KeyAttributes.NONE));
            assertThat(request.kind()).isEqualTo(Cvc.Kind.AUTHENTICATED_REQUEST);
            assertThat(request.curve()).contains(curve);
            byte[] input = curve.orderLength() < hash.length ? Arrays.copyOf(hash, curve.orderLength()) : hash;
            EcdsaSignature signature =
                    EcdsaSignature.parse(card.sign(1, KeyAlgorithm.ECDSA, input, RetryPolicy.ALLOWED));
            assertThat(curve.verify(request.publicPoint(), input, signature.plain(curve.orderLength())))
                    .isTrue();
        });
    }

    @Test
    void shows_the_attributes_that_a_key_was_generated_with() throws Exception {
        KeyAttributes attributes = KeyAttributes.NONE
                .withUseCounter(10_000)
                .withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP));
        run(card -> {
            card.generateKeyPair(7, ec(EcCurve.SECP256R1, attributes));
            assertThat(card.keyAttributes(7).useCounter()).hasValue(10_000);
            assertThat(card.keyAttributes(7).algorithms()).contains(List.of(0x70, 0x92));
            assertThat(card.keyAttributes(7).retry()).isEqualTo(RetryPolicy.NEVER);
        });
    }

    @Test
    void refuses_what_the_key_may_not_do() throws Exception {
        KeyAttributes ecdh = KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDH));
        run(card -> {
            card.generateKeyPair(1, ec(EcCurve.SECP256R1, ecdh));
            assertThatThrownBy(() -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED))
                    .isInstanceOf(DeviceException.class)
                    .matches(
                            told -> SchsmException.is(told, Reason.ALGORITHM_NOT_ALLOWED),
                            "reason ALGORITHM_NOT_ALLOWED")
                    .hasMessageContaining("key 1")
                    .hasMessageContaining("SIGN")
                    .hasMessageContaining("6A81");
        });
    }

    @Test
    void tells_when_the_use_counter_is_used_up() throws Exception {
        run(card -> {
            card.generateKeyPair(1, ec(EcCurve.SECP256R1, KeyAttributes.NONE.withUseCounter(1)));
            card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.NEVER);
            assertThatThrownBy(() -> card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.NEVER))
                    .isInstanceOf(DeviceException.class)
                    .matches(
                            told -> SchsmException.is(told, Reason.USE_COUNTER_EXHAUSTED),
                            "reason USE_COUNTER_EXHAUSTED");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void agrees_on_the_same_secret_from_both_sides(boolean xOnly) throws Exception {
        Simulation other = simulate(
                xOnly
                        ? DeviceProfile.smartCardHsm4k().with(Quirk.ECDH_ANSWERS_X_ONLY)
                        : DeviceProfile.smartCardHsm4k());
        other.device(1).withCard(login, card -> {
            byte[] one = card.generateKeyPair(1, ec(EcCurve.SECP521R1, KeyAttributes.NONE))
                    .publicPoint();
            byte[] two = card.generateKeyPair(2, ec(EcCurve.SECP521R1, KeyAttributes.NONE))
                    .publicPoint();
            byte[] secret = card.deriveEcdh(1, two, RetryPolicy.ALLOWED);
            assertThat(secret).hasSize(66).isEqualTo(card.deriveEcdh(2, one, RetryPolicy.ALLOWED));
            return "";
        });
    }

    @Test
    void encrypts_any_length_by_aes_as_software_does() throws Exception {
        byte[] iv = HexFormat.of().parseHex("000102030405060708090A0B0C0D0E0F");
        byte[] data = new byte[4096];
        Arrays.fill(data, (byte) 0x5A);
        byte[] kek = new byte[32];
        byte[] aes = new byte[32];
        Arrays.fill(aes, (byte) 7);
        run(card -> {
            importAesKey(card, kek, aes);
            byte[] encrypted = card.aesCbc(1, true, iv, data, RetryPolicy.ALLOWED);
            assertThat(encrypted).isEqualTo(software(aes, iv, data));
            assertThat(card.aesCbc(1, false, iv, encrypted, RetryPolicy.ALLOWED))
                    .isEqualTo(data);
            for (int length : new int[] {0, 16, 100, 1223, 1224, 1239, 1240, 3000}) {
                assertThat(card.cmac(1, data(length), KeyAttributes.NONE, RetryPolicy.ALLOWED))
                        .as("%d bytes", length)
                        .isEqualTo(cmac(aes, data(length)));
            }
            KeyAttributes cmacOnly = KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.AES_CMAC));
            int most = bytesInACommand();
            assertThat(card.cmac(1, data(most), cmacOnly, RetryPolicy.ALLOWED)).hasSize(16);
            assertThatThrownBy(() -> card.cmac(1, data(most + 1), cmacOnly, RetryPolicy.ALLOWED))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("AES_CBC_ENCRYPT");
        });
    }

    @Test
    void derives_keys_of_both_kinds() throws Exception {
        run(card -> {
            card.generateAesKey(1, 256, KeyAttributes.NONE);
            byte[] derived = card.derive(1, data(20), RetryPolicy.ALLOWED);
            assertThat(derived).hasSize(32).isEqualTo(card.derive(1, data(20), RetryPolicy.ALLOWED));
            assertThat(card.derive(1, data(21), RetryPolicy.ALLOWED)).isNotEqualTo(derived);
            for (int length : new int[] {0, 1224}) {
                assertThatThrownBy(() -> card.derive(1, new byte[length], RetryPolicy.ALLOWED))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("this has " + length);
            }
            Cvc parent = card.generateKeyPair(2, ec(EcCurve.SECP256R1, KeyAttributes.NONE));
            card.deriveEcKey(2, 3, new byte[] {5});
            byte[] point = EcCurve.SECP256R1
                    .add(EcCurve.SECP256R1.decode(parent.publicPoint()), BigInteger.valueOf(5))
                    .orElseThrow();
            EcdsaSignature signature =
                    EcdsaSignature.parse(card.sign(3, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED));
            assertThat(EcCurve.SECP256R1.verify(point, new byte[32], signature.plain(32)))
                    .isTrue();
            assertThatThrownBy(() -> card.deriveEcKey(2, 3, new byte[] {5}))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS")
                    .hasMessageContaining("DERIVE EC KEY");
        });
    }

    @Test
    void reads_data_that_is_no_object_to_its_end() throws Exception {
        run(card -> {
            for (int length : new int[] {0, 1, 2, 300, 9000}) {
                byte[] content = data(length);
                if (length > 1) {
                    content[0] = 0x30;
                    content[1] = 0x00;
                }
                card.updateBinary(Files.privateData(5), content);
                assertThat(card.exists(Files.privateData(5))).isTrue();
                assertThat(card.readData(Files.privateData(5)))
                        .as("%d bytes", length)
                        .isEqualTo(content);
                card.deleteFile(Files.privateData(5));
                assertThat(card.exists(Files.privateData(5))).isFalse();
            }
        });
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) i;
        }
        return data;
    }

    /** A DKEK of all zeros is known to the test, so it can make a key known. */
    private static void importAesKey(SmartCardHsm card, byte[] kek, byte[] key) throws SchsmException {
        card.createDkekDomain(0, 1);
        assertThat(card.importDkekShare(0, kek).kcv()).isEqualTo(WrappedKeyBlob.kcv(kek));
        byte[] keyData = new byte[key.length + 2];
        keyData[1] = (byte) key.length;
        System.arraycopy(key, 0, keyData, 2, key.length);
        WrappedKeyBlob blob = WrappedKeyBlob.wrap(
                kek,
                WrappedKeyBlob.AES,
                HexFormat.of().parseHex("0008060A04007F00070202"),
                new byte[] {0x10, 0x11, 0x18, (byte) 0x92},
                keyData,
                new java.security.SecureRandom());
        card.unwrapKey(1, blob.encode());
    }

    private static byte[] software(byte[] key, byte[] iv, byte[] data) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(data);
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] cmac(byte[] key, byte[] data) {
        CMac cmac = new CMac(AESEngine.newInstance());
        cmac.init(new KeyParameter(key));
        cmac.update(data, 0, data.length);
        byte[] mac = new byte[16];
        cmac.doFinal(mac, 0);
        return mac;
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 192, 256})
    void generates_aes_keys(int bits) throws Exception {
        run(card -> {
            card.generateAesKey(3, bits, KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.AES_CBC_ENCRYPT)));
            assertThat(card.enumerateObjects()).contains(Files.key(3));
            assertThat(card.aesCbc(3, true, new byte[16], new byte[16], RetryPolicy.ALLOWED))
                    .hasSize(16);
        });
    }

    @Test
    void opens_a_blob_that_the_device_made_under_a_known_dkek() throws Exception {
        byte[] kek = data(32);
        run(card -> {
            card.createDkekDomain(0, 1);
            card.importDkekShare(0, kek);
            KeyAttributes movable =
                    KeyAttributes.NONE.withKeyDomain(0).withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP));
            Cvc request = card.generateKeyPair(1, ec(EcCurve.BRAINPOOLP256R1, movable));
            WrappedKeyBlob blob = WrappedKeyBlob.parse(card.wrapKey(1));
            assertThat(blob.type()).isEqualTo(WrappedKeyBlob.EC);
            assertThat(blob.allowedAlgorithmIds()).containsExactly(0x70, 0x92);
            assertThat(HexFormat.of().formatHex(blob.unwrap(kek)))
                    .startsWith("0100")
                    .endsWith(HexFormat.of().formatHex(request.publicPoint()));
            card.deleteFile(Files.key(1));
            card.unwrapKey(2, blob.encode());
            byte[] signature = card.sign(2, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED);
            assertThat(EcCurve.BRAINPOOLP256R1.verify(
                            request.publicPoint(),
                            new byte[32],
                            EcdsaSignature.parse(signature).plain(32)))
                    .isTrue();
            assertThatThrownBy(() -> card.unwrapKey(2, blob.encode()))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS");
        });
    }

    @Test
    void gives_as_many_random_bytes_as_are_asked_for() throws Exception {
        run(card -> {
            assertThat(card.getChallenge(0)).isEmpty();
            assertThat(card.getChallenge(8)).hasSize(8).isNotEqualTo(card.getChallenge(8));
            assertThat(card.getChallenge(3000)).hasSize(3000);
        });
    }

    @Test
    void stores_reads_and_deletes_files_of_any_length() throws Exception {
        byte[] certificate = new byte[2500];
        certificate[0] = 0x30;
        certificate[1] = (byte) 0x82;
        certificate[2] = (byte) ((certificate.length - 4) >> 8);
        certificate[3] = (byte) (certificate.length - 4);
        run(card -> {
            int fid = Files.caCertificate(1);
            card.updateBinary(fid, certificate);
            assertThat(card.enumerateObjects()).contains(fid);
            assertThat(card.readBinary(fid)).isEqualTo(certificate);
            card.deleteFile(fid);
            assertThatThrownBy(() -> card.readBinary(fid))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND")
                    .hasMessageContaining("file CA01");
            card.updateBinary(Files.privateData(2), new byte[0]);
            assertThat(card.readBinary(Files.privateData(2))).isEmpty();
        });
    }

    @Test
    void keeps_descriptions_that_the_device_shows_again() throws Exception {
        PrivateKeyDescription description = PrivateKeyDescription.of(KeyType.EC, "signing", new byte[] {1}, 256);
        run(card -> {
            card.generateKeyPair(1, ec(EcCurve.SECP256R1, KeyAttributes.NONE));
            card.updateBinary(Files.keyDescription(1), description.encode());
            card.updateBinary(Files.TOKEN_INFO, CardTokenInfo.of("mine").encode());
            assertThat(PrivateKeyDescription.parse(card.readBinary(Files.keyDescription(1))))
                    .isEqualTo(description);
            assertThat(CardTokenInfo.parse(card.readBinary(Files.TOKEN_INFO)).label())
                    .contains("mine");
        });
    }

    @Test
    void changes_unblocks_and_shows_pins() throws Exception {
        CardDevice device = simulation.device(1);
        device.withCard(null, card -> {
            assertThat(card.pinStatus()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 3));
            assertThat(card.soPinStatus()).isEqualTo(new PinStatus(PinStatus.State.NOT_VERIFIED, 15));
            card.changePin(Simulation.pin("648219"), Simulation.pin("12345678"));
            assertThatThrownBy(() -> card.verify(Simulation.pin("648219")))
                    .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN")
                    .isInstanceOfSatisfying(
                            PinException.class, e -> assertThat(e.triesLeft()).isPositive());
            card.verify(Simulation.pin("12345678"));
            assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.VERIFIED);
            card.logout();
            assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.NOT_VERIFIED);
            byte[] wrong = Simulation.pin("00000000");
            for (int tries = card.pinStatus().triesLeft(); tries > 1; tries--) {
                assertThatThrownBy(() -> card.verify(wrong))
                        .isInstanceOf(PinException.class)
                        .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
            }
            assertThatThrownBy(() -> card.verify(wrong))
                    .isInstanceOf(PinRequiredException.class)
                    .hasMessageContaining("refused this very one before");
            assertThat(card.pinStatus().triesLeft()).isOne();
            assertThatThrownBy(() -> card.verify(Simulation.pin("11111111")))
                    .isInstanceOf(PinException.class)
                    .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED");
            assertThatThrownBy(() -> card.verify(wrong))
                    .isInstanceOf(PinException.class)
                    .matches(told -> SchsmException.is(told, Reason.PIN_BLOCKED), "reason PIN_BLOCKED");
            assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.BLOCKED);
            card.unblock(SO_PIN, null);
            card.verify(Simulation.pin("12345678"));
            card.unblock(SO_PIN, Simulation.pin("654321"));
            card.verify(Simulation.pin("654321"));
            byte[] newSoPin = data(8);
            card.changeSoPin(SO_PIN, newSoPin);
            assertThatThrownBy(() -> card.unblock(SO_PIN, null))
                    .isInstanceOf(PinException.class)
                    .matches(told -> SchsmException.is(told, Reason.WRONG_PIN), "reason WRONG_PIN");
            card.unblock(newSoPin, null);
            return "";
        });
    }

    @Test
    void initializes_with_all_options() throws Exception {
        CardDevice device = simulation.device(1);
        DeviceInitialization settings = DeviceInitialization.builder(
                        "87654321".toCharArray(), VirtualReaders.SO_PIN.toCharArray())
                .retries(7)
                .keyDomainSlots(2)
                .options(Set.of(DeviceInitialization.Option.TRANSPORT_PIN))
                .build();
        device.withCard(null, card -> {
            card.initialize(settings);
            assertThat(card.pinStatus().state()).isEqualTo(PinStatus.State.TRANSPORT);
            assertThatThrownBy(() -> card.verify(Simulation.pin("87654321")))
                    .isInstanceOf(PinException.class)
                    .matches(told -> SchsmException.is(told, Reason.TRANSPORT_PIN), "reason TRANSPORT_PIN");
            card.changePin(Simulation.pin("87654321"), Simulation.pin("12345678"));
            card.verify(Simulation.pin("12345678"));
            assertThat(card.listKeyDomains().slots()).isEqualTo(2);
            assertThat(card.freeMemory()).isPositive();
            return "";
        });
        DeviceInitialization foreign = DeviceInitialization.builder(
                        "87654321".toCharArray(), "0000000000000000".toCharArray())
                .build();
        assertThatThrownBy(() -> device.withCard(null, card -> {
                    card.initialize(foreign);
                    return "";
                }))
                .isInstanceOf(SchsmException.class);
    }

    @Test
    void manages_dkek_domains() throws Exception {
        byte[] one = data(32);
        byte[] two = new byte[32];
        Arrays.fill(two, (byte) 0xA5);
        byte[] kek = new byte[32];
        for (int i = 0; i < 32; i++) {
            kek[i] = (byte) (one[i] ^ two[i]);
        }
        run(card -> {
            assertThat(card.listKeyDomains()).isEqualTo(new KeyDomainListing(4, List.of()));
            assertThat(card.queryKeyDomain(0)).isEmpty();
            assertThatThrownBy(() -> card.queryKeyDomain(4))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_NOT_FOUND), "reason OBJECT_NOT_FOUND")
                    .hasMessageContaining("slot 4");
            assertThat(card.createDkekDomain(1, 2).outstanding()).isEqualTo(2);
            assertThatThrownBy(() -> card.createDkekDomain(1, 2))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS");
            assertThat(card.importDkekShare(1, one).hasKek()).isFalse();
            assertThat(card.importDkekShare(1, two).kcv()).isEqualTo(WrappedKeyBlob.kcv(kek));
            assertThat(card.listKeyDomains().domains()).hasSize(1);
            card.generateKeyPair(1, ec(EcCurve.SECP256R1, KeyAttributes.NONE.withKeyDomain(1)));
            assertThatThrownBy(() -> card.deleteKeyDomain(1))
                    .isInstanceOf(DeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.OBJECT_EXISTS), "reason OBJECT_EXISTS")
                    .hasMessageContaining("there are keys");
            assertThat(card.deleteKek(1).hasKek()).isFalse();
            card.deleteFile(Files.key(1));
            card.deleteKeyDomain(1);
            assertThat(card.queryKeyDomain(1)).isEmpty();
        });
    }

    @Test
    void takes_6A88_after_deleting_a_domain_for_success() throws Exception {
        Simulation other = simulate(DeviceProfile.smartCardHsm4k().with(Quirk.DELETED_DOMAIN_ANSWERS_FREE));
        other.device(1).withCard(login, card -> {
            card.createDkekDomain(0, 1);
            card.deleteKeyDomain(0);
            assertThat(card.queryKeyDomain(0)).isEmpty();
            return "";
        });
    }

    @Test
    void lists_no_key_domains_where_the_firmware_has_none() throws Exception {
        Simulation old = simulate(DeviceProfile.smartCardHsm4k().withFirmware(2, 0));
        assertThat(old.device(1).withCard(null, SmartCardHsm::listKeyDomains).domains())
                .isEmpty();
    }

    @Test
    void needs_the_pin_for_keys() throws Exception {
        assertThatThrownBy(() -> simulation
                        .device(1)
                        .withCard(null, card -> card.generateKeyPair(1, ec(EcCurve.SECP256R1, KeyAttributes.NONE))))
                .isInstanceOf(PinRequiredException.class)
                .hasMessageContaining("key 1");
    }

    @Test
    void reads_attributes_with_lengths_in_long_form_and_signatures_with_superfluous_zeros() throws Exception {
        Simulation open = simulate(DeviceProfile.smartCardHsm4k()
                .with(Quirk.LONG_FORM_ATTRIBUTES, Quirk.SUPERFLUOUS_ZEROS, Quirk.SELF_SIGNED_DEVICE));
        open.device(1).withCard(login, card -> {
            Cvc request = card.generateKeyPair(
                    1, ec(EcCurve.SECP256R1, KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDSA))));
            assertThat(card.keyAttributes(1).algorithms()).contains(List.of(0x70));
            EcdsaSignature signature =
                    EcdsaSignature.parse(card.sign(1, KeyAlgorithm.ECDSA, new byte[32], RetryPolicy.ALLOWED));
            assertThat(EcCurve.SECP256R1.verify(request.publicPoint(), new byte[32], signature.plain(32)))
                    .isTrue();
            assertThat(request.getPublicKey()).isInstanceOf(ECPublicKey.class);
            return "";
        });
    }

    @Test
    void may_not_be_used_after_its_transaction() throws Exception {
        SmartCardHsm escaped = with(card -> card);
        assertThatThrownBy(escaped::pinStatus).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refuses_key_ids_that_no_generated_key_can_have() throws Exception {
        run(card -> {
            assertThatThrownBy(() -> card.generateKeyPair(0, ec(EcCurve.SECP256R1, KeyAttributes.NONE)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> card.unwrapKey(256, new byte[1])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> card.generateAesKey(1, 512, KeyAttributes.NONE))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }
}
