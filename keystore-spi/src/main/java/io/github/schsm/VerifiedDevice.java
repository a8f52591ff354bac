package io.github.schsm;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device whose certificates were verified up to a trusted root (docs/protocol.md#certificates-and-trust). Having one
 * says that the chain holds; {@link DeviceTrust#verify(DeviceIdentity)} and {@link SchsmDevice#attest()} make it.
 *
 * <p>Certificates are public and can be copied: what proves that the device itself is there is a key of it, attested by
 * it, that is used, or a secure channel.
 *
 * @param identity the device's and its issuer's certificate
 * @param root     the trusted certificate at the end of the chain: a root, an issuer, or the device's very own
 * @param day      the day on which all of them had to be valid; null where expired ones were accepted
 */
public record VerifiedDevice(
        DeviceIdentity identity, Cvc root, @Nullable LocalDate day) {
    /** Checks that nothing is missing. */
    public VerifiedDevice {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(root, "root");
    }

    /** The device id, e.g. {@code DECC0401002}. */
    public String deviceId() {
        return identity.deviceId();
    }

    /**
     * The certificates from the device's to the trusted one, each signed by the next: three, two where the issuer is
     * trusted itself, or one where that very device is.
     */
    public List<Cvc> chain() {
        Cvc device = identity.deviceCertificate();
        if (Arrays.equals(root.getEncoded(), device.getEncoded())) {
            return List.of(device);
        }
        if (root.role().filter(Cvc.Role.DEVICE_ISSUER::equals).isPresent()) {
            return List.of(device, root);
        }
        List<Cvc> chain = new ArrayList<>();
        chain.add(device);
        identity.issuerCertificate().ifPresent(chain::add);
        chain.add(root);
        return List.copyOf(chain);
    }

    /** The last day on which every certificate of the chain is valid; empty if none says until when it is. */
    public Optional<LocalDate> validUntil() {
        return chain().stream()
                .flatMap(certificate -> certificate.expirationDate().stream())
                .min(LocalDate::compareTo);
    }
}
