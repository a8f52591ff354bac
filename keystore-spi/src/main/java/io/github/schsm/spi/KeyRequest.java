// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmKeySpec;
import io.github.schsm.codec.EcCurve;
import java.math.BigInteger;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A key to be generated, as a token understands it.
 *
 * @param type              the kind of key
 * @param label             its label; null for a generated one
 * @param id                CKA_ID; empty for the backend's choice
 * @param curve             the curve of an EC key, else null
 * @param size              bits of an RSA or AES key, else 0
 * @param publicExponent    public exponent of an RSA key, odd and at least 3; else null
 * @param allowedAlgorithms its algorithm list; empty for none, that is, everything
 * @param useCounter        how often it may be used
 * @param keyDomain         the slot of its key domain
 * @param wrappingKey       the id of its wrapping key; AES keys only
 * @param forMigration      whether it is the exchange key that a {@link KeyMigration} makes for itself: its request says
 *                          so, and what breaks off is recognized by that
 */
public record KeyRequest(
        KeyType type,
        @Nullable String label,
        byte[] id,
        @Nullable EcCurve curve,
        int size,
        @Nullable BigInteger publicExponent,
        List<KeyAlgorithm> allowedAlgorithms,
        OptionalLong useCounter,
        OptionalInt keyDomain,
        OptionalInt wrappingKey,
        boolean forMigration) {
    /** Checks that the parts fit the type. */
    public KeyRequest {
        Objects.requireNonNull(type, "type");
        allowedAlgorithms = List.copyOf(allowedAlgorithms);
        id = id.clone();
        if (type == KeyType.UNKNOWN) {
            throw new IllegalArgumentException("a key of unknown kind cannot be made");
        }
        if ((type == KeyType.EC) != (curve != null) || (type == KeyType.EC) != (size == 0)) {
            throw new IllegalArgumentException("an EC key has a curve, an RSA or AES key a size");
        }
        if (wrappingKey.isPresent() && type != KeyType.AES) {
            throw new IllegalArgumentException("only AES keys take the id of a wrapping key");
        }
        if ((type == KeyType.RSA) != (publicExponent != null)) {
            throw new IllegalArgumentException("an RSA key has a public exponent, no other key has one");
        }
        if (publicExponent != null && (!publicExponent.testBit(0) || publicExponent.compareTo(BigInteger.TWO) < 0)) {
            throw new IllegalArgumentException(
                    "the public exponent of an RSA key is odd and at least 3, not " + publicExponent);
        }
    }

    /** The usual public exponent, 65537, for an RSA key. */
    public KeyRequest(
            KeyType type,
            @Nullable String label,
            byte[] id,
            @Nullable EcCurve curve,
            int size,
            List<KeyAlgorithm> allowedAlgorithms,
            OptionalLong useCounter,
            OptionalInt keyDomain,
            OptionalInt wrappingKey) {
        this(
                type,
                label,
                id,
                curve,
                size,
                type == KeyType.RSA ? RSAKeyGenParameterSpec.F4 : null,
                allowedAlgorithms,
                useCounter,
                keyDomain,
                wrappingKey,
                false);
    }

    /**
     * A key with nothing but its kind: no label, no attributes.
     *
     * @param curve the curve of an EC key, else null
     * @param size  bits of an RSA or AES key, else 0
     */
    public static KeyRequest plain(KeyType type, @Nullable EcCurve curve, int size) {
        return new KeyRequest(
                type,
                null,
                new byte[0],
                curve,
                size,
                List.of(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /**
     * A key as a program asked for it.
     *
     * @param curve the curve of an EC key, else null
     * @param size  bits of an RSA or AES key, else 0
     */
    public static KeyRequest of(SchsmKeySpec spec, KeyType type, @Nullable EcCurve curve, int size) {
        byte[] id = spec.id();
        return new KeyRequest(
                type,
                spec.label(),
                id == null ? new byte[0] : id,
                curve,
                size,
                spec.allowed(),
                spec.useCounter(),
                spec.domain().map(domain -> OptionalInt.of(domain.slot())).orElse(OptionalInt.empty()),
                spec.wrappingKey());
    }

    /** The same with another public exponent, for an RSA key. */
    public KeyRequest withPublicExponent(BigInteger exponent) {
        return with(exponent, allowedAlgorithms, keyDomain, forMigration);
    }

    /** The same with an algorithm list, unless it has one. */
    public KeyRequest limitedTo(List<KeyAlgorithm> algorithms) {
        return with(
                publicExponent, allowedAlgorithms.isEmpty() ? algorithms : allowedAlgorithms, keyDomain, forMigration);
    }

    /** The same in a key domain, and with a list that lets the key be wrapped if there was none. */
    public KeyRequest inKeyDomain(int slot) {
        return limitedTo(List.of(KeyAlgorithm.ALL, KeyAlgorithm.WRAP)).inSlot(OptionalInt.of(slot));
    }

    /** The same without a key domain. */
    public KeyRequest withoutKeyDomain() {
        return inSlot(OptionalInt.empty());
    }

    private KeyRequest inSlot(OptionalInt slot) {
        return with(publicExponent, allowedAlgorithms, slot, forMigration);
    }

    /** The same as a migration's own; nothing that a user chooses makes a key one. */
    public KeyRequest madeForMigration() {
        return with(publicExponent, allowedAlgorithms, keyDomain, true);
    }

    private KeyRequest with(
            @Nullable BigInteger exponent, List<KeyAlgorithm> algorithms, OptionalInt slot, boolean migration) {
        return new KeyRequest(
                type, label, id, curve, size, exponent, algorithms, useCounter, slot, wrappingKey, migration);
    }

    @Override
    public byte[] id() {
        return id.clone();
    }
}
