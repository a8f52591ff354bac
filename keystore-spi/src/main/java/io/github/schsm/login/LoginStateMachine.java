// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.login;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.PinBackend.Answer;
import io.github.schsm.login.PinBackend.Refusal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decides what may be sent to a device next, so that no PIN is blocked unless somebody chose to risk it. It is the same
 * for all ways to a device; {@link PinBackend} is what differs.
 *
 * <p>What is known of the PIN (rows) and who gives it (columns) say what is next:
 *
 * <table>
 * <caption>Decisions</caption>
 * <tr><th>known</th><th>given now by a program</th><th>somebody is asked</th><th>kept, or read from where it lies</th></tr>
 * <tr><td>nothing</td><td>send</td><td>ask the device</td><td>ask the device</td></tr>
 * <tr><td>one was refused, or the card away</td><td>ask the device</td><td>ask the device</td><td>ask the device</td></tr>
 * <tr><td>tries are left</td><td>send</td><td>send</td><td>send unless it was refused before</td></tr>
 * <tr><td>one try is left</td><td>send unless refused before</td><td>send unless refused before</td><td>fail</td></tr>
 * <tr><td>transport PIN</td><td>fail</td><td>change it first</td><td>fail</td></tr>
 * <tr><td>blocked, or there is none</td><td>fail</td><td>fail</td><td>fail</td></tr>
 * <tr><td>registered keys in its place</td><td>nothing</td><td>nothing</td><td>nothing</td></tr>
 * </table>
 *
 * <p>What the device answers moves on:
 *
 * <ul>
 *   <li>accepted: all refused PINs are forgotten, the login holds;
 *   <li>wrong: the PIN is remembered for all logins of this process, what was typed is forgotten, and the device is asked
 *       before the next one;
 *   <li>changed: all refused PINs are forgotten, nobody is logged in.
 * </ul>
 *
 * @param <X> what the backend throws besides
 */
public final class LoginStateMachine<X extends Exception> {
    private final PinBackend<X> backend;

    /** A machine for one way to one device. */
    public LoginStateMachine(PinBackend<X> backend) {
        this.backend = backend;
    }

    /** What is known of the PIN, and what may be done with it: given now, by somebody who is asked, kept. */
    enum Known {
        NOTHING(Next.SEND, Next.ASK_DEVICE, Next.ASK_DEVICE, Refusal.LAST_TRY),
        REASON_FOR_CARE(Next.ASK_DEVICE, Next.ASK_DEVICE, Next.ASK_DEVICE, Refusal.LAST_TRY),
        TRIES_LEFT(Next.SEND, Next.SEND, Next.SEND_UNLESS_REFUSED, Refusal.REFUSED_BEFORE),
        ONE_TRY_LEFT(Next.SEND_UNLESS_REFUSED, Next.SEND_UNLESS_REFUSED, Next.FAIL, Refusal.LAST_TRY),
        TRANSPORT_PIN(Next.FAIL, Next.CHANGE_FIRST, Next.FAIL, Refusal.TRANSPORT),
        BLOCKED(Next.FAIL, Next.FAIL, Next.FAIL, Refusal.BLOCKED),
        NOT_INITIALIZED(Next.FAIL, Next.FAIL, Next.FAIL, Refusal.NOT_INITIALIZED),
        KEYS_INSTEAD(Next.STOP, Next.STOP, Next.STOP, Refusal.LAST_TRY);

        private final Next givenNow;
        private final Next asked;
        private final Next kept;
        private final Refusal refusal;

        Known(Next givenNow, Next asked, Next kept, Refusal refusal) {
            this.givenNow = givenNow;
            this.asked = asked;
            this.kept = kept;
            this.refusal = refusal;
        }

        static Known of(PinStatus status) {
            return switch (status.state()) {
                case BLOCKED -> BLOCKED;
                case NOT_INITIALIZED -> NOT_INITIALIZED;
                case TRANSPORT -> TRANSPORT_PIN;
                case KEYS_INSTEAD -> KEYS_INSTEAD;
                // Verified for somebody: this login has to be all the same.
                case VERIFIED, NOT_VERIFIED -> status.triesLeft() == 1 ? ONE_TRY_LEFT : TRIES_LEFT;
            };
        }

        Next next(Authenticator login) {
            if (this == ONE_TRY_LEFT && !login.mayUseLastTry()) {
                return kept;
            }
            return login.isInteractive() ? asked : login.isGivenNow() ? givenNow : kept;
        }
    }

    /** What is done next. */
    enum Next {
        ASK_DEVICE,
        SEND,
        SEND_UNLESS_REFUSED,
        CHANGE_FIRST,
        FAIL,
        STOP
    }

