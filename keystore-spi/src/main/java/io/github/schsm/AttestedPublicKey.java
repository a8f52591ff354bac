// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;

/**
 * A public key together with the proof that its private key was generated in a SmartCard-HSM: the device's
 * authenticated request and the device's certificates. It is an {@link java.security.interfaces.ECPublicKey} or
 * {@link java.security.interfaces.RSAPublicKey} as well, so every provider verifies with it.
 *
 * <p>As a file it is what tools call a public key file (docs/protocol.md#xkek-agreement). That the proof holds is
 * not said by having one: {@link DeviceTrust#verify(AttestedPublicKey)} decides.
 */
public sealed interface AttestedPublicKey extends PublicKey permits AttestedEcPublicKey, AttestedRsaPublicKey {
    /**
     * A public key file in any of its forms: request, device and issuer certificate one after the other; the same
     * in a SEQUENCE; or the newer SEQUENCE with an object identifier and tags 61, 62 and 63.
     *
     * @throws MalformedDataException if it is none of them
     */
    static AttestedPublicKey parse(byte[] publicKeyFile) throws MalformedDataException {
        return PublicKeyFile.parse(publicKeyFile);
    }

    /**
     * A request with the certificates of the device that authenticated it.
     *
     * @param request  an authenticated request (67)
     * @param identity the device's certificates
     * @throws IllegalArgumentException if the request is not an authenticated one
     */
    static AttestedPublicKey of(Cvc request, DeviceIdentity identity) {
        if (request.kind() != Cvc.Kind.AUTHENTICATED_REQUEST) {
            throw new IllegalArgumentException("an authenticated request is needed, this is a " + request);
        }
        return request.isEc()
                ? new AttestedEcPublicKey(request, identity)
                : new AttestedRsaPublicKey(request, identity);
    }

    /** The public key file in the form that sc-hsm-tool writes: SEQUENCE of request, device and issuer certificate. */
    default byte[] encode() {
        return PublicKeyFile.encode(this);
    }

    /** The authenticated request. */
    Cvc request();

    /** The certificates of the device that holds the private key. */
    DeviceIdentity identity();

    /** The UID of the key domain in which an exchange key was generated, at least 32 bytes. */
    default Optional<byte[]> keyDomainUid() {
        return request().keyDomainUid();
    }

    /**
     * The request and the certificates, as they are checked: request, device, issuer.
     */
    default List<Cvc> chain() {
        return identity()
                .issuerCertificate()
                .map(issuer -> List.of(request(), identity().deviceCertificate(), issuer))
                .orElseGet(() -> List.of(request(), identity().deviceCertificate()));
    }
}
