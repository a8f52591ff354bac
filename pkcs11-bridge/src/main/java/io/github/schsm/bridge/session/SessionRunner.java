package io.github.schsm.bridge.session;

import static java.util.Objects.requireNonNull;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.FailureScope;
import io.github.schsm.bridge.session.SessionPool.Fate;
import io.github.schsm.bridge.session.SessionPool.Lent;
import io.github.schsm.bridge.session.SessionPool.Slots;
import io.github.schsm.bridge.session.SharedToken.Place;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * Lends sessions of a link's token to functions and, where an answer says that something is lost, gets it anew: an
 * operation, the session, the login, the token, the whole module. Modules differ in what they say, and some say nothing
 * but CKR_GENERAL_ERROR: then the cheaper remedies come first.
 */
final class SessionRunner {
    private static final System.Logger LOGGER = System.getLogger(SessionRunner.class.getName());
    private static final int MOST_LOOKS = 3;
    private static final int MOST_REPAIRS = 4;

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
        /** Whoever is logged in, or nobody. */
        ANYBODY(false),
        /** The user, by this link's login: without it less would be seen, or something that cannot be repeated fail. */
        USER(false),
        /** The same for the use of a key, which a module refuses without a login, and which is repeated then. */
        KEY_USER(false),
        /** To log in. */
        LOGIN(false),
        /** To log out and in: nobody else has a session meanwhile. */
        LOGIN_ANEW(true),
        /** Nobody, and nobody else has a session meanwhile. */
        ALONE(true);

        private final boolean alone;

        As(boolean alone) {
            this.alone = alone;
        }

        /** The user, where a session of that kind is lent. */
        static As user(SessionAccess use) {
            return use == SessionAccess.USER ? KEY_USER : USER;
        }

        private boolean isUser() {
            return this == USER || this == KEY_USER;
        }

        private boolean isLogin() {
            return this == LOGIN || this == LOGIN_ANEW;
        }
    }

    /** What was tried already for one use of the token, which ends some time. */
    static final class Recovery {
        private int looks;
        private int repairs;
        private boolean repeated;
        private boolean loginAnew;
        private boolean sessionsAnew;
        private boolean moduleAnew;
    }

    /** How it goes on after a failure. */
    private enum Next {
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

    /**
     * Runs a function with a session; once more, if it may be repeated and something was lost and got anew.
     *
     * @param mayRepeat whether it may be repeated as long as it says nothing else
     * @param recovery  the same for all that belongs to one use of the token
     * @return empty if the user has to be logged in first
     */
    <T> Optional<T> run(As as, boolean write, boolean mayRepeat, Recovery recovery, SessionFunction<T> function)
            throws SchsmException {
        return run(as, write, mayRepeat, recovery, null, function);
    }

    /**
     * The same by who has just looked at the token: it need not be looked at again for a session to be opened.
     *
     * @param seen where the token is; null looks
     */
    <T> Optional<T> run(
            As as,
            boolean write,
            boolean mayRepeat,
            Recovery recovery,
            @Nullable Place seen,
            SessionFunction<T> function)
            throws SchsmException {
        Slots first = seen == null ? token::find : seen::slot;
        for (Slots slots = first; ; slots = token::find) {
            Attempt<T> made = new Attempt<>(as, write, mayRepeat, slots, function);
            made.run();
            if (made.missing != null) {
                token.lost(made.epoch);
                find(made.missing, made.incarnation, ++recovery.looks);
            } else if (made.failure == null) {
                return made.result;
            } else {
                boolean repeatable = mayRepeat(made, recovery);
                Next next = repair(made, recovery);
                if (!repeatable || next == Next.FAIL) {
                    throw refusal(made);
                }
                if (next == Next.LOGIN_FIRST) {
                    return Optional.empty();
                }
            }
        }
    }

    private static boolean mayRepeat(Attempt<?> made, Recovery recovery) {
        if (++recovery.repairs > MOST_REPAIRS) {
            return false;
        }
        Session session = made.session;
        if (session == null) {
            return true;
        }
        boolean first = !recovery.repeated;
        recovery.repeated = true;
        return session.mayRepeat() && (first || made.as.isLogin());
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

    /** Forgets what was lost, and has it got anew. No lock is held. */
    private Next repair(Attempt<?> made, Recovery recovery) throws SchsmException {
        if (made.loss == FailureScope.UNCLEAR && !isThere()) {
            made.loss = FailureScope.TOKEN;
        }
        return switch (made.loss) {
            case NOTHING -> Next.FAIL;
            case OPERATION -> Next.AGAIN;
            case LOGIN -> {
                if (made.session != null) {
                    token.loginLost(made.session.generation());
                }
                yield made.as.isUser() ? Next.LOGIN_FIRST : Next.FAIL;
            }
            case SESSION, TOKEN -> {
                token.lost(made.epoch);
                yield Next.AGAIN;
            }
            case MODULE -> {
                token.lost(made.epoch);
                yield module.revive(made.incarnation, true) ? Next.AGAIN : Next.FAIL;
            }
            case UNCLEAR -> guess(made, recovery);
        };
    }

    /**
     * The token seems to be there, and something fails. A card that was reset fails at all that OpenSC asks it until
     * somebody logs out and in; if that fails, too, the PC/SC service may have been restarted behind the module's back.
     */
    private Next guess(Attempt<?> made, Recovery recovery) throws SchsmException {
        if (made.as.isUser() && !recovery.loginAnew && link.mayLogInAgain()) {
            recovery.loginAnew = true;
            token.doubtful();
            return Next.LOGIN_FIRST;
        }
        if (!made.as.isLogin()) {
            return Next.FAIL;
        }
        if (!recovery.sessionsAnew) {
            recovery.sessionsAnew = true;
            token.lost(made.epoch);
            return Next.AGAIN;
        }
        if (!recovery.moduleAnew) {
            recovery.moduleAnew = true;
            token.lost(made.epoch);
            return module.revive(made.incarnation, false) ? Next.AGAIN : Next.FAIL;
        }
        return Next.FAIL;
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
            Lent lent;
            try {
                lent = token.pool().borrow(write, slots);
                epoch = lent.epoch();
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
                if (isReady(lent)) {
                    Session made =
                            new Session(link, lent.session().handle(), token.generation(), as.isUser(), mayRepeat);
                    session = made;
                    result = Optional.of(function.apply(made));
                    fate = Fate.CLEAN;
                } else if (failure == null) {
                    fate = Fate.CLEAN;
                }
            } catch (CryptokiException refused) {
                failed(refused);
                if (loss == FailureScope.UNCLEAR && !isOpen(lent.session().handle())) {
                    loss = FailureScope.SESSION;
                }
            } finally {
                token.pool().giveBack(lent, fate);
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
         * Looks at the session before it is used: where a login has to be in force or less would be seen, before
         * something that cannot be repeated, and if there was time for much to happen. Not before each use of a key: to
         * a card it is one command more.
         */
        private boolean isReady(Lent lent) {
            long generation = token.generation();
            if (as.isUser() && !token.isLoggedIn(link)) {
                return false;
            }
            if (as != As.USER && !write && lent.fresh()) {
                return true;
            }
            try {
                long state = module.cryptoki().sessionState(lent.session().handle());
                if (as.isUser() && !isUser(state)) {
                    token.loginLost(generation);
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
