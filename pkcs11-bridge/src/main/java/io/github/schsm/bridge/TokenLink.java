package io.github.schsm.bridge;

import static java.util.Objects.requireNonNull;

import io.github.schsm.PinRequiredException;
import io.github.schsm.PinSource;
import io.github.schsm.SchsmException;
import io.github.schsm.backend.TokenAuthenticator;
import io.github.schsm.bridge.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.Cryptoki.SlotInfo;
import io.github.schsm.bridge.SessionPool.Fate;
import io.github.schsm.bridge.SessionPool.Lent;
import io.github.schsm.bridge.SharedToken.Place;
import io.github.schsm.bridge.TokenPins.Login;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The way to one token of a module, with a login of its own. Finds the token again when it was out, was put elsewhere,
 * or the module had to be initialized anew; the sessions are shared with the other links of the same token.
 *
 * <p>May be used by many threads. Waiting for a session, for another login and for the module ends when the thread is
 * interrupted.
 */
final class TokenLink {
    private static final int MOST_ATTEMPTS = 3;

    private final Pkcs11Module module;
    private final SharedToken token;
    private final TokenPins pins;
    private volatile @Nullable TokenAuthenticator authenticator;
    private long timesAway;

    /**
     * A link to the token that is in a slot now, wherever it will be later.
     *
     * @param slot  its slot
     * @param token what {@code C_GetTokenInfo} says of it
     */
    TokenLink(Pkcs11Module module, long slot, CkTokenInfo token) {
        this.module = module;
        this.token = module.token(slot, token);
        this.pins = new TokenPins(this.token);
    }

    /** The module. */
    Pkcs11Module module() {
        return module;
    }

    /** What tells the token from others. */
    TokenIdentity identity() {
        return token.identity();
    }

    /** The sessions, shared by all links of the token. */
    SessionPool pool() {
        return token.pool();
    }

    // Questions that need no session

    private interface Question<T> {
        T ask(Place place) throws CryptokiException;
    }

    /** The slot that the token is in now. */
    SlotInfo slotInfo() throws SchsmException {
        return ask(place -> module.cryptoki().slotInfo(place.slot()));
    }

    /** {@code C_GetTokenInfo}, asked anew each time. */
    CkTokenInfo tokenInfo() throws SchsmException {
        return ask(Place::token);
    }

    /** The token's mechanisms by CKM_ value, asked once until the token is out. */
    Map<Long, MechanismInfo> mechanisms() throws SchsmException {
        Map<Long, MechanismInfo> known = token.mechanisms();
        if (known != null) {
            return known;
        }
        Map<Long, MechanismInfo> read = ask(place -> module.cryptoki().mechanisms(place.slot()));
        token.mechanisms(read);
        return read;
    }

    private <T> T ask(Question<T> question) throws SchsmException {
        for (int attempt = 1; ; attempt++) {
            long incarnation = module.incarnation();
            long epoch = token.pool().epoch();
            try {
                Lock use = module.use();
                lock(use);
                try {
                    return question.ask(token.look());
                } finally {
                    use.unlock();
                }
            } catch (CryptokiException refused) {
                if (!Loss.of(refused).maybeGone() || attempt == MOST_ATTEMPTS || token.isUsedHere()) {
                    throw Refusals.of(module.name(), identity().id(), refused);
                }
                token.lost(epoch);
                if (Loss.of(refused) == Loss.MODULE) {
                    module.revive(incarnation, true);
                }
            } catch (TokenMissingException missing) {
                if (token.isUsedHere()) {
                    throw Refusals.missing(module.name(), identity().id(), missing);
                }
                token.lost(epoch);
                find(missing, incarnation, attempt);
            }
        }
    }

    /** Returns if it is worth looking for the token again. */
    private void find(TokenMissingException missing, long incarnation, int attempt) throws SchsmException {
        CryptokiException answer = missing.answer();
        boolean finished = answer != null && answer.is(ReturnValue.CRYPTOKI_NOT_INITIALIZED);
        if (attempt == MOST_ATTEMPTS || !missing.isModuleLost() || !module.revive(incarnation, finished)) {
            throw Refusals.missing(module.name(), identity().id(), missing);
        }
    }

