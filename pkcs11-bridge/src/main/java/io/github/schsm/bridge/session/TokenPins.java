package io.github.schsm.bridge.session;

import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.session.SharedToken.Place;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.TokenAuthenticator;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a PIN goes to the token with, under the rules that hold for the device itself too: the last try is for a person
 * who decides so at this moment, and a PIN that was refused is not sent again by itself, nor for a last try at all.
 * PKCS#11 tells of tries left by flags only: some were used, one is left, none is.
 */
public final class TokenPins {
    private static final System.Logger LOGGER = System.getLogger(TokenPins.class.getName());
    private static final String USER_PIN = "user PIN";
    private static final byte[] NO_BYTES = {};

    private final SharedToken token;
    private final Pkcs11Module module;
    private volatile Supplier<Optional<Told>> otherWay = Optional::empty;
    private volatile @Nullable PinStatus told;

    TokenPins(SharedToken token) {
        this.token = token;
        this.module = token.module();
    }

    /**
     * What is needed to log in with; wiped when closed.
     *
     * @param request what was known before
     * @param pin     null if it is typed on the reader
     */
    record Login(TokenAuthenticator source, PinRequest request, byte @Nullable [] pin) implements AutoCloseable {
        @Override
        public void close() {
            if (pin != null) {
                Arrays.fill(pin, (byte) 0);
            }
        }
    }

