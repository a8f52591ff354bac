// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.DeviceException.ModuleAnswer;
import java.io.Serial;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A PIN, or what takes its place, is between the program and the device: it is wrong, blocked, a transport PIN,
 * required ({@link PinRequiredException}), or registered keys have to authenticate; {@link #reason()} says which.
 */
public sealed class PinException extends DeviceException permits PinRequiredException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int triesLeft;
    private final PublicKeyAuthentication.@Nullable Status keys;

    /**
     * @param reason     what it means
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     */
    public PinException(Reason reason, String command, int statusWord, String message) {
        this(reason, command, statusWord, message, -1, null);
    }

    /**
     * @param reason  what it means
     * @param answer  what the PKCS#11 module answered
     * @param message what it means here and what to do
     */
    public PinException(Reason reason, ModuleAnswer answer, String message) {
        this(reason, answer, message, -1);
    }

    private PinException(
            Reason reason,
            String command,
            int statusWord,
            String message,
            int triesLeft,
            PublicKeyAuthentication.@Nullable Status keys) {
        super(reason, command, statusWord, message);
        this.triesLeft = triesLeft;
        this.keys = keys;
    }

    private PinException(Reason reason, ModuleAnswer answer, String message, int triesLeft) {
        super(reason, answer, message);
        this.triesLeft = triesLeft;
        this.keys = null;
    }

    /**
     * The device refused a PIN.
     *
     * @param command    the command as the specification names it
     * @param statusWord the status word, 63Cx
     * @param triesLeft  how often a PIN may still be tried before it is blocked
     * @param pin        which PIN: {@code "user PIN"}, {@code "SO-PIN"}
     */
    public static PinException wrong(String command, int statusWord, int triesLeft, String pin) {
        return new PinException(Reason.WRONG_PIN, command, statusWord, wrong(triesLeft, pin), triesLeft, null);
    }

    /**
     * A PKCS#11 module refused a PIN.
     *
     * @param answer    what the module answered
     * @param triesLeft how often a PIN may still be tried before it is blocked; -1 if the module does not say
     * @param pin       which PIN: {@code "user PIN"}, {@code "SO-PIN"}
     */
    public static PinException wrong(ModuleAnswer answer, int triesLeft, String pin) {
        return new PinException(Reason.WRONG_PIN, answer, wrong(triesLeft, pin), triesLeft);
    }

    /**
     * Registered keys have to authenticate first.
     *
     * @param command    the command as the specification names it
     * @param statusWord the status word, 0x0000 to 0xFFFF
     * @param message    what it means here and what to do
     * @param keys       how many keys are required and how many have authenticated
     */
    public static PinException keysMissing(
            String command, int statusWord, String message, PublicKeyAuthentication.Status keys) {
        return new PinException(Reason.PUBLIC_KEY_AUTHENTICATION_REQUIRED, command, statusWord, message, -1, keys);
    }

    private static String wrong(int triesLeft, String pin) {
        String wrong = "the " + pin + " is wrong";
        if (triesLeft < 0) {
            return wrong;
        }
        return wrong + "; " + (triesLeft == 1 ? "1 try is left" : triesLeft + " tries are left")
                + " before it is blocked";
    }

    /** How often a wrong PIN may still be tried before it is blocked; -1 if that is not known or not the reason. */
    public final int triesLeft() {
        return triesLeft;
    }

    /** How many registered keys are required and how many have authenticated, where that is the reason. */
    public final Optional<PublicKeyAuthentication.Status> keys() {
        return Optional.ofNullable(keys);
    }
}