    /** Object handles that were found in another generation are stale. */
    long generation() {
        return token.generation();
    }

    // Sessions

    /**
     * Does something with a session of the token: borrowed from a few that are kept, after waiting for one if all are
     * in use. The session must not be used after the function returned, and a function must not call this again.
     *
     * <p>The function is run again from its start, once, if the session or the token was lost under way and it
     * {@linkplain Session#mayRepeat may be}. In any case the next use finds the token again.
     *
     * @throws SchsmException what the module answered, as a typed exception with a sentence
     */
    <T> T withSession(Use use, SessionFunction<T> function) throws SchsmException {
        requireOutside();
        // Asked for in functions, too, where there is no way to find a lost token again.
        mechanisms();
        for (int attempt = 1; ; attempt++) {
            TokenAuthenticator login = authenticator;
            if (login != null && !use.needs(login)) {
                login = null;
            }
            boolean counts;
            try {
                counts = login != null && ensureLogin(login);
            } catch (PinRequiredException notThisOne) {
                if (login == authenticator || attempt == MOST_ATTEMPTS) {
                    throw notThisOne;
                }
                continue;
            }
            Optional<T> result = lend(use.write(), !use.write(), counts ? As.USER : As.ANYBODY, function);
            if (result.isPresent()) {
                return result.get();
            }
            if (attempt == MOST_ATTEMPTS) {
                throw loginRequired();
            }
        }
    }

    /** Sessions lent to the present thread would be waited for by itself. */
    private void requireOutside() {
        if (token.isUsedHere()) {
            throw new IllegalStateException(
                    "a function that has a session of " + identity().id() + " asks for another");
        }
    }

    /** Who a function is run as. */
    private enum As {
        /** Whoever is logged in, or nobody. */
        ANYBODY,
        /** The user, by this link's login. */
        USER,
        /** Nobody, and nobody else has a session meanwhile. */
        ALONE
    }

    /**
     * Lends a session to a function, and does what there is to do if it, the token or the module is lost.
     *
     * @return empty if the user was to be logged in and is not any more
     */
    private <T> Optional<T> lend(boolean write, boolean mayRepeat, As as, SessionFunction<T> function)
            throws SchsmException {
        for (int attempt = 1; ; attempt++) {
            Attempt<T> made = new Attempt<>(write, mayRepeat, as, function);
            made.run();
            if (made.failure == null && made.missing == null) {
                return made.result;
            }
            if (made.missing != null) {
                token.lost(made.epoch);
                find(made.missing, made.incarnation, attempt);
                continue;
            }
            CryptokiException refused = requireNonNull(made.failure);
            Session session = made.session;
            boolean again =
                    attempt < MOST_ATTEMPTS - (session == null ? 0 : 1) && (session == null || session.mayRepeat());
            Loss loss = recover(made);
            if (loss == Loss.LOGIN && again && as == As.USER) {
                return Optional.empty();
            }
            if (loss == Loss.NOTHING || loss == Loss.LOGIN || !again) {
                throw refusal(session, refused, loss);
            }
        }
    }

    private SchsmException refusal(@Nullable Session session, CryptokiException refused, Loss loss) {
        String what = session == null || session.about().isEmpty()
                ? identity().id()
                : identity().id() + ": " + session.about();
        return loss == Loss.TOKEN && session != null
                ? Refusals.removed(module.name(), what, refused)
                : Refusals.of(module.name(), what, refused);
    }

    /** One time that a function is run, and what became of it. */
    private final class Attempt<T> {
        private final boolean write;
        private final boolean mayRepeat;
        private final As as;
        private final SessionFunction<T> function;
        private final long incarnation = module.incarnation();
        private final long epoch = token.pool().epoch();
        private Optional<T> result = Optional.empty();
        private @Nullable Session session;
        private @Nullable CryptokiException failure;
        private @Nullable TokenMissingException missing;
        private Loss loss = Loss.NOTHING;

        Attempt(boolean write, boolean mayRepeat, As as, SessionFunction<T> function) {
            this.write = write;
            this.mayRepeat = mayRepeat;
            this.as = as;
            this.function = function;
        }

