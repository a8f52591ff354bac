// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.spec.AlgorithmParameterSpec;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The device with which a {@code KeyAgreement ECDH_XKEK} shall agree, for {@code init}: a public key file comes from
 * elsewhere, and that its device is trusted and a member of the key domain does not say that it is the one that is
 * meant. A public key of another device is refused then, before anything is sent to the own one.
 *
 * @param device the peer's device id, e.g. {@code DECC0401002}, for a device that traces to a trusted root, which gives each
 *               id once; or that with {@code #} and its key's fingerprint ({@link DeviceIdentity#keyFingerprint}) or at
 *               least the first 32 digits of it, where several devices have one id: keys for fewer digits can be made
 */
public record ExpectedPeer(String device) implements AlgorithmParameterSpec {
    /** What follows the # in a device's name. */
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-fA-F]{32,64}");

    /** Checks that there is a name, and enough of a fingerprint. */
    public ExpectedPeer {
        Objects.requireNonNull(device, "device");
        if (device.isBlank()) {
            throw new IllegalArgumentException("the device id of the expected peer is blank");
        }
        int mark = device.lastIndexOf('#');
        if (mark >= 0 && !FINGERPRINT.matcher(device.substring(mark + 1)).matches()) {
            throw new IllegalArgumentException(
                    "the expected peer " + device + " has too few digits of the fingerprint of"
                            + " its key, or other ones, behind #: give its 64 hexadecimal digits or at least the first 32, because"
                            + " a key for fewer can be made (schsm devices --json shows them), or the device id alone");
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
                    + (device.indexOf('#') < 0
                            ? peer.identity().uniqueName()
                            : peer.identity().deviceId() + "#" + peer.identity().keyFingerprint())
                    + ", not of " + device + " as expected: nothing was done");
        }
    }
}
