// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.MadeCertificate.Authority;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.SoftHsmBench;
import io.github.schsm.provider.SchsmProvider;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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
    private X509Certificate[] goodChain;

    @BeforeAll
    void open() throws Exception {
        bench = new SoftHsmBench();
        member = bench.source();
        provider = member.provider();
        keyStore = member.keyStore();
        ec = generate("EC", SchsmKeySpec.builder("ec").id(EC_ID).parameters(new ECGenParameterSpec("secp256r1")));
        rsa = generate("RSA", SchsmKeySpec.builder("rsa").id(RSA_ID).keySize(1024));
        KeyPair good = generate("EC", SchsmKeySpec.builder("good").parameters(new ECGenParameterSpec("secp256r1")));
        goodChain = Pki.create().certify(keyStore, "good", good);
    }

    private KeyPair generate(String algorithm, SchsmKeySpec.Builder spec) throws Exception {
        return Group.generatePair(provider, algorithm, spec.build());
    }

    /** A certificate with the CKA_ID of a key that it is not of, or not in the usual form. */
    static Stream<Arguments> bad() {
        return Arrays.stream(BadCertificate.values())
                .flatMap(bad -> Stream.of(Arguments.of(bad, EC_ID), Arguments.of(bad, RSA_ID)));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void everyMethodAnswersAndTheKeysWork(BadCertificate bad, byte[] id) throws Exception {
        PublicKey other = Authority.named("other").pair().getPublic();
        member.addCertificate("bad " + bad, id, new byte[] {0x30, 0}, bad.bytes(ec, rsa, other));
        Provider fresh = new SchsmProvider().configure(member.configuration());
        keyStore = KeyStore.getInstance("SCHSM", fresh);
        keyStore.load(null, member.pin());

        assertThat(WholeKeyStore.assertAnswers(keyStore)).contains("ec", "rsa", "good");
        assertThat(keyStore.getCertificateChain("good")).containsExactly(goodChain);
        WholeKeyStore.assertServesTls(keyStore, member.pin(), "good");
        Pki.assertSigns(fresh, keyStore.getKey("ec", null), ec);
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