        void run() throws SchsmException {
            Lock use = module.use();
            lock(use);
            try {
                Lock lock =
                        as == As.ALONE ? token.lock().writeLock() : token.lock().readLock();
                lock(lock);
                try {
                    borrow();
                } finally {
                    lock.unlock();
                }
            } finally {
                use.unlock();
            }
        }

        private void borrow() throws SchsmException {
            Lent lent;
            try {
                lent = token.pool().borrow(write);
            } catch (CryptokiException refused) {
                failed(refused);
                return;
            } catch (TokenMissingException nowhere) {
                missing = nowhere;
                return;
            } catch (InterruptedException interrupted) {
                throw Refusals.interrupted("a session of " + identity().id() + " (" + module.name() + ")", interrupted);
            }
            Fate fate = Fate.DIRTY;
            try {
                if (isReady(lent)) {
                    Session made = new Session(TokenLink.this, lent.session().handle(), token.generation(), mayRepeat);
                    session = made;
                    result = Optional.of(function.apply(made));
                    fate = Fate.CLEAN;
                } else if (failure == null) {
                    fate = Fate.CLEAN;
                }
            } catch (CryptokiException refused) {
                failed(refused);
                if (loss == Loss.UNCLEAR && !isOpen(lent.session().handle())) {
                    loss = Loss.SESSION;
                }
            } finally {
                token.pool().giveBack(lent, fate);
            }
        }

        private void failed(CryptokiException refused) {
            failure = refused;
            loss = Loss.of(refused);
        }

        /**
         * Looks at the session before it is used: where a login has to be in force, before something that cannot be
         * repeated, and if there was time for much to happen.
         */
        private boolean isReady(Lent lent) {
            if (as != As.USER && !write && lent.fresh()) {
                return true;
            }
            long generation = token.generation();
            if (as == As.USER && !token.isLoggedIn(TokenLink.this)) {
                return false;
            }
            try {
                long state = module.cryptoki().sessionState(lent.session().handle());
                if (as == As.USER && !isUser(state)) {
                    token.loginLost(generation);
                    return false;
                }
                return true;
            } catch (CryptokiException refused) {
                failed(refused);
                if (loss != Loss.TOKEN && loss != Loss.MODULE) {
                    loss = Loss.SESSION;
                }
                return false;
            }
        }
    }

    private static boolean isUser(long state) {
        return state == Ck.CKS_RO_USER_FUNCTIONS || state == Ck.CKS_RW_USER_FUNCTIONS;
    }

    private boolean isOpen(long handle) {
        try {
            module.cryptoki().sessionState(handle);
            return true;
        } catch (CryptokiException gone) {
            return false;
        }
    }

    /** Forgets what was lost. No lock is held. */
    private Loss recover(Attempt<?> made) throws SchsmException {
        if (made.loss == Loss.UNCLEAR && isThere()) {
            return made.as == As.USER && mayLogInAgain() ? doubtful() : Loss.NOTHING;
        }
        Loss loss = made.loss == Loss.UNCLEAR ? Loss.TOKEN : made.loss;
        switch (loss) {
            case LOGIN -> {
                if (made.session != null) {
                    token.loginLost(made.session.generation());
                }
            }
            case SESSION, TOKEN -> token.lost(made.epoch);
            case MODULE -> {
                token.lost(made.epoch);
                module.revive(made.incarnation, true);
            }
            case NOTHING, OPERATION, UNCLEAR -> {}
        }
        return loss;
    }

    /** Nobody is bothered because of a failure that may have any reason. */
    private boolean mayLogInAgain() {
        TokenAuthenticator login = authenticator;
        return login != null && !login.isOnReader();
    }

    /** A card that was reset fails at all that it is asked until somebody logs out and in: OpenSC selects it then. */
    private Loss doubtful() {
        token.doubtful();
        return Loss.LOGIN;
    }

    /** Whether the token is still where it was. */
    private boolean isThere() throws SchsmException {
        Lock use = module.use();
        lock(use);
        try {
            token.look();
            return true;
        } catch (CryptokiException | TokenMissingException gone) {
            return false;
        } finally {
            use.unlock();
        }
    }

