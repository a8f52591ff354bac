package io.github.schsm.provider.engine;

import io.github.schsm.KeyAlgorithm;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The variants of a signature algorithm that hash the data in the device: they follow the one that takes a hash. */
final class DeviceHash {
    private static final List<String> HASHES = List.of("SHA-1", "SHA-224", "SHA-256", "SHA-384", "SHA-512");

    private DeviceHash() {}

    /**
     * The variant with a hash function, if there is one.
     *
     * @param family {@link KeyAlgorithm#RSA_PKCS1}, {@link KeyAlgorithm#RSA_PSS} or {@link KeyAlgorithm#ECDSA}
     * @param hash   the JCA's name of the hash function; null for none
     */
    static Optional<KeyAlgorithm> of(KeyAlgorithm family, @Nullable String hash) {
        int index = hash == null ? -1 : HASHES.indexOf(hash);
        return index < 0 ? Optional.empty() : KeyAlgorithm.of(family.id() + 1 + index);
    }
}
