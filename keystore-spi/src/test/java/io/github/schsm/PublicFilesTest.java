// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.Tlv;
import io.github.schsm.keystore.KeyWrapping;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files that other tools write: public keys and wrapped keys. The sample KDM lends a genuine request and its chain. */
class PublicFilesTest {
    private static final byte[] BLOB = blob(12, "7092");

    private final Kdm sample = sample();
    private final byte[] request = sample.groupSigner().getEncoded();
    private final byte[] device = sample.identity().deviceCertificate().getEncoded();
    private final byte[] issuer =
            sample.identity().issuerCertificate().orElseThrow().getEncoded();

    private static Kdm sample() {
        try {
            return Kdm.parse(Vectors.read("kdm-sample"));
        } catch (MalformedDataException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] blob(int type, String algorithms) {
        byte[] list = HexFormat.of().parseHex(algorithms);
        return concat(
                HexFormat.of().parseHex("0102030405060708"),
                new byte[] {(byte) type},
                new byte[] {0, 0},
                new byte[] {0, (byte) list.length},
                list,
                new byte[] {0, 0},
                new byte[] {0, 0},
                new byte[64],
                new byte[16]);
    }

    @Test
    void aPublicKeyFileIsReadInItsThreeForms() throws Exception {
        byte[] plain = concat(request, device, issuer);
        byte[] sequence = Tlv.of(0x30, plain).encoded();
        byte[] newer = Tlv.of(
                        0x30,
                        Tlv.of(0x06, HexFormat.of().parseHex("2B0601040181C31F040301")),
                        Tlv.of(0x61, issuer),
                        Tlv.of(0x62, device),
                        Tlv.of(0x63, request))
                .encoded();

        for (byte[] form : List.of(plain, sequence, newer)) {
            AttestedPublicKey key = AttestedPublicKey.parse(form);
            assertThat(key.request().getEncoded()).isEqualTo(request);
            assertThat(key.identity()).isEqualTo(sample.identity());
            assertThat(key.encode()).isEqualTo(sequence);
            assertThat(key).isInstanceOf(java.security.interfaces.ECPublicKey.class);
            DeviceTrust.requireAttested(key);
        }
    }

    @Test
    void aPublicKeyFileWithAnyByteChangedIsRefusedOrNotAttested() {
        byte[] good = Tlv.of(0x30, concat(request, device, issuer)).encoded();
        int certificates = good.length - issuer.length;
        for (int i = 0; i < certificates; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x10;
            assertThat(isAttested(bad)).as("byte %d", i).isFalse();
        }
    }

    /** Attested, and by the device that the certificates name: what is left to the chain is the issuer's signature. */
    private boolean isAttested(byte[] file) {
        try {
            AttestedPublicKey key = AttestedPublicKey.parse(file);
            DeviceTrust.requireAttested(key);
            return key.identity()
                    .deviceCertificate()
                    .isSignedBy(sample.identity().issuerCertificate().orElseThrow());
        } catch (SchsmException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return false;
        }
    }

    @Test
    void whatIsNoPublicKeyFileIsRefusedByName() {
        assertThatThrownBy(() -> AttestedPublicKey.parse(concat(device, issuer)))
                .isInstanceOf(MalformedDataException.class)
                .hasMessageContaining("public key file");
        assertThatThrownBy(() -> AttestedPublicKey.parse(request)).isInstanceOf(MalformedDataException.class);
        assertThatThrownBy(() -> AttestedPublicKey.parse(new byte[0])).isInstanceOf(MalformedDataException.class);
    }

    @Test
    void aDeviceIdFileIsReadWithOrWithoutPadding() throws Exception {
        byte[] file = concat(device, issuer);

        assertThat(DeviceIdentity.parse(file).encode()).isEqualTo(file);
        assertThat(DeviceIdentity.parse(Arrays.copyOf(file, file.length + 100)).encode())
                .isEqualTo(file);
        assertThat(DeviceIdentity.parse(file).deviceId()).isEqualTo("ESPICOHSMTR");
        assertThatThrownBy(() -> DeviceIdentity.parse(concat(file, new byte[] {1, 2, 3})))
                .hasMessageContaining("follow");
        assertThatThrownBy(() -> DeviceIdentity.parse(concat(request, device)))
                .hasMessageContaining("certificate is expected");
    }

    @Test
    void aWrappedKeyFileIsWrittenAsItWasRead() throws Exception {
        byte[] description = HexFormat.of()
                .parseHex("A026300B0C026B31030206C0040101300B0401100303073080020101A10A30083002040002020100");
        byte[] certificate = request;
        byte[] file = Tlv.of(0x30, concat(Tlv.of(0x04, BLOB).encoded(), description, certificate))
                .encoded();
        WrappedKeyEntry entry = WrappedKeyEntry.parse(file);

        assertThat(entry.encode()).isEqualTo(file);
        assertThat(entry.blob()).isEqualTo(BLOB);
        assertThat(entry.label()).contains("k1");
        assertThat(entry.description()).contains(description);
        assertThat(entry.certificate()).contains(certificate);
        assertThat(entry.keyType()).isEqualTo(KeyType.EC);
        assertThat(entry.allowedAlgorithms()).containsExactly(0x70, 0x92);
        assertThat(HexFormat.of().formatHex(entry.kcv())).isEqualTo("0102030405060708");
    }

    @Test
    void aWrappedKeyFileMayHaveTheBlobAlone() throws Exception {
        WrappedKeyEntry entry =
                WrappedKeyEntry.parse(Tlv.of(0x30, Tlv.of(0x04, BLOB)).encoded());

        assertThat(entry.description()).isEmpty();
        assertThat(entry.certificate()).isEmpty();
        assertThat(entry.label()).isEmpty();
    }

    @Test
    void aBlobIsRefusedAtAnyTruncation() {
        for (int length = 0; length < BLOB.length; length++) {
            byte[] cut = Arrays.copyOf(BLOB, length);
            if ((BLOB.length - length) % 16 != 0 || length < 51) {
                assertThatThrownBy(() -> WrappedKeyEntry.of(cut, null, null, List.of()))
                        .as("length %d", length)
                        .isInstanceOf(MalformedDataException.class);
            }
        }
    }

    @Test
    void aBlobOfAnUnknownTypeOrWithAnotherKeysDescriptionIsRefused() {
        assertThatThrownBy(() -> WrappedKeyEntry.of(blob(99, "70"), null, null, List.of()))
                .hasMessageContaining("unknown key type 99");
        byte[] aes = HexFormat.of().parseHex("A8043002 0C00".replace(" ", ""));
        assertThatThrownBy(() -> WrappedKeyEntry.of(BLOB, aes, null, List.of()))
                .hasMessageContaining("not that of an EC key");
    }

    @Test
    void aBareBlobAndAFileAreBothTakenForAWrappedKey() throws Exception {
        byte[] file = Tlv.of(0x30, Tlv.of(0x04, BLOB)).encoded();

        assertThat(KeyWrapping.parse(BLOB).blob()).isEqualTo(BLOB);
        assertThat(KeyWrapping.parse(file).blob()).isEqualTo(BLOB);
        assertThatThrownBy(() -> KeyWrapping.parse(new byte[3])).isInstanceOf(MalformedDataException.class);
    }
}
