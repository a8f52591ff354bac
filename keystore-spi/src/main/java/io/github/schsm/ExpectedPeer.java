package io.github.schsm;

import java.security.spec.AlgorithmParameterSpec;
import java.util.Objects;

/**
 * The device with which a {@code KeyAgreement ECDH_XKEK} shall agree, for {@code init}: a public key file comes from
 * elsewhere, and that its device is trusted and a member of the key domain does not say that it is the one that is
 * meant. A public key of another device is refused then, before anything is sent to the own one.
 *
 * @param device the peer's device id, e.g. {@code DECC0401002}; or that with {@code #} and the first digits of its key's
 *               fingerprint, where several devices have one id
 */
public record ExpectedPeer(String device) implements AlgorithmParameterSpec {
    /** Checks that there is a name. */
    public ExpectedPeer {
        Objects.requireNonNull(device, "device");
        if (device.isBlank()) {
            throw new IllegalArgumentException("the device id of the expected peer is blank");
        }
    }

    /**
     * Checks a peer.
     *
     * @throws KeyDomainException if it is the key of another device
     */
    public void require(AttestedPublicKey peer) throws KeyDomainException {
        if (!peer.identity().isCalled(device)) {
            throw new KeyDomainException("the public key is of device "
                    + peer.identity().uniqueName() + ", not of " + device + " as expected: nothing was done");
        }
    }
}
