package io.github.schsm.card;

import io.github.schsm.DeviceException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.NewPinCallback;
import io.github.schsm.PinException;
import io.github.schsm.PinRequest;
import io.github.schsm.PinRequiredException;
import io.github.schsm.PinStatus;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.card.CardSession.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.quirk.DeviceQuirk;
import io.github.schsm.card.transport.PinPad;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FailedPinCache;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The commands that a PIN goes out with, and the rules that keep a PIN from being blocked unasked: the last try is for
 * who decides so just now, and a PIN that the device refused is not sent again by itself, nor for a last try at all.
 */
final class CardPins {
    private static final byte[] NO_BYTES = {};
    private static final String CHANGE_INSTEAD = "changePin with both PINs";

    private final CardSession session;

    CardPins(CardSession session) {
        this.session = session;
    }

    private static String name(int reference) {
        return reference == Pins.SO ? "SO-PIN" : "user PIN";
    }

    private FailedPinCache refused(int reference) {
        return FailedPinCache.ofDevice(
                session.identity(),
                session.place(),
                reference == Pins.SO ? FailedPinCache.Kind.SO_PIN : FailedPinCache.Kind.USER_PIN);
    }

    /** VERIFY without data. */
    PinStatus status(int reference) throws SchsmException {
        ResponseApdu response = session.transmit(
                CardCommand.VERIFY,
                CommandApdu.of(0x00, 0x20, 0x00, reference, CommandApdu.NO_LE),
                Pin.NOT_NEEDED,
                RetryPolicy.ALLOWED);
        PinStatus status = StatusWords.pinStatus(name(reference), response.sw());
        if (reference == Pins.USER
                && status.state() == PinStatus.State.TRANSPORT
                && DeviceQuirk.callsNoPinTransportPin(session.applet())
                && status(Pins.SO).state() == PinStatus.State.NOT_INITIALIZED) {
            status = new PinStatus(PinStatus.State.NOT_INITIALIZED, -1);
        }
        refused(reference).look(status);
        return status;
    }

    // Login

    /** Sends a login's PIN; returns whether there was one, which the device then accepted. */
    boolean authenticate(Authenticator login) throws SchsmException {
        if (!login.hasPin()) {
            return false;
        }
        session.ensureApplet();
        if (session.isCareful()) {
            login.cardWasAway();
        }
        boolean asks =
                !login.isGivenNow() || session.isCareful() || refused(Pins.USER).any();
        PinStatus status = asks ? statusForLogin(login) : null;
        if (status != null && status.state() == PinStatus.State.KEYS_INSTEAD) {
            return false;
        }
        PinRequest request = request(login, status);
        if (request.transport()) {
            changeTransportPin(login, request);
            request = request(login, statusForLogin(login));
        }
        byte[] pin = login.pin(request);
        if (pin == null) {
            return login.isOnReader() && verifyOnReader(login, request, status);
        }
        try {
            Pins.require(Pins.USER, pin);
            requireNotRefused(login, request, pin);
            verify(pin, login);
        } finally {
            Arrays.fill(pin, (byte) 0);
        }
        session.verified(login);
        login.accepted();
        return true;
    }

    private void verify(byte[] pin, Authenticator login) throws SchsmException {
        CommandApdu command = new CommandApdu(0x00, 0x20, 0x00, Pins.USER, pin, CommandApdu.NO_LE, true);
        try {
            int sw = session.transmitSecret(CardCommand.VERIFY, command).sw();
            if (sw == StatusWords.EXECUTION_ERROR) {
                new MissingKeys(session).tell(CardCommand.VERIFY);
            }
            if (sw != StatusWords.OK) {
                remember(Pins.USER, pin, sw);
                session.refusedByCaller();
                login.refused(StatusWords.triesLeftAfter(sw));
                throw StatusWords.error(CardCommand.VERIFY, name(Pins.USER), sw);
            }
            refused(Pins.USER).forget();
        } finally {
            command.wipe();
        }
    }

    private PinStatus statusForLogin(Authenticator login) throws SchsmException {
        PinStatus status = status(Pins.USER);
        switch (status.state()) {
            case BLOCKED ->
                throw StatusWords.error(CardCommand.VERIFY, name(Pins.USER), StatusWords.AUTHENTICATION_METHOD_BLOCKED);
            case NOT_INITIALIZED ->
                throw StatusWords.error(CardCommand.VERIFY, name(Pins.USER), StatusWords.REFERENCED_DATA_NOT_FOUND);
            case TRANSPORT -> {
                if (!login.isInteractive()) {
                    throw transportPin();
                }
            }
            case VERIFIED, NOT_VERIFIED, KEYS_INSTEAD -> {
                if (status.triesLeft() == 1 && !login.mayUseLastTry()) {
                    throw new PinRequiredException(
                            CardCommand.VERIFY.title(),
                            StatusWords.wrongPin(1),
                            "user PIN: only one try is left before it is blocked, so it is not sent by itself; enter"
                                    + " it again");
                }
            }
        }
        return status;
    }

