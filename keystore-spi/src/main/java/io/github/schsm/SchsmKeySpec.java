// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A key to be generated with everything a SmartCard-HSM can do for it: label, key domain, allowed algorithms, use
 * counter. For {@code KeyPairGenerator} (EC, RSA) and {@code KeyGenerator} (AES) of this provider.
 */
public final class SchsmKeySpec implements AlgorithmParameterSpec {
    private final String label;
    private final @Nullable AlgorithmParameterSpec parameters;
    private final int keySize;
    private final @Nullable KeyDomain domain;
    private final List<KeyAlgorithm> allowed;
    private final OptionalLong useCounter;
    private final OptionalInt wrappingKey;
    private final byte @Nullable [] id;
    private final @Nullable SchsmEcPrivateKey parent;
    private final byte @Nullable [] derivationValue;

    private SchsmKeySpec(Builder builder) {
        this.label = builder.label;
        this.parameters = builder.parameters;
        this.keySize = builder.keySize;
        this.domain = builder.domain;
        this.allowed = builder.allowed;
        this.useCounter = builder.useCounter;
        this.wrappingKey = builder.wrappingKey;
        this.id = builder.id;
        this.parent = builder.parent;
        this.derivationValue = builder.derivationValue;
    }

    /**
     * Starts with the label, which is the key's alias in the key store.
     *
     * @param label 1 to {@value Labels#MOST_CHARACTERS} characters, none of them a control character
     */
    public static Builder builder(String label) {
        return new Builder(Labels.require(label));
    }

    /**
     * An exchange key of a domain: on brainpoolP256r1, and good for nothing but {@code ECDH_XKEK}.
     *
     * @param label  its label
     * @param domain the XKEK key domain whose KEK it agrees on
     */
    public static SchsmKeySpec exchangeKey(String label, KeyDomain domain) {
        if (!domain.isXkek()) {
            throw new IllegalArgumentException(domain + " has no agreement: only XKEK key domains have exchange keys");
        }
        return builder(label)
                .parameters(new ECGenParameterSpec(EcCurve.BRAINPOOLP256R1.curveName()))
                .domain(domain)
                .allow(KeyAlgorithm.ECDH_XKEK)
                .build();
    }

    /** The label. */
    public String label() {
        return label;
    }

    /** The curve or size as the JCA says it, e.g. {@link ECGenParameterSpec}; null for the generator's default. */
    public @Nullable AlgorithmParameterSpec parameters() {
        return parameters;
    }

    /** The size in bits of a key without other parameters; 0 for the generator's default. */
    public int keySize() {
        return keySize;
    }

    /** The key domain. */
    public Optional<KeyDomain> domain() {
        return Optional.ofNullable(domain);
    }

    /** The algorithm list; empty for none. */
    public List<KeyAlgorithm> allowed() {
        return allowed;
    }

    /** How often the key may be used. */
    public OptionalLong useCounter() {
        return useCounter;
    }

    /** The id of its wrapping key. */
    public OptionalInt wrappingKey() {
        return wrappingKey;
    }

    /** CKA_ID, if it is not left to the provider. */
    public byte @Nullable [] id() {
        return id == null ? null : id.clone();
    }

    /** The key that it is derived from, if it is not generated at random. */
    public Optional<SchsmEcPrivateKey> parent() {
        return Optional.ofNullable(parent);
    }

    /** What is added to the parent's private key, as long as the curve's order; null without a parent. */
    public byte @Nullable [] derivationValue() {
        return derivationValue == null ? null : derivationValue.clone();
    }

    /** Collects what the key shall have. */
    public static final class Builder {
        private final String label;
        private @Nullable AlgorithmParameterSpec parameters;
        private int keySize;
        private @Nullable KeyDomain domain;
        private List<KeyAlgorithm> allowed = List.of();
        private OptionalLong useCounter = OptionalLong.empty();
        private OptionalInt wrappingKey = OptionalInt.empty();
        private byte @Nullable [] id;
        private @Nullable SchsmEcPrivateKey parent;
        private byte @Nullable [] derivationValue;

        private Builder(String label) {
            this.label = label;
        }

