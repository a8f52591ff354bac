// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import io.github.schsm.InvalidRequestException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A DKEK share file's password that nobody knows alone (docs/protocol.md#dkek-shares): eight random bytes, divided
 * among custodians by Shamir's scheme over a prime of 64 bits, as {@code sc-hsm-tool} does it.
 *
 * <p>Bytes are wiped; the numbers that are calculated with cannot be, they are left to the garbage collector.
 */
public final class DkekSharePassword {
    /** A password has 8 bytes. */
    public static final int LENGTH = 8;
    /** Fewer custodians than these must not be enough. */
    public static final int MIN_THRESHOLD = 2;
    /** Of so many custodians at least. */
    public static final int MIN_TOTAL = 3;

    private DkekSharePassword() {}

    /**
     * A new password.
     *
     * @return 8 bytes, the top bit clear, the first one not zero: {@code sc-hsm-tool} would drop it when it puts the
     *     password together, and refuse the file. The caller's to wipe
     */
    public static byte[] generate(SecureRandom random) {
        byte[] password = new byte[LENGTH];
        do {
            random.nextBytes(password);
            password[0] &= 0x7F;
        } while (password[0] == 0);
        return password;
    }

    /**
     * Divides a password.
     *
     * @param password  8 bytes, the top bit clear; the caller's to wipe
     * @param threshold how many shares are needed, at least 2
     * @param total     how many there are, 3 to 255
     * @param random    where prime and polynomial come from
     * @return {@code total} shares with the ids 1, 2, ..
     * @throws InvalidRequestException if threshold and total do not fit
     */
    public static List<DkekPasswordShare> divide(byte[] password, int threshold, int total, SecureRandom random)
            throws InvalidRequestException {
        if (total < MIN_TOTAL || total > DkekPasswordShare.MAX_ID) {
            throw new InvalidRequestException("a password of " + total + " shares: the total is " + MIN_TOTAL + " to "
                    + DkekPasswordShare.MAX_ID);
        }
        if (threshold < MIN_THRESHOLD || threshold > total) {
            throw new InvalidRequestException("a password of which " + threshold + " of " + total
                    + " shares are needed: the threshold is " + MIN_THRESHOLD + " to the total");
        }
        if (password.length != LENGTH || password[0] < 0) {
            throw new IllegalArgumentException("the password has to have 8 bytes, the top bit clear");
        }
        BigInteger prime = safePrime(random);
        BigInteger[] polynomial = new BigInteger[threshold];
        polynomial[0] = new BigInteger(1, password);
        for (int i = 1; i < threshold; i++) {
            polynomial[i] = below(prime, random);
        }
        List<DkekPasswordShare> shares = new ArrayList<>(total);
        for (int id = 1; id <= total; id++) {
            BigInteger x = BigInteger.valueOf(id);
            BigInteger y = BigInteger.ZERO;
            for (int i = threshold - 1; i >= 0; i--) {
                y = y.multiply(x).add(polynomial[i]).mod(prime);
            }
            shares.add(new DkekPasswordShare(prime, id, y));
        }
        return shares;
    }

    /**
     * Puts a password together. Whether it is the right one, only the file can tell.
     *
     * @param shares as many as the threshold says, or more
     * @return what the password may be, the likeliest first: 8 bytes, and where they begin with zeros also without
     *     these, because {@code sc-hsm-tool} drops them. The caller's to wipe
     * @throws InvalidRequestException if the shares do not belong together
     */
    public static List<byte[]> recreate(List<DkekPasswordShare> shares) throws InvalidRequestException {
        if (shares.size() < MIN_THRESHOLD) {
            throw new InvalidRequestException(
                    "password shares presented: " + shares.size() + "; at least " + MIN_THRESHOLD + " are needed");
        }
        BigInteger prime = shares.get(0).prime();
        boolean[] seen = new boolean[DkekPasswordShare.MAX_ID + 1];
        for (DkekPasswordShare share : shares) {
            if (!share.prime().equals(prime)) {
                throw new InvalidRequestException(
                        "password shares " + shares.get(0).id() + " and " + share.id()
                                + " have different primes: they are not of the same password");
            }
            if (seen[share.id()]) {
                throw new InvalidRequestException("password share " + share.id() + " was presented twice");
            }
            seen[share.id()] = true;
        }
        BigInteger secret = at(BigInteger.ZERO, prime, shares);
        if (secret.bitLength() >= DkekPasswordShare.PRIME_BITS) {
            throw wrong(shares);
        }
        byte[] whole = bytes(secret);
        int zeros = 0;
        while (zeros < whole.length - 1 && whole[zeros] == 0) {
            zeros++;
        }
        return zeros == 0 ? List.of(whole) : List.of(whole, Arrays.copyOfRange(whole, zeros, whole.length));
    }

