// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.PrintableText;
import java.io.Serial;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * Root of everything that can go wrong between a program and its token. Checked, because each subclass is a
 * situation that a caller can tell apart and act on, and {@link #reason()} tells which of its cases it is; engines
 * translate it into the exception that the JCA documents for their method and keep this one as the cause. What a message
 * repeats of a device, file or module is shown as {@link PrintableText}.
 */
public class SchsmException extends GeneralSecurityException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What is wrong, where a program has to tell more than the type does. */
    public enum Reason {
        /** {@link DeviceException}: the algorithm is not in the key's list, or the device does not have it. */
        ALGORITHM_NOT_ALLOWED,
        /**
         * The audit log that is configured cannot be written (docs/audit.md): a change was not begun, or was done and its
         * result is not in the log, as the message says.
         */
        AUDIT_LOG,
        /**
         * {@link InvalidRequestException}: the device no longer knows a challenge, because it was reset, removed, or
         * used by another program, or has given another one since. Ask for a new challenge; keys that had authenticated
         * before may have to do so again.
         */
        CHALLENGE_LOST,
        /** {@link DeviceException}: conditions of use are not satisfied: a signature is wrong, a key may not be used so. */
        CONDITIONS_NOT_SATISFIED,
        /** {@link ConfigurationException}. */
        CONFIGURATION,
        /** {@link DeviceException}: an answer with no more specific reason. */
        DEVICE,
        /** {@link DeviceException}: the device has no memory left. */
        DEVICE_FULL,
        /** {@link DeviceException}: the device refused the data: padding, a wrapped key, a point that is not on the curve. */
        INVALID_DATA,
        /** {@link InvalidRequestException}: a parameter, label or key does not fit the operation. */
        INVALID_REQUEST,
        /** {@link KeyDomainException}. */
        KEY_DOMAIN,
        /** {@link MalformedDataException}. */
        MALFORMED_DATA,
        /** {@link UntrustedDeviceException}: a key has no attestation, or its device no longer has it. */
        NOT_ATTESTED,
        /** {@link DeviceException}: the object exists already, or a key domain is not empty. */
        OBJECT_EXISTS,
        /** {@link DeviceException}: the file, key, certificate or key domain is not on the device. */
        OBJECT_NOT_FOUND,
        /** Nothing more specific is known. */
        OTHER,
        /** {@link TokenNotPresentException}: there is a card in the reader, but no SmartCard-HSM. */
        OTHER_CARD,
        /** {@link PinException}: the PIN is blocked; only the SO-PIN can help. */
        PIN_BLOCKED,
        /** {@link PinRequiredException}: the user PIN has to be verified first, or may not be sent again. */
        PIN_REQUIRED,
        /**
         * {@link PinException}: registered keys have to authenticate first (n of m), or again because their authentication
         * has ended: the device was reset or removed, or another program selected it. No PIN and no program can bring
         * that back. {@link PinException#keys()} tells how many are missing.
         */
        PUBLIC_KEY_AUTHENTICATION_REQUIRED,
        /**
         * {@link TransportException}: the secure channel to the device was refused or broken: what came is not what the
         * device protected. The channel and the connection are gone, and nothing was sent in plain instead; the next use
         * makes new ones.
         */
        SECURE_CHANNEL,
        /** {@link TokenNotPresentException}: another device is in the reader than the one that a key or key store is of. */
        TOKEN_CHANGED,
        /** {@link TokenNotPresentException}: no reader, an empty reader, or a device that is not connected. */
        TOKEN_NOT_PRESENT,
        /** {@link TokenNotPresentException}: removed during a command, which the device may or may not have executed. */
        TOKEN_REMOVED,
        /** {@link TransportException}: the PC/SC service, a reader, or a library that speaks to them. */
        TRANSPORT,
        /** {@link PinException}: the PIN is a transport PIN, which has to be changed before anything else. */
        TRANSPORT_PIN,
        /** {@link UnsupportedByDeviceException}. */
        UNSUPPORTED,
        /** {@link UntrustedDeviceException}: no trusted root, or a link on the way to it that does not hold. */
        UNTRUSTED,
        /**
         * {@link InvalidRequestException}: a PIN, SO-PIN or password that cannot be one: too short, too long, or with a
         * character that was damaged on its way here. Nothing was sent to the device, so no try is lost.
         */
        UNUSABLE_SECRET,
        /** {@link DeviceException}: the key's use counter has reached its end; the key will never be used again. */
        USE_COUNTER_EXHAUSTED,
        /** {@link PinException}: the device refused the PIN, which is not sent again by itself. */
        WRONG_PIN
    }

    private final Reason reason;

    /** @param message one sentence that names the thing, the value and the way out; never blank */
    public SchsmException(String message) {
        this(message, null);
    }

    /**
     * @param message one sentence that names the thing, the value and the way out; never blank
     * @param cause   what brought this about, if another exception did
     */
    public SchsmException(String message, @Nullable Throwable cause) {
        this(Reason.OTHER, message, cause);
    }

    /**
     * @param reason  what is wrong
     * @param message one sentence that names the thing, the value and the way out; never blank
     * @param cause   what brought this about, if another exception did
     */
    protected SchsmException(Reason reason, String message, @Nullable Throwable cause) {
        super(requireText(message), cause);
        this.reason = reason;
    }

    /** What is wrong, in one word. */
    public final Reason reason() {
        return reason;
    }

    /** Whether something that was thrown, null included, is one of these exceptions and of this reason. */
    public static boolean is(@Nullable Throwable thrown, Reason reason) {
        return thrown instanceof SchsmException schsm && schsm.reason == reason;
    }

    private static String requireText(String message) {
        if (message.isBlank()) {
            throw new IllegalArgumentException("an exception needs a message");
        }
        return PrintableText.of(message);
    }
}
