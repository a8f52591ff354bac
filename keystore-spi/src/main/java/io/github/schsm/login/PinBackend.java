// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.callback.PinRequest;
import org.jspecify.annotations.Nullable;

/**
 * One way for a user PIN to reach a device: the card's commands, or a module's functions. A backend sends what it is told
 * to and translates answers; what may be sent is decided by {@link LoginStateMachine}.
 *
 * @param <X> what it throws besides, for a connection or a session that was lost
 */
public interface PinBackend<X extends Exception> {
    /** The PINs that this device refused. */
    FailedPinCache failedPins();

    /** Whether a PIN was refused here, or the card was away, since one was verified. */
    boolean isCareful();

    /** Whether asking for the status costs nothing, so that it is asked for before any PIN goes out. */
    default boolean isStatusFree() {
        return false;
    }

    /** The state of the PIN, as the device says now. */
    PinStatus status() throws X, SchsmException;

    /**
     * What a person is told; for a PIN that is there already nothing more is read from the device.
     *
     * @param status null if it was not asked for
     */
    PinRequest request(Authenticator login, @Nullable PinStatus status) throws X, SchsmException;

    /** Sends a PIN, once. */
    Answer verify(byte[] pin) throws X, SchsmException;

    /**
     * Sends the present PIN and a new one where the PIN has to be changed first. Both are the caller's to wipe.
     *
     * @throws SchsmException if the device refuses one of them
     */
    void change(char[] present, char[] chosen) throws X, SchsmException;

    /**
     * Gets the reader's pad ready.
     *
     * @param status what is known of the PIN
     * @param change whether it is to be changed, rather than verified
     * @throws SchsmException if there is no pad for that
     */
    void preparePad(PinRequest request, @Nullable PinStatus status, boolean change) throws X, SchsmException;

    /** Has a PIN, or the present and a new one, typed on the reader's pad. */
    Answer enter(boolean change) throws X, SchsmException;

    /** The device accepted this login's PIN. */
    default void verified(Authenticator login) {}

    /** The device refused a PIN. */
    void refused();

    /**
     * The exception for a PIN that is not sent.
     *
     * @param triesLeft as far as known; else -1
     */
    SchsmException refusal(Refusal reason, int triesLeft);

    /** Why a PIN is not sent. */
    enum Refusal {
        /** It is blocked. */
        BLOCKED("is blocked after too many wrong tries; unblock it with the SO-PIN"),
        /** The device was never initialized. */
        NOT_INITIALIZED("does not exist: the device was never initialized"),
        /** It has to be changed first, and nobody is there to do so. */
        TRANSPORT("must be changed before anything else"),
        /** One try is left, and nobody decides to use it. */
        LAST_TRY("only one try is left before it is blocked, so it is not sent by itself; enter it again"),
        /** The same, and the device refused this very PIN before. */
        WRONG_FOR_LAST_TRY("only one try is left before it is blocked, and the device refused this very one before, so"
                + " it is not sent; enter the right one, or unblock it with the SO-PIN"),
        /** The device refused this very PIN before, and nobody entered it again. */
        REFUSED_BEFORE("the device refused this very PIN before, so it is not sent again by itself; correct it where"
                + " it is configured, or enter it again"),
        /** One try is left, and nobody can be told at the reader's pad. */
        NOBODY_TOLD("only one try is left before it is blocked, and nobody could be told so; set a callback handler"
                + " that takes a PinPadCallback");

        private final String why;

        Refusal(String why) {
            this.why = why;
        }

        /** The sentence for people. */
        public String sentence() {
            return "user PIN: " + why;
        }
    }

    /**
     * What came of a PIN that was sent.
     *
     * @param verdict   what the device says
     * @param triesLeft after a refusal, how often a PIN may still be tried; -1 if the device does not say
     * @param error     the refusal for the caller; null if there is none
     */
    record Answer(Verdict verdict, int triesLeft, @Nullable SchsmException error) {
        /** The PIN is right. */
        public static final Answer ACCEPTED = new Answer(Verdict.ACCEPTED, -1, null);

        /** Somebody else is logged in already: the PIN was not looked at. */
        public static final Answer NOT_LOOKED_AT = new Answer(Verdict.NOT_LOOKED_AT, -1, null);

        /** The PIN is wrong, and is remembered as such. */
        public static Answer wrong(int triesLeft, SchsmException error) {
            return new Answer(Verdict.WRONG, triesLeft, error);
        }

        /** The PIN was refused for another reason. */
        public static Answer refused(int triesLeft, SchsmException error) {
            return new Answer(Verdict.REFUSED, triesLeft, error);
        }
    }

    /** What a device says to a PIN. */
    enum Verdict {
        ACCEPTED,
        NOT_LOOKED_AT,
        WRONG,
        REFUSED
    }
}
