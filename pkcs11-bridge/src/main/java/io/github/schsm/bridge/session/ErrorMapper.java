// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.CryptokiException;

/** The one place where a module's answer becomes a typed exception with a sentence. */
public final class ErrorMapper {
    private ErrorMapper() {}

    /** What a module answered. */
    public static ModuleAnswer answer(String module, CryptokiException refused) {
        return new ModuleAnswer(module, refused.function(), refused.value(), Ckr.symbol(refused.value()));
    }

    /** What {@code C_GetTokenInfo} said, for what is refused because of that before anything is asked. */
    static ModuleAnswer flag(String module, String flag) {
        return new ModuleAnswer(module, "C_GetTokenInfo", Ckr.OK.value(), "CKR_OK with " + flag);
    }

    /**
     * An exception.
     *
     * @param module the module's name
     * @param what   what it is about, for the message: {@code "signing with key 'x' by CKM_ECDSA"}; may be empty
     */
    public static SchsmException of(String module, String what, CryptokiException refused) {
        Ckr value = refused.ckr();
        ModuleAnswer answer = answer(module, refused);
        String message = message(module, what, value.text());
        Reason reason = value.reason();
        return switch (reason) {
            case TOKEN_REMOVED -> new TokenNotPresentException(reason, message + " (" + answer + ")", refused);
            case TRANSPORT -> new TransportException(message + " (" + answer + ")", refused);
            case PIN_REQUIRED -> new PinRequiredException(answer, message);
            case PIN_BLOCKED, TRANSPORT_PIN -> new PinException(reason, answer, message);
            default -> new DeviceException(reason, answer, message);
        };
    }

    /**
     * An exception for an answer to a PIN.
     *
     * @param pin       {@code "user PIN"} or {@code "SO-PIN"}
     * @param triesLeft 0, 1, or -1 for unknown
     */
    public static SchsmException ofPin(
            String module, String what, String pin, int triesLeft, CryptokiException refused) {
        if (!refused.is(Ckr.PIN_INCORRECT)) {
            return of(module, what, refused);
        }
        ModuleAnswer answer = answer(module, refused);
        if (triesLeft == 0) {
            String meaning = "the " + pin + " was wrong and is blocked now";
            return new PinException(
                    Reason.PIN_BLOCKED,
                    answer,
                    message(module, what, "SO-PIN".equals(pin) ? meaning : meaning + "; unblock it with the SO-PIN"));
        }
        return PinException.wrong(answer, triesLeft, pin);
    }

    /** The token was removed while a function was under way. */
    static SchsmException removed(String module, String what, CryptokiException refused) {
        String meaning =
                "the token was removed, or something else reset it, while it was used; whether it did what it was"
                        + " told is not known";
        return new TokenNotPresentException(
                Reason.TOKEN_REMOVED, message(module, what, meaning) + " (" + answer(module, refused) + ")", refused);
    }

    /** The token is nowhere. */
    static SchsmException missing(String module, String token, TokenMissingException missing) {
        CryptokiException refused = missing.answer();
        if (missing.isOneOfSeveral()) {
            return new TokenNotPresentException(
                    message(
                            module,
                            token,
                            "it is not in the slot where it was, and several others say the same of themselves, so nothing"
                                    + " tells which of them it is; put it back, or choose one by device = slot:<id>"),
                    missing);
        }
        String meaning = missing.isModuleLost()
                ? "the module has no slot with it; see that the token is connected, and that the service or server the module"
                        + " speaks to runs (pcscd, p11-kit server)"
                : "it is in none of the module's slots; connect it and try again";
        ModuleAnswer answer = refused == null
                ? new ModuleAnswer(module, "C_GetSlotList", Ckr.OK.value(), "CKR_OK without it")
                : answer(module, refused);
        return new TokenNotPresentException(message(module, token, meaning) + " (" + answer + ")", missing);
    }

    /** The thread was interrupted while it waited; its flag is set again. */
    static SchsmException interrupted(String what, InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new TransportException("interrupted while waiting for " + what, interrupted);
    }

    private static String message(String module, String what, String meaning) {
        return module + ": " + (what.isEmpty() ? "" : what + ": ") + meaning;
    }
}
