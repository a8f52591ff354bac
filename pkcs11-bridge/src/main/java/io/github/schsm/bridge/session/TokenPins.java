// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.SharedToken.Place;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.LoginStateMachine;
import io.github.schsm.login.PinBackend.Answer;
import io.github.schsm.login.PinBackend.Refusal;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The functions that a PIN goes to a module with, and what their answers mean. PKCS#11 tells of tries left by flags only:
 * some were used, one is left, none is. What may be sent is decided by {@link io.github.schsm.login.LoginStateMachine}.
 */
public final class TokenPins {
    private static final System.Logger LOGGER = System.getLogger(TokenPins.class.getName());
    private static final String USER_PIN = "user PIN";

    /** What a module answers about the PIN, not about the session or the token. */
    private static final Set<Ckr> ABOUT_PIN =
            Set.of(Ckr.PIN_INCORRECT, Ckr.PIN_LOCKED, Ckr.PIN_INVALID, Ckr.PIN_LEN_RANGE, Ckr.PIN_EXPIRED);

    private final SharedToken token;
    private final Pkcs11Module module;
    private volatile Supplier<Optional<Told>> otherWay = Optional::empty;
    private volatile @Nullable PinStatus told;

    TokenPins(SharedToken token) {
        this.token = token;
        this.module = token.module();
    }

    /**
     * What another way to the token knows.
     *
     * @param device  which device it is
     * @param pin     of the user PIN
     * @param wasAway whether the token was out, or reset, since that was asked last
     */
    public record Told(DeviceIdentity device, PinStatus pin, boolean wasAway) {}

    /**
     * Before a login: asks another way to the token, if there is one, what the module cannot tell.
     *
     * @return whether the token was away
     */
    boolean prepare(Supplier<Optional<Told>> askedInstead) {
        otherWay = askedInstead;
        Optional<Told> answer = askedInstead.get();
        token.isDevice(answer.map(Told::device).orElse(null));
        told = answer.map(Told::pin).orElse(null);
        return answer.map(Told::wasAway).orElse(false);
    }

    private boolean isTold(PinStatus.State state) {
        PinStatus known = told;
        return known != null && known.state() == state;
    }

    /** Whether the user has to change the PIN first. */
    boolean isToBeChanged(Place place) {
        return place.token().has(Ck.CKF_USER_PIN_TO_BE_CHANGED) || isTold(PinStatus.State.TRANSPORT);
    }

    private OptionalInt triesTold() {
        PinStatus known = told;
        return known == null || known.triesLeft() < 0 ? OptionalInt.empty() : OptionalInt.of(known.triesLeft());
    }

    /** What the flags say, and another way to the token, if there is one. */
    PinStatus status(Place place) {
        CkTokenInfo info = place.token();
        if (info.has(Ck.CKF_USER_PIN_LOCKED) || isTold(PinStatus.State.BLOCKED)) {
            return new PinStatus(PinStatus.State.BLOCKED, 0);
        }
        int left = info.has(Ck.CKF_USER_PIN_FINAL_TRY) ? 1 : triesTold().orElse(-1);
        if (left != 1 && !info.has(Ck.CKF_USER_PIN_COUNT_LOW)) {
            token.triesAreFull();
        }
        return new PinStatus(isToBeChanged(place) ? PinStatus.State.TRANSPORT : PinStatus.State.NOT_VERIFIED, left);
    }

    /** The exception for a PIN that is not sent. */
    SchsmException refusal(Refusal reason, int triesLeft) {
        return switch (reason) {
            case BLOCKED ->
                new PinException(
                        Reason.PIN_BLOCKED,
                        flag("CKF_USER_PIN_LOCKED"),
                        about() + "the user PIN is blocked after too many wrong tries; unblock it with the SO-PIN");
            case TRANSPORT ->
                new PinException(
                        Reason.TRANSPORT_PIN,
                        flag("CKF_USER_PIN_TO_BE_CHANGED"),
                        about() + "the user PIN must be changed before anything else: by schsm pin change,"
                                + " TokenAdministration.changePin, or a callback handler that takes a NewPinCallback");
            case NOT_INITIALIZED, LAST_TRY, WRONG_FOR_LAST_TRY, REFUSED_BEFORE, NOBODY_TOLD ->
                new PinRequiredException(
                        flag(triesLeft == 1 ? "CKF_USER_PIN_FINAL_TRY" : "CKF_USER_PIN_COUNT_LOW"),
                        about() + reason.sentence());
        };
    }

    /**
     * {@code C_Login}.
     *
     * @param user CKU_USER or CKU_CONTEXT_SPECIFIC
     * @param pin  null if it is typed on the reader
     * @throws CryptokiException if it is about the session or the token, not about the PIN
     */
    Answer login(Session session, Place place, long user, byte @Nullable [] pin) throws CryptokiException {
        session.about("login");
        return answer(place, () -> session.module().login(session.handle(), user, pin));
    }