    static InvalidRequestException wrong(List<DkekPasswordShare> shares) {
        List<Integer> ids = shares.stream().map(DkekPasswordShare::id).toList();
        return new InvalidRequestException("the password shares " + ids + " do not make the password: a value is wrong,"
                + " one is of another file, or fewer were presented than the threshold says");
    }

    /**
     * Makes a share again, or another one, out of others: what a ceremony goes on with where it was interrupted.
     *
     * @param shares as many as the threshold says, or more, of one password; whether they are right, only the file can tell
     * @param id     the number of the share, 1 to {@link DkekPasswordShare#MAX_ID}
     * @throws InvalidRequestException if the shares do not belong together
     */
    public static DkekPasswordShare another(List<DkekPasswordShare> shares, int id) throws InvalidRequestException {
        recreate(shares).forEach(password -> Arrays.fill(password, (byte) 0));
        if (id < 1 || id > DkekPasswordShare.MAX_ID) {
            throw new InvalidRequestException("password shares have numbers from 1 to " + DkekPasswordShare.MAX_ID);
        }
        for (DkekPasswordShare share : shares) {
            if (share.id() == id) {
                return share;
            }
        }
        BigInteger prime = shares.get(0).prime();
        return new DkekPasswordShare(prime, id, at(BigInteger.valueOf(id), prime, shares));
    }

    /** Lagrange's interpolation. */
    private static BigInteger at(BigInteger x, BigInteger prime, List<DkekPasswordShare> shares) {
        BigInteger sum = BigInteger.ZERO;
        for (DkekPasswordShare share : shares) {
            BigInteger numerator = share.value();
            BigInteger denominator = BigInteger.ONE;
            for (DkekPasswordShare other : shares) {
                if (other.id() != share.id()) {
                    numerator = numerator
                            .multiply(BigInteger.valueOf(other.id()).subtract(x))
                            .mod(prime);
                    denominator = denominator
                            .multiply(BigInteger.valueOf(other.id() - share.id()))
                            .mod(prime);
                }
            }
            sum = sum.add(numerator.multiply(denominator.modInverse(prime))).mod(prime);
        }
        return sum;
    }

    private static BigInteger safePrime(SecureRandom random) {
        while (true) {
            BigInteger half = BigInteger.probablePrime(DkekPasswordShare.PRIME_BITS - 1, random);
            BigInteger prime = half.shiftLeft(1).setBit(0);
            if (DkekPasswordShare.isSafePrime(prime)) {
                return prime;
            }
        }
    }

    private static BigInteger below(BigInteger limit, SecureRandom random) {
        while (true) {
            BigInteger number = new BigInteger(limit.bitLength(), random);
            if (number.compareTo(limit) < 0) {
                return number;
            }
        }
    }

    /** A number of up to 64 bits in 8 bytes. */
    static byte[] bytes(BigInteger number) {
        byte[] bytes = new byte[LENGTH];
        long bits = number.longValue();
        for (int i = LENGTH - 1; i >= 0; i--) {
            bytes[i] = (byte) bits;
            bits >>>= Byte.SIZE;
        }
        return bytes;
    }
}
