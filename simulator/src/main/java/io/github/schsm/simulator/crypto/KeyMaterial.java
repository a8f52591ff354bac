// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.codec.EcCurve;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** A private or secret key. Leaves this process only wrapped. */
public sealed interface KeyMaterial {
    /** Whether the algorithm (docs/protocol.md#algorithms) is one for keys of this type. */
    boolean supports(int algorithm);

    /** Key size: bits of field or modulus for pairs, bits of a secret key. */
    int bits();

    /** Kind and size, {@code ec-256}. */
    default String kind() {
        String type = this instanceof Ec ? "ec" : this instanceof Rsa ? "rsa" : "aes";
        return type + '-' + bits();
    }

    /** Bytes that it takes of the device's memory. */
    int footprint();

    private static boolean isBetween(int algorithm, int first, int last) {
        return algorithm >= first && algorithm <= last;
    }

    /**
     * An EC key pair.
     *
     * @param d     private key
     * @param point public point, {@code 04 || x || y}
     */
    record Ec(EcCurve curve, BigInteger d, byte[] point) implements KeyMaterial {
        public static Ec of(EcCurve curve, BigInteger d) {
            return new Ec(curve, d, EcMath.publicPoint(curve, d));
        }

        @Override
        public boolean supports(int algorithm) {
            return isBetween(algorithm, Algorithm.ECDSA, Algorithm.ECDSA_SHA512)
                    || algorithm == Algorithm.ECDH
                    || algorithm == Algorithm.ECDH_AUTHENTICATED
                    || algorithm == Algorithm.ECDH_XKEK
                    || algorithm == Algorithm.DERIVE_EC;
        }

        @Override
        public int bits() {
            return curve.bits();
        }

        @Override
        public int footprint() {
            return 8 * curve.fieldLength();
        }
    }

    /**
     * An RSA key pair.
     *
     * @param crt null for a key that came as modulus and exponents only
     */
    record Rsa(
            BigInteger n,
            BigInteger e,
            BigInteger d,
            @Nullable Crt crt) implements KeyMaterial {
        /** Primes, exponents and coefficient. */
        public record Crt(BigInteger p, BigInteger q, BigInteger dP, BigInteger dQ, BigInteger qInv) {}

        @Override
        public boolean supports(int algorithm) {
            return isBetween(algorithm, Algorithm.RSA_RAW, Algorithm.RSA_DECRYPT_OAEP)
                    || isBetween(algorithm, Algorithm.RSA_PKCS1, Algorithm.RSA_PKCS1_SHA512)
                    || isBetween(algorithm, Algorithm.RSA_PSS, Algorithm.RSA_PSS_SHA512);
        }

        @Override
        public int bits() {
            return n.bitLength();
        }

        @Override
        public int footprint() {
            return 5 * bits() / 16 + bits() / 8;
        }
    }

    /** An AES key of 16, 24 or 32 bytes. */
    record Aes(byte[] value) implements KeyMaterial {
        @Override
        public boolean supports(int algorithm) {
            return algorithm == Algorithm.AES_CBC_ENCRYPT
                    || algorithm == Algorithm.AES_CBC_DECRYPT
                    || algorithm == Algorithm.AES_CMAC
                    || algorithm == Algorithm.DERIVE_SP800_56C;
        }

        @Override
        public int bits() {
            return 8 * value.length;
        }

        @Override
        public int footprint() {
            return value.length;
        }
    }
}
