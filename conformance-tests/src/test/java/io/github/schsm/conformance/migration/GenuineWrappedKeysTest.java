// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that genuine devices wrapped, with the DKEK shares that were published with them. */
class GenuineWrappedKeysTest {
    private static final char[] PIN = "648219".toCharArray();
    private static final byte[] DATA = "signed with a key of genuine hardware".getBytes(StandardCharsets.US_ASCII);
    /** Of {@code genuine-rsa-dkek-share}, password {@code ptx-code-signing-dev}. */
    private static final String RSA_SHARE = "31904a320402aaae22469a6de0feacba8316e7daf6e502f64aae5160eceffe2d";
    /** Of {@code genuine-ec-dkek-share}, password {@code passwordpassword}. */
    private static final String EC_SHARE = "5965add4f58b867f21795fe4a4a7641d1f57e784ccfd68453609c45d6326862b";

    private enum Vector {
        RSA_2048("rsa2048", RSA_SHARE, "D2F16CD233B4EF7F", WrappedKeyBlob.RSA_CRT),
        RSA_4096("rsa4096", RSA_SHARE, "D2F16CD233B4EF7F", WrappedKeyBlob.RSA),
        EC("secp256k1", EC_SHARE, "ECC92C62E3F6189E", WrappedKeyBlob.EC);

        private final String file;
        private final String share;
        private final String kcv;
        private final int type;

        Vector(String file, String share, String kcv, int type) {
            this.file = file;
            this.share = share;
            this.kcv = kcv;
            this.type = type;
        }

        byte[] wky() throws IOException {
            try (InputStream in =
                    GenuineWrappedKeysTest.class.getResourceAsStream("/vectors/genuine-" + file + "-wky.hex")) {
                return HexFormat.of().parseHex(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
            }
        }

        WrappedKeyEntry entry() throws Exception {
            return WrappedKeyEntry.parse(wky());
        }
    }

    private SimulatorBench bench;
    private KeyStore keyStore;
    private SchsmDevice device;
    private KeyDomain domain;

    private void device(DeviceProfile profile, byte[] share) throws Exception {
        bench = new SimulatorBench(profile);
        Provider provider = bench.source().provider();
        keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        device = SchsmDevice.of(keyStore);
        device.administration()
                .initialize(DeviceInitialization.builder(PIN.clone(), "3537363231383830".toCharArray())
                        .dkekShares(1)
                        .build());
        keyStore.load(null, PIN);
        domain = device.keyDomain(0);
        domain.importShare(share);
    }

    private void device(Vector vector) throws Exception {
        device(DeviceProfile.smartCardHsm4k(), HexFormat.of().parseHex(vector.share));
    }

    @AfterEach
    void close() {
        if (bench != null) {
            bench.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Vector.class)
    void a_genuine_key_is_imported_signs_and_leaves_as_it_came(Vector vector) throws Exception {
        device(vector);
        WrappedKeyEntry entry = vector.entry();
        assertThat(HexFormat.of().withUpperCase().formatHex(entry.kcv())).isEqualTo(vector.kcv);
        assertThat(WrappedKeyBlob.parse(entry.blob()).type()).isEqualTo(vector.type);
        assertThat(HexFormat.of().withUpperCase().formatHex(domain.kcv())).isEqualTo(vector.kcv);
        SecretKey kek = domain.kek();
        String label = entry.label().orElseThrow();

        keyStore.setEntry(label, entry, new UnwrapProtection(kek));

        assertSigns(
                (PrivateKey) keyStore.getKey(label, null), entry.certificate().orElseThrow());
        WrappedKeyEntry again = (WrappedKeyEntry) keyStore.getEntry(label, new WrapProtection(kek));
        int header = 8 + 1 + 2 + 10 + 2 + 2 + 2;
        assertThat(Arrays.copyOf(again.blob(), header)).isEqualTo(Arrays.copyOf(entry.blob(), header));
        assertThat(again.blob()).hasSameSizeAs(entry.blob()).isNotEqualTo(entry.blob());
        assertThat(again.description().orElseThrow())
                .isEqualTo(entry.description().orElseThrow());
        assertThat(again.certificate().orElseThrow())
                .isEqualTo(entry.certificate().orElseThrow());
        assertThat(again.encode()).hasSameSizeAs(vector.wky());
    }

    private void assertSigns(PrivateKey key, byte[] certificate) throws Exception {
        Provider provider = bench.source().provider();
        boolean rsa = certificate[0] == 0x30;
        Signature signer = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA", provider);
        signer.initSign(key);
        signer.update(DATA);
        byte[] signature = signer.sign();
        if (rsa) {
            X509Certificate x509 = X509Certificates.parse(certificate);
            assertThat(Pki.verifies("SHA256withRSA", x509.getPublicKey(), DATA, signature))
                    .isTrue();
        } else {
            Cvc request = Cvc.parse(certificate);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(DATA);
            assertThat(EcCurve.SECP256K1.verify(
                            request.publicPoint(),
                            hash,
                            EcdsaSignature.parse(signature).plain(32)))
                    .isTrue();
        }
    }

    @Test
    void the_attestation_of_a_restored_key_names_the_device_that_made_it() throws Exception {
        device(Vector.EC);
        WrappedKeyEntry entry = Vector.EC.entry();
        keyStore.setEntry("restored", entry, new UnwrapProtection(domain.kek()));
        assertThatThrownBy(() -> device.attest("restored"))
                .isInstanceOf(UntrustedDeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.NOT_ATTESTED), "reason NOT_ATTESTED")
                .hasMessageContaining("DENK0105702")
                .hasMessageContaining("where it was generated")
                .message()
                .doesNotContainIgnoringCase("forged")
                .doesNotContain("does not verify");
    }

