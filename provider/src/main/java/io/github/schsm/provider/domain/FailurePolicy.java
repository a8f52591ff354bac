// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.DeviceException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import java.util.Set;

/**
 * What a failure at one member means for the operation and for the member. One place, one line for each reason.
 */
final class FailurePolicy {
    /** ISO 7816-4: execution error; no precise diagnosis. */
    private static final Set<Integer> DEVICE_FAULTS = Set.of(0x6400, 0x6F00);

    /** What a PKCS#11 module says of a device that is gone or does not work. */
    private static final Set<String> MODULE_FAULTS = Set.of(
            "CKR_DEVICE_ERROR",
            "CKR_DEVICE_MEMORY",
            "CKR_DEVICE_REMOVED",
            "CKR_FUNCTION_FAILED",
            "CKR_GENERAL_ERROR",
            "CKR_TOKEN_NOT_PRESENT",
            "CKR_TOKEN_NOT_RECOGNIZED");

    private FailurePolicy() {}

    /** What comes next. */
    enum Verdict {
        /** The program is told: another member would say the same, or must not be asked. */
        TELL,
        /** The next member is asked; this one is not here, and is left alone for a while. */
        AWAY,
        /** The next member is asked; this one is here and does not work, and is left alone for a while. */
        BROKEN,
        /** The next member is asked; this one wants a PIN that it does not get, until somebody logs in again. */
        LOCKED,
        /** The next member is asked; this one does not have the key any more, or cannot use it any more. */
        KEY_GONE,
        /** The next member is asked; this one cannot do this. */
        NOT_HERE
    }

    /**
     * What comes next.
     *
     * @param repeatable whether the operation may be done a second time, though nobody knows whether it was done
     */
    static Verdict of(SchsmException failed, boolean repeatable) {
        return switch (failed.reason()) {
            case TOKEN_NOT_PRESENT, TOKEN_CHANGED, OTHER_CARD -> Verdict.AWAY;
            case TOKEN_REMOVED -> repeatable ? Verdict.AWAY : Verdict.TELL;
            case TRANSPORT, SECURE_CHANNEL ->
                // Of a thread that was interrupted while it waited this is no fault of the member.
                repeatable && !Thread.currentThread().isInterrupted() ? Verdict.AWAY : Verdict.TELL;
            case UNTRUSTED -> Verdict.BROKEN;
            case MALFORMED_DATA, DEVICE_FULL -> repeatable ? Verdict.BROKEN : Verdict.TELL;
            case DEVICE -> isFault(failed) && repeatable ? Verdict.BROKEN : Verdict.TELL;
            case PIN_BLOCKED, PIN_REQUIRED, PUBLIC_KEY_AUTHENTICATION_REQUIRED, TRANSPORT_PIN -> Verdict.LOCKED;
            case OBJECT_NOT_FOUND, USE_COUNTER_EXHAUSTED -> Verdict.KEY_GONE;
            case UNSUPPORTED -> Verdict.NOT_HERE;
            case ALGORITHM_NOT_ALLOWED,
                    AUDIT_LOG,
                    CHALLENGE_LOST,
                    CONDITIONS_NOT_SATISFIED,
                    CONFIGURATION,
                    INVALID_DATA,
                    INVALID_REQUEST,
                    KEY_DOMAIN,
                    NOT_ATTESTED,
                    OBJECT_EXISTS,
                    OTHER,
                    UNUSABLE_SECRET,
                    WRONG_PIN -> Verdict.TELL;
        };
    }

    private static boolean isFault(SchsmException failed) {
        return failed instanceof DeviceException device
                && (DEVICE_FAULTS.contains(device.statusWord())
                        || device.moduleAnswer()
                                .filter(answer -> MODULE_FAULTS.contains(answer.name()))
                                .isPresent());
    }

    /** Whether the failure says that the member is away, and not that it is here and refuses. */
    static boolean isAway(SchsmException failed) {
        return of(failed, true) == Verdict.AWAY || failed.reason() == Reason.TOKEN_REMOVED;
    }
}
