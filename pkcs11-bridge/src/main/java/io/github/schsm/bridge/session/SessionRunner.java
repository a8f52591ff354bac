// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import static java.util.Objects.requireNonNull;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.FailureScope;
import io.github.schsm.bridge.session.SessionPool.BorrowedSession;
import io.github.schsm.bridge.session.SessionPool.Fate;
import io.github.schsm.bridge.session.SessionPool.Slots;
import io.github.schsm.bridge.session.SharedToken.Place;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Runs functions with sessions of a link's token and, where an answer says that something is lost, obtains it again: an
 * operation, the login, the session, the token, the whole module. Modules differ in what they say, and some say nothing
 * but CKR_GENERAL_ERROR: then the cheaper remedies come first.
 *
 * <p>{@link #TABLE} says what follows an answer, and {@link #run} is the only loop. A function that has begun is run
 * again once after a loss, and once with handles that were read again; so a {@code C_Sign} goes out at most twice for one
 * signature, not counting one that answered that there is no such key, and only once where the function says that it must
 * not be repeated. Logging in is the exception: it repeats what did not reach the token, up to four times.
 */
final class SessionRunner {
    private static final System.Logger LOGGER = System.getLogger(SessionRunner.class.getName());
    private static final int MOST_LOOKS = 3;
    private static final int MOST_REPAIRS = 4;
    private static final int MOST_LOGINS = 3;

    /** What follows an answer, by what is lost and by what was going on; several steps are for the first, second … time. */
    private static final Map<FailureScope, Row> TABLE = new EnumMap<>(Map.of(
            //                               nobody needed          the user                         a login
            FailureScope.NOTHING, new Row(Step.FAIL, Step.FAIL, Step.FAIL),
            FailureScope.OPERATION, new Row(Step.AGAIN, Step.AGAIN, Step.AGAIN),
            FailureScope.OBJECT, new Row(Step.READ_OBJECTS, Step.READ_OBJECTS, Step.FAIL),
            FailureScope.LOGIN, new Row(Step.FORGET_LOGIN, Step.LOG_IN, Step.FORGET_LOGIN),
            FailureScope.SESSION, new Row(Step.REPLACE_SESSIONS, Step.REPLACE_SESSIONS, Step.REPLACE_SESSIONS),
            FailureScope.TOKEN, new Row(Step.OPEN_SESSIONS, Step.OPEN_SESSIONS, Step.OPEN_SESSIONS),
            FailureScope.MODULE, new Row(Step.INITIALIZE, Step.INITIALIZE, Step.INITIALIZE),
            // The token seems to be there. A card that was reset fails at all that OpenSC asks it until a user logs out
            // and in; if that fails, too, the PC/SC service may have been restarted behind the module's back.
            FailureScope.UNCLEAR,
                    new Row(
                            List.of(Step.FAIL),
                            List.of(Step.LOG_OUT_AND_IN, Step.FAIL),
                            List.of(Step.OPEN_SESSIONS, Step.INITIALIZE_IDLE, Step.FAIL))));

    private record Row(List<Step> anybody, List<Step> user, List<Step> login) {
        private Row(Step anybody, Step user, Step login) {
            this(List.of(anybody), List.of(user), List.of(login));
        }

        private Step step(As as, int time) {
            List<Step> steps = as.isUser() ? user : as.isLogin() ? login : anybody;
            return steps.get(Math.min(time, steps.size() - 1));
        }
    }

    /** What is obtained again, and how it goes on then: unless it is said, the function is run again. */
    private enum Step {
        /** Nothing helps. */
        FAIL,
        /** Nothing is lost but the session that was used, which goes back as one to be closed. */
        AGAIN,
        /** Handles are of no use any more: objects are read again. */
        READ_OBJECTS,
        /** The login is known to be gone; where none was needed that is no reason to try again. */
        FORGET_LOGIN,
        /** The login is known to be gone, and comes first. */
        LOG_IN,
        /** The login may be gone: the user is logged out and in first. */
        LOG_OUT_AND_IN,
        /**
         * A new session takes the place of all, if it says that the user is logged in as was thought: OpenSC leaves every
         * other session of a card that was out, so one may turn out to be gone after somebody has logged in again. If it
         * does not say so, the same as next.
         */
        REPLACE_SESSIONS,
        /** All sessions are closed, and the token is looked for. */
        OPEN_SESSIONS,
        /** The same, and the module, which says that it is not initialized, is. */
        INITIALIZE,
        /** The same with a module that has not said so, if nobody else uses it. */
        INITIALIZE_IDLE
    }

    private final TokenLink link;
    private final SharedToken token;
    private final Pkcs11Module module;

    SessionRunner(TokenLink link, SharedToken token) {
        this.link = link;
        this.token = token;
        this.module = token.module();
    }

    /** What a function is run as. */
    enum As {
        /** Somebody who is logged in, or nobody. */
        ANYBODY(false),
        /** The user, by this link's login: without it less would be seen, or something that cannot be repeated fail. */
        USER(false),
        /** The same for the use of a key, which a module refuses without a login, and which is repeated then. */
        KEY_USER(false),
        /** To log in. */
        LOGIN(false),
        /** To log out and in: nobody else has a session meanwhile. */
        LOGIN_AGAIN(true),
        /** Nobody, and nobody else has a session meanwhile. */
        ALONE(true);

        private final boolean alone;

        As(boolean alone) {
            this.alone = alone;
        }

        /** The user, where a session of that kind is borrowed. */
        static As user(SessionAccess use) {
            return use == SessionAccess.USER ? KEY_USER : USER;
        }

        private boolean isUser() {
            return this == USER || this == KEY_USER;
        }

        private boolean isLogin() {
            return this == LOGIN || this == LOGIN_AGAIN;
        }
    }

    /** What was tried already for one use of the token, which ends some time. */
    private static final class Recovery {
        private int looks;
        private int repairs;
        private int unclear;
        private int logins;
        private boolean repeated;
        private boolean objectsRead;
    }

    /** How it goes on after a function was run. */
    private enum Next {
        DONE,
        AGAIN,
        LOGIN_FIRST,
        FAIL
    }

    // Questions that need no session

    /** What is asked of the token where it is now. */
    interface Question<T> {
        T ask(Place place) throws CryptokiException;
    }

    <T> T ask(Question<T> question) throws SchsmException {
        for (int look = 1; ; look++) {
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
                if (!refused.scope().maybeGone() || look == MOST_LOOKS || token.isUsedHere()) {
                    throw ErrorMapper.of(module.name(), token.identity().id(), refused);
                }
                token.lost(epoch);
                if (refused.scope() == FailureScope.MODULE) {
                    module.revive(incarnation, true);
                }
            } catch (TokenMissingException missing) {
                if (token.isUsedHere()) {
                    throw ErrorMapper.missing(module.name(), token.identity().id(), missing);
                }
                token.lost(epoch);
                find(missing, incarnation, look);
            }
        }
    }

    /**
     * The slot that the token was last seen in, without a look at the token, which may cost a command to it; where that
     * is not known, or empty by now, the one that it is in.
     */
    SlotInfo slotInfo() throws SchsmException {
        OptionalLong last = token.lastSlot();
        if (last.isPresent()) {
            Lock use = module.use();
            lock(use);
            try {
                SlotInfo slot = module.cryptoki().slotInfo(last.getAsLong());
                if ((slot.flags() & Ck.CKF_TOKEN_PRESENT) != 0) {
                    return slot;
                }
            } catch (CryptokiException lookForIt) {
                LOGGER.log(Level.DEBUG, "{0} is not where it was: {1}", token.identity(), lookForIt.getMessage());
            } finally {
                use.unlock();
            }
        }
        return ask(place -> module.cryptoki().slotInfo(place.slot()));
    }

    /** Returns if it is worth looking for the token again. */
    private void find(TokenMissingException missing, long incarnation, int look) throws SchsmException {
        CryptokiException answer = missing.answer();
        boolean finished = answer != null && answer.is(Ckr.CRYPTOKI_NOT_INITIALIZED);
        if (look == MOST_LOOKS || !missing.isModuleLost() || !module.revive(incarnation, finished)) {
            throw ErrorMapper.missing(module.name(), token.identity().id(), missing);
        }
    }

    // Functions with a session

    /** Brings about what a function needs before it is run, and says as what it is run then. */
    interface Login {
        As as() throws SchsmException;
    }

    /**
     * Runs a function with a session; again, if it may be and something was lost and obtained again.
     *
     * @param mayRepeat whether it may be repeated as long as it says nothing else
     * @param seen      where the token is, if the caller has just looked, so that it need not be looked at for a session to
     *                  be opened; null looks
     */
    <T> T run(As as, boolean write, boolean mayRepeat, @Nullable Place seen, SessionFunction<T> function)
            throws SchsmException {
        return run(() -> as, write, mayRepeat, seen, function);
    }

    /**
     * The same.
     *
     * @param login called before the first time, and whenever the login was lost
     * @param seen  not used where the user was logged in first, which may have taken its time
     */
    <T> T run(Login login, boolean write, boolean mayRepeat, @Nullable Place seen, SessionFunction<T> function)
            throws SchsmException {
        Recovery recovery = new Recovery();
        As as = login.as();
        Slots slots = seen == null || as.isUser() ? token::find : seen::slot;
        while (true) {
            Attempt<T> made = new Attempt<>(as, write, mayRepeat, slots, function);
            made.run();
            switch (next(made, recovery)) {
                case DONE -> {
                    return made.result.orElseThrow();
                }
                case AGAIN -> {}
                case LOGIN_FIRST -> {
                    if (++recovery.logins == MOST_LOGINS) {
                        throw link.loginRequired();
                    }
                    as = login.as();
                }
                case FAIL -> throw refusal(made);
            }
            slots = token::find;
        }
    }

    /** Forgets what was lost, and has it obtained again. No lock is held. */
    private Next next(Attempt<?> made, Recovery recovery) throws SchsmException {
        if (made.missing != null) {
            token.lost(made.epoch);
            find(made.missing, made.incarnation, ++recovery.looks);
            return Next.AGAIN;
        }
        if (made.failure == null) {
            return made.result.isPresent() ? Next.DONE : Next.LOGIN_FIRST;
        }
        boolean repeatable = mayRepeat(made, recovery);
        if (made.loss == FailureScope.UNCLEAR && !isThere()) {
            made.loss = FailureScope.TOKEN;
        }
        int time = made.loss == FailureScope.UNCLEAR ? recovery.unclear++ : 0;
        Step step = requireNonNull(TABLE.get(made.loss)).step(made.as, time);
        Next next = take(step, made, repeatable);
        return repeatable ? next : Next.FAIL;
    }

    private static boolean mayRepeat(Attempt<?> made, Recovery recovery) {
        if (++recovery.repairs > MOST_REPAIRS) {
            return false;
        }
        Session session = made.session;
        if (session == null) {
            return true;
        }
        boolean first;
        if (made.loss == FailureScope.OBJECT) {
            first = !recovery.objectsRead;
            recovery.objectsRead = true;
        } else {
            first = !recovery.repeated;
            recovery.repeated = true;
        }
        return session.mayRepeat() && (first || made.as.isLogin());
    }

    /** Also where the function is not run again: the next one finds what it needs. */
    private Next take(Step step, Attempt<?> made, boolean repeatable) throws SchsmException {
        return switch (step) {
            case FAIL -> Next.FAIL;
            case AGAIN -> Next.AGAIN;
            case READ_OBJECTS -> {
                if (repeatable) {
                    token.logins().nextGeneration();
                }
                yield Next.AGAIN;
            }
            case FORGET_LOGIN, LOG_IN -> {
                if (made.session != null) {
                    token.logins().ended(made.session.generation());
                }
                yield step == Step.LOG_IN ? Next.LOGIN_FIRST : Next.FAIL;
            }
            case LOG_OUT_AND_IN -> {
                if (!link.mayLogInAgain()) {
                    yield Next.FAIL;
                }
                token.logins().doubtful();
                yield Next.LOGIN_FIRST;
            }
            case REPLACE_SESSIONS -> {
                if (!replaceSessions(made)) {
                    token.lost(made.epoch);
                }
                yield Next.AGAIN;
            }
            case OPEN_SESSIONS -> {
                token.lost(made.epoch);
                yield Next.AGAIN;
            }
            case INITIALIZE, INITIALIZE_IDLE -> {
                token.lost(made.epoch);
                yield module.revive(made.incarnation, step == Step.INITIALIZE) ? Next.AGAIN : Next.FAIL;
            }
        };
    }

    /** Returns whether the login was found in force, and kept. */
    private boolean replaceSessions(Attempt<?> made) throws SchsmException {
        if (!token.logins().isVerified()) {
            return false;
        }
        Lock use = module.use();
        lock(use);
        try {
            Lock lock = token.lock().readLock();
            lock(lock);
            try {
                boolean holds = token.pool()
                        .replace(
                                made.epoch,
                                made.write,
                                session -> isUser(module.cryptoki().sessionState(session)));
                token.logins().nextGeneration();
                return holds;
            } catch (CryptokiException | TokenMissingException gone) {
                return false;
            } finally {
                lock.unlock();
            }
        } finally {
            use.unlock();
        }
    }

    private SchsmException refusal(Attempt<?> made) {
        Session session = made.session;
        String id = token.identity().id();
        String what = session == null || session.about().isEmpty() ? id : id + ": " + session.about();
        CryptokiException refused = requireNonNull(made.failure);
        return made.loss == FailureScope.TOKEN && session != null
                ? ErrorMapper.removed(module.name(), what, refused)
                : ErrorMapper.of(module.name(), what, refused);
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

    /** Waits for a lock unless the thread is interrupted. */
    void lock(Lock lock) throws SchsmException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException interrupted) {
            throw ErrorMapper.interrupted(token.identity().id() + " (" + module.name() + ")", interrupted);
        }
    }

    /** Whether a CKS_ value says that the user is logged in. */
    static boolean isUser(long state) {
        return state == Ck.CKS_RO_USER_FUNCTIONS || state == Ck.CKS_RW_USER_FUNCTIONS;
    }

    /** One time that a function is run, and what became of it. */
    private final class Attempt<T> {
        private final As as;
        private final boolean write;
        private final boolean mayRepeat;
        private final Slots slots;
        private final SessionFunction<T> function;
        private long incarnation;
        private long epoch;
        private Optional<T> result = Optional.empty();
        private @Nullable Session session;
        private @Nullable CryptokiException failure;
        private @Nullable TokenMissingException missing;
        private FailureScope loss = FailureScope.NOTHING;

        Attempt(As as, boolean write, boolean mayRepeat, Slots slots, SessionFunction<T> function) {
            this.as = as;
            this.write = write;
            this.mayRepeat = mayRepeat;
            this.slots = slots;
            this.function = function;
        }

        void run() throws SchsmException {
            Lock use = module.use();
            lock(use);
            try {
                Lock lock = as.alone ? token.lock().writeLock() : token.lock().readLock();
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
            incarnation = module.incarnation();
            epoch = token.pool().epoch();
            BorrowedSession borrowed;
            try {
                borrowed = token.pool().borrow(write, slots);
                epoch = borrowed.epoch();
            } catch (CryptokiException refused) {
                failed(refused);
                return;
            } catch (TokenMissingException nowhere) {
                missing = nowhere;
                return;
            } catch (InterruptedException interrupted) {
                throw ErrorMapper.interrupted(
                        "a session of " + token.identity().id() + " (" + module.name() + ")", interrupted);
            }
            Fate fate = Fate.DIRTY;
            try {
                if (isReady(borrowed)) {
                    Session made = new Session(
                            link, borrowed.session().handle(), token.logins().generation(), as.isUser(), mayRepeat);
                    session = made;
                    result = Optional.of(function.apply(made));
                    fate = Fate.CLEAN;
                } else if (failure == null) {
                    fate = Fate.CLEAN;
                }
            } catch (CryptokiException refused) {
                failed(refused);
                if (loss == FailureScope.UNCLEAR && !isOpen(borrowed.session().handle())) {
                    loss = FailureScope.SESSION;
                }
            } finally {
                token.pool().giveBack(borrowed, fate);
            }
        }

        private void failed(CryptokiException refused) {
            failure = refused;
            loss = refused.scope();
        }

        private boolean isOpen(long handle) {
            try {
                module.cryptoki().sessionState(handle);
                return true;
            } catch (CryptokiException gone) {
                return false;
            }
        }

        /**
         * Has the module look at the slot, before something that cannot be repeated. OpenSC finds out only then that a card
         * was out and is in again: it goes on to say that the session is open and the user logged in, and fails when a
         * command has to go out, so that nobody can tell whether it did. It looks at most once a second. Costs no command to
         * the token; what becomes of the session says all, not the answer.
         */
        private void askForSlot() {
            OptionalLong last = token.lastSlot();
            if (last.isEmpty()) {
                return;
            }
            try {
                module.cryptoki().slotInfo(last.getAsLong());
            } catch (CryptokiException sessionTells) {
                LOGGER.log(
                        Level.DEBUG, "{0}: no answer about its slot: {1}", token.identity(), sessionTells.getMessage());
            }
        }

        /**
         * Looks at the session before it is used: where a login has to be in force or less would be seen, before
         * something that cannot be repeated, and if there was time for much to happen. Not before each use of a key: to
         * a card it is one command more.
         */
        private boolean isReady(BorrowedSession borrowed) {
            long generation = token.logins().generation();
            if (as.isUser() && !token.logins().isVerifiedBy(link)) {
                return false;
            }
            if (as != As.USER && !write && borrowed.fresh()) {
                return true;
            }
            if (write && !mayRepeat) {
                askForSlot();
            }
            try {
                long state = module.cryptoki().sessionState(borrowed.session().handle());
                if (as.isUser() && !isUser(state)) {
                    token.logins().ended(generation);
                    return false;
                }
                return true;
            } catch (CryptokiException refused) {
                failed(refused);
                if (loss != FailureScope.TOKEN && loss != FailureScope.MODULE) {
                    loss = FailureScope.SESSION;
                }
                return false;
            }
        }
    }
}
