// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.MadeCertificate.Authority;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which of several issuers a chain goes on with, whatever order they are on the device. */
class CertificateChainsTest {
    private SimulatorBench bench;
    private KeyStore keyStore;
    private KeyPair key;
    private Authority a;
    private Authority b;

    @BeforeEach
    void open() throws Exception {
        bench = new SimulatorBench();
        keyStore = bench.source().keyStore();
        KeyPairGenerator generator =
                KeyPairGenerator.getInstance("EC", bench.source().provider());
        generator.initialize(SchsmKeySpec.builder("k")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        key = generator.generateKeyPair();
        a = Authority.named("A");
        b = Authority.named("B");
    }

    @AfterEach
    void close() {
        bench.close();
    }

    private X509Certificate leaf(boolean withIdentifiers) throws Exception {
        X509Certificate leaf = a.certify("leaf", key.getPublic(), withIdentifiers);
        keyStore.setKeyEntry("k", key.getPrivate(), null, new Certificate[] {leaf});
        return leaf;
    }

    private void store(X509Certificate... certificates) throws Exception {
        for (X509Certificate certificate : certificates) {
            keyStore.setCertificateEntry("CA " + certificate.getSerialNumber(), certificate);
        }
        keyStore.load(null, bench.source().pin());
    }

    @Test
    void authoritiesThatCertifiedEachOtherMakeNoCircle() throws Exception {
        X509Certificate aByB = b.certify(a, 2050, false);
        X509Certificate bByA = a.certify(b, 2050, false);
        X509Certificate leaf = leaf(false);
        store(aByB, bByA);

        assertThat(keyStore.getCertificateChain("k")).containsExactly(leaf, aByB, bByA);
    }

    @Test
    void aSelfSignedIssuerEndsTheChain() throws Exception {
        X509Certificate aByB = b.certify(a, 2055, false);
        X509Certificate bByA = a.certify(b, 2055, false);
        X509Certificate ofA = a.certify(a, 2050, false);
        X509Certificate ofB = b.certify(b, 2050, false);
        X509Certificate leaf = leaf(false);
        store(aByB, bByA, ofB, ofA);

        assertThat(keyStore.getCertificateChain("k")).containsExactly(leaf, ofA);
    }

    @Test
    void theIdentifierComesBeforeTheEnd() throws Exception {
        X509Certificate withoutIdentifier = b.certify(a, 2055, false);
        X509Certificate named = b.certify(a, 2050, true);
        X509Certificate leaf = leaf(true);
        store(withoutIdentifier, named);

        assertThat(keyStore.getCertificateChain("k")).containsExactly(leaf, named);
    }

    @Test
    void ofTwoThatAreAlikeTheOneThatIsValidLongestComes() throws Exception {
        X509Certificate old = a.certify(a, 2030, true);
        X509Certificate renewed = a.certify(a, 2055, true);
        X509Certificate older = a.certify(a, 2029, true);
        X509Certificate leaf = leaf(true);
        store(old, renewed, older);

        assertThat(keyStore.getCertificateChain("k")).containsExactly(leaf, renewed);
    }

    @Test
    void whatWasStoredComesBack() throws Exception {
        X509Certificate aByB = b.certify(a, 2050, false);
        X509Certificate ofB = b.certify(b, 2050, false);
        X509Certificate[] chain = {a.certify("leaf", key.getPublic(), false), aByB, ofB};

        keyStore.setKeyEntry("k", key.getPrivate(), null, chain);

        assertThat(keyStore.getCertificateChain("k")).containsExactly(chain);
        assertThat(bench.source().keyStore().getCertificateChain("k")).containsExactly(chain);
    }

    @Test
    void oneThatIsGivenTwiceIsStoredOnce() throws Exception {
        X509Certificate ofA = a.certify(a, 2050, false);
        X509Certificate[] chain = {a.certify("leaf", key.getPublic(), false), ofA, ofA};

        keyStore.setKeyEntry("k", key.getPrivate(), null, chain);

        assertThat(keyStore.size()).isEqualTo(2);
        assertThat(keyStore.getCertificateChain("k")).containsExactly(chain[0], ofA);
    }
}