    private void lock(Lock lock) throws SchsmException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            throw Refusals.interrupted(identity().id() + " (" + module.name() + ")", interrupted);
        }
    }

    /**
     * Does something while nobody has a session of the token or is logged in: with one read-write session, which is
     * closed afterwards. For the security officer.
     */
    <T> T alone(SessionFunction<T> function) throws SchsmException {
        requireOutside();
        lock(token.logins());
        try {
            return lend(true, false, As.ALONE, session -> {
                        endLogin(session);
                        token.pool().closeIdle();
                        try {
                            return function.apply(session);
                        } finally {
                            endLoginQuietly(session);
                        }
                    })
                    .orElseThrow();
        } finally {
            token.pool().closeIdle();
            token.logins().unlock();
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
        token.loggedOut();
        try {
            session.module().logout(session.handle());
        } catch (CryptokiException refused) {
            if (!refused.is(ReturnValue.USER_NOT_LOGGED_IN)) {
                throw refused;
            }
        }
    }

    /** What is done with a slot. */
    @FunctionalInterface
    interface SlotFunction<T> {
        /** Uses the slot. */
        T apply(Cryptoki module, long slot) throws CryptokiException, SchsmException;
    }

    /** Does something while no session of the token is open at all: {@code C_InitToken}. */
    <T> T withoutSessions(SlotFunction<T> function) throws SchsmException {
        requireOutside();
        lock(token.logins());
        try {
            ask(found -> found);
            Lock use = module.use();
            lock(use);
            try {
                Lock lock = token.lock().writeLock();
                lock(lock);
                try {
                    long slot = token.find();
                    token.pool().closeIdle();
                    token.loggedOut();
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
            throw Refusals.of(module.name(), identity().id(), refused);
        } catch (TokenMissingException missing) {
            throw Refusals.missing(module.name(), identity().id(), missing);
        } finally {
            token.logins().unlock();
        }
    }

    /**
     * The token was initialized past the module, which may go on believing in what was there: it is initialized anew, if
     * nobody uses it just now.
     */
    void tokenWasReset() throws SchsmException {
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
    void login(PinSource pin) throws SchsmException {
        requireOutside();
        TokenAuthenticator login = new TokenAuthenticator(identity().id(), pin, true);
        boolean done = false;
        try {
            lock(token.logins());
            try {
                if (takesLogin() && !verify(login)) {
                    throw loginRequired();
                }
            } finally {
                token.logins().unlock();
            }
            done = true;
        } finally {
            if (!done) {
                login.destroy();
            }
        }
        replace(login);
    }

    /**
     * {@code C_SetPIN} of the user PIN, with PINs that a program gave this very moment. Whoever logged in with the old
     * one has a source that is of no use any more.
     *
     * @throws io.github.schsm.PinException if the old one is wrong, or must not be sent
     */
    void changePin(byte[] before, byte[] after) throws SchsmException {
        withSession(Use.PUBLIC_WRITE, session -> {
            session.about("changing the user PIN");
            pins.change(session, look(), before, after);
            return true;
        });
    }

    /** The present login, for another way to the same token; null if there is none. */
    @Nullable
    TokenAuthenticator authenticator() {
        return authenticator;
    }

    private synchronized void replace(@Nullable TokenAuthenticator login) {
        TokenAuthenticator before = authenticator;
        authenticator = login;
        if (before != null && before != login) {
            before.destroy();
        }
    }

    /** Keeps the source for when the PIN is first needed, unless there is one already. */
    synchronized void useWhenNeeded(PinSource pin) {
        if (authenticator == null) {
            authenticator = new TokenAuthenticator(identity().id(), pin, false);
        } else {
            pin.destroy();
        }
    }

    /** Whether this link's login is in force, as the module says. */
    boolean isLoggedIn() throws SchsmException {
        TokenAuthenticator login = authenticator;
        if (login == null || !login.wasAccepted() || !token.isLoggedIn(this)) {
            return false;
        }
        return withSession(Use.PUBLIC, session -> isUser(session.module().sessionState(session.handle())));
    }

    /** The token was used past the module, which may have ended its login: log out and in again before the next use. */
    void loginDoubtful() {
        token.doubtful();
    }

    /** Forgets the PIN and ends the login, if it counts for no other link of the token. */
    void logout() throws SchsmException {
        requireOutside();
        replace(null);
        lock(token.logins());
        try {
            if (token.leave(this) && token.isLoggedIn()) {
                lend(false, true, As.ALONE, session -> {
                    endLogin(session);
                    return true;
                });
            }
            if (!token.isLoggedIn()) {
                token.pool().closeIdle();
            }
        } finally {
            token.logins().unlock();
        }
    }

    /** Refuses to go on without a login where the token wants one. */
    void requireLogin() throws CryptokiException, SchsmException {
        if (!token.isLoggedIn(this) && look().token().has(Ck.CKF_LOGIN_REQUIRED)) {
            throw loginRequired();
        }
    }

    private Place look() throws CryptokiException, SchsmException {
        try {
            return token.look();
        } catch (TokenMissingException missing) {
            throw Refusals.missing(module.name(), identity().id(), missing);
        }
    }

    private PinRequiredException loginRequired() {
        return new PinRequiredException(
                Refusals.flag(module.name(), "CKF_LOGIN_REQUIRED"),
                module.name() + ": " + identity().id() + ": the PIN must be verified first");
    }

    private boolean ensureLogin(TokenAuthenticator login) throws SchsmException {
        if (token.isLoggedIn(this)) {
            return true;
        }
        if (token.logins().isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "whoever is asked for the PIN of " + identity().id() + " must not use it meanwhile");
        }
        lock(token.logins());
        try {
            return token.isLoggedIn(this) || (takesLogin() && verify(login));
        } finally {
            token.logins().unlock();
        }
    }

    /** Whether there is a PIN, or anything that one would be for. */
    private boolean takesLogin() throws SchsmException {
        CkTokenInfo info = tokenInfo();
        return info.has(Ck.CKF_LOGIN_REQUIRED) || info.has(Ck.CKF_USER_PIN_INITIALIZED);
    }

    /**
     * Logs in, while nobody else does.
     *
     * @return whether there was a PIN, which was then accepted
     */
    private boolean verify(TokenAuthenticator login) throws SchsmException {
        Place place = ask(found -> found);
        long away = token.timesAway();
        if (away != timesAway) {
            timesAway = away;
            login.cardWasAway();
        }
        if (TokenPins.isToBeChanged(place) && login.isInteractive()) {
            lend(true, true, As.ANYBODY, session -> {
                pins.changeFirst(session, login, place);
                return true;
            });
            return verify(login, ask(found -> found));
        }
        return verify(login, place);
    }

    private boolean verify(TokenAuthenticator source, Place place) throws SchsmException {
        try (Login login = pins.ask(source, place)) {
            if (login == null) {
                return false;
            }
            byte[] pin = login.pin();
            if (pin != null && token.isAccepted(pin)) {
                token.join(this);
                source.accepted();
                return true;
            }
            boolean again = token.isLoggedIn();
            lend(false, true, again ? As.ALONE : As.ANYBODY, session -> {
                if (again) {
                    endLogin(session);
                }
                boolean taken = login(session, place, login);
                token.loggedIn(this, taken ? pin : null);
                return true;
            });
            return true;
        }
    }

    /** A PIN goes out once; with a session that the module does not know any more, it has not. */
    private boolean login(Session session, Place place, Login login) throws CryptokiException, SchsmException {
        session.mayRepeat(false);
        try {
            return pins.login(session, place, Ck.CKU_USER, login);
        } catch (CryptokiException refused) {
            session.mayRepeat(Loss.of(refused) == Loss.SESSION);
            throw refused;
        }
    }

    void loginForKey(Session session) throws CryptokiException, SchsmException {
        TokenAuthenticator source = authenticator;
        if (source == null) {
            throw loginRequired();
        }
        Place place = look();
        try (Login login = pins.ask(source, place)) {
            if (login == null) {
                throw loginRequired();
            }
            boolean repeatable = session.mayRepeat();
            session.mayRepeat(false);
            pins.login(session, place, Ck.CKU_CONTEXT_SPECIFIC, login);
            session.mayRepeat(repeatable);
        }
    }
}