    private static SchsmException transportPin() {
        return StatusWords.error(CardCommand.VERIFY, name(Pins.USER), StatusWords.REFERENCE_DATA_NOT_USABLE);
    }

    /** What the person who is asked is told; for a PIN that is there already nothing more is read from the device. */
    private PinRequest request(Authenticator login, @Nullable PinStatus status) throws SchsmException {
        boolean transport = status != null && status.state() == PinStatus.State.TRANSPORT;
        OptionalInt left =
                status == null || status.triesLeft() < 0 ? OptionalInt.empty() : OptionalInt.of(status.triesLeft());
        boolean asked = login.isInteractive();
        return new PinRequest(
                session.deviceName(),
                asked ? label() : "",
                session.reader(),
                left,
                transport,
                asked && session.isPadUsable() && session.pinPad().canVerify());
    }

    private String label() throws SchsmException {
        try {
            byte[] file = FileReading.<SchsmException>read(
                    Files.TOKEN_INFO,
                    session.limits(),
                    (name, command) -> session.transmit(name, command, Pin.NOT_NEEDED, RetryPolicy.ALLOWED));
            return CardTokenInfo.parse(file).label().orElse("");
        } catch (MalformedDataException writtenByOthers) {
            return "";
        } catch (DeviceException none) {
            if (none.reason() != Reason.OBJECT_NOT_FOUND) {
                throw none;
            }
            return "";
        }
    }

    /** A PIN that the device refused is wrong until a PIN was verified or changed. */
    private void requireNotRefused(Authenticator login, PinRequest request, byte[] pin) throws PinRequiredException {
        boolean givenAnew = login.isGivenNow() || login.isInteractive();
        if ((givenAnew && !request.isLastTry()) || !refused(Pins.USER).contains(pin)) {
            return;
        }
        login.refused(request.triesLeft().orElse(-1));
        throw request.isLastTry()
                ? notWorthTheLastTry(CardCommand.VERIFY, Pins.USER)
                : new PinRequiredException(
                        CardCommand.VERIFY.title(),
                        request.triesLeft().isPresent()
                                ? StatusWords.wrongPin(request.triesLeft().getAsInt())
                                : StatusWords.SECURITY_STATUS_NOT_SATISFIED,
                        "user PIN: the device refused this very PIN before, so it is not sent again by itself; correct"
                                + " it where it is configured, or enter it again");
    }

    private static PinRequiredException notWorthTheLastTry(CardCommand command, int reference) {
        return new PinRequiredException(
                command.title(),
                StatusWords.wrongPin(1),
                name(reference) + ": only one try is left before it is blocked, and the device refused this very one"
                        + " before, so it is not sent; enter the right one"
                        + (reference == Pins.USER ? ", or unblock it with the SO-PIN" : ""));
    }

    /** Has a transport PIN changed by a handler that can; the login goes on with the new one. */
    private void changeTransportPin(Authenticator login, PinRequest request) throws SchsmException {
        if (login.isOnReader()) {
            modifyOnReader(login, request);
            return;
        }
        NewPinCallback wanted = new NewPinCallback(request);
        byte[] before = NO_BYTES;
        byte[] after = NO_BYTES;
        try {
            login.changeTransportPin(wanted);
            char[] present = wanted.transportPin();
            char[] chosen = wanted.newPin();
            if (present == null || chosen == null) {
                throw transportPin();
            }
            try {
                before = Pins.user(present);
                after = Pins.user(chosen);
            } finally {
                Arrays.fill(present, '\0');
                Arrays.fill(chosen, '\0');
            }
            change(Pins.USER, before, after);
        } finally {
            wanted.clear();
            Arrays.fill(before, (byte) 0);
            Arrays.fill(after, (byte) 0);
        }
    }

    // On the reader's pad

    private boolean verifyOnReader(Authenticator login, PinRequest request, @Nullable PinStatus status)
            throws SchsmException {
        requirePadThatVerifies("pin = prompt, env:NAME, file:PATH or callback");
        endWhatOthersVerified(status);
        enter(CardCommand.VERIFY, login, request);
        session.verified(login);
        login.accepted();
        return true;
    }

