// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.FailureScope;
import io.github.schsm.bridge.session.SessionRunner.As;
import io.github.schsm.bridge.session.SharedToken.Place;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FixedPinSource;
import io.github.schsm.login.KeptLogin;
import io.github.schsm.login.LoginStateMachine;
import io.github.schsm.login.PinBackend.Answer;
import io.github.schsm.login.PinBackend.Verdict;
import io.github.schsm.login.PinSource;
import io.github.schsm.login.TokenAuthenticator;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way to one token of a module, with a login of its own. Finds the token again when it was out, was put elsewhere,
 * or the module had to be initialized again; the sessions are shared with the other links of the same token.
 *
 * <p>May be used by many threads. Waiting for a session, for another login and for the module ends when the thread is
 * interrupted.
 */
public final class TokenLink {
    private final Pkcs11Module module;
    private final SharedToken token;
    private final TokenPins pins;
    private final SessionRunner runner;
    private final KeptLogin login = new KeptLogin(() -> identity().id(), this::userPinRule);
    private volatile Supplier<Optional<TokenPins.Told>> beforeLogin = Optional::empty;
    private volatile boolean closed;
    private volatile boolean missed;

    /**
     * A link to the token that is in a slot now, wherever it will be later.
     *
     * @param slot  its slot
     * @param token what {@code C_GetTokenInfo} says of it
     */
    public TokenLink(Pkcs11Module module, SlotInfo slot, CkTokenInfo token) {
        this.module = module;
        this.token = module.token(slot, token);
        this.pins = new TokenPins(this.token);
        this.runner = new SessionRunner(this, this.token);
    }

    /** The module. */
    public Pkcs11Module module() {
        return module;
    }

    /** What tells the token from others. */
    public TokenIdentity identity() {
        return token.identity();
    }

    /** The monitor under which a number is found for a new key and given to it, shared by all links of the token. */
    public Object numbering() {
        return token.numbering();
    }

    /** The sessions, shared by all links of the token. */
    SessionPool pool() {
        return token.pool();
    }

    // Questions that need no session

    /** The slot that the token is in, or was in when it was last looked for, if there is a token in it. */
    public SlotInfo slotInfo() throws SchsmException {
        requireOpen();
        return runner.slotInfo();
    }

    /** {@code C_GetTokenInfo}, asked each time. */
    public CkTokenInfo tokenInfo() throws SchsmException {
        requireOpen();
        return runner.ask(Place::token);
    }

    /**
     * What the token says of itself, if it is where it was seen last: one question to the module, where looking for it takes
     * one for each slot. Empty if it has to be looked for.
     */
    public Optional<CkTokenInfo> stillThere() {
        Lock use = module.use();
        use.lock();
        try {
            Optional<CkTokenInfo> said = closed ? Optional.empty() : token.stillThere();
            missed = missed && said.isEmpty();
            return said;
        } catch (CryptokiException lookForIt) {
            return Optional.empty();
        } finally {
            use.unlock();
        }
    }

    /**
     * Whether a session of the token is open, so that it was there when it was used last, and nothing tells that it went. The
     * next use finds out.
     */
    public boolean isInUse() {
        return !closed && !missed && !identity().isPlaced() && token.pool().open() > 0;
    }

    /** Another way to the token did not find it: it is not taken for {@linkplain #isInUse in use} until it is seen. */
    public void missed() {
        missed = true;
    }

    /** Notes that a key store is loaded; returns whether one was before, by any link. */
    public boolean wasLoaded() {
        return token.wasLoaded();
    }

    /** The slot that the token was seen in last, as it was described then; the module is not asked. */
    public SlotInfo lastSlot() {
        return token.place();
    }

    /** The token's mechanisms by CKM_ value, asked once until the token is out. */
    public Map<Long, MechanismInfo> mechanisms() throws SchsmException {
        requireOpen();
        Map<Long, MechanismInfo> known = token.mechanisms();
        return known == null ? runner.ask(this::mechanisms) : known;
    }

    private Map<Long, MechanismInfo> mechanisms(Place place) throws CryptokiException {
        Map<Long, MechanismInfo> known = token.mechanisms();
        if (known != null) {
            return known;
        }
        Map<Long, MechanismInfo> read = module.cryptoki().mechanisms(place.slot());
        token.mechanisms(read);
        return read;
    }

    /** Where the token is now; its mechanisms are asked along with it, for what comes next. */
    private Place lookWithMechanisms() throws SchsmException {
        return runner.ask(place -> {
            mechanisms(place);
            return place;
        });
    }

    /** Object handles that were found in another generation are stale. */
    public long generation() {
        return token.logins().generation();
    }

    // Sessions

