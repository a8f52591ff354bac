// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.UnwrapProtection;
import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapProtection;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.MadeCertificate.Authority;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.RawCard;
import io.github.schsm.conformance.bench.SimulatorBench;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request, certificate or description that comes with a key is proven by a use of the key before it is believed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhatComesWithAKeyTest {
    private static final String LABEL = "moving";

    private SimulatorBench bench;
    private Group group;
    private SecretKey kek;
    private SecretKey kekOfTarget;
    private KeyStore source;
    private KeyStore target;

    @BeforeAll
    void open() throws Exception {
        bench = new SimulatorBench();
        group = Group.of(bench);
        Group.Keks keks = group.agree();
        kek = keks.source();
        kekOfTarget = keks.target();
        source = group.source().keyStore();
        target = group.target().keyStore();
    }

    @AfterAll
    void close() {
        bench.close();
    }

    @AfterEach
    void delete() throws Exception {
        for (KeyStore keyStore : List.of(source, target)) {
            for (String alias : Collections.list(keyStore.aliases())) {
                if (!alias.equals("group-signer") && !alias.equals("exchange")) {
                    keyStore.deleteEntry(alias);
                }
            }
        }
    }

    private KeyPair ec(KeyAlgorithm... algorithms) throws Exception {
        return ec(group.source(), LABEL, algorithms);
    }

    private static KeyPair ec(Group.Side side, String label, KeyAlgorithm... algorithms) throws Exception {
        return side.generate(SchsmKeySpec.builder(label)
                .parameters(new ECGenParameterSpec("secp256r1"))
                .domain(side.domain())
                .allow(algorithms)
                .build());
    }

    private KeyPair rsa(KeyAlgorithm... algorithms) throws Exception {
        return Group.generatePair(
                group.source().provider(),
                "RSA",
                SchsmKeySpec.builder(LABEL)
                        .keySize(1024)
                        .domain(group.source().domain())
                        .allow(algorithms)
                        .build());
    }

    private WrappedKeyEntry wrapped() throws Exception {
        return (WrappedKeyEntry) source.getEntry(LABEL, new WrapProtection(kek));
    }

    private WrappedKeyEntry with(Certificate certificate, Certificate... issuers) throws Exception {
        WrappedKeyEntry wrapped = wrapped();
        return WrappedKeyEntry.of(
                wrapped.blob(), wrapped.description().orElseThrow(), certificate.getEncoded(), List.of(issuers));
    }

    private static Certificate certificate(PublicKey key) throws Exception {
        return Authority.named("CA").certify("key", key, false);
    }

    /** The ways into a device. */
    enum Way {
        UNWRAP_PROTECTION {
            @Override
            void take(WhatComesWithAKeyTest test, WrappedKeyEntry entry) throws Exception {
                test.target.setEntry(LABEL, entry, new UnwrapProtection(test.kekOfTarget));
            }
        },
        FILE_AS_ENTRY {
            @Override
            void take(WhatComesWithAKeyTest test, WrappedKeyEntry entry) throws Exception {
                test.target.setEntry(LABEL, WrappedKeyEntry.parse(entry.encode()), null);
            }
        },
        FILE_AS_KEY {
            @Override
            void take(WhatComesWithAKeyTest test, WrappedKeyEntry entry) throws Exception {
                test.target.setKeyEntry(LABEL, entry.encode(), null);
            }
        },
        CIPHER {
            @Override
            void take(WhatComesWithAKeyTest test, WrappedKeyEntry entry) throws Exception {
                Cipher cipher = Cipher.getInstance("XKEK", test.group.target().provider());
                cipher.init(Cipher.UNWRAP_MODE, test.kekOfTarget, UnwrapSpec.label(LABEL));
                cipher.unwrap(entry.encode(), entry.keyType().name(), Cipher.PRIVATE_KEY);
            }
        };

        abstract void take(WhatComesWithAKeyTest test, WrappedKeyEntry entry) throws Exception;
    }

    private void assertRefused(Way way, WrappedKeyEntry entry) throws Exception {
        Map<String, String> before = bench.target().state();
        target.load(null, bench.target().pin());
        assertThatThrownBy(() -> way.take(this, entry))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("is of another key");
        assertThat(bench.target().state()).isEqualTo(before);
        target.load(null, bench.target().pin());
    }

    @ParameterizedTest
    @EnumSource
    void theGenuineRequestOfAnotherKeyIsRefused(Way way) throws Exception {
        ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        ec(group.target(), "other", KeyAlgorithm.ECDSA);

        assertRefused(way, with(target.getCertificate("other")));
    }

    @ParameterizedTest
    @EnumSource
    void theCertificateOfAnotherKeyIsRefused(Way way) throws Exception {
        ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        Authority other = Authority.named("other");

        assertRefused(way, with(certificate(other.pair().getPublic())));
    }

    @ParameterizedTest
    @EnumSource
    void itsOwnRequestIsStoredAndAttestsIt(Way way) throws Exception {
        KeyPair pair = ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);

        way.take(this, wrapped());

        VerifiedKey verified = group.source().device().attest(LABEL);
        assertThat(target.getCertificate(LABEL)).isInstanceOf(Cvc.class);
        assertThat(target.getCertificate(LABEL).getEncoded())
                .isEqualTo(verified.attestation().publicKey().request().getEncoded());
        Pki.assertSigns(group.target().provider(), target.getKey(LABEL, null), pair);
    }

    @Test
    void aCertificateOfAnotherKindOfKeyIsRefused() throws Exception {
        ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        KeyPairGenerator software = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        software.initialize(1024);

        assertRefused(
                Way.UNWRAP_PROTECTION,
                with(certificate(software.generateKeyPair().getPublic())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECDSA", "ECDSA_SHA256", "ECDSA_SHA512", "ECDH", "ALL"})
    void whateverAnEcKeyMayDoProvesItsCertificate(KeyAlgorithm algorithm) throws Exception {
        KeyPair pair = ec(algorithm, KeyAlgorithm.WRAP);
        KeyPair other = ec(group.source(), "other", algorithm);
        Certificate own = certificate(pair.getPublic());

        assertRefused(Way.UNWRAP_PROTECTION, with(certificate(other.getPublic())));
        Way.UNWRAP_PROTECTION.take(this, with(own));

        assertThat(target.getCertificate(LABEL)).isEqualTo(own);
        assertThatThrownBy(() -> source.setKeyEntry(
                        LABEL, pair.getPrivate(), null, new Certificate[] {certificate(other.getPublic())}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        source.setKeyEntry(LABEL, pair.getPrivate(), null, new Certificate[] {own});
        assertThat(source.getCertificate(LABEL)).isEqualTo(own);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RSA_RAW",
                "RSA_PKCS1",
                "RSA_PKCS1_SHA256",
                "RSA_PKCS1_SHA512",
                "RSA_PSS",
                "RSA_PSS_SHA256",
                "RSA_DECRYPT_RAW",
                "RSA_DECRYPT_PKCS1",
                "RSA_DECRYPT_OAEP"
            })
    void whateverAnRsaKeyMayDoProvesItsCertificate(KeyAlgorithm algorithm) throws Exception {
        KeyPair pair = rsa(algorithm, KeyAlgorithm.WRAP);
        KeyPairGenerator software = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
        software.initialize(1024);
        PublicKey other = software.generateKeyPair().getPublic();
        Certificate own = certificate(pair.getPublic());

        assertThatThrownBy(() -> Way.UNWRAP_PROTECTION.take(this, with(certificate(other))))
                .isInstanceOf(KeyStoreException.class);
        assertThat(target.containsAlias(LABEL)).isFalse();
        Way.UNWRAP_PROTECTION.take(this, with(own));

        assertThat(target.getCertificate(LABEL)).isEqualTo(own);
        assertThatThrownBy(() ->
                        source.setKeyEntry(LABEL, pair.getPrivate(), null, new Certificate[] {certificate(other)}))
                .isInstanceOf(KeyStoreException.class);
        source.setKeyEntry(LABEL, pair.getPrivate(), null, new Certificate[] {own});
        assertThat(source.getCertificate(LABEL)).isEqualTo(own);
    }

    @Test
    void whatNothingProvesIsNotStored() throws Exception {
        KeyPair pair = ec(KeyAlgorithm.WRAP);

        Way.UNWRAP_PROTECTION.take(this, with(certificate(pair.getPublic())));

        assertThat(target.isKeyEntry(LABEL)).isTrue();
        assertThat(target.getCertificate(LABEL)).isNull();
        assertThat(target.getKey(LABEL, null)).isNotNull();
    }

    @Test
    void aSecretKeyHasNoCertificate() throws Exception {
        group.source()
                .generateSecret(SchsmKeySpec.builder(LABEL)
                        .keySize(256)
                        .domain(group.source().domain())
                        .allow(KeyAlgorithm.AES_CBC_ENCRYPT, KeyAlgorithm.WRAP)
                        .build());
        Certificate any = certificate(Authority.named("any").pair().getPublic());

        assertThatThrownBy(() -> Way.UNWRAP_PROTECTION.take(this, with(any)))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("secret key");
        assertThat(target.containsAlias(LABEL)).isFalse();
        assertThatThrownBy(() -> source.setKeyEntry(LABEL, source.getKey(LABEL, null), null, new Certificate[] {any}))
                .isInstanceOf(KeyStoreException.class);
    }

    @Test
    void anAuthorityThatSignedNothingIsNotTrusted() throws Exception {
        KeyPair pair = ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        Authority root = Authority.named("Root");
        Authority issuer = Authority.named("Issuer");
        Authority stranger = Authority.named("Stranger");
        X509Certificate ofRoot = root.certify(root, 2050, false);
        X509Certificate ofIssuer = root.certify(issuer, 2050, false);
        X509Certificate ofStranger = stranger.certify(stranger, 2050, false);
        X509Certificate leaf = issuer.certify("leaf", pair.getPublic(), false);

        Way.UNWRAP_PROTECTION.take(this, with(leaf, ofStranger, ofRoot, ofIssuer));

        assertThat(target.getCertificateChain(LABEL)).containsExactly(leaf, ofIssuer, ofRoot);
        assertThat(trusted(target)).contains(ofIssuer, ofRoot).doesNotContain(ofStranger);
    }

    @Test
    void besideARequestNoAuthorityIsStored() throws Exception {
        ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        Authority stranger = Authority.named("Stranger");
        X509Certificate ofStranger = stranger.certify(stranger, 2050, false);

        Way.UNWRAP_PROTECTION.take(this, with(source.getCertificate(LABEL), ofStranger));

        assertThat(Collections.list(target.aliases())).contains(LABEL).doesNotContain("Stranger");
    }

    private static List<X509Certificate> trusted(KeyStore keyStore) throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(keyStore);
        TrustManager manager = factory.getTrustManagers()[0];
        return List.of(((X509TrustManager) manager).getAcceptedIssuers());
    }

    @Test
    void aChainThatIsNoneIsRefused() throws Exception {
        KeyPair pair = ec(KeyAlgorithm.ECDSA);
        Authority issuer = Authority.named("Issuer");
        Authority stranger = Authority.named("Stranger");
        X509Certificate leaf = issuer.certify("leaf", pair.getPublic(), false);

        assertThatThrownBy(() -> source.setKeyEntry(
                        LABEL, pair.getPrivate(), null, new Certificate[] {leaf, stranger.certify(stranger, 2050, false)
                        }))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("did not sign");
        assertThat(source.getCertificate(LABEL)).isInstanceOf(Cvc.class);
        assertThat(source.containsAlias("Stranger")).isFalse();
    }

    @Test
    void requestsThatSomebodyExchangedOnTheDeviceAreFoundOut() throws Exception {
        KeyPair one = ec(group.source(), LABEL, KeyAlgorithm.ECDSA);
        KeyPair other = ec(group.source(), "other", KeyAlgorithm.ECDSA);
        int fileOfOne = 0xCE00 + Integer.parseInt(reference(one));
        int fileOfOther = 0xCE00 + Integer.parseInt(reference(other));
        RawCard raw = bench.source().raw().login();
        byte[] request = raw.read(fileOfOne);
        raw.write(fileOfOne, raw.read(fileOfOther));
        raw.write(fileOfOther, request);
        source.load(null, bench.source().pin());
        Certificate ofOne = certificate(one.getPublic());
        Certificate ofOther = certificate(other.getPublic());

        assertThatThrownBy(
                        () -> source.setKeyEntry(LABEL, source.getKey(LABEL, null), null, new Certificate[] {ofOther}))
                .isInstanceOf(KeyStoreException.class)
                .hasMessageContaining("is for another key");
        source.setKeyEntry(LABEL, source.getKey(LABEL, null), null, new Certificate[] {ofOne});

        assertThat(source.getCertificate(LABEL)).isEqualTo(ofOne);
        Pki.assertSigns(group.source().provider(), source.getKey(LABEL, null), one);
    }

    private static String reference(KeyPair pair) {
        return ((io.github.schsm.SchsmKey) pair.getPrivate()).key().reference();
    }

    @Test
    void aUseCounterIsSparedWhereTheDeviceSaysWhoseTheKeyIs() throws Exception {
        KeyPair pair = group.source()
                .generate(SchsmKeySpec.builder(LABEL)
                        .parameters(new ECGenParameterSpec("secp256r1"))
                        .useCounter(3)
                        .build());
        source.setKeyEntry(LABEL, pair.getPrivate(), null, new Certificate[] {certificate(pair.getPublic())});
        assertThat(usesLeft()).isEqualTo(3);

        source.setKeyEntry(LABEL, pair.getPrivate(), null, new Certificate[] {certificate(pair.getPublic())});
        assertThat(usesLeft()).isEqualTo(2);
    }

    private long usesLeft() throws Exception {
        return ((io.github.schsm.SchsmKey) source.getKey(LABEL, null))
                .details()
                .useCounter()
                .orElseThrow();
    }

    @Test
    void theSizeInADescriptionIsThatOfTheProvenKey() throws Exception {
        KeyPair pair = ec(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP);
        WrappedKeyEntry wrapped = wrapped();
        byte[] lying = wrapped.description().orElseThrow();
        assertThat(lying[lying.length - 2]).isEqualTo((byte) 1);
        lying[lying.length - 2] = 3;
        WrappedKeyEntry entry =
                WrappedKeyEntry.of(wrapped.blob(), lying, wrapped.certificate().orElseThrow(), List.of());

        Way.UNWRAP_PROTECTION.take(this, entry);

        WrappedKeyEntry back = (WrappedKeyEntry) target.getEntry(LABEL, new WrapProtection(kekOfTarget));
        byte[] description = back.description().orElseThrow();
        assertThat(description[description.length - 2]).isEqualTo((byte) 1);
        Pki.assertSigns(group.target().provider(), target.getKey(LABEL, null), pair);
    }
}
