// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.spec.KeySpec;
import java.util.Objects;
import javax.crypto.SecretKey;

/**
 * A key to be derived from an AES key in a device, for {@code SecretKeyFactory.getInstance("SP800-56C")}: the device
 * answers 32 bytes (SP 800-56C, extract-then-expand). What exactly enters the extraction differs between firmwares, so
 * the input goes there as it is, and a key derived by one firmware may not be derived again by another.
 */
public final class Sp80056cKeySpec implements KeySpec {
    private final SchsmSecretKey key;
    private final byte[] input;
    private final String algorithm;

    /**
     * A derivation.
     *
     * @param key       a handle for an AES key whose list allows {@link KeyAlgorithm#DERIVE_SP800_56C}
     * @param input     the derivation input, at least one byte and at most what one command carries
     * @param algorithm what the derived key is for, e.g. {@code AES}, {@code HmacSHA256}
     */
    public Sp80056cKeySpec(SecretKey key, byte[] input, String algorithm) {
        if (!(key instanceof SchsmSecretKey handle)) {
            throw new IllegalArgumentException("keys are derived from an AES key in a device, this is "
                    + (key == null ? "null" : "a " + key.getClass().getSimpleName()));
        }
        if (Objects.requireNonNull(input, "input").length == 0) {
            throw new IllegalArgumentException("the derivation input is empty");
        }
        if (Objects.requireNonNull(algorithm, "algorithm").isBlank()) {
            throw new IllegalArgumentException("the derived key needs the name of an algorithm, e.g. AES");
        }
        this.key = handle;
        this.input = input.clone();
        this.algorithm = algorithm;
    }

    /** The key that it is derived from. */
    public SchsmSecretKey key() {
        return key;
    }

    /** The derivation input. */
    public byte[] input() {
        return input.clone();
    }

    /** What the derived key is for. */
    public String algorithm() {
        return algorithm;
    }
}