    /**
     * Does something with a session of the token: borrowed from a few that are kept, after waiting for one if all are
     * in use. The session must not be used after the function returned, and a function must not call this again.
     *
     * <p>The function is run again from its start, once, if an object's handle, the session or the token was lost on the
     * way and it {@linkplain Session#mayRepeat may be}. In any case the next use finds the token again.
     *
     * @throws SchsmException what the module answered, as a typed exception with a sentence
     */
    public <T> T withSession(SessionAccess use, SessionFunction<T> function) throws SchsmException {
        requireOutside();
        // Asked for in functions, too, where there is no way to find a lost token again.
        Place seen = token.mechanisms() == null ? lookWithMechanisms() : null;
        return runner.run(() -> enter(use), use.write(), !use.write(), seen, function);
    }

    /** Logs in first where that is needed; if another PIN was given while one was refused, with that one. */
    private As enter(SessionAccess use) throws SchsmException {
        TokenAuthenticator present = login.get();
        if (present == null || !use.needs(present)) {
            return As.ANYBODY;
        }
        try {
            return ensureLogin(present) ? As.user(use) : As.ANYBODY;
        } catch (PinRequiredException notThisOne) {
            if (present == login.get()) {
                throw notThisOne;
            }
            return enter(use);
        }
    }

    /** Nothing goes this way any more: its provider was closed. */
    public void close() {
        closed = true;
        login.close();
        token.logins().leave(this);
        if (!token.logins().isVerified()) {
            token.pool().closeIdle();
        }
    }

    private void requireOpen() throws InvalidRequestException {
        if (closed) {
            throw new InvalidRequestException("token " + identity().id() + " of " + module.name()
                    + " cannot be used any more: the provider that it belongs to was closed");
        }
    }

    /** Sessions lent to the present thread would be waited for by itself. */
    private void requireOutside() throws InvalidRequestException {
        requireOpen();
        if (token.isUsedHere()) {
            throw new IllegalStateException(
                    "a function that has a session of " + identity().id() + " asks for another");
        }
    }

    /**
     * Does something while nobody has a session of the token or is logged in: with one read-write session, which is
     * closed afterwards. For the security officer.
     */
    public <T> T alone(SessionFunction<T> function) throws SchsmException {
        requireOutside();
        runner.lock(token.loginLock());
        try {
            return runner.run(As.ALONE, true, false, null, session -> {
                endLogin(session);
                token.pool().closeIdle();
                try {
                    return function.apply(session);
                } finally {
                    endLoginQuietly(session);
                }
            });
        } finally {
            token.pool().closeIdle();
            token.loginLock().unlock();
        }
    }

    /** Closing the session ends it as well. */
    private void endLoginQuietly(Session session) {
        try {
            endLogin(session);
        } catch (CryptokiException gone) {
            return;
        }
    }

