// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.Cvc;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.SchsmKey;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.UntrustedDeviceException.Link;
import io.github.schsm.codec.Tlv;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.OtherVendor;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device's word that a key was generated in it, verified by who has neither the device nor trusts the file. */
class AttestationTest {
    private static SimulatorBench bench;
    private static DeviceTrust trust;
    private static byte[] file;

    @BeforeAll
    static void key() throws Exception {
        bench = new SimulatorBench();
        trust = DeviceTrust.parse("simulator");
        generate("attested");
        file = SchsmDevice.of(bench.source().keyStore())
                .attest("attested")
                .attestation()
                .encode();
    }

    @AfterAll
    static void end() {
        bench.close();
    }

    private static KeyPair generate(String label) throws Exception {
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance("EC", bench.source().provider());
        bench.source().keyStore();
        generator.initialize(SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        return generator.generateKeyPair();
    }

    @Test
    void aFileTellsTheKeyAndWhereItWasMade() throws Exception {
        VerifiedKey key = KeyAttestation.parse(file).verify(trust, LocalDate.of(2030, 1, 1));

        assertThat(key.device().deviceId()).isEqualTo("ZZSIM000001");
        assertThat(key.device().chain().stream().map(Cvc::chr))
                .containsExactly(key.device().identity().chr(), "ZZDICASIM00001", "ZZSRCACC100001");
        assertThat(key.device().validUntil()).contains(LocalDate.of(2056, 1, 1));
        KeyAttestation attestation = key.attestation();
        assertThat(attestation.type()).isEqualTo(KeyType.EC);
        assertThat(attestation.curve())
                .hasValueSatisfying(curve -> assertThat(curve.curveName()).isEqualTo("secp256r1"));
        assertThat(attestation.size()).isEqualTo(256);
        assertThat(attestation.publicExponent()).isEmpty();
        assertThat(attestation.keyDomainUid()).isEmpty();
        assertThat(attestation.subjectKeyIdentifier())
                .isEqualTo(identifierByBouncyCastle(attestation.publicKey()).getKeyIdentifier());
        assertThat(attestation.publicKey())
                .isEqualTo(bench.source().keyStore().getCertificate("attested").getPublicKey());
    }

    private static SubjectKeyIdentifier identifierByBouncyCastle(AttestedPublicKey key) throws Exception {
        return new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key);
    }

    /** One bit of each byte, another one with each byte: all eight would take a minute. */
    @Test
    void aFileWithAnyByteChangedByOneBitIsRefused() {
        for (int i = 0; i < file.length; i++) {
            byte[] changed = file.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThat(refusal(changed)).as("byte %d", i).isNotNull();
        }
    }

    private static SchsmException refusal(byte[] changed) {
        return catchThrowableOfType(
                SchsmException.class, () -> KeyAttestation.parse(changed).verify(trust));
    }

    @Test
    void aFileCutAnywhereIsRefused() {
        for (int length = 0; length < file.length; length++) {
            assertThat(refusal(Arrays.copyOf(file, length)))
                    .as("%d bytes", length)
                    .isInstanceOf(MalformedDataException.class);
        }
        assertThat(refusal(Arrays.copyOf(file, file.length + 1))).isNotNull();
    }

    @Test
    void theLinkThatFailsIsNamed() throws Exception {
        generate("second");
        Tlv[] first = Tlv.parse(file).children().toArray(Tlv[]::new);
        AttestedPublicKey second = SchsmDevice.of(bench.source().keyStore())
                .attest("second")
                .attestation()
                .publicKey();
        DeviceIdentity other = SchsmDevice.of(bench.target().keyStore()).identity();
        Tlv request = first[0];
        Tlv otherInner = Tlv.parse(second.request().getEncoded()).require(0x7F21);
        Tlv mixedInner = Tlv.of(0x7F21, request.require(0x7F21).require(0x7F4E), otherInner.require(0x5F37));

        assertThat(link(Tlv.of(0x67, otherInner, request.require(0x42), request.require(0x5F37)), first[1], first[2]))
                .isEqualTo(Link.REQUEST);
        assertThat(link(Tlv.of(0x67, mixedInner, request.require(0x42), request.require(0x5F37)), first[1], first[2]))
                .isEqualTo(Link.REQUEST);
        assertThat(link(request, Tlv.parse(other.deviceCertificate().getEncoded()), first[2]))
                .isEqualTo(Link.REQUEST);
        assertThat(link(request, first[2], first[1])).isEqualTo(Link.ROOT);
        assertThat(link(request, first[1], Tlv.parse(trust.roots().get(0).getEncoded())))
                .isEqualTo(Link.ISSUER);
        assertThatThrownBy(() -> KeyAttestation.parse(file).verify(DeviceTrust.parse("production, test")))
                .isInstanceOfSatisfying(
                        UntrustedDeviceException.class,
                        untrusted -> assertThat(untrusted.link()).contains(Link.ROOT));
        assertThatThrownBy(() -> KeyAttestation.parse(file).verify(trust, LocalDate.of(2025, 12, 31)))
                .isInstanceOfSatisfying(
                        UntrustedDeviceException.class,
                        untrusted -> assertThat(untrusted.link()).contains(Link.VALIDITY));
    }

    private static Link link(Tlv... parts) {
        SchsmException refusal = refusal(Tlv.of(0x30, parts).encoded());
        assertThat(refusal).isInstanceOf(UntrustedDeviceException.class);
        return ((UntrustedDeviceException) refusal).link().orElseThrow();
    }

