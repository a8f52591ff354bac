// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.InvalidRequestException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.List;

/** Completes the numbers of an RSA key, and checks that they are those of one key. */
final class RsaNumbers {
    private static final BigInteger ONE = BigInteger.ONE;
    private static final BigInteger TWO = BigInteger.TWO;
    /** What public exponents are, where the key does not say it. */
    private static final List<BigInteger> USUAL_EXPONENTS =
            List.of(BigInteger.valueOf(65_537), BigInteger.valueOf(3), BigInteger.valueOf(17), BigInteger.valueOf(5));

    private static final int CERTAINTY = 64;
    private static final int MOST_TRIES = 200;

    private RsaNumbers() {}

    /**
     * A key whose numbers fit together.
     *
     * @param e 0 if it is not known
     * @param p 0 if the primes are not known
     */
    static SoftwareKey.Rsa complete(BigInteger n, BigInteger e, BigInteger d, BigInteger p, BigInteger q)
            throws InvalidRequestException {
        if (n.signum() <= 0 || d.signum() <= 0 || d.compareTo(n) >= 0 || !n.testBit(0)) {
            throw inconsistent();
        }
        BigInteger exponent = e.signum() > 0 ? e : exponent(n, d);
        if (!exponent.testBit(0) || exponent.equals(ONE) || exponent.compareTo(n) >= 0) {
            throw inconsistent();
        }
        BigInteger first = p;
        if (p.signum() <= 0 || q.signum() <= 0) {
            first = factor(n, exponent, d);
        }
        BigInteger second = n.divide(first);
        requireOneKey(n, exponent, d, first, second);
        return new SoftwareKey.Rsa(n, exponent, d, first, second);
    }

    private static void requireOneKey(BigInteger n, BigInteger e, BigInteger d, BigInteger p, BigInteger q)
            throws InvalidRequestException {
        if (!p.multiply(q).equals(n) || p.equals(q) || !p.isProbablePrime(CERTAINTY) || !q.isProbablePrime(CERTAINTY)) {
            throw inconsistent();
        }
        if (2 * p.bitLength() != n.bitLength() || 2 * q.bitLength() != n.bitLength()) {
            throw new InvalidRequestException(
                    "the RSA key cannot be imported: its primes have " + p.bitLength() + " and " + q.bitLength()
                            + " bits; devices have keys of two primes, each half as long as the modulus");
        }
        BigInteger product = e.multiply(d).subtract(ONE);
        if (product.mod(p.subtract(ONE)).signum() != 0
                || product.mod(q.subtract(ONE)).signum() != 0) {
            throw inconsistent();
        }
    }

    private static BigInteger exponent(BigInteger n, BigInteger d) throws InvalidRequestException {
        for (BigInteger usual : USUAL_EXPONENTS) {
            if (TWO.modPow(usual, n).modPow(d, n).equals(TWO)) {
                return usual;
            }
        }
        throw new InvalidRequestException(
                "the RSA key cannot be imported: it does not show its public exponent, and that is" + " none of "
                        + USUAL_EXPONENTS + "; give the key's certificate with it");
    }

    /** A prime of n, found by a square root of 1 (NIST SP 800-56B, appendix C.1). */
    private static BigInteger factor(BigInteger n, BigInteger e, BigInteger d) throws InvalidRequestException {
        BigInteger even = e.multiply(d).subtract(ONE);
        if (even.signum() <= 0 || even.testBit(0)) {
            throw inconsistent();
        }
        int twos = even.getLowestSetBit();
        BigInteger odd = even.shiftRight(twos);
        BigInteger last = n.subtract(ONE);
        SecureRandom random = new SecureRandom();
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            BigInteger base = new BigInteger(n.bitLength() - 1, random).add(TWO);
            BigInteger power = base.modPow(odd, n);
            for (int i = 0; i < twos && !power.equals(ONE) && !power.equals(last); i++) {
                BigInteger square = power.modPow(TWO, n);
                if (square.equals(ONE)) {
                    return power.subtract(ONE).gcd(n);
                }
                power = square;
            }
        }
        throw inconsistent();
    }

    private static InvalidRequestException inconsistent() {
        return new InvalidRequestException(
                "the RSA key cannot be imported: its numbers are not those of one key of two primes");
    }
}
