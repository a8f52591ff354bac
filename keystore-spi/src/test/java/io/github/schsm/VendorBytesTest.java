// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.codec.EcCurve;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor's roots and the KDM that the vendor's key manager wrote. */
class VendorBytesTest {
    private static final int[] ALL_BITS = {0, 1, 2, 3, 4, 5, 6, 7};
    private static final String UID = "9DE55B50B921DE72BBF740D3518905FF893E8208CFE8D144DE34D79DA3645D1C";

    @ParameterizedTest
    @ValueSource(strings = {"DESRCACC100001", "UTSRCACC100001"})
    void rootsAreSelfSignedOnBrainpoolAndNamed(String name) throws Exception {
        Cvc root = Cvc.parse(Vectors.read("root-" + name));

        assertThat(root.chr()).isEqualTo(name);
        assertThat(root.car()).contains(name);
        assertThat(root.role()).contains(Cvc.Role.ROOT);
        assertThat(root.kind()).isEqualTo(Cvc.Kind.CERTIFICATE);
        assertThat(root.curve()).contains(EcCurve.BRAINPOOLP256R1);
        assertThat(root.isSelfSigned()).isTrue();
        assertThat(root.isSignedBy(root)).isTrue();
        root.verify(root.getPublicKey());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DESRCACC100001", "UTSRCACC100001"})
    void aRootWithAnyByteChangedIsRefused(String name) {
        byte[] good = Vectors.read("root-" + name);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x01;
            assertThat(isGoodRoot(bad)).as("byte %d", i).isFalse();
        }
    }

    private static boolean isGoodRoot(byte[] encoded) {
        try {
            return Cvc.parse(encoded).isSelfSigned();
        } catch (MalformedDataException refused) {
            return false;
        }
    }

    @Test
    void theBuiltInTrustIsTheVendorsRoots() throws Exception {
        DeviceTrust trust = DeviceTrust.parse("production, test");

        assertThat(trust.roots()).extracting(Cvc::chr).containsExactly("DESRCACC100001", "UTSRCACC100001");
        assertThat(trust.roots().get(0).getEncoded()).isEqualTo(Vectors.read("root-DESRCACC100001"));
        assertThat(trust.roots().get(1).getEncoded()).isEqualTo(Vectors.read("root-UTSRCACC100001"));
    }

    @Test
    void theSampleKdmIsReadAndVerified() throws Exception {
        byte[] file = Vectors.read("kdm-sample");
        Kdm kdm = Kdm.parse(file);

        assertThat(HexFormat.of().withUpperCase().formatHex(kdm.uid())).isEqualTo(UID);
        assertThat(kdm.identity().chr()).isEqualTo("ESPICOHSMTRJZX1J");
        assertThat(kdm.fileName()).isEqualTo("ESPICOHSMTRJZX1J-" + UID + ".kdm");
        assertThat(kdm.identity().deviceCertificate().curve()).contains(EcCurve.SECP256K1);
        assertThat(kdm.groupSigner().curve()).contains(EcCurve.BRAINPOOLP256R1);
        assertThat(kdm.groupSigner().isSelfSigned()).isTrue();
        assertThat(kdm.groupSigner().isSignedBy(kdm.identity().deviceCertificate()))
                .isTrue();
        kdm.verify();
        kdm.verifyFor(kdm.identity());
        assertThat(kdm.encode()).isEqualTo(file);
    }

    /** Of each byte another bit; {@code ./check full} takes all. */
    @Test
    void theSampleKdmWithABitOfAnyByteChangedIsRefusedForItsDevice() throws Exception {
        byte[] good = Vectors.read("kdm-sample");
        DeviceIdentity device = Kdm.parse(good).identity();
        for (int i = 0; i < good.length; i++) {
            for (int bit : Boolean.getBoolean("schsm.full") ? ALL_BITS : new int[] {i % 8}) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) (1 << bit);
                assertThat(isGoodFor(bad, device)).as("byte %d bit %d", i, bit).isFalse();
            }
        }
    }

    private static boolean isGoodFor(byte[] file, DeviceIdentity device) {
        try {
            Kdm kdm = Kdm.parse(file);
            kdm.verifyFor(device);
            return true;
        } catch (GeneralSecurityException refused) {
            assertThat(refused.getMessage()).isNotBlank();
            return false;
        }
    }

    @Test
    void aDeviceOfAnotherRootIsNotTrusted() throws Exception {
        Kdm kdm = Kdm.parse(Vectors.read("kdm-sample"));

        assertThatThrownBy(() -> DeviceTrust.parse("production").verify(kdm.identity()))
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("ESPICOHSMTR")
                .hasMessageContaining("ESPICOHSMCA00002")
                .hasMessageContaining("DESRCACC100001");
    }

    @Test
    void aRootIsNoDevice() throws Exception {
        Cvc root = Cvc.parse(Vectors.read("root-UTSRCACC100001"));
        DeviceIdentity identity = DeviceIdentity.parse(root.getEncoded());

        assertThatThrownBy(() -> DeviceTrust.of(List.of(root)).verify(identity))
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("not the certificate of a device");
        assertThatThrownBy(() -> DeviceTrust.parse("production").verify(identity))
                .isInstanceOf(UntrustedDeviceException.class);
    }
}
