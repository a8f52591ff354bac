package io.github.schsm;

import java.util.Objects;

/**
 * A key that was verified to have been generated in a device that traces to a trusted root. Having one says that every
 * link holds: the request's inner signature (the device has the private key), its outer signature (by the device), and
 * the device's chain; {@link KeyAttestation#verify(DeviceTrust)} and {@link SchsmDevice#attest(String)} make it.
 *
 * @param device      the device and its chain
 * @param attestation the key and what is said of it
 */
public record VerifiedKey(VerifiedDevice device, KeyAttestation attestation) {
    /** Checks that nothing is missing. */
    public VerifiedKey {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(attestation, "attestation");
    }
}
