// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.codec.EcCurve;
import java.io.IOException;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * Elliptic curve arithmetic of the device. Curves come from Bouncy Castle, because no JDK has had Brainpool and the
 * 192-bit curves since 16. Points are encoded {@code 04 || x || y}.
 */
public final class EcMath {
    private static final Map<EcCurve, ECDomainParameters> DOMAINS = domains();

    private EcMath() {}

    private static Map<EcCurve, ECDomainParameters> domains() {
        Map<EcCurve, ECDomainParameters> domains = new EnumMap<>(EcCurve.class);
        for (EcCurve curve : EcCurve.values()) {
            X9ECParameters x9 = CustomNamedCurves.getByName(curve.curveName());
            if (x9 == null) {
                x9 = ECNamedCurveTable.getByName(curve.curveName());
            }
            domains.put(curve, new ECDomainParameters(x9.getCurve(), x9.getG(), x9.getN(), x9.getH()));
        }
        return domains;
    }

    private static ECDomainParameters domain(EcCurve curve) {
        ECDomainParameters domain = DOMAINS.get(curve);
        if (domain == null) {
            throw new IllegalStateException("no parameters of " + curve);
        }
        return domain;
    }

    /** The group's order. */
    public static BigInteger order(EcCurve curve) {
        return domain(curve).getN();
    }

    /** A fresh private key, 1..n-1. */
    public static BigInteger newPrivateKey(EcCurve curve) {
        return BigIntegers.createRandomInRange(
                BigInteger.ONE, order(curve).subtract(BigInteger.ONE), Randomness.source());
    }

    /** The public point of a private key. */
    public static byte[] publicPoint(EcCurve curve, BigInteger privateKey) {
        return encode(new FixedPointCombMultiplier().multiply(domain(curve).getG(), privateKey));
    }

    /** ECDSA over a hash: {@code r || s}, each as long as the order. */
    public static byte[] signPlain(EcCurve curve, BigInteger privateKey, byte[] hash) {
        BigInteger[] rs = sign(curve, privateKey, hash);
        return PlainDSAEncoding.INSTANCE.encode(order(curve), rs[0], rs[1]);
    }

    /** ECDSA over a hash: {@code SEQUENCE { r, s }}. */
    public static byte[] signDer(EcCurve curve, BigInteger privateKey, byte[] hash) {
        BigInteger[] rs = sign(curve, privateKey, hash);
        try {
            return StandardDSAEncoding.INSTANCE.encode(order(curve), rs[0], rs[1]);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static BigInteger[] sign(EcCurve curve, BigInteger privateKey, byte[] hash) {
        ECDSASigner signer = new ECDSASigner();
        signer.init(
                true,
                new ParametersWithRandom(new ECPrivateKeyParameters(privateKey, domain(curve)), Randomness.source()));
        return signer.generateSignature(hash);
    }

    /**
     * The shared point of a Diffie-Hellman agreement.
     *
     * @param peer a point that {@link EcCurve#decode} has accepted for this curve
     */
    public static byte[] agree(EcCurve curve, BigInteger privateKey, byte[] peer) {
        ECPoint point = domain(curve).getCurve().decodePoint(peer);
        return encode(point.multiply(privateKey));
    }

    /** The x-coordinate of an encoded point, as long as the field. */
    public static byte[] x(byte[] point) {
        byte[] x = new byte[(point.length - 1) / 2];
        System.arraycopy(point, 1, x, 0, x.length);
        return x;
    }

    private static byte[] encode(ECPoint point) {
        return point.normalize().getEncoded(false);
    }
}