    /**
     * Gets the PIN, if it may be sent.
     *
     * @return null if the source has none
     * @throws io.github.schsm.PinException if it may not be sent
     */
    @Nullable
    Login ask(TokenAuthenticator source, Place place) throws SchsmException {
        PinRequest request = request(source, place);
        byte[] pin = source.pin(request);
        Login login = new Login(source, request, pin);
        if (pin == null) {
            if (!source.isOnReader()) {
                return null;
            }
            if (!request.pinPad()) {
                throw noPad();
            }
            return login;
        }
        try {
            requireNotRefused(login);
        } catch (PinRequiredException notSent) {
            login.close();
            throw notSent;
        }
        return login;
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

    private PinRequest request(TokenAuthenticator source, Place place) throws SchsmException {
        CkTokenInfo info = place.token();
        if (info.has(Ck.CKF_USER_PIN_LOCKED) || isTold(PinStatus.State.BLOCKED)) {
            throw new PinException(
                    Reason.PIN_BLOCKED,
                    flag("CKF_USER_PIN_LOCKED"),
                    about() + "the user PIN is blocked after too many wrong tries; unblock it with the SO-PIN");
        }
        if (isToBeChanged(place) && !source.isInteractive()) {
            throw transportPin();
        }
        OptionalInt left = triesTold();
        boolean lastTry = info.has(Ck.CKF_USER_PIN_FINAL_TRY) || left.equals(OptionalInt.of(1));
        if (lastTry && !source.mayUseLastTry()) {
            throw new PinRequiredException(
                    flag("CKF_USER_PIN_FINAL_TRY"),
                    about()
                            + "user PIN: only one try is left before it is blocked, so it is not sent by itself; enter it"
                            + " again");
        }
        if (!lastTry && !info.has(Ck.CKF_USER_PIN_COUNT_LOW)) {
            token.triesAreFull();
        }
        return new PinRequest(
                token.identity().id(),
                source.isInteractive() ? info.label() : "",
                source.isInteractive() ? slotDescription(place) : "",
                lastTry ? OptionalInt.of(1) : left,
                isToBeChanged(place),
                info.has(Ck.CKF_PROTECTED_AUTHENTICATION_PATH));
    }

    private String slotDescription(Place place) {
        try {
            return module.cryptoki().slotInfo(place.slot()).description();
        } catch (CryptokiException notTold) {
            return "";
        }
    }

    private PinException transportPin() {
        return new PinException(
                Reason.TRANSPORT_PIN,
                flag("CKF_USER_PIN_TO_BE_CHANGED"),
                about() + "the user PIN must be changed before anything else: by schsm pin change,"
                        + " TokenAdministration.changePin, or a callback handler that takes a NewPinCallback");
    }

    private UnsupportedByDeviceException noPad() {
        return new UnsupportedByDeviceException(about() + "the module tells of no PIN pad"
                + " (CKF_PROTECTED_AUTHENTICATION_PATH); use pin = prompt, env:NAME, file:PATH or callback");
    }

    /** A PIN that was refused is wrong until a PIN was accepted or changed. */
    private void requireNotRefused(Login login) throws PinRequiredException {
        TokenAuthenticator source = login.source();
        boolean lastTry = login.request().isLastTry();
        boolean givenAnew = source.isGivenNow() || source.isInteractive();
        byte[] pin = login.pin();
        if (pin == null || (givenAnew && !lastTry) || !token.failedPins().contains(pin)) {
            return;
        }
        source.refused(lastTry ? 1 : -1);
        throw new PinRequiredException(
                flag(lastTry ? "CKF_USER_PIN_FINAL_TRY" : "CKF_USER_PIN_COUNT_LOW"),
                about()
                        + (lastTry
                                ? "user PIN: only one try is left before it is blocked, and the token refused this very"
                                        + " one before, so it is not sent; enter the right one, or unblock it with the"
                                        + " SO-PIN"
                                : "user PIN: the token refused this very PIN before, so it is not sent again by itself;"
                                        + " correct it where it is configured, or enter it again"));
    }

    /**
     * {@code C_Login}, with whatever the source is told before and after.
     *
     * @param user CKU_USER or CKU_CONTEXT_SPECIFIC
     * @return whether it was this very login that the module took; if not, somebody else in this process is logged in
     * @throws CryptokiException if it is about the session or the token, not about the PIN
     */
    boolean login(Session session, Place place, long user, Login login) throws CryptokiException, SchsmException {
        TokenAuthenticator source = login.source();
        boolean taken = true;
        try {
            session.about("login");
            if (login.pin() == null) {
                enter(login, false, () -> session.module().login(session.handle(), user, null));
            } else {
                session.module().login(session.handle(), user, login.pin());
            }
        } catch (CryptokiException refused) {
            if (refused.is(Ckr.USER_ALREADY_LOGGED_IN)) {
                LOGGER.log(Level.DEBUG, "{0}: logged in already, by somebody else in this process", about());
                taken = false;
            } else if (isAboutPin(refused)) {
                throw refusedPin(place, login, refused);
            } else {
                throw refused;
            }
        }
        if (taken) {
            token.failedPins().forget();
        }
        source.accepted();
        return taken;
    }

    private static boolean isAboutPin(CryptokiException refused) {
        return refused.is(Ckr.PIN_INCORRECT)
                || refused.is(Ckr.PIN_LOCKED)
                || refused.is(Ckr.PIN_INVALID)
                || refused.is(Ckr.PIN_LEN_RANGE)
                || refused.is(Ckr.PIN_EXPIRED);
    }

    private SchsmException refusedPin(Place place, Login login, CryptokiException refused) {
        int left = refused.is(Ckr.PIN_LOCKED) ? 0 : triesLeft(place);
        byte[] pin = login.pin();
        if (pin != null && refused.is(Ckr.PIN_INCORRECT)) {
            token.failedPins().add(pin, left);
        }
        token.refused();
        login.source().refused(left);
        return ErrorMapper.ofPin(module.name(), token.identity().id(), USER_PIN, left, refused);
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

    private void enter(Login login, boolean change, Entry entry) throws CryptokiException, SchsmException {
        TokenAuthenticator source = login.source();
        boolean told = source.entryOnReader(login.request(), change);
        try {
            if (login.request().isLastTry() && !told) {
                throw new PinRequiredException(
                        flag("CKF_USER_PIN_FINAL_TRY"),
                        about()
                                + "user PIN: only one try is left before it is blocked, and nobody could be told so; set a"
                                + " callback handler that takes a PinPadCallback");
            }
            entry.run();
        } finally {
            source.entryFinished(login.request());
        }
    }

    /** Has a PIN that is to be changed first changed by a handler that can; the login goes on with the new one. */
    void changeFirst(Session session, TokenAuthenticator source, Place place) throws CryptokiException, SchsmException {
        PinRequest request = request(source, place);
        session.about("changing the user PIN");
        if (source.isOnReader()) {
            if (!request.pinPad()) {
                throw noPad();
            }
            Login login = new Login(source, request, null);
            session.mayRepeat(false);
            enter(login, true, () -> session.module().setPin(session.handle(), null, null));
            token.failedPins().forget();
            return;
        }
        NewPinCallback wanted = new NewPinCallback(request);
        byte[] before = NO_BYTES;
        byte[] after = NO_BYTES;
        try {
            source.changeTransportPin(wanted);
            char[] present = wanted.transportPin();
            char[] chosen = wanted.newPin();
            if (present == null || chosen == null) {
                throw transportPin();
            }
            try {
                before = token.pinRules().userPin(present);
                after = token.pinRules().userPin(chosen);
            } finally {
                Arrays.fill(present, '\0');
                Arrays.fill(chosen, '\0');
            }
            session.mayRepeat(false);
            change(session, place, before, after);
        } finally {
            wanted.clear();
            Arrays.fill(before, (byte) 0);
            Arrays.fill(after, (byte) 0);
        }
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
            throw new PinRequiredException(
                    flag("CKF_USER_PIN_FINAL_TRY"),
                    about() + "user PIN: only one try is left before it is blocked, and the token refused this very one"
                            + " before, so it is not sent; enter the right one, or unblock it with the SO-PIN");
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
            token.refused();
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
     * The same with both PINs typed on the reader: the present one by itself first, so that who is wrong about it hears so
     * and nothing is changed.
     *
     * @param session nobody is logged in; somebody may be afterwards
     */
    void changeOnReader(Session session, Place place) throws CryptokiException, SchsmException {
        try {
            if (!isToBeChanged(place)) {
                session.module().login(session.handle(), Ck.CKU_USER, null);
            }
            session.module().setPin(session.handle(), null, null);
        } catch (CryptokiException refused) {
            if (refused.is(Ckr.PIN_INCORRECT)) {
                token.refused();
                throw ErrorMapper.ofPin(module.name(), token.identity().id(), USER_PIN, -1, refused);
            }
            throw refused;
        }
        token.failedPins().forget();
    }

    private ModuleAnswer flag(String name) {
        return ErrorMapper.flag(module.name(), name);
    }

    private String about() {
        return module.name() + ": " + token.identity().id() + ": ";
    }
}