    @Test
    void aRootOfTheSameNameButAnotherKeyIsNoHelpAndNoHindrance() throws Exception {
        byte[] strangers = new OtherVendor("XXHSM000001").root();
        byte[] name = "XXSRCACC100001".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at < strangers.length - name.length; at++) {
            if (Arrays.equals(strangers, at, at + name.length, name, 0, name.length)) {
                strangers[at] = 'Z';
                strangers[at + 1] = 'Z';
            }
        }
        Cvc sameName = Cvc.parse(strangers);
        assertThat(sameName.chr()).isEqualTo(trust.roots().get(0).chr());

        KeyAttestation.parse(file)
                .verify(DeviceTrust.of(List.of(sameName, trust.roots().get(0))));
        assertThatThrownBy(() -> KeyAttestation.parse(file).verify(DeviceTrust.of(List.of(sameName))))
                .isInstanceOfSatisfying(
                        UntrustedDeviceException.class,
                        untrusted -> assertThat(untrusted.link()).contains(Link.ISSUER));
    }

    @Test
    void aStrangersDeviceIsTrustedOnlyUnderItsOwnRoot() throws Exception {
        OtherVendor stranger = new OtherVendor("XXHSM000001");
        KeyAttestation attestation = KeyAttestation.parse(stranger.exchangeKey(new byte[32]));

        assertThat(attestation.isSignedByKey()).isTrue();
        assertThat(attestation.isSignedByDevice()).isTrue();
        assertThat(attestation
                        .verify(DeviceTrust.of(List.of(Cvc.parse(stranger.root()))))
                        .attestation()
                        .keyDomainUid())
                .hasValueSatisfying(uid -> assertThat(uid).hasSize(32));
        assertThatThrownBy(() -> attestation.verify(trust)).hasMessageContaining("XXSRCACC100001");
    }

    @Test
    void aSelfSignedDeviceIsTrustedByItsVeryCertificate(@TempDir Path folder) throws Exception {
        try (SimulatorBench open = new SimulatorBench(
                DeviceProfile.smartCardHsm4k().with(Quirk.SELF_SIGNED_DEVICE, Quirk.DEVICE_KEY_ON_SECP256K1))) {
            KeyStore keyStore = open.source().keyStore();
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance("EC", open.source().provider());
            generator.initialize(SchsmKeySpec.builder("k").build());
            generator.generateKeyPair();
            SchsmDevice device = SchsmDevice.of(keyStore);
            Path certificate = folder.resolve("device.cvc");
            Files.write(certificate, device.identity().encode());
            DeviceTrust itself = DeviceTrust.parse("file:" + certificate);
            DeviceTrust another = DeviceTrust.parse("simulator");

            assertThatThrownBy(() -> device.attest("k")).isInstanceOf(UntrustedDeviceException.class);
            KeyAttestation attestation = KeyAttestation.of((Cvc) keyStore.getCertificate("k"), device.identity());
            assertThat(KeyAttestation.parse(attestation.encode())
                            .verify(itself)
                            .device()
                            .chain())
                    .hasSize(1);
            assertThatThrownBy(() -> attestation.verify(another)).hasMessageContaining("trust = file:");
        }
    }

    @Test
    void aCertificateIsComparedWithTheAttestedKeyAndEndsTheAttestationOnTheDevice() throws Exception {
        KeyPair pair = generate("certified");
        KeyStore keyStore = bench.source().keyStore();
        SchsmDevice device = SchsmDevice.of(keyStore);
        KeyAttestation attestation = device.attest("certified").attestation();
        X509Certificate certificate = Pki.create().issue("certified", pair.getPublic());
        keyStore.setKeyEntry(
                "certified", keyStore.getKey("certified", null), null, new X509Certificate[] {certificate});

        assertThat(attestation.isFor(certificate)).isTrue();
        assertThat(KeyAttestation.parse(file).isFor(certificate)).isFalse();
        assertThatThrownBy(() -> device.attest("certified"))
                .isInstanceOf(UntrustedDeviceException.class)
                .matches(told -> SchsmException.is(told, Reason.NOT_ATTESTED), "reason NOT_ATTESTED")
                .hasMessageContaining("X.509 certificate took its place")
                .hasMessageContaining("schsm attest --out");
    }

    @Test
    void aKeyThatMovedIsAttestedByTheDeviceInWhichItWasMade() throws Exception {
        try (SimulatorBench two = new SimulatorBench()) {
            Group group = Group.of(two);
            group.source()
                    .generate(SchsmKeySpec.builder("moved")
                            .domain(group.source().domain())
                            .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                            .build());
            KeyMigration.from(group.source().keyStore())
                    .to(group.target().keyStore())
                    .move("moved");
            Cvc request = (Cvc) group.target().keyStore().getCertificate("moved");
            DeviceIdentity maker = group.source().device().identity();
            DeviceIdentity holder = group.target().device().identity();

            assertThatThrownBy(() -> group.target().device().attest("moved"))
                    .isInstanceOf(UntrustedDeviceException.class)
                    .matches(told -> SchsmException.is(told, Reason.NOT_ATTESTED), "reason NOT_ATTESTED")
                    .hasMessageContaining(maker.chr());
            assertThat(KeyAttestation.of(request, maker).verify(trust).device().deviceId())
                    .isEqualTo("ZZSIM000001");
            assertThatThrownBy(() -> KeyAttestation.of(request, holder))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(maker.chr());
        }
    }

    @Test
    void whoIsNoKeyOfTheDeviceIsNamed() throws Exception {
        SchsmDevice device = SchsmDevice.of(bench.source().keyStore());

        assertThatThrownBy(() -> device.attest("nobody"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("nobody");
        assertThat(device.attest("attested").attestation().encode()).isEqualTo(file);
        PrivateKey key = (PrivateKey) bench.source().keyStore().getKey("attested", null);
        assertThat(KeyAttestation.of((SchsmKey) key).encode()).isEqualTo(file);
    }
}