    private void requirePadThatVerifies(String instead) throws SchsmException {
        PinPad pad = session.pinPad();
        if (!pad.canVerify() || pad.longest() < Pins.MIN_USER_PIN) {
            throw noPad("has no PIN pad that takes a PIN", instead);
        }
    }

    /**
     * A pad that sends what was not typed would ask for the state only, and the state that somebody else brought about is
     * no proof that this person knows the PIN.
     */
    private void endWhatOthersVerified(@Nullable PinStatus status) throws SchsmException {
        boolean notVerified = status != null && status.state() != PinStatus.State.VERIFIED;
        if (!notVerified && !session.connection().isKeyPresented()) {
            session.select();
        }
    }

    /**
     * CHANGE REFERENCE DATA with both PINs from the pad. The device cuts the two at the length of its own PIN, so the
     * present one is typed by itself first, unless that was done to log in: who is wrong about it hears so, and nothing
     * is changed. A transport PIN cannot be verified; there the new one is typed once more after it.
     *
     * @param login who is told that something has to be typed
     */
    void changeOnReader(Authenticator login) throws SchsmException {
        session.ensureApplet();
        PinStatus status = statusForLogin(login);
        PinRequest request = request(login, status);
        requirePadThatChanges();
        requirePadThatVerifies(CHANGE_INSTEAD);
        if (request.transport()) {
            modifyOnReader(login, request);
            PinStatus changed = status(Pins.USER);
            try {
                endWhatOthersVerified(changed);
                enter(CardCommand.VERIFY, login, request(login, changed));
            } catch (PinException another) {
                if (another.reason() != Reason.WRONG_PIN) {
                    throw another;
                }
                throw cutElsewhere(another.statusWord(), another);
            } finally {
                session.somebodyVerified();
            }
            return;
        }
        if (!session.isVerifiedOnReader()) {
            endWhatOthersVerified(status);
            enter(CardCommand.VERIFY, login, request);
            session.somebodyVerified();
            request = request(login, null);
        }
        modifyOnReader(login, request);
        session.somebodyVerified();
    }

    private void requirePadThatChanges() throws SchsmException {
        PinPad pad = session.pinPad();
        if (!pad.canModify() || pad.longest() < Pins.MIN_USER_PIN) {
            throw noPad("has no PIN pad on which a PIN can be changed", CHANGE_INSTEAD);
        }
    }

    private void modifyOnReader(Authenticator login, PinRequest request) throws SchsmException {
        requirePadThatChanges();
        enter(CardCommand.CHANGE_REFERENCE_DATA, login, request);
        session.forgetPin();
    }

    private UnsupportedByDeviceException noPad(String what, String instead) {
        return new UnsupportedByDeviceException("reader '" + session.reader() + "' " + what
                + ", or its driver does not tell of it (PC/SC part 10); use " + instead);
    }

    private void enter(CardCommand name, Authenticator login, PinRequest request) throws SchsmException {
        session.requireNoChannel();
        PinPad pad = session.pinPad();
        boolean change = name == CardCommand.CHANGE_REFERENCE_DATA;
        boolean told = login.entryOnReader(request, change);
        int sw;
        try {
            if (request.isLastTry() && !told) {
                throw new PinRequiredException(
                        name.title(),
                        StatusWords.wrongPin(1),
                        "user PIN: only one try is left before it is blocked, and nobody could be told so; set a"
                                + " callback handler that takes a PinPadCallback");
            }
            sw = change
                    ? session.enter(name, pad.modify(), pad.modification()).sw()
                    : session.enter(name, pad.verify(), pad.verification()).sw();
        } finally {
            login.entryFinished(request);
        }
        if (sw != StatusWords.OK) {
            int left = StatusWords.triesLeftAfter(sw);
            if (left >= 0) {
                session.refusedByCaller();
                login.refused(left);
            }
            throw StatusWords.padError(name, session.reader(), sw);
        }
        refused(Pins.USER).forget();
    }

    // Given by the caller

    /** VERIFY with a PIN that the caller knows. */
    void verify(byte[] pin) throws SchsmException {
        Pins.require(Pins.USER, pin);
        send(CardCommand.VERIFY, name(Pins.USER), Pins.USER, verification(Pins.USER, pin), pin);
        session.verifiedByCaller();
    }

