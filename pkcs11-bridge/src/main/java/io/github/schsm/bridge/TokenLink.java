package io.github.schsm.bridge;

import io.github.schsm.PinRequest;
import io.github.schsm.PinSource;
import io.github.schsm.SchsmException;
import io.github.schsm.bridge.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.Cryptoki.MechanismInfo;
import io.github.schsm.bridge.Cryptoki.SlotInfo;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The way to one token of a module, with a login of its own. */
final class TokenLink {
    private final Pkcs11Module module;
    private final TokenIdentity identity;
    private final long slot;
    private @Nullable PinSource source;
    private boolean loggedIn;
    private long generation;
    private final Object lock = new Object();
    private long session = -1;

    /**
     * A link to the token that is in a slot now, wherever it will be later.
     *
     * @param slot  its slot
     * @param token what {@code C_GetTokenInfo} says of it
     */
    TokenLink(Pkcs11Module module, long slot, CkTokenInfo token) {
        this.module = module;
        this.slot = slot;
        this.identity = TokenIdentity.of(token);
    }

    /** The module. */
    Pkcs11Module module() {
        return module;
    }

    /** What tells the token from others. */
    TokenIdentity identity() {
        return identity;
    }

    /** The slot that the token is in now. */
    SlotInfo slotInfo() throws SchsmException {
        try {
            return module.cryptoki().slotInfo(slot);
        } catch (CryptokiException refused) {
            throw Refusals.of(module.name(), "slot " + slot + " cannot be asked", refused);
        }
    }

    /** {@code C_GetTokenInfo}, asked anew each time. */
    CkTokenInfo tokenInfo() throws SchsmException {
        try {
            return module.cryptoki().tokenInfo(slot);
        } catch (CryptokiException refused) {
            throw Refusals.of(module.name(), "the token in slot " + slot + " cannot be asked", refused);
        }
    }

    /** The token's mechanisms by CKM_ value, asked once. */
    Map<Long, MechanismInfo> mechanisms() throws SchsmException {
        try {
            return module.cryptoki().mechanisms(slot);
        } catch (CryptokiException refused) {
            throw Refusals.of(module.name(), "the token in slot " + slot + " cannot be asked", refused);
        }
    }

    /** Object handles that were found in another generation are stale. */
    long generation() {
        synchronized (lock) {
            return generation;
        }
    }

    /**
     * Does something with a session of the token: borrowed from a few that are kept, after waiting for one if all are
     * in use. The session must not be used after the function returned, and a function must not call this again.
     *
     * @throws SchsmException what the module answered, as a typed exception with a sentence
     */
    <T> T withSession(Use use, SessionFunction<T> function) throws SchsmException {
        synchronized (lock) {
            try {
                return function.apply(open(use));
            } catch (CryptokiException refused) {
                throw Refusals.of(module.name(), "the token in slot " + slot + " refused", refused);
            }
        }
    }

    private Session open(Use use) throws CryptokiException, SchsmException {
        if (session == -1) {
            session = module.cryptoki().openSession(slot, true);
        }
        if (use.user() && !loggedIn && source != null) {
            login(source, session);
        }
        return new Session(this, module.cryptoki(), session, generation, !use.write());
    }

    /**
     * Does something while nobody has a session of the token or is logged in: with one read-write session, which is
     * closed afterwards. For the security officer.
     */
    <T> T alone(SessionFunction<T> function) throws SchsmException {
        return withSession(Use.PUBLIC_WRITE, function);
    }

    /** Does something while no session of the token is open at all: {@code C_InitToken}. */
    <T> T withoutSessions(SlotFunction<T> function) throws SchsmException {
        synchronized (lock) {
            try {
                module.cryptoki().closeAllSessions(slot);
                session = -1;
                loggedIn = false;
                generation++;
                return function.apply(module.cryptoki(), slot);
            } catch (CryptokiException refused) {
                throw Refusals.of(module.name(), "the token in slot " + slot + " refused", refused);
            }
        }
    }

    /** What is done with a slot. */
    @FunctionalInterface
    interface SlotFunction<T> {
        /** Uses the slot. */
        T apply(Cryptoki module, long slot) throws CryptokiException, SchsmException;
    }

    // Login

    /** Logs in now, and keeps the source for when it has to be done again; one that was accepted before stays if this one is refused. */
    void login(PinSource pin) throws SchsmException {
        synchronized (lock) {
            try {
                login(pin, open(Use.PUBLIC).handle());
            } catch (CryptokiException refused) {
                throw Refusals.of(module.name(), "the user PIN was not accepted", refused);
            }
            source = pin;
        }
    }

    private void login(PinSource pin, long handle) throws CryptokiException, SchsmException {
        char[] entered = pin.pin(
                new PinRequest(identity.id(), identity.label(), "", OptionalInt.empty(), false, pin.isOnReader()));
        byte[] bytes = entered == null ? null : bytes(entered);
        try {
            module.cryptoki().login(handle, Ck.CKU_USER, bytes);
        } catch (CryptokiException refused) {
            if (!refused.is(ReturnValue.USER_ALREADY_LOGGED_IN)) {
                throw refused;
            }
        }
        loggedIn = true;
        generation++;
    }

    void loginForKey(Session used) throws CryptokiException, SchsmException {
        PinSource pin = source;
        if (pin != null) {
            char[] entered = pin.pin(
                    new PinRequest(identity.id(), identity.label(), "", OptionalInt.empty(), false, pin.isOnReader()));
            module.cryptoki().login(used.handle(), Ck.CKU_CONTEXT_SPECIFIC, entered == null ? null : bytes(entered));
        }
    }

    private static byte[] bytes(char[] entered) {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(entered));
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    /** Keeps the source for when the PIN is first needed, unless there is one already. */
    void useWhenNeeded(PinSource pin) {
        synchronized (lock) {
            if (source == null) {
                source = pin;
            } else {
                pin.destroy();
            }
        }
    }

    /** Forgets the PIN and ends the login, if no other link of the token is logged in. */
    void logout() throws SchsmException {
        synchronized (lock) {
            source = null;
            if (loggedIn) {
                loggedIn = false;
                generation++;
                try {
                    module.cryptoki().logout(session);
                } catch (CryptokiException refused) {
                    throw Refusals.of(module.name(), "the user cannot be logged out", refused);
                }
            }
        }
    }

    /** Whether this link's login is in force. */
    boolean isLoggedIn() throws SchsmException {
        synchronized (lock) {
            return loggedIn;
        }
    }

    /** The token was used past the module, which may have ended its login: log out and in again before the next use. */
    void loginDoubtful() {
        synchronized (lock) {
            loggedIn = false;
        }
    }
}
