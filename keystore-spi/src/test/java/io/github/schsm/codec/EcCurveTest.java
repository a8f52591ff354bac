// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.MalformedDataException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every curve against Bouncy Castle's provider. */
class EcCurveTest {
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();

    private static KeyPair pair(EcCurve curve) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
        generator.initialize(new ECGenParameterSpec(curve.curveName()));
        return generator.generateKeyPair();
    }

    private static byte[] sign(KeyPair pair, byte[] hash) throws Exception {
        Signature signature = Signature.getInstance("NONEwithECDSA", BC);
        signature.initSign(pair.getPrivate());
        signature.update(hash);
        return signature.sign();
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void isFoundByNameOidParametersAndPoint(EcCurve curve) throws Exception {
        ECPublicKey key = (ECPublicKey) pair(curve).getPublic();

        assertThat(EcCurve.of(key.getParams())).contains(curve);
        assertThat(EcCurve.named(curve.curveName().toUpperCase(java.util.Locale.ROOT)))
                .contains(curve);
        assertThat(EcCurve.named(curve.oid())).contains(curve);
        assertThat(EcCurve.containing(curve.encode(key.getW()))).contains(curve);
        Tlv publicKey = Tlv.of(0x7F49, curve.domainParameters().toArray(Tlv[]::new));
        assertThat(EcCurve.fromDomainParameters(Tlv.parse(publicKey.encoded()))).isEqualTo(curve);
        assertThat(curve.orderLength()).isEqualTo((key.getParams().getOrder().bitLength() + 7) / 8);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void addsToAPointAsPrivateKeysAreAdded(EcCurve curve) throws Exception {
        KeyPair pair = pair(curve);
        ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
        BigInteger d = ((java.security.interfaces.ECPrivateKey) pair.getPrivate()).getS();
        BigInteger order = curve.parameters().getOrder();
        ECPoint generator = curve.parameters().getGenerator();

        assertThat(curve.add(generator, d.subtract(BigInteger.ONE))).contains(curve.encode(point));
        assertThat(curve.add(point, order)).contains(curve.encode(point));
        assertThat(curve.add(point, BigInteger.valueOf(5)))
                .contains(curve.add(generator, d.add(BigInteger.valueOf(4))).orElseThrow());
        assertThat(curve.add(point, order.subtract(d))).as("infinity").isEmpty();
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void itsPublicKeysAreUnderstoodByOthersAndTheirsByIt(EcCurve curve) throws Exception {
        ECPublicKey theirs = (ECPublicKey) pair(curve).getPublic();
        ECPublicKey ours = curve.publicKey(curve.encode(theirs.getW()));

        assertThat(ours.getEncoded()).isEqualTo(theirs.getEncoded());
        assertThat(ours).isEqualTo(theirs);
        assertThat(ours.getFormat()).isEqualTo("X.509");
        PublicKey read = java.security.KeyFactory.getInstance("EC", BC)
                .generatePublic(new java.security.spec.X509EncodedKeySpec(ours.getEncoded()));
        assertThat(read).isEqualTo(theirs);
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void verifiesPlainSignaturesAndNothingElse(EcCurve curve) throws Exception {
        KeyPair pair = pair(curve);
        byte[] hash = MessageDigest.getInstance("SHA-512").digest(new byte[] {1, 2, 3});
        byte[] point = curve.encode(((ECPublicKey) pair.getPublic()).getW());
        byte[] plain = EcdsaSignature.parse(sign(pair, hash)).plain(curve.orderLength());

        assertThat(curve.verify(point, hash, plain)).isTrue();
        assertThat(curve.verify(point, EcdsaSignature.truncate(hash, curve.orderLength()), plain))
                .isTrue();
        plain[3] ^= 1;
        assertThat(curve.verify(point, hash, plain)).isFalse();
        assertThat(curve.verify(point, hash, new byte[0])).isFalse();
        assertThat(curve.verify(point, hash, new byte[2 * curve.orderLength()])).isFalse();
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void findsAPublicKeyByTwoSignatures(EcCurve curve) throws Exception {
        KeyPair pair = pair(curve);
        byte[] first = Arrays.copyOf(MessageDigest.getInstance("SHA-1").digest(new byte[] {1}), 20);
        byte[] second = Arrays.copyOf(MessageDigest.getInstance("SHA-1").digest(new byte[] {2}), 20);
        EcdsaSignature proof = EcdsaSignature.parse(sign(pair, second));

        assertThat(curve.recover(first, EcdsaSignature.parse(sign(pair, first))).stream()
                        .filter(point -> verifies(curve, point, second, proof)))
                .containsExactly(curve.encode(((ECPublicKey) pair.getPublic()).getW()));
    }

    private static boolean verifies(EcCurve curve, byte[] point, byte[] hash, EcdsaSignature signature) {
        try {
            return curve.verify(point, hash, signature.plain(curve.orderLength()));
        } catch (MalformedDataException notOfThisCurve) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(EcCurve.class)
    void refusesPointsThatAreNotOnIt(EcCurve curve) throws Exception {
        byte[] good = curve.encode(curve.parameters().getGenerator());
        byte[] changed = good.clone();
        changed[changed.length - 1] ^= 1;
        byte[] compressed = good.clone();
        compressed[0] = 2;

        assertThat(curve.decode(good)).isEqualTo(curve.parameters().getGenerator());
        assertThatThrownBy(() -> curve.decode(changed)).hasMessageContaining("not on the curve");
        assertThatThrownBy(() -> curve.decode(compressed)).isInstanceOf(MalformedDataException.class);
        assertThatThrownBy(() -> curve.decode(Arrays.copyOf(good, good.length - 1)))
                .isInstanceOf(MalformedDataException.class);
        assertThatThrownBy(() -> curve.decode(new byte[0])).isInstanceOf(MalformedDataException.class);
        assertThat(curve.isOnCurve(ECPoint.POINT_INFINITY)).isFalse();
        BigInteger p = ((ECFieldFp) curve.parameters().getCurve().getField()).getP();
        ECPoint generator = curve.parameters().getGenerator();
        assertThat(curve.isOnCurve(new ECPoint(generator.getAffineX().add(p), generator.getAffineY())))
                .as("a coordinate beyond the field")
                .isFalse();
    }

    @Test
    void aPublicKeySurvivesSerialization() throws Exception {
        ECPublicKey key = EcCurve.SECP256R1.publicKey(
                EcCurve.SECP256R1.encode(EcCurve.SECP256R1.parameters().getGenerator()));
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        try (java.io.ObjectOutputStream out = new java.io.ObjectOutputStream(bytes)) {
            out.writeObject(key);
        }
        try (java.io.ObjectInputStream in =
                new java.io.ObjectInputStream(new java.io.ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(key);
        }
    }
}
