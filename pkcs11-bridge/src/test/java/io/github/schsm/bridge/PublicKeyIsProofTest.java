// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.KeyDetails;
import io.github.schsm.TokenKey;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.token.Pkcs11Token;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KeyProof;
import org.junit.jupiter.api.Test;

/** Which key a certificate is for is told by the public key; a CKA_ID that somebody gave it is a hint. */
class PublicKeyIsProofTest {
    private static final byte[] KEY_ID = {5};

    private final FakeBench bench = new FakeBench();

    /** Without its public key object: then nothing but a use of the key tells its public key. */
    private void addPrivateKeyAlone() {
        bench.device.addKeyPair("alone", KEY_ID, FakeBench.PEER);
        FakeObject publicKey = bench.device.objects(Ck.CKO_PUBLIC_KEY, "alone").get(0);
        bench.device.remove(publicKey);
    }

    @Test
    void aCertificateWithAnotherIdIsTheKeysByItsPublicKey() throws Exception {
        bench.device.addKeyPair("moved", KEY_ID, FakeBench.PEER);

        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "moved");

        assertThat(token.certificate(key))
                .hasValueSatisfying(der -> assertThat(der).isEqualTo(FakeBench.CA_CERTIFICATE));
        assertThat(token.certificates()).isEmpty();
        assertThat(token.issuerCertificates())
                .as("an authority's certificate makes chains although its key is here")
                .anySatisfy(der -> assertThat(der).isEqualTo(FakeBench.CA_CERTIFICATE));
    }

    @Test
    void aKeyWhosePublicKeyNothingTellsHasItsCertificateAllTheSame() throws Exception {
        addPrivateKeyAlone();

        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "alone");

        assertThat(token.certificate(key))
                .hasValueSatisfying(der -> assertThat(der).isEqualTo(FakeBench.CA_CERTIFICATE));
    }

    @Test
    void aCertificateWithTheIdOfAKeyAndAnotherPublicKeyIsNotBelieved() throws Exception {
        addPrivateKeyAlone();
        bench.device.addCertificate("wrong", KEY_ID, FakeBench.subject("CN=first"), FakeBench.CERTIFICATE);
        bench.device.objects(Ck.CKO_CERTIFICATE, "authority").forEach(bench.device::remove);

        Pkcs11Token token = bench.loaded();
        TokenKey key = FakeBench.key(token, "alone");
        KeyDetails details = token.details(key);

        assertThat(PublicKeyNumbers.areEqual(details.publicKey(), FakeBench.PEER.getPublic()))
                .isTrue();
        assertThat(token.certificate(key)).isEmpty();
    }

    @Test
    void oneUseProvesOrDisproves() throws Exception {
        Pkcs11Token token = bench.loaded();
        for (String label : new String[] {"ec", "rsa"}) {
            TokenKey key = FakeBench.key(token, label);
            KeyDetails details = token.details(key);
            boolean isEc = label.equals("ec");

            assertThat(KeyProof.of(token, key, details, (isEc ? FakeBench.EC : FakeBench.RSA).getPublic()))
                    .isEqualTo(KeyProof.Verdict.PROVEN);
            assertThat(KeyProof.of(token, key, details, (isEc ? FakeBench.PEER : FakeBench.EC).getPublic()))
                    .isEqualTo(KeyProof.Verdict.DISPROVEN);
        }
    }
}