        /**
         * The curve as {@link ECGenParameterSpec} or {@link java.security.spec.ECParameterSpec}; size and public
         * exponent of an RSA key as {@link java.security.spec.RSAKeyGenParameterSpec}.
         */
        public Builder parameters(AlgorithmParameterSpec spec) {
            this.parameters = Objects.requireNonNull(spec, "spec");
            return this;
        }

        /** The size in bits, e.g. 256 for an AES key, 3072 for an RSA key. */
        public Builder keySize(int bits) {
            this.keySize = bits;
            return this;
        }

        /** The key domain, one of the device in which the key is generated. */
        public Builder domain(KeyDomain keyDomain) {
            this.domain = Objects.requireNonNull(keyDomain, "keyDomain");
            return this;
        }

        /** The key's algorithm list, 1 to 16 entries; without it the key may do everything its type allows. */
        public Builder allow(KeyAlgorithm... algorithms) {
            if (algorithms.length < 1 || algorithms.length > 16) {
                throw new IllegalArgumentException(
                        "an algorithm list has 1 to 16 entries, this has " + algorithms.length);
            }
            this.allowed = List.copyOf(Arrays.asList(algorithms));
            return this;
        }

        /** How often the key may be used, 1 to 4,294,967,294. */
        public Builder useCounter(long uses) {
            if (uses < 1 || uses > 0xFFFF_FFFEL) {
                throw new IllegalArgumentException("a use counter is 1 to 4294967294, not " + uses);
            }
            this.useCounter = OptionalLong.of(uses);
            return this;
        }

        /** The id of its wrapping key, 0 to 255, which the device keeps and shows; AES keys only. */
        public Builder wrappingKey(int keyId) {
            if (keyId < 0 || keyId > 0xFF) {
                throw new IllegalArgumentException("a wrapping key id is 0 to 255, not " + keyId);
            }
            this.wrappingKey = OptionalInt.of(keyId);
            return this;
        }

        /** CKA_ID, 1 to 32 bytes. */
        public Builder id(byte[] ckaId) {
            if (ckaId.length < 1 || ckaId.length > 32) {
                throw new IllegalArgumentException("an id has 1 to 32 bytes, this has " + ckaId.length);
            }
            this.id = ckaId.clone();
            return this;
        }

        /**
         * Derives the key from another EC key on the same token, in place of a random one: {@code d' = d + value mod n}.
         * The parent's algorithm list has to allow {@link KeyAlgorithm#DERIVE_EC}. The new key inherits curve, key
         * domain and algorithm list.
         *
         * @param key   a handle of this provider
         * @param value 1 to n - 1, big-endian, not longer than the curve's order
         */
        public Builder derivedFrom(PrivateKey key, byte[] value) {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(value, "value");
            if (!(key instanceof SchsmEcPrivateKey handle)) {
                throw new IllegalArgumentException("keys are derived from an EC key in a device, this is a "
                        + key.getClass().getSimpleName() + " (" + key.getAlgorithm() + ")");
            }
            int length = handle.curve().orderLength();
            if (value.length < 1 || value.length > length) {
                throw new IllegalArgumentException("a derivation value for a key on " + handle.curve() + " has 1 to "
                        + length + " bytes, this has " + value.length);
            }
            BigInteger number = new BigInteger(1, value);
            if (number.signum() == 0
                    || number.compareTo(handle.curve().parameters().getOrder()) >= 0) {
                throw new IllegalArgumentException(
                        "a derivation value is 1 to n - 1, n being the order of " + handle.curve() + "; this is not");
            }
            this.parent = handle;
            this.derivationValue = new byte[length];
            System.arraycopy(value, 0, this.derivationValue, length - value.length, value.length);
            return this;
        }

        /** The specification. */
        public SchsmKeySpec build() {
            if (parent != null
                    && (parameters != null
                            || keySize != 0
                            || domain != null
                            || !allowed.isEmpty()
                            || useCounter.isPresent())) {
                throw new IllegalArgumentException("a derived key inherits curve, key domain and algorithm list of "
                        + PrintableText.of(parent.label()) + " and has no use counter: only label and id can be given");
            }
            return new SchsmKeySpec(this);
        }
    }
}
