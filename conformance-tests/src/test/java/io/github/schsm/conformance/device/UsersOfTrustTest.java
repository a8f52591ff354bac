// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.CvcPathParameters;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAttestation;
import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.KeyAgreement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Everybody who asks whether a device is trusted gets the same answer: attestation, memberships, peers, the secure
 * channel and the validator of paths, for each kind of certificate that can be configured.
 */
class UsersOfTrustTest {
    private static final char[] PIN = VirtualReaders.USER_PIN.toCharArray();
    private static final String A = "ZZSIM000001";
    private static final String B = "ZZSIM000002";

    @TempDir
    Path folder;

    private String terminal;
    private DeviceIdentity identityOfA;
    private DeviceIdentity identityOfB;
    private byte[] exchangeOfB;

    @BeforeEach
    void members() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device(A);
        readers.device(B);
        terminal = ReadersTokenSource.offer(readers);
        KeyStore a = open(A, "simulator", "");
        KeyStore b = open(B, "simulator", "");
        identityOfA = SchsmDevice.of(a).identity();
        identityOfB = SchsmDevice.of(b).identity();
        KeyPair signer = generate(
                a,
                SchsmKeySpec.builder("signer")
                        .parameters(new ECGenParameterSpec("brainpoolP256r1"))
                        .build());
        KeyDomain domainA = SchsmDevice.of(a).createKeyDomain(0, Kdm.issue(signer, identityOfA));
        KeyDomain domainB = SchsmDevice.of(b).createKeyDomain(0, Kdm.issue(signer, identityOfB));
        generate(a, SchsmKeySpec.exchangeKey("exchange", domainA));
        exchangeOfB = ((AttestedPublicKey) generate(b, SchsmKeySpec.exchangeKey("exchange", domainB))
                        .getPublic())
                .encode();
    }

    @AfterEach
    void withdraw() {
        ReadersTokenSource.withdraw(terminal);
    }

    private KeyStore open(String id, String trust, String more) throws Exception {
        Provider provider = new SchsmProvider()
                .configure("terminal = " + terminal + "; trust = " + trust + "; device = " + id + more);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, PIN);
        return keyStore;
    }

    private static KeyPair generate(KeyStore on, SchsmKeySpec spec) throws Exception {
        return Group.generatePair(on.getProvider(), spec);
    }

    private interface User {
        void ask() throws Exception;
    }

    /** What is configured, and whether device B is trusted then. */
    @ParameterizedTest
    @CsvSource({
        "root, true",
        "issuer, true",
        "that device, true",
        "another device, false",
        "another root, false",
    })
    void allUsersAgree(String configured, boolean trusted) throws Exception {
        byte[] certificate = switch (configured) {
            case "root" -> DeviceTrust.parse("simulator").roots().get(0).getEncoded();
            case "issuer" -> identityOfB.issuerCertificate().orElseThrow().getEncoded();
            case "that device" -> identityOfB.deviceCertificate().getEncoded();
            case "another device" -> identityOfA.deviceCertificate().getEncoded();
            default -> DeviceTrust.parse("production").roots().get(0).getEncoded();
        };
        Path file = Files.write(folder.resolve("trust.cvc"), certificate);
        String trust = "file:" + file;
        KeyStore a = open(A, trust, "");
        Provider provider = a.getProvider();
        KeyPair signer = new KeyPair(
                a.getCertificate("signer").getPublicKey(), (java.security.PrivateKey) a.getKey("signer", null));
        AttestedPublicKey peer = AttestedPublicKey.parse(exchangeOfB);
        CertificateFactory factory = CertificateFactory.getInstance("CVC", provider);
        CertPath path = factory.generateCertPath(
                new ArrayList<>(factory.generateCertificates(new ByteArrayInputStream(identityOfB.encode()))));

        List<User> users = List.of(
                () -> DeviceTrust.parse(trust).verify(identityOfB),
                () -> KeyAttestation.of(peer).verify(DeviceTrust.parse(trust)),
                () -> Kdm.issue(signer, identityOfB),
                () -> agree(a, peer),
                () -> CertPathValidator.getInstance("CVC", provider)
                        .validate(path, CvcPathParameters.of(DeviceTrust.parse(trust))),
                () -> SchsmDevice.of(open(B, trust, "; name = b")).verifyGenuine(),
                () -> open(B, trust, "; name = c; channel = secure"));
        for (int i = 0; i < users.size(); i++) {
            Throwable refusal = catchThrowable(users.get(i)::ask);
            if (trusted) {
                assertThat(refusal).as("user %d", i).isNull();
            } else {
                assertThat(refusal).as("user %d", i).isNotNull();
                assertThat(causes(refusal)).as("user %d", i).anyMatch(UntrustedDeviceException.class::isInstance);
            }
        }
    }

    private static void agree(KeyStore own, AttestedPublicKey peer) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", own.getProvider());
        agreement.init(own.getKey("exchange", null));
        agreement.doPhase(peer, true);
        agreement.generateSecret("XKEK");
    }

    private static List<Throwable> causes(Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = thrown; cause != null && causes.size() < 20; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