    private Answer answer(Place place, Entry entry) throws CryptokiException {
        try {
            entry.run();
            return Answer.ACCEPTED;
        } catch (CryptokiException refused) {
            if (refused.is(Ckr.USER_ALREADY_LOGGED_IN)) {
                LOGGER.log(Level.DEBUG, "{0}: logged in already, by another user in this process", about());
                return Answer.NOT_LOOKED_AT;
            }
            if (!ABOUT_PIN.contains(refused.ckr())) {
                throw refused;
            }
            int left = refused.is(Ckr.PIN_LOCKED) ? 0 : triesLeft(place);
            SchsmException error =
                    ErrorMapper.ofPin(module.name(), token.identity().id(), USER_PIN, left, refused);
            return refused.is(Ckr.PIN_INCORRECT) ? Answer.wrong(left, error) : Answer.refused(left, error);
        }
    }

    /** As many as another way to the token says; of the module 0, 1, or -1 for more than one. */
    private int triesLeft(Place place) {
        told = otherWay.get().map(Told::pin).orElse(null);
        OptionalInt left = triesTold();
        if (left.isPresent()) {
            return left.getAsInt();
        }
        try {
            CkTokenInfo info = module.cryptoki().tokenInfo(place.slot());
            if (info.has(Ck.CKF_USER_PIN_LOCKED)) {
                return 0;
            }
            if (info.has(Ck.CKF_USER_PIN_COUNT_LOW)) {
                token.triesAreTold();
            }
            return info.has(Ck.CKF_USER_PIN_FINAL_TRY) ? 1 : -1;
        } catch (CryptokiException notTold) {
            return -1;
        }
    }

    private interface Entry {
        void run() throws CryptokiException;
    }

    /**
     * {@code C_SetPIN} with PINs that the caller gave, and so may use the last try, unless that very PIN was refused. A
     * module sends both PINs to the device one after the other, and the device cuts them at the length of its own: so the
     * present one is verified by itself first. A PIN that has to be changed first cannot be verified; there the new one is,
     * afterwards.
     *
     * @param session nobody is logged in; somebody may be afterwards
     */
    void change(Session session, Place place, byte[] before, byte[] after) throws CryptokiException, SchsmException {
        if (place.token().has(Ck.CKF_USER_PIN_FINAL_TRY) && token.failedPins().contains(before)) {
            throw refusal(Refusal.WRONG_FOR_LAST_TRY, 1);
        }
        boolean first = isToBeChanged(place);
        if (!first) {
            presented(place, before, () -> session.module().login(session.handle(), Ck.CKU_USER, before));
        }
        presented(place, before, () -> session.module().setPin(session.handle(), before, after));
        token.failedPins().forget();
        if (first) {
            try {
                session.module().login(session.handle(), Ck.CKU_USER, after);
            } catch (CryptokiException refused) {
                if (refused.is(Ckr.PIN_INCORRECT)) {
                    throw cutElsewhere(refused);
                }
                throw refused;
            }
        }
    }

    private void presented(Place place, byte[] pin, Entry entry) throws CryptokiException, SchsmException {
        try {
            entry.run();
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.PIN_INCORRECT) && !refused.is(Ckr.PIN_LOCKED)) {
                throw refused;
            }
            int left = refused.is(Ckr.PIN_LOCKED) ? 0 : triesLeft(place);
            token.failedPins().add(pin, left);
            token.logins().refused();
            throw ErrorMapper.ofPin(module.name(), token.identity().id(), USER_PIN, left, refused);
        }
    }

    private PinRequiredException cutElsewhere(CryptokiException refused) {
        return new PinRequiredException(
                ErrorMapper.answer(module.name(), refused),
                about()
                        + "user PIN: the token took the change, but its PIN is not the new one: the present PIN that was"
                        + " given is longer or shorter than the token's, which cut the two at another place; set a PIN"
                        + " with the SO-PIN (schsm pin unblock)");
    }

    /**
     * The same with both PINs typed on the reader: the present one by itself first, so that a wrong one is told and nothing
     * is changed.
     *
     * @param session  nobody is logged in; a user may be afterwards
     * @param informed is told what to type; not looked at otherwise
     */
    void changeOnReader(Session session, Place place, Authenticator informed) throws CryptokiException, SchsmException {
        var pad = new TokenLogin.InSession(session, Ck.CKU_USER, this, token, place);
        var machine = new LoginStateMachine<>(pad);
        PinRequest request = pad.request(informed, null);
        pad.preparePad(request, null, true);
        if (!request.transport()) {
            machine.enter(informed, request, false);
        }
        machine.enter(informed, request, true);
    }

    /** {@code C_SetPIN} with both PINs typed on the reader. */
    Answer changeOnPad(Session session, Place place) throws CryptokiException {
        return answer(place, () -> session.module().setPin(session.handle(), null, null));
    }

    private ModuleAnswer flag(String name) {
        return ErrorMapper.flag(module.name(), name);
    }

    String about() {
        return module.name() + ": " + token.identity().id() + ": ";
    }
}
