// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.Kdm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapProtection;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.BenchKind;
import io.github.schsm.conformance.bench.OnBenches;
import io.github.schsm.provider.SchsmProvider;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The program that the design promises, line by line; where the devices are is the bench's. */
@OnBenches({BenchKind.SIMULATOR, BenchKind.RAM, BenchKind.OPENSC})
@Tag("jdk")
class HowToTest {
    private static final char[] PIN = "648219".toCharArray();

    private final BenchKind kind;
    private Bench bench;

    HowToTest(BenchKind kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open() throws Exception {
        bench = kind.open();
    }

    @AfterEach
    void close() throws Exception {
        bench.close();
    }

    /** Where a device is; those of the simulator are in memory, as the program says. */
    private String configuration(Bench.Member member, String id) {
        return kind == BenchKind.SIMULATOR ? "terminal = simulator:memory; device = " + id : member.configuration();
    }

    @Test
    void theHowToIsAProgramOfJcaCalls() throws Exception {
        Provider schsm = new SchsmProvider();
        Provider a = schsm.configure(configuration(bench.source(), "ZZSIM000001") + "; name = a");
        Provider b = schsm.configure(configuration(bench.target(), "ZZSIM000002") + "; name = b");
        KeyStore source = KeyStore.getInstance("SCHSM", a);
        KeyStore target = KeyStore.getInstance("SCHSM", b);
        source.load(null, PIN);
        target.load(null, PIN);
        SchsmDevice deviceA = SchsmDevice.of(source);
        SchsmDevice deviceB = SchsmDevice.of(target);

        deviceA.verifyGenuine();
        deviceB.verifyGenuine();

        KeyPairGenerator onA = KeyPairGenerator.getInstance("EC", a);
        KeyPairGenerator onB = KeyPairGenerator.getInstance("EC", b);
        ECGenParameterSpec brainpool = new ECGenParameterSpec("brainpoolP256r1");

        onA.initialize(
                SchsmKeySpec.builder("group-signer").parameters(brainpool).build());
        KeyPair groupSigner = onA.generateKeyPair();
        Kdm kdmA = Kdm.issue(groupSigner, deviceA.identity());
        Kdm kdmB =
                Kdm.issue(groupSigner, DeviceIdentity.parse(deviceB.identity().encode()));
        KeyDomain domainA = deviceA.createKeyDomain(0, kdmA);
        KeyDomain domainB = deviceB.createKeyDomain(0, Kdm.parse(kdmB.encode()));
        assertThat(domainA.uid()).isEqualTo(domainB.uid());

        onA.initialize(SchsmKeySpec.builder("code-signing")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .domain(domainA)
                .allow(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)
                .build());
        KeyPair codeSigning = onA.generateKeyPair();
        onA.initialize(SchsmKeySpec.exchangeKey("exchange", domainA));
        KeyPair exchangeA = onA.generateKeyPair();
        onB.initialize(SchsmKeySpec.exchangeKey("exchange", domainB));
        KeyPair exchangeB = onB.generateKeyPair();
        byte[] fileOfA = ((AttestedPublicKey) exchangeA.getPublic()).encode();
        byte[] fileOfB = ((AttestedPublicKey) exchangeB.getPublic()).encode();

        KeyAgreement agreement = KeyAgreement.getInstance("ECDH_XKEK", a);
        agreement.init(exchangeA.getPrivate());
        agreement.doPhase(AttestedPublicKey.parse(fileOfB), true);
        SecretKey kekA = agreement.generateSecret("XKEK");
        KeyAgreement other = KeyAgreement.getInstance("ECDH_XKEK", b);
        other.init(exchangeB.getPrivate());
        other.doPhase(AttestedPublicKey.parse(fileOfA), true);
        SecretKey kekB = other.generateSecret("XKEK");
        assertThat(domainA.kcv()).isEqualTo(domainB.kcv()).isNotEqualTo(new byte[8]);

        Cipher wrap = Cipher.getInstance("XKEK", a);
        wrap.init(Cipher.WRAP_MODE, kekA);
        byte[] blob = wrap.wrap(codeSigning.getPrivate());
        Cipher unwrap = Cipher.getInstance("XKEK", b);
        unwrap.init(Cipher.UNWRAP_MODE, kekB, UnwrapSpec.label("by-cipher"));
        PrivateKey byCipher = (PrivateKey) unwrap.unwrap(blob, "EC", Cipher.PRIVATE_KEY);
        assertSigns(b, byCipher, codeSigning.getPublic());

        KeyStore.Entry moving = source.getEntry("code-signing", new WrapProtection(kekA));
        target.setEntry("code-signing", moving, new UnwrapProtection(kekB));
        assertSigns(b, (PrivateKey) target.getKey("code-signing", null), codeSigning.getPublic());
        assertThat(target.getCertificate("code-signing").getPublicKey()).isEqualTo(codeSigning.getPublic());

        KeyMigration.Result again = KeyMigration.from(source).to(target).move("code-signing");
        assertThat(again.wasThere()).isTrue();
        target.deleteEntry("code-signing");
        domainB.clearKek();
        KeyMigration.Result moved = KeyMigration.from(source).to(target).move("code-signing");
        assertThat(moved.wasThere()).isFalse();
        assertSigns(b, (PrivateKey) target.getKey("code-signing", null), codeSigning.getPublic());
        assertThat(Collections.list(source.aliases()))
                .containsExactlyInAnyOrder("group-signer", "code-signing", "exchange");
        assertThat(Collections.list(target.aliases()))
                .containsExactlyInAnyOrder("exchange", "by-cipher", "code-signing");
        assertSigns(a, codeSigning.getPrivate(), codeSigning.getPublic());

        domainA.clearKek();
        assertThat(domainA.kcv()).isEqualTo(new byte[8]);
    }

    private static void assertSigns(Provider provider, PrivateKey privateKey, PublicKey publicKey) throws Exception {
        byte[] data = "moved".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance("SHA256withECDSA", provider);
        signer.initSign(privateKey);
        signer.update(data);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
        verifier.initVerify(publicKey);
        verifier.update(data);
        assertThat(verifier.verify(signature)).isTrue();
    }
}
