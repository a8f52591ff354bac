// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.MadeCertificate;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a key store takes it can show afterwards; what it cannot is refused, and what was there stays. */
class ReadableCertificatesTest {
    private SimulatorBench bench;
    private Provider provider;
    private KeyStore keyStore;
    private KeyPair ec;
    private KeyPair rsa;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        provider = bench.source().provider();
        keyStore = bench.source().keyStore();
        ec = generate("EC", SchsmKeySpec.builder("ec").parameters(new ECGenParameterSpec("secp256r1")));
        rsa = generate("RSA", SchsmKeySpec.builder("rsa").keySize(1024));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        return Group.generatePair(provider, algorithm, spec.build());
    }

    /** Keys in certificates as some tool or other writes them; the JDK can read none of them. */
    enum Form {
        COMPRESSED("ec") {
            @Override
            SubjectPublicKeyInfo of(PublicKey key) {
                return MadeCertificate.compressed(key);
            }
        },
        EXPLICIT("ec") {
            @Override
            SubjectPublicKeyInfo of(PublicKey key) {
                return MadeCertificate.explicit(key);
            }
        },
        OAEP("rsa") {
            @Override
            SubjectPublicKeyInfo of(PublicKey key) throws Exception {
                return MadeCertificate.rsa(key, PKCSObjectIdentifiers.id_RSAES_OAEP);
            }
        },
        UNKNOWN_CURVE("ec") {
            @Override
            SubjectPublicKeyInfo of(PublicKey key) {
                return MadeCertificate.unknownCurve();
            }
        };

        private final String alias;

        Form(String alias) {
            this.alias = alias;
        }

        abstract SubjectPublicKeyInfo of(PublicKey key) throws Exception;
    }

    private KeyPair pair(Form form) {
        return form.alias.equals("ec") ? ec : rsa;
    }

    @ParameterizedTest
    @EnumSource
    void whatCouldNotBeReadAfterwardsIsRefusedAndTheAttestationStays(Form form) throws Exception {
        KeyPair pair = pair(form);
        byte[] encoded = MadeCertificate.of(form.of(pair.getPublic()));
        X509Certificate certificate = MadeCertificate.readByOthers(encoded);

        assertThatThrownBy(() ->
                        keyStore.setKeyEntry(form.alias, pair.getPrivate(), null, new Certificate[] {certificate}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is not stored");

        keyStore.load(null, bench.source().pin());
        assertThat(keyStore.getCertificate(form.alias)).isInstanceOf(Cvc.class);
        assertThatCode(() -> SchsmDevice.of(keyStore).attest(form.alias)).doesNotThrowAnyException();
    }

    @Test
    void anIssuerThatCouldNotBeReadAfterwardsIsRefusedToo() throws Exception {
        X509Certificate certificate =
                MadeCertificate.readByOthers(MadeCertificate.of(MadeCertificate.compressed(ec.getPublic())));

        assertThatThrownBy(() -> keyStore.setCertificateEntry("CA", certificate))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is not stored");
        assertThat(keyStore.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void whatAnotherToolHasWrittenLeavesTheKeyUsable(Form form) throws Exception {
        KeyPair pair = pair(form);
        bench.source()
                .raw()
                .login()
                .write(form.alias.equals("ec") ? 0xCE01 : 0xCE02, MadeCertificate.of(form.of(pair.getPublic())));
        keyStore.load(null, bench.source().pin());

        assertThat(keyStore.getEntry(form.alias, null)).isInstanceOf(UncertifiedKeyEntry.class);
        assertThat(keyStore.getCertificateChain(form.alias)).isNull();
        String algorithm = form.alias.equals("ec") ? "SHA256withECDSA" : "SHA256withRSA";
        Signature signature = Signature.getInstance(algorithm, provider);
        signature.initSign((PrivateKey) keyStore.getKey(form.alias, null));
        assertThat(Pki.verifies(algorithm, pair.getPublic(), new byte[0], signature.sign()))
                .isTrue();
        for (String factory : new String[] {"SunX509", "PKIX"}) {
            KeyManagerFactory.getInstance(factory).init(keyStore, bench.source().pin());
        }
    }

    @Test
    void aCertificateForPssIsForItsRsaKey() throws Exception {
        X509Certificate certificate = MadeCertificate.read(
                MadeCertificate.of(MadeCertificate.rsa(rsa.getPublic(), PKCSObjectIdentifiers.id_RSASSA_PSS)));

        keyStore.setKeyEntry("rsa", rsa.getPrivate(), null, new Certificate[] {certificate});

        assertPss(certificate);
    }

    @Test
    void aCertificateForPssThatAnotherToolHasWrittenIsForItsRsaKey() throws Exception {
        byte[] encoded = MadeCertificate.of(MadeCertificate.rsa(rsa.getPublic(), PKCSObjectIdentifiers.id_RSASSA_PSS));
        bench.source().raw().login().write(0xCE02, encoded);
        keyStore.load(null, bench.source().pin());

        assertPss(MadeCertificate.read(encoded));
    }

    private void assertPss(X509Certificate certificate) throws Exception {
        KeyStore.PrivateKeyEntry entry = (KeyStore.PrivateKeyEntry) keyStore.getEntry("rsa", null);
        assertThat(entry.getCertificate()).isEqualTo(certificate);
        assertThat(entry.getPrivateKey().getAlgorithm()).isEqualTo("RSASSA-PSS");
        assertThat(entry.getPrivateKey()).isEqualTo(keyStore.getKey("rsa", null));
        PSSParameterSpec parameters = new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
        Signature signature = Signature.getInstance("RSASSA-PSS", provider);
        signature.initSign(entry.getPrivateKey());
        signature.setParameter(parameters);
        byte[] signed = signature.sign();
        Signature verifier = Signature.getInstance("RSASSA-PSS", "SunRsaSign");
        verifier.initVerify(certificate.getPublicKey());
        verifier.setParameter(parameters);
        assertThat(verifier.verify(signed)).isTrue();
        KeyManagerFactory.getInstance("SunX509").init(keyStore, bench.source().pin());
    }

    @Test
    void theSameNumbersFromAnotherMakerAreTheSameKey() throws Exception {
        X509Certificate certificate =
                MadeCertificate.readByOthers(MadeCertificate.of(MadeCertificate.usual(ec.getPublic())));

        keyStore.setKeyEntry("ec", ec.getPrivate(), null, new Certificate[] {certificate});

        assertThat(keyStore.getCertificate("ec").getEncoded()).isEqualTo(certificate.getEncoded());
    }
}
