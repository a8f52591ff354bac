// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.MadeCertificate;
import io.github.schsm.conformance.bench.MadeCertificate.Authority;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SoftHsmBench;
import io.github.schsm.provider.SchsmProvider;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What other programs wrote on a token of SoftHSM, next to keys that go on working. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SoftHsmBadObjectsTest {
    private static final byte[] EC_ID = {0x11};
    private static final byte[] RSA_ID = {0x12};
    private static final byte[] OTHER_ID = {0x77, 0x78};

    private SoftHsmBench bench;
    private SoftHsmBench.SoftMember member;
    private Provider provider;
    private KeyStore keyStore;
    private KeyPair ec;
    private KeyPair rsa;

    @BeforeAll
    void open() throws Exception {
        bench = new SoftHsmBench();
        member = bench.source();
        provider = member.provider();
        keyStore = member.keyStore();
        ec = generate("EC", SchsmKeySpec.builder("ec").id(EC_ID).parameters(new ECGenParameterSpec("secp256r1")));
        rsa = generate("RSA", SchsmKeySpec.builder("rsa").id(RSA_ID).keySize(1024));
    }

    private KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm, provider);
        generator.initialize(spec.build());
        return generator.generateKeyPair();
    }

    /** Certificates that are none, or none of the key whose CKA_ID they have. */
    enum Bad {
        GARBAGE(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) {
                return HexFormat.of().parseHex("3003020101FFFF");
            }
        },
        ZEROS(RSA_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) {
                return new byte[30];
            }
        },
        OF_ANOTHER_KEY(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(
                        MadeCertificate.usual(Authority.named("other").pair().getPublic()));
            }
        },
        OF_ANOTHER_KIND(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(MadeCertificate.usual(test.rsa.getPublic()));
            }
        },
        COMPRESSED(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(MadeCertificate.compressed(test.ec.getPublic()));
            }
        },
        EXPLICIT(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(MadeCertificate.explicit(test.ec.getPublic()));
            }
        },
        UNKNOWN_CURVE(EC_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(MadeCertificate.unknownCurve());
            }
        },
        OAEP(RSA_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(
                        MadeCertificate.rsa(test.rsa.getPublic(), PKCSObjectIdentifiers.id_RSAES_OAEP));
            }
        },
        PSS(RSA_ID) {
            @Override
            byte[] content(SoftHsmBadObjectsTest test) throws Exception {
                return MadeCertificate.of(
                        MadeCertificate.rsa(test.rsa.getPublic(), PKCSObjectIdentifiers.id_RSASSA_PSS));
            }
        };

        private final String id;

        Bad(byte[] id) {
            this.id = HexFormat.of().formatHex(id);
        }

        abstract byte[] content(SoftHsmBadObjectsTest test) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void everyMethodAnswersAndTheKeysWork(Bad bad) throws Exception {
        member.addCertificate("bad " + bad, HexFormat.of().parseHex(bad.id), new byte[] {0x30, 0}, bad.content(this));
        Provider fresh = new SchsmProvider().configure(member.configuration());
        keyStore = KeyStore.getInstance("SCHSM", fresh);
        keyStore.load(null, member.pin());

        assertThat(Collections.list(keyStore.aliases())).contains("ec", "rsa").hasSize(keyStore.size());
        for (String alias : Collections.list(keyStore.aliases())) {
            Key key = keyStore.getKey(alias, null);
            assertThat(key != null).as(alias).isEqualTo(keyStore.isKeyEntry(alias));
            keyStore.getCertificate(alias);
            keyStore.getCertificateChain(alias);
            assertThat(keyStore.getCreationDate(alias)).isNotNull();
            KeyStore.Entry entry = keyStore.getEntry(alias, null);
            if (key != null) {
                assertThat(keyStore.entryInstanceOf(alias, entry.getClass()))
                        .as(alias)
                        .isTrue();
            }
        }
        Pki.assertSigns(fresh, keyStore.getKey("ec", null), ec);
        for (String factory : new String[] {"SunX509", "NewSunX509"}) {
            KeyManagerFactory.getInstance(factory).init(keyStore, member.pin());
        }
        TrustManagerFactory.getInstance("PKIX").init(keyStore);
    }

    @Test
    void aCertificateWithAnotherIdThanItsKeyIsTheKeys() throws Exception {
        KeyPair pair = generate("EC", SchsmKeySpec.builder("apart").parameters(new ECGenParameterSpec("secp256r1")));
        Authority authority = Authority.named("CA");
        X509Certificate certificate = authority.certify("apart", pair.getPublic(), false);
        member.addCertificate(
                "written by another tool",
                OTHER_ID,
                certificate.getSubjectX500Principal().getEncoded(),
                certificate.getEncoded());
        KeyStore seen = KeyStore.getInstance("SCHSM", new SchsmProvider().configure(member.configuration()));
        seen.load(null, member.pin());

        assertThat(seen.getCertificateChain("apart")).containsExactly(certificate);
        assertThat(seen.getEntry("apart", null)).isInstanceOf(KeyStore.PrivateKeyEntry.class);
        assertThat(seen.containsAlias("written by another tool")).isFalse();
    }

    @Test
    void aCertificateOfAnotherKeyIsRefusedAndTheOldOneStays() throws Exception {
        KeyPair pair = generate("EC", SchsmKeySpec.builder("kept").parameters(new ECGenParameterSpec("secp256r1")));
        Authority authority = Authority.named("CA");
        KeyStore store = member.keyStore();
        X509Certificate own = authority.certify("kept", pair.getPublic(), false);
        store.setKeyEntry("kept", pair.getPrivate(), null, new Certificate[] {own});

        assertThatThrownBy(() -> store.setKeyEntry("kept", pair.getPrivate(), null, new Certificate[] {
                    authority.certify("other", authority.pair().getPublic(), false)
                }))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        assertThat(store.getCertificate("kept")).isEqualTo(own);
    }
}
