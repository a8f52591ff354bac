// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import javax.crypto.KeyGenerator;

/**
 * The TLS versions that a premaster secret may begin with (RFC 5246 section 7.4.7.1): the one the client offered, and
 * the one that was agreed on, which some old clients send instead. JSSE passes them to the cipher.
 *
 * @param client that the client offered, e.g. 0x0303
 * @param server that was agreed on
 */
public record TlsVersions(int client, int server) {
    /** A class that is internal to the JDK. */
    private static final String SPEC = "sun.security.internal.spec.TlsRsaPremasterSecretParameterSpec";

    private static final String GENERATOR = "SunTlsRsaPremasterSecret";

    /** The last version where clients may send the agreed one, as the JDK has it. */
    private static final int TLS_1_0 = 0x0301;

    /** What the parameters say; empty if they are others. */
    public static Optional<TlsVersions> of(AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException {
        if (!params.getClass().getName().equals(SPEC)) {
            return Optional.empty();
        }
        int client = clientVersion(params);
        return Optional.of(new TlsVersions(client, serverVersion(params).orElse(client)));
    }

    /**
     * The class is closed to us, but who makes premaster secrets by it is open to all: they begin with the client's
     * version.
     */
    private static int clientVersion(AlgorithmParameterSpec params) throws InvalidAlgorithmParameterException {
        try {
            KeyGenerator generator = KeyGenerator.getInstance(GENERATOR);
            generator.init(params);
            byte[] secret = generator.generateKey().getEncoded();
            return (secret[0] & 0xFF) << 8 | (secret[1] & 0xFF);
        } catch (NoSuchAlgorithmException notInThisJdk) {
            throw new InvalidAlgorithmParameterException(
                    "the TLS version cannot be read from the parameters: no provider has " + GENERATOR, notInThisJdk);
        }
    }

    /** Where the JDK lets us read it, which is of use for TLS 1.0 only. */
    private static OptionalInt serverVersion(AlgorithmParameterSpec params) {
        try {
            return OptionalInt.of(
                    (int) params.getClass().getMethod("getServerVersion").invoke(params));
        } catch (ReflectiveOperationException closed) {
            return OptionalInt.empty();
        }
    }

    /**
     * The secret, if it begins with a version that it may have, else the random bytes. Takes the same time for both.
     *
     * @param secret   wiped
     * @param fallback random bytes, as many
     */
    public byte[] checked(byte[] secret, byte[] fallback) {
        int found = (secret[0] & 0xFF) << 8 | (secret[1] & 0xFF);
        int isClient = isZero(found ^ client);
        int isServer = isZero(found ^ server) & isAtMost(client, TLS_1_0);
        int keep = -(isClient | isServer);
        byte[] chosen = new byte[secret.length];
        for (int i = 0; i < secret.length; i++) {
            chosen[i] = (byte) ((secret[i] & keep) | (fallback[i] & ~keep));
        }
        Arrays.fill(secret, (byte) 0);
        return chosen;
    }

    /** 1 for zero, else 0, without a branch. */
    private static int isZero(int value) {
        return ((value | -value) >>> 31) ^ 1;
    }

    /** 1 if the first is not greater, both not negative. */
    private static int isAtMost(int first, int second) {
        return ((second - first) >>> 31) ^ 1;
    }
}
