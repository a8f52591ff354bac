// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.SharedToken.Place;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.PinBackend;
import io.github.schsm.login.TokenAuthenticator;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The user PIN of a login in {@code C_Login}; what the module says of the PIN costs nothing. */
abstract class TokenLogin<X extends Exception> implements PinBackend<X> {
    final TokenPins pins;
    final SharedToken token;
    Place place;

    private TokenLogin(TokenPins pins, SharedToken token, Place place) {
        this.pins = pins;
        this.token = token;
        this.place = place;
    }

    @Override
    public final FailedPinCache failedPins() {
        return token.failedPins();
    }

    /** A link tells its login by itself when the token was away. */
    @Override
    public final boolean isCareful() {
        return false;
    }

    @Override
    public final boolean isStatusFree() {
        return true;
    }

    @Override
    public final PinStatus status() {
        return pins.status(place);
    }

    @Override
    public final PinRequest request(Authenticator login, @Nullable PinStatus status) {
        PinStatus known = status == null ? status() : status;
        boolean asked = login.isInteractive();
        return new PinRequest(
                token.identity().id(),
                asked ? place.token().label() : "",
                asked ? slotDescription() : "",
                known.triesLeft() < 0 ? OptionalInt.empty() : OptionalInt.of(known.triesLeft()),
                known.state() == PinStatus.State.TRANSPORT,
                place.token().has(Ck.CKF_PROTECTED_AUTHENTICATION_PATH));
    }

    private String slotDescription() {
        try {
            return token.module().cryptoki().slotInfo(place.slot()).description();
        } catch (CryptokiException notTold) {
            return "";
        }
    }

    @Override
    public final void preparePad(PinRequest request, @Nullable PinStatus status, boolean change) throws SchsmException {
        if (!request.pinPad()) {
            throw new UnsupportedByDeviceException(pins.about() + "the module tells of no PIN pad"
                    + " (CKF_PROTECTED_AUTHENTICATION_PATH); use pin = prompt, env:NAME, file:PATH or callback");
        }
    }

    @Override
    public final void refused() {
        token.logins().refused();
    }

    @Override
    public final SchsmException refusal(Refusal reason, int triesLeft) {
        return pins.refusal(reason, triesLeft);
    }

    /** The login of a link, in a session that is lent for it. */
    static final class OfUser extends TokenLogin<SchsmException> {
        private final TokenLink link;
        private final TokenAuthenticator login;

        OfUser(TokenLink link, TokenPins pins, SharedToken token, Place place, TokenAuthenticator login) {
            super(pins, token, place);
            this.link = link;
            this.login = login;
        }

        @Override
        public Answer verify(byte[] pin) throws SchsmException {
            if (token.logins().isAccepted(pin)) {
                token.logins().join(link);
                return Answer.NOT_LOOKED_AT;
            }
            return send(pin);
        }

        private Answer send(byte @Nullable [] pin) throws SchsmException {
            // While somebody was asked for the PIN another token may have been put in, to which it must not go.
            return link.send(login, place, login.isInteractive() ? null : place, pin);
        }

        @Override
        public Answer enter(boolean change) throws SchsmException {
            if (!change) {
                return send(null);
            }
            place = link.changeFirst(session -> session.module().setPin(session.handle(), null, null));
            return Answer.ACCEPTED;
        }

        @Override
        public void change(char[] present, char[] chosen) throws SchsmException {
            SecretBytes.Rule rule = token.pinRules().user();
            Place there = place;
            SecretBytes.use(
                    rule,
                    present,
                    rule,
                    chosen,
                    (before, after) -> place = link.changeFirst(session -> pins.change(session, there, before, after)));
        }
    }

    /** A PIN in a session that there is already: what a key wants before each use, and what is changed on the reader. */
    static final class InSession extends TokenLogin<CryptokiException> {
        private final Session session;
        private final long user;

        /** @param user CKU_ value */
        InSession(Session session, long user, TokenPins pins, SharedToken token, Place place) {
            super(pins, token, place);
            this.session = session;
            this.user = user;
        }

        @Override
        public Answer verify(byte[] pin) throws CryptokiException {
            return pins.login(session, place, user, pin);
        }

        @Override
        public Answer enter(boolean change) throws CryptokiException, SchsmException {
            if (!change) {
                return pins.login(session, place, user, null);
            }
            if (user != Ck.CKU_USER) {
                throw refusal(Refusal.TRANSPORT, -1);
            }
            return pins.changeOnPad(session, place);
        }

        @Override
        public void change(char[] present, char[] chosen) throws SchsmException {
            throw refusal(Refusal.TRANSPORT, -1);
        }
    }
}