    private void endLogin(Session session) throws CryptokiException {
        token.logins().ended();
        try {
            session.module().logout(session.handle());
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.USER_NOT_LOGGED_IN)) {
                throw refused;
            }
        }
    }

    /** What is done with a slot. */
    @FunctionalInterface
    public interface SlotFunction<T> {
        /** Uses the slot. */
        T apply(Cryptoki module, long slot) throws CryptokiException, SchsmException;
    }

    /** Does something while no session of the token is open at all: {@code C_InitToken}. */
    public <T> T withoutSessions(SlotFunction<T> function) throws SchsmException {
        requireOutside();
        runner.lock(token.loginLock());
        try {
            runner.ask(found -> found);
            Lock use = module.use();
            runner.lock(use);
            try {
                Lock lock = token.lock().writeLock();
                runner.lock(lock);
                try {
                    long slot = token.find();
                    token.pool().closeIdle();
                    token.logins().ended();
                    T result = function.apply(module.cryptoki(), slot);
                    token.initialized(slot);
                    return result;
                } finally {
                    lock.unlock();
                }
            } finally {
                use.unlock();
            }
        } catch (CryptokiException refused) {
            throw ErrorMapper.of(module.name(), identity().id(), refused);
        } catch (TokenMissingException missing) {
            throw ErrorMapper.missing(module.name(), identity().id(), missing);
        } finally {
            token.loginLock().unlock();
        }
    }

    /**
     * The token was initialized past the module, which may go on believing in what was there: it is initialized again,
     * if nobody uses it at the moment.
     */
    public void tokenWasReset() throws SchsmException {
        requireOutside();
        token.lost(token.pool().epoch());
        token.pool().closeIdle();
        module.revive(module.incarnation(), false);
    }

    // Login

    /**
     * Logs in now, and keeps the source for when it has to be done again; one that was accepted before stays if this one
     * is refused.
     *
     * @throws io.github.schsm.PinException if the PIN is wrong, blocked, or there is none
     */
    public void login(PinSource pin) throws SchsmException {
        login(pin, false);
    }

    /**
     * The same for somebody who uses a session as the user next, which shows whether a login is in force: if there is one
     * that was made with this PIN, nothing is asked of the token and nothing sent.
     */
    public void loginOrJoin(PinSource pin) throws SchsmException {
        login(pin, pin instanceof FixedPinSource);
    }

    private void login(PinSource pin, boolean mayJoin) throws SchsmException {
        requireOutside();
        login.verify(pin, given -> {
            runner.lock(token.loginLock());
            try {
                if (mayJoin && isAccepted(given)) {
                    token.logins().join(this);
                    given.accepted();
                } else if (verify(given) == Outcome.NO_PIN) {
                    throw loginRequired();
                }
            } finally {
                token.loginLock().unlock();
            }
        });
    }

    private boolean isAccepted(TokenAuthenticator login) throws SchsmException {
        byte[] given = token.logins().isVerified()
                ? login.pin(new PinRequest(identity().id(), "", "", OptionalInt.empty(), false, false))
                : null;
        if (given == null) {
            return false;
        }
        boolean same = token.logins().isAccepted(given);
        Arrays.fill(given, (byte) 0);
        return same;
    }

    /**
     * {@code C_SetPIN} of the user PIN, with PINs that a program gave this very moment. Anybody who logged in with the
     * old one has a source that is of no use any more.
     *
     * @throws io.github.schsm.PinException if the old one is wrong, or must not be sent
     */
    public void changePin(byte[] before, byte[] after) throws SchsmException {
        alone(session -> {
            session.about("changing the user PIN");
            pins.change(session, look(), before, after);
            return true;
        });
    }

    /** The same with both PINs typed on the reader; who gave the present PIN is told when. */
    public void changePinOnReader() throws SchsmException {
        Authenticator informed = new Informed(login.get());
        alone(session -> {
            session.about("changing the user PIN on the reader");
            pins.changeOnReader(session, look(), informed);
            return true;
        });
    }

    /** Tells the one who gave the present PIN, if there is one, what to type; what is typed is no login. */
    private record Informed(@Nullable Authenticator present) implements Authenticator {
        @Override
        public byte @Nullable [] pin(PinRequest request) {
            return null;
        }

        @Override
        public boolean isInteractive() {
            return true;
        }

        @Override
        public boolean isOnReader() {
            return true;
        }

        @Override
        public boolean entryOnReader(PinRequest request, boolean change) {
            return present != null && present.entryOnReader(request, change);
        }

        @Override
        public void entryFinished(PinRequest request) {
            if (present != null) {
                present.entryFinished(request);
            }
        }
    }

    private SecretBytes.Rule userPinRule() {
        return token.pinRules().user();
    }

    /** What the token takes for PINs; it is asked. */
    public PinRules pinRules() throws SchsmException {
        return PinRules.of(tokenInfo());
    }

    /** Whether somebody would be bothered by a login because of a failure that may have any reason. */
    boolean mayLogInAgain() {
        TokenAuthenticator present = login.get();
        return present != null && !present.isOnReader();
    }

    /**
     * Lets another way to the token prepare for each login of this link, and say what it knows of the user PIN: PKCS#11
     * has flags only. Asked again after a PIN was refused.
     */
    public void beforeLogin(Supplier<Optional<TokenPins.Told>> otherWay) {
        beforeLogin = otherWay;
    }

    /** The present login, for another way to the same token; null if there is none. */
    @Nullable
    public TokenAuthenticator authenticator() {
        return login.get();
    }

    /** Keeps the source for when the PIN is first needed, unless there is one already. */
    public void useWhenNeeded(PinSource pin) {
        login.useWhenNeeded(pin);
    }

    /** Whether this link's login is in force, as the module says. */
    public boolean isLoggedIn() throws SchsmException {
        if (!login.wasAccepted() || !token.logins().isVerifiedBy(this)) {
            return false;
        }
        return withSession(
                SessionAccess.PUBLIC,
                session -> SessionRunner.isUser(session.module().sessionState(session.handle())));
    }

    /** Forgets the PIN and ends the login, if it counts for no other link of the token. */
    public void logout() throws SchsmException {
        requireOutside();
        login.forget();
        runner.lock(token.loginLock());
        try {
            if (token.logins().leave(this) && token.logins().isVerified()) {
                runner.run(As.ALONE, false, true, null, session -> {
                    endLogin(session);
                    return true;
                });
            }
            if (!token.logins().isVerified()) {
                token.pool().closeIdle();
            }
        } finally {
            token.loginLock().unlock();
        }
    }

    /** Refuses to go on without a login where the token wants one. */
    void requireLogin() throws CryptokiException, SchsmException {
        if (!token.logins().isVerifiedBy(this) && look().token().has(Ck.CKF_LOGIN_REQUIRED)) {
            throw loginRequired();
        }
    }

    private Place look() throws CryptokiException, SchsmException {
        try {
            return token.look();
        } catch (TokenMissingException missing) {
            throw ErrorMapper.missing(module.name(), identity().id(), missing);
        }
    }

    PinRequiredException loginRequired() {
        return new PinRequiredException(
                ErrorMapper.flag(module.name(), "CKF_LOGIN_REQUIRED"),
                module.name() + ": " + identity().id() + ": the PIN must be verified first; "
                        + PinRequiredException.WAYS);
    }

    private boolean ensureLogin(TokenAuthenticator present) throws SchsmException {
        if (token.logins().isVerifiedBy(this)) {
            return true;
        }
        if (token.loginLock().isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "a handler that is asked for the PIN of " + identity().id() + " must not use it meanwhile");
        }
        runner.lock(token.loginLock());
        try {
            return token.logins().isVerifiedBy(this) || verify(present) == Outcome.LOGGED_IN;
        } finally {
            token.loginLock().unlock();
        }
    }

    /** What came of a login. */
    private enum Outcome {
        /** The PIN was accepted. */
        LOGGED_IN,
        /** There was none to send. */
        NO_PIN,
        /** The token has no PIN, and nothing that one would be for. */
        NOT_TAKEN
    }

    /** Logs in, while nobody else does. */
    private Outcome verify(TokenAuthenticator present) throws SchsmException {
        boolean wasAway = pins.prepare(beforeLogin);
        Place place = lookWithMechanisms();
        if (!place.token().has(Ck.CKF_LOGIN_REQUIRED) && !place.token().has(Ck.CKF_USER_PIN_INITIALIZED)) {
            return Outcome.NOT_TAKEN;
        }
        if (token.logins().noticeAbsence(this) || wasAway) {
            present.forgetEntered();
        }
        boolean accepted =
                new LoginStateMachine<>(new TokenLogin.OfUser(this, pins, token, place, present)).login(present);
        return accepted ? Outcome.LOGGED_IN : Outcome.NO_PIN;
    }

    /**
     * {@code C_Login} of this link. A PIN goes out once, if it is not known to be right. With a session that the module
     * does not know any more, it has not.
     *
     * @param from  whose PIN it is
     * @param seen  where the token was just seen, in which case it need not be looked for; null looks
     * @param pin   null if it is typed on the reader
     */
    Answer send(TokenAuthenticator from, Place place, @Nullable Place seen, byte @Nullable [] pin)
            throws SchsmException {
        boolean again = token.logins().isVerified();
        return runner.run(again ? As.LOGIN_AGAIN : As.LOGIN, false, true, seen, session -> {
            if (again) {
                endLogin(session);
            }
            session.mayRepeat(false);
            Answer answer;
            try {
                answer = pins.login(session, place, Ck.CKU_USER, pin);
            } catch (CryptokiException refused) {
                FailureScope loss = refused.scope();
                session.mayRepeat(loss == FailureScope.SESSION || (loss == FailureScope.UNCLEAR && from.wasAccepted()));
                throw refused;
            }
            if (answer.error() == null) {
                token.logins().verifiedAlone(this, answer.verdict() == Verdict.ACCEPTED ? pin : null);
            }
            return answer;
        });
    }

    /** Changes a PIN that must be changed first; returns where the token is then, and what it says of itself. */
    Place changeFirst(PinChange change) throws SchsmException {
        runner.run(As.LOGIN, true, true, null, session -> {
            session.about("changing the user PIN");
            session.mayRepeat(false);
            change.apply(session);
            return true;
        });
        pins.prepare(beforeLogin);
        return runner.ask(found -> found);
    }

    /** What changes a PIN. */
    @FunctionalInterface
    interface PinChange {
        void apply(Session session) throws CryptokiException, SchsmException;
    }

    void loginForKey(Session session) throws CryptokiException, SchsmException {
        TokenAuthenticator source = login.get();
        if (source == null) {
            throw loginRequired();
        }
        boolean repeatable = session.mayRepeat();
        session.mayRepeat(false);
        if (!new LoginStateMachine<>(new TokenLogin.InSession(session, Ck.CKU_CONTEXT_SPECIFIC, pins, token, look()))
                .login(source)) {
            throw loginRequired();
        }
        session.mayRepeat(repeatable);
    }
}
