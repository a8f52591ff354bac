// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device, or a key said to be in one, does not trace to a root that the configuration trusts
 * ({@link SchsmException.Reason#UNTRUSTED}), or the key has no attestation, or its device no longer has it
 * ({@link SchsmException.Reason#NOT_ATTESTED}).
 */
public final class UntrustedDeviceException extends SchsmException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The links from a key to a trusted root, in the order in which they are told to people: key first. */
    public enum Link {
        /** The request's inner signature: made with the key itself, which proves possession of its private half. */
        KEY,
        /** The request's outer signature: made by the device whose certificates come with it. */
        REQUEST,
        /** The device's certificate: of a device, and signed by the issuer whose certificate comes with it. */
        DEVICE,
        /** The issuer's certificate: of a device issuer, and signed by the root that it names. */
        ISSUER,
        /** The root is one that is trusted; or, for a self-signed device certificate, that very one is. */
        ROOT,
        /** The certificates are valid on the day that was asked for. */
        VALIDITY
    }

    private final @Nullable Link link;

    /** @param message one sentence that names the thing, the value and the way out */
    public UntrustedDeviceException(String message) {
        super(Reason.UNTRUSTED, message, null);
        this.link = null;
    }

    /**
     * @param message one sentence that names the thing, the value and the way out
     * @param cause   what brought this about
     */
    public UntrustedDeviceException(String message, @Nullable Throwable cause) {
        super(Reason.UNTRUSTED, message, cause);
        this.link = null;
    }

    /**
     * @param reason  which of this type's reasons it is
     * @param message one sentence that names the thing, the value and the way out
     */
    public UntrustedDeviceException(Reason reason, String message) {
        super(reason, message, null);
        this.link = null;
    }

    /**
     * @param link    the link that does not hold
     * @param message one sentence that names the thing, the value and the way out
     */
    UntrustedDeviceException(Link link, String message) {
        super(Reason.UNTRUSTED, message, null);
        this.link = link;
    }

    /** The link from key to root that does not hold, where certificates were verified; empty where a device refused. */
    public Optional<Link> link() {
        return Optional.ofNullable(link);
    }
}