    private static CommandApdu verification(int reference, byte[] pin) {
        return new CommandApdu(0x00, 0x20, 0x00, reference, pin, CommandApdu.NO_LE, true);
    }

    /**
     * CHANGE REFERENCE DATA. The device cuts the two PINs at the length of its own, wherever ours ends: after "6482191" in
     * place of 648219 the new PIN would begin with a 1. So the present one is verified by itself first.
     */
    void change(int reference, byte[] before, byte[] after) throws SchsmException {
        Pins.require(reference, before);
        Pins.require(reference, after);
        boolean verified = verifyByItself(reference, before);
        if (reference == Pins.SO) {
            try {
                changeWithoutProof(reference, before, after);
            } finally {
                // Nobody goes on as the security officer because the SO-PIN was verified before it was used.
                session.endSecurityOfficer();
            }
            return;
        }
        changeWithoutProof(reference, before, after);
        if (verified) {
            session.somebodyVerified();
        } else {
            requireChanged(before, after);
        }
    }

    private void changeWithoutProof(int reference, byte[] before, byte[] after) throws SchsmException {
        send(
                CardCommand.CHANGE_REFERENCE_DATA,
                name(reference),
                reference,
                secret(0x00, 0x24, 0x00, reference, before, after),
                before);
        session.forgetPin();
    }

    /**
     * VERIFY of a PIN that another secret follows in the next command.
     *
     * @return whether the device says that it is right; false for a transport PIN, which cannot be verified, and where
     *     there is no VERIFY of the SO-PIN, whose length is always the same
     * @throws io.github.schsm.PinException if it is wrong or blocked
     */
    private boolean verifyByItself(int reference, byte[] pin) throws SchsmException {
        CommandApdu command = verification(reference, pin);
        try {
            requireWorthTheLastTry(CardCommand.VERIFY, reference, pin);
            int sw = session.transmitSecret(CardCommand.VERIFY, command).sw();
            if (sw == StatusWords.OK) {
                refused(reference).forget();
                session.somebodyVerified();
                return true;
            }
            if (StatusWords.triesLeftAfter(sw) >= 0) {
                remember(reference, pin, sw);
                session.refusedByCaller();
                throw StatusWords.error(CardCommand.VERIFY, name(reference), sw);
            }
            if (reference == Pins.USER && sw != StatusWords.REFERENCE_DATA_NOT_USABLE) {
                throw StatusWords.error(CardCommand.VERIFY, name(reference), sw);
            }
            return false;
        } finally {
            command.wipe();
        }
    }

    /**
     * A transport PIN that was just changed could not be verified before. If the new PIN is not the device's, the transport
     * PIN is shorter or longer than the one that was given, and the new one is another end of both together: it is looked
     * for there, as far as that does not take the last try, and then changed to the one that was wanted.
     */
    private void requireChanged(byte[] before, byte[] after) throws SchsmException {
        int sw = verifyQuietly(after);
        byte[] both = Arrays.copyOf(before, before.length + after.length);
        System.arraycopy(after, 0, both, before.length, after.length);
        try {
            for (int cut : otherCuts(before.length, both.length)) {
                if (sw == StatusWords.OK || StatusWords.triesLeftAfter(sw) <= 1) {
                    break;
                }
                byte[] present = Arrays.copyOfRange(both, cut, both.length);
                try {
                    sw = verifyQuietly(present);
                    if (sw == StatusWords.OK) {
                        changeWithoutProof(Pins.USER, present, after);
                    }
                } finally {
                    Arrays.fill(present, (byte) 0);
                }
            }
        } finally {
            Arrays.fill(both, (byte) 0);
            session.somebodyVerified();
        }
        if (sw != StatusWords.OK) {
            throw StatusWords.triesLeftAfter(sw) >= 0
                    ? cutElsewhere(sw, null)
                    : StatusWords.error(CardCommand.VERIFY, name(Pins.USER), sw);
        }
        refused(Pins.USER).forget();
    }

    /**
     * Where a device may have cut two PINs instead, the likeliest first: one that was given too long always begins with the
     * right one, one that was given too short only goes on in the new one by chance.
     */
    private static int[] otherCuts(int given, int both) {
        return IntStream.concat(
                        IntStream.iterate(given - 1, cut -> cut >= Pins.MIN_USER_PIN, cut -> cut - 1),
                        IntStream.rangeClosed(given + 1, Pins.MAX_USER_PIN))
                .filter(cut -> both - cut >= Pins.MIN_USER_PIN && both - cut <= Pins.MAX_USER_PIN)
                .toArray();
    }

