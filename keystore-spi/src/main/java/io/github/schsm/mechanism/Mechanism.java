package io.github.schsm.mechanism;

import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of the mechanism table: an algorithm of the JCA, and what stands for it on a device and in PKCS#11.
 *
 * @param type        the JCA's type of service, e.g. {@code Signature}
 * @param name        the algorithm's standard name
 * @param aliases     other names
 * @param oids        object identifiers, dotted
 * @param digest      the JCA's name of the hash the host computes, as in {@link HashAlgorithm}; null if data is passed on as it is
 * @param encoding    how the result is encoded
 * @param keyType     the kind of key; null if there is none
 * @param algorithm   the device's algorithm; null where it takes none
 * @param pkcs11      the PKCS#11 mechanism's name; null where PKCS#11 cannot say it
 * @param minFirmware the first firmware that has it, e.g. {@code 3.0}; {@code 1.0} for any
 */
public record Mechanism(
        String type,
        String name,
        List<String> aliases,
        List<String> oids,
        @Nullable String digest,
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

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if the hash is not one of {@link HashAlgorithm}: a row with it would make
     *                                  signatures that nobody can verify
     */
    public Mechanism {
        if (digest != null
                && HashAlgorithm.named(digest)
                        .filter(hash -> hash.jca().equals(digest))
                        .isEmpty()) {
            throw new IllegalArgumentException("the mechanism " + name + " hashes with \"" + digest
                    + "\", which is not one of " + HashAlgorithm.names());
        }
        aliases = List.copyOf(aliases);
        oids = List.copyOf(oids);
    }
}