    /**
     * Logs in.
     *
     * @return whether there was a PIN, which the device then accepted
     * @throws SchsmException if it may not be sent, or the device refused it
     */
    public boolean login(Authenticator login) throws X, SchsmException {
        if (!login.hasPin()) {
            return false;
        }
        boolean careful = backend.isCareful();
        if (careful) {
            login.cardWasAway();
        }
        boolean reason =
                careful || backend.isStatusFree() || backend.failedPins().any();
        Known known = reason ? Known.REASON_FOR_CARE : Known.NOTHING;
        PinStatus status = null;
        boolean changed = false;
        while (true) {
            switch (known.next(login)) {
                case ASK_DEVICE -> {
                    status = backend.status();
                    known = Known.of(status);
                }
                case CHANGE_FIRST -> {
                    if (changed) {
                        // The device took the change, whatever it says now: its answer to the PIN counts.
                        return send(login, known, status);
                    }
                    changeFirst(login, backend.request(login, status), status);
                    changed = true;
                    known = Known.REASON_FOR_CARE;
                }
                case FAIL -> throw backend.refusal(known.refusal, status == null ? -1 : status.triesLeft());
                case STOP -> {
                    return false;
                }
                case SEND, SEND_UNLESS_REFUSED -> {
                    return send(login, known, status);
                }
            }
        }
    }

    /**
     * The state of the PIN before something else is done with it than to log in.
     *
     * @throws SchsmException if nothing can be done for this login
     */
    public PinStatus status(Authenticator login) throws X, SchsmException {
        PinStatus status = backend.status();
        Known known = Known.of(status);
        if (known.next(login) == Next.FAIL) {
            throw backend.refusal(known.refusal, status.triesLeft());
        }
        return status;
    }

    private boolean send(Authenticator login, Known known, @Nullable PinStatus status) throws X, SchsmException {
        PinRequest request = backend.request(login, status);
        byte[] pin = login.pin(request);
        if (pin == null && !login.isOnReader()) {
            return false;
        }
        if (pin == null) {
            backend.preparePad(request, status, false);
            enter(login, request, false);
        } else {
            try {
                requireWorthATry(login, known, request, pin);
                settle(login, pin, backend.verify(pin));
            } finally {
                Arrays.fill(pin, (byte) 0);
            }
        }
        backend.verified(login);
        login.accepted();
        return true;
    }

    /** Asked again once the PIN is there: only then a source of several knows whether somebody has answered. */
    private void requireWorthATry(Authenticator login, Known known, PinRequest request, byte[] pin)
            throws SchsmException {
        Next next = known.next(login);
        int left = request.triesLeft().orElse(-1);
        if (next == Next.FAIL) {
            throw backend.refusal(known.refusal, left);
        }
        if (next != Next.SEND && backend.failedPins().contains(pin)) {
            login.refused(left);
            throw backend.refusal(
                    known == Known.ONE_TRY_LEFT ? Refusal.WRONG_FOR_LAST_TRY : Refusal.REFUSED_BEFORE, left);
        }
    }

    private void settle(Authenticator login, byte @Nullable [] pin, Answer answer) throws SchsmException {
        switch (answer.verdict()) {
            case ACCEPTED -> backend.failedPins().forget();
            case NOT_LOOKED_AT -> {}
            case WRONG, REFUSED -> {
                if (pin != null && answer.verdict() == PinBackend.Verdict.WRONG) {
                    backend.failedPins().add(pin, answer.triesLeft());
                }
                backend.refused();
                login.refused(answer.triesLeft());
            }
        }
        SchsmException error = answer.error();
        if (error != null) {
            throw error;
        }
    }

    /**
     * Has a PIN typed on the reader's pad, which was {@linkplain PinBackend#preparePad prepared}.
     *
     * @param change whether the present PIN is changed to a new one, rather than verified
     * @throws SchsmException if the device refused it, or it is the last try and nobody could be told
     */
    public void enter(Authenticator login, PinRequest request, boolean change) throws X, SchsmException {
        boolean told = login.entryOnReader(request, change);
        Answer answer;
        try {
            if (request.isLastTry() && !told) {
                throw backend.refusal(Refusal.NOBODY_TOLD, 1);
            }
            answer = backend.enter(change);
        } finally {
            login.entryFinished(request);
        }
        settle(login, null, answer);
    }

    /** Has a PIN that must be changed first changed by somebody; the login goes on with the new one. */
    private void changeFirst(Authenticator login, PinRequest request, @Nullable PinStatus status)
            throws X, SchsmException {
        if (login.isOnReader()) {
            backend.preparePad(request, status, true);
            enter(login, request, true);
            return;
        }
        NewPinCallback wanted = new NewPinCallback(request);
        try {
            login.changeTransportPin(wanted);
            char[] present = wanted.transportPin();
            char[] chosen = wanted.newPin();
            try {
                if (present == null || chosen == null) {
                    throw backend.refusal(Refusal.TRANSPORT, -1);
                }
                backend.change(present, chosen);
            } finally {
                wipe(present);
                wipe(chosen);
            }
        } finally {
            wanted.clear();
        }
    }

    private static void wipe(char @Nullable [] secret) {
        if (secret != null) {
            Arrays.fill(secret, '\0');
        }
    }
}
