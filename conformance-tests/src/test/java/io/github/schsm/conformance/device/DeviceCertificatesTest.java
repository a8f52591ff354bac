// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceInitialization;
import io.github.schsm.DeviceTrust;
import io.github.schsm.Kdm;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.codec.Tlv;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** File 2F02 with three certificates, with none yet, and with none for good. */
class DeviceCertificatesTest {
    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();
    private static final String ID = "ZZSIM000001";

    private String terminal;

    private Provider provider(String settings, Quirk... quirks) throws Exception {
        return provider(settings, false, quirks);
    }

    private Provider provider(String settings, boolean blank, Quirk... quirks) throws Exception {
        DeviceProfile profile = DeviceProfile.smartCardHsm4k();
        for (Quirk quirk : quirks) {
            profile = profile.with(quirk);
        }
        VirtualReaders readers = VirtualReaders.create(profile);
        if (blank) {
            readers.blankDevice(ID);
        } else {
            readers.device(ID);
        }
        terminal = ReadersTokenSource.offer(readers);
        return new SchsmProvider().configure("terminal = " + terminal + settings);
    }

    @AfterEach
    void withdraw() {
        ReadersTokenSource.withdraw(terminal);
    }

    private static KeyStore open(Provider provider, char[] pin) throws Exception {
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, pin);
        return keyStore;
    }

    private static KeyPair generate(KeyStore on, SchsmKeySpec spec) throws Exception {
        return Group.generatePair(on.getProvider(), spec);
    }

    private static SchsmKeySpec ec(String label, String curve) {
        return SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec(curve))
                .build();
    }

    private static boolean signs(KeyPair pair, Provider provider) throws Exception {
        byte[] message = "message".getBytes(StandardCharsets.UTF_8);
        Signature signature = Signature.getInstance("SHA256withECDSA", provider);
        signature.initSign(pair.getPrivate());
        signature.update(message);
        byte[] signed = signature.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(pair.getPublic());
        verifier.update(message);
        return verifier.verify(signed);
    }

    @Test
    void aDeviceThatBringsItsRootIsUsedInEveryWay() throws Exception {
        Provider provider = provider("; trust = simulator", Quirk.THREE_CERTIFICATES);
        KeyStore keyStore = open(provider, PIN);
        SchsmDevice device = SchsmDevice.of(keyStore);
        DeviceIdentity identity = device.identity();

        assertThat(identity.rootCertificate()).isPresent();
        assertThat(DeviceIdentity.parse(identity.encode()).rootCertificate()).isEqualTo(identity.rootCertificate());
        device.verifyGenuine();
        KeyPair signer = generate(keyStore, ec("signer", "brainpoolP256r1"));
        Kdm kdm = Kdm.issue(signer, DeviceIdentity.parse(identity.encode()));
        KeyDomain domain = device.createKeyDomain(0, Kdm.parse(kdm.encode()), kdm.uid());
        KeyPair exchange = generate(keyStore, SchsmKeySpec.exchangeKey("exchange", domain));
        byte[] file = ((AttestedPublicKey) exchange.getPublic()).encode();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", provider);
        agreement.init(exchange.getPrivate());
        agreement.doPhase(AttestedPublicKey.parse(file), true);
        agreement.generateSecret("XKEK");
    }

    @Test
    void aRootThatCameAlongIsTrustedOnlyWhereItIsConfigured() throws Exception {
        Provider provider = provider("; trust = production", Quirk.THREE_CERTIFICATES);
        SchsmDevice device = SchsmDevice.of(open(provider, PIN));

        assertThatThrownBy(device::verifyGenuine)
                .isInstanceOf(UntrustedDeviceException.class)
                .hasMessageContaining("ZZSRCACC100001")
                .hasMessageContaining("brings along");
        assertThatThrownBy(() -> device.attest()).isInstanceOf(UntrustedDeviceException.class);
    }

    /** Public key files and KDMs may have the root, too, in each of their forms. */
    @Test
    void filesMayBringTheRoot() throws Exception {
        Provider provider = provider("; trust = simulator", Quirk.THREE_CERTIFICATES);
        KeyStore keyStore = open(provider, PIN);
        DeviceIdentity identity = SchsmDevice.of(keyStore).identity();
        KeyPair pair = generate(keyStore, ec("key", "brainpoolP256r1"));
        byte[] request = ((AttestedPublicKey) pair.getPublic()).request().getEncoded();
        Tlv device = Tlv.parse(identity.deviceCertificate().getEncoded());
        Tlv issuer = Tlv.parse(identity.issuerCertificate().orElseThrow().getEncoded());
        Tlv root = Tlv.parse(identity.rootCertificate().orElseThrow().getEncoded());
        ByteArrayOutputStream inARow = new ByteArrayOutputStream();
        inARow.writeBytes(request);
        inARow.writeBytes(identity.encode());
        Kdm kdm = Kdm.issue(pair, identity);
        Tlv kdmObject = Tlv.parse(kdm.encode());
        byte[] kdmWithRoot = Tlv.of(
                        0x30,
                        kdmObject.require(0x06),
                        Tlv.of(0x61, issuer, root),
                        kdmObject.require(0x62),
                        kdmObject.require(0x63),
                        kdmObject.require(0x54))
                .encoded();

        for (byte[] file : List.of(
                inARow.toByteArray(),
                Tlv.of(0x30, inARow.toByteArray()).encoded(),
                Tlv.of(
                                0x30,
                                Tlv.of(0x06, java.util.HexFormat.of().parseHex("2B0601040181C31F040301")),
                                Tlv.of(0x61, issuer, root),
                                Tlv.of(0x62, device),
                                Tlv.of(0x63, request))
                        .encoded())) {
            AttestedPublicKey key = AttestedPublicKey.parse(file);
            assertThat(key.identity().rootCertificate()).isPresent();
            DeviceTrust.parse("simulator").verify(key);
            assertThatThrownBy(() -> DeviceTrust.parse("production").verify(key))
                    .isInstanceOf(UntrustedDeviceException.class);
        }
        Kdm.parse(kdmWithRoot).verifyFor(identity);
        assertThat(Kdm.parse(kdmWithRoot).identity()).isEqualTo(identity);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDeviceWithoutCertificateIsShownAndUsed(boolean fits) throws Exception {
        SchsmProvider provider = (SchsmProvider) provider(
                "; trust = simulator",
                fits
                        ? new Quirk[] {Quirk.NO_DEVICE_CERTIFICATE}
                        : new Quirk[] {Quirk.NO_DEVICE_CERTIFICATE, Quirk.ENUMERATE_WITHOUT_CONTENTS});
        FoundDevice found = provider.devices().get(0);
        SchsmDevice device = found.device();
        assertThat(device).as(String.valueOf(found.problem())).isNotNull();
        assertThat(device.deviceId()).contains("no device certificate yet");
        device.info();
        device.administration().userPin();

        KeyStore keyStore = open(provider, PIN);
        KeyPair pair = generate(keyStore, ec("key", "secp256r1"));
        assertThat(signs(pair, provider)).isTrue();
        KeyStore again = open(provider, PIN);
        assertThat(again.containsAlias("key")).isTrue();
        assertThat(again.getCertificate("key")).isNotNull();
        assertThat(signs(new KeyPair(pair.getPublic(), (PrivateKey) again.getKey("key", null)), provider))
                .isTrue();
        again.deleteEntry("key");

        SchsmDevice used = SchsmDevice.of(keyStore);
        for (Attempt attempt : List.<Attempt>of(used::identity, used::attest, used::verifyGenuine)) {
            assertThatThrownBy(attempt::make)
                    .isInstanceOf(UntrustedDeviceException.class)
                    .hasMessageContaining("no device certificate yet")
                    .hasMessageContaining("2F02")
                    .hasMessageContaining("initialize it");
        }
    }

    private interface Attempt {
        void make() throws SchsmException;
    }

    @Test
    void aDeviceGetsItsCertificateWhenItIsInitialized() throws Exception {
        Provider provider = provider("; trust = simulator", true, Quirk.NO_CERTIFICATE_UNTIL_INITIALIZED);
        SchsmDevice device = SchsmDevice.of(open(provider, null));
        assertThat(device.deviceId()).contains("no device certificate yet");

        device.administration()
                .initialize(DeviceInitialization.builder(PIN, VirtualReaders.SO_PIN.toCharArray())
                        .keyDomainSlots(2)
                        .build());

        assertThat(device.deviceId()).isEqualTo(ID);
        device.verifyGenuine();
        KeyStore keyStore = open(provider, PIN);
        assertThat(SchsmDevice.of(keyStore).deviceId()).isEqualTo(ID);
        KeyPair pair = generate(keyStore, ec("key", "secp256r1"));
        DeviceTrust.parse("simulator").verify((AttestedPublicKey) pair.getPublic());
    }

    @Test
    void noSecureChannelIsMadeToADeviceWithoutCertificate() throws Exception {
        Provider provider = provider("; trust = simulator; channel = secure", Quirk.NO_DEVICE_CERTIFICATE);

        assertThatThrownBy(() -> open(provider, PIN))
                .hasRootCauseInstanceOf(UntrustedDeviceException.class)
                .hasStackTraceContaining("no device certificate yet");
    }
}
