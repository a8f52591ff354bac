// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.codec.EcCurve;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was verified is remembered; what was not, never. */
class GoodSignaturesTest {
    private static final EcCurve CURVE = EcCurve.SECP256R1;

    private KeyPair pair;
    private byte[] point;

    @BeforeEach
    void makeAKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "SunEC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        pair = generator.generateKeyPair();
        point = CURVE.encode(((ECPublicKey) pair.getPublic()).getW());
    }

    private byte[] sign(byte[] hash) throws Exception {
        Signature signature = Signature.getInstance("NONEwithECDSAinP1363Format", "SunEC");
        signature.initSign(pair.getPrivate());
        signature.update(hash);
        return signature.sign();
    }

    @Test
    void aGoodOneIsRememberedAndStaysGood() throws Exception {
        byte[] hash = new byte[32];
        byte[] signature = sign(hash);

        assertThat(GoodSignatures.isKnown(CURVE, point, hash, signature)).isFalse();
        assertThat(GoodSignatures.verify(CURVE, point, hash, signature)).isTrue();
        assertThat(GoodSignatures.isKnown(CURVE, point, hash, signature)).isTrue();
        assertThat(GoodSignatures.verify(CURVE, point, hash, signature)).isTrue();
    }

    @Test
    void nothingThatDiffersFromItIsTakenForIt() throws Exception {
        byte[] hash = new byte[32];
        byte[] signature = sign(hash);
        assertThat(GoodSignatures.verify(CURVE, point, hash, signature)).isTrue();

        for (int i = 0; i < 32; i++) {
            byte[] otherHash = hash.clone();
            otherHash[i] ^= 1;
            assertThat(GoodSignatures.verify(CURVE, point, otherHash, signature))
                    .isFalse();
            byte[] otherSignature = signature.clone();
            otherSignature[i] ^= 1;
            assertThat(GoodSignatures.verify(CURVE, point, hash, otherSignature))
                    .isFalse();
        }
        byte[] otherPoint = point;
        makeAKey();
        assertThat(GoodSignatures.verify(CURVE, point, hash, signature)).isFalse();
        assertThat(GoodSignatures.verify(EcCurve.SECP256K1, otherPoint, hash, signature))
                .isFalse();
    }

    @Test
    void aBadOneIsNotRemembered() throws Exception {
        byte[] signature = sign(new byte[32]);
        byte[] hash = new byte[32];
        hash[0] = 1;

        assertThat(GoodSignatures.verify(CURVE, point, hash, signature)).isFalse();
        assertThat(GoodSignatures.isKnown(CURVE, point, hash, signature)).isFalse();
    }

    @Test
    void onlySoManyAreRemembered() throws Exception {
        byte[] first = new byte[32];
        byte[] signature = sign(first);
        assertThat(GoodSignatures.verify(CURVE, point, first, signature)).isTrue();
        for (int i = 1; i <= GoodSignatures.MOST; i++) {
            byte[] hash = new byte[32];
            hash[0] = (byte) i;
            hash[1] = (byte) (i >> 8);
            assertThat(GoodSignatures.verify(CURVE, point, hash, sign(hash))).isTrue();
        }

        assertThat(GoodSignatures.size()).isEqualTo(GoodSignatures.MOST);
        assertThat(GoodSignatures.isKnown(CURVE, point, first, signature)).isFalse();
    }
}
