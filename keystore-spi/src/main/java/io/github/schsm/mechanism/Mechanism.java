// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.mechanism;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.codec.HashAlgorithm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the mechanism table: an algorithm of the JCA, and what stands for it on a device and in PKCS#11.
 *
 * @param engine      what does the work
 * @param name        the algorithm's standard name
 * @param aliases     other names
 * @param oids        object identifiers, dotted
 * @param hash        the hash that the host computes; null if data is passed on as it is
 * @param encoding    how the result is encoded
 * @param keyType     the kind of key; null if there is none
 * @param algorithm   the device's algorithm; null where it takes none
 * @param pkcs11      the PKCS#11 mechanism's name; null where PKCS#11 cannot say it
 * @param minFirmware the first firmware that has it, e.g. {@code 3.0}; {@code 1.0} for any
 */
public record Mechanism(
        EngineKind engine,
        String name,
        List<String> aliases,
        List<String> oids,
        @Nullable HashAlgorithm hash,
        Encoding encoding,
        @Nullable KeyType keyType,
        @Nullable KeyAlgorithm algorithm,
        @Nullable String pkcs11,
        String minFirmware) {
    /** How a result is encoded. */
    public enum Encoding {
        /** As the token gives it. */
        RAW,
        /** An ECDSA signature as a DER SEQUENCE of two INTEGERs. */
        DER,
        /** An ECDSA signature as {@code r || s} (IEEE P1363). */
        P1363,
        /** Whole blocks only. */
        NO_PADDING,
        /** PKCS#5 (PKCS#7) padding by the host. */
        PKCS5_PADDING,
        /** RSA with PKCS#1 v1.5 padding. */
        PKCS1_PADDING,
        /** RSA with OAEP. */
        OAEP_PADDING
    }

    /** Copies the lists. */
    public Mechanism {
        aliases = List.copyOf(aliases);
        oids = List.copyOf(oids);
    }

    /** The JCA's type of service, e.g. {@code Signature}. */
    public String type() {
        return engine.type();
    }

    /** The JCA's name of the hash; null if data is passed on as it is. */
    public @Nullable String digest() {
        return hash == null ? null : hash.jca();
    }
}