    private int verifyQuietly(byte[] pin) throws SchsmException {
        CommandApdu command = verification(Pins.USER, pin);
        try {
            return session.transmitSecret(CardCommand.VERIFY, command).sw();
        } finally {
            command.wipe();
        }
    }

    private static PinRequiredException cutElsewhere(int sw, @Nullable Exception cause) {
        PinRequiredException explained = new PinRequiredException(
                CardCommand.CHANGE_REFERENCE_DATA.title(),
                sw,
                "user PIN: the device took the change, but its PIN is not the new one: the transport PIN that was"
                        + " given is longer or shorter than the device's, which cut the two at another place; set a"
                        + " PIN with the SO-PIN (schsm pin unblock)");
        if (cause != null) {
            explained.addSuppressed(cause);
        }
        return explained;
    }

    /** RESET RETRY COUNTER of the user PIN; a null PIN stays what it was. */
    void unblock(byte[] soPin, byte @Nullable [] newPin) throws SchsmException {
        Pins.require(Pins.SO, soPin);
        if (newPin == null) {
            resetRetryCounter(soPin, null);
            return;
        }
        Pins.require(Pins.USER, newPin);
        verifyByItself(Pins.SO, soPin);
        try {
            resetRetryCounter(soPin, newPin);
        } finally {
            session.endSecurityOfficer();
        }
    }

    private void resetRetryCounter(byte[] soPin, byte @Nullable [] newPin) throws SchsmException {
        int p1 = newPin == null ? 0x01 : 0x00;
        byte[] second = newPin == null ? NO_BYTES : newPin;
        CommandApdu command = secret(0x00, 0x2C, p1, Pins.USER, soPin, second);
        send(CardCommand.RESET_RETRY_COUNTER, name(Pins.SO), Pins.SO, command, soPin);
        refused(Pins.USER).forget();
        session.forgetPin();
    }

    /**
     * INITIALIZE DEVICE, which the device checks the SO-PIN of if it has one. A device may say first that its memory is
     * full, because it tidies it by that; then once more.
     */
    void initialize(byte[] settings, byte[] soPin) throws SchsmException {
        Pins.require(Pins.SO, soPin);
        try {
            sendInitialization(settings, soPin);
        } catch (DeviceException tidying) {
            if (tidying.reason() != Reason.DEVICE_FULL || tidying.statusWord() != StatusWords.NOT_ENOUGH_MEMORY) {
                throw tidying;
            }
            sendInitialization(settings, soPin);
        }
        refused(Pins.USER).forget();
        session.startAnew();
    }

    private void sendInitialization(byte[] settings, byte[] soPin) throws SchsmException {
        CommandApdu command = new CommandApdu(0x80, 0x50, 0x00, 0x00, settings, CommandApdu.NO_LE, true);
        send(CardCommand.INITIALIZE_DEVICE, "device", Pins.SO, command, soPin);
    }

    private static CommandApdu secret(int cla, int ins, int p1, int p2, byte[] first, byte[] second) {
        byte[] data = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, data, first.length, second.length);
        CommandApdu command = new CommandApdu(cla, ins, p1, p2, data, CommandApdu.NO_LE, true);
        Arrays.fill(data, (byte) 0);
        return command;
    }

    /**
     * Sends a command with a PIN that the caller gave, and so may use the last try, unless that very PIN was refused.
     *
     * @param object    what it is about, for messages
     * @param reference the PIN that the device checks
     * @param pin       that PIN
     */
    private void send(CardCommand name, String object, int reference, CommandApdu command, byte[] pin)
            throws SchsmException {
        try {
            requireWorthTheLastTry(name, reference, pin);
            ResponseApdu response = session.transmitSecret(name, command);
            if (StatusWords.isTriesLeft(response.sw())) {
                remember(reference, pin, response.sw());
                session.refusedByCaller();
            }
            if (!response.isOk()) {
                throw StatusWords.error(name, object, response.sw());
            }
            refused(reference).forget();
        } finally {
            command.wipe();
        }
    }

    private void requireWorthTheLastTry(CardCommand name, int reference, byte[] pin) throws SchsmException {
        FailedPinCache refused = refused(reference);
        if (refused.contains(pin) && status(reference).triesLeft() == 1 && refused.contains(pin)) {
            throw notWorthTheLastTry(name, reference);
        }
    }

    private void remember(int reference, byte[] pin, int sw) {
        int left = StatusWords.triesLeftAfter(sw);
        if (left >= 0) {
            refused(reference).add(pin, left);
        }
    }
}