    @ParameterizedTest
    @CsvSource({"RSA_2048, 8", "RSA_4096, 8", "EC, 1"})
    void with_any_bit_changed_it_is_refused(Vector vector, int step) throws Exception {
        device(vector);
        byte[] blob = vector.entry().blob();
        byte[] kek = HexFormat.of().parseHex(vector.share);
        CardDevice card = CardDevice.of(
                TerminalSource.of("genuine", bench.readers().terminals()),
                bench.source().device().readerName());
        byte[] pin = new String(PIN).getBytes(StandardCharsets.US_ASCII);
        int refused = card.withCard(hsm -> {
            hsm.verify(pin);
            int count = 0;
            for (int bit = 0; bit < 8 * blob.length; bit += step) {
                int at = (bit + bit / 8 % step) % (8 * blob.length);
                byte[] changed = blob.clone();
                changed[at / 8] ^= (byte) (0x80 >> at % 8);
                try {
                    hsm.unwrapKey(7, changed);
                } catch (DeviceException expected) {
                    assertThat(expected.statusWord()).isEqualTo(at < 64 ? 0x6A88 : 0x6A80);
                    count++;
                }
            }
            return count;
        });
        assertThat(refused).isEqualTo(8 * blob.length / step);
        assertThat(WrappedKeyBlob.parse(blob).unwrap(kek)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp192r1", "secp256r1", "secp384r1", "secp521r1"})
    void a_key_of_an_open_firmware_moves_without_coefficient_a(String curve) throws Exception {
        byte[] share = HexFormat.of().parseHex(EC_SHARE);
        device(DeviceProfile.smartCardHsm4k().with(Quirk.EC_BLOB_WITHOUT_A), share);
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance("EC", bench.source().provider());
        generator.initialize(SchsmKeySpec.builder("moving")
                .parameters(new ECGenParameterSpec(curve))
                .build());
        generator.generateKeyPair();
        WrappedKeyEntry entry = (WrappedKeyEntry) keyStore.getEntry("moving", new WrapProtection(domain.kek()));
        byte[] keyData = WrappedKeyBlob.parse(entry.blob()).unwrap(share);
        assertThat(keyData[2] | keyData[3]).as("length of a").isZero();
        byte[] wky = entry.encode();
        bench.close();
        device(DeviceProfile.smartCardHsm4k(), share);
        keyStore.setEntry("moved", WrappedKeyEntry.parse(wky), new UnwrapProtection(domain.kek()));
        Signature signer =
                Signature.getInstance("SHA256withECDSA", bench.source().provider());
        signer.initSign((PrivateKey) keyStore.getKey("moved", null));
        signer.update(DATA);
        Cvc request = Cvc.parse(entry.certificate().orElseThrow());
        EcCurve on = request.curve().orElseThrow();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(DATA);
        assertThat(on.verify(
                        request.publicPoint(),
                        hash,
                        EcdsaSignature.parse(signer.sign()).plain(on.orderLength())))
                .isTrue();
    }
}
