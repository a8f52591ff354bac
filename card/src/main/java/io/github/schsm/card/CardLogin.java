// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.CardTokenInfo;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.transport.PinPad;
import io.github.schsm.codec.SecretBytes;
import io.github.schsm.login.Authenticator;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.LoginStateMachine;
import io.github.schsm.login.PinBackend;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The user PIN of a login in VERIFY, from the login or from the reader's pad. */
final class CardLogin implements PinBackend<SchsmException> {
    private static final String CHANGE_INSTEAD = "changePin with both PINs";
    private static final String VERIFY_INSTEAD = "pin = prompt, env:NAME, file:PATH or callback";

    private final CardTransaction session;
    private final CardPins pins;
    private final LoginStateMachine<SchsmException> machine = new LoginStateMachine<>(this);

    CardLogin(CardTransaction session) {
        this.session = session;
        this.pins = new CardPins(session);
    }

    /** Returns whether there was a PIN, which the device then accepted. */
    boolean login(Authenticator login) throws SchsmException {
        if (!login.hasPin()) {
            return false;
        }
        session.ensureApplet();
        return machine.login(login);
    }

    // What the state machine asks for

    @Override
    public FailedPinCache failedPins() {
        return pins.refused(Pins.USER);
    }

    @Override
    public boolean isCareful() {
        return session.logins().isCareful();
    }

    @Override
    public PinStatus status() throws SchsmException {
        return pins.status(Pins.USER);
    }

    @Override
    public PinRequest request(Authenticator login, @Nullable PinStatus status) throws SchsmException {
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

    @Override
    public Answer verify(byte[] pin) throws SchsmException {
        Pins.require(Pins.USER, pin);
        CommandApdu command = CardPins.verification(Pins.USER, pin);
        try {
            int sw = session.transmitSecret(CardCommand.VERIFY, command).sw();
            if (sw == StatusWords.EXECUTION_ERROR) {
                new MissingKeys(session).tell(CardCommand.VERIFY);
            }
            return sw == StatusWords.OK ? Answer.ACCEPTED : refused(sw);
        } finally {
            command.wipe();
        }
    }

    private static Answer refused(int sw) {
        int left = StatusWords.triesLeftAfter(sw);
        SchsmException error = StatusWords.error(CardCommand.VERIFY, CardPins.name(Pins.USER), sw);
        return left < 0 ? Answer.refused(left, error) : Answer.wrong(left, error);
    }

    @Override
    public void change(char[] present, char[] chosen) throws SchsmException {
        SecretBytes.use(
                SecretBytes.USER_PIN,
                present,
                SecretBytes.USER_PIN,
                chosen,
                (before, after) -> pins.change(Pins.USER, before, after));
    }

    @Override
    public void verified(Authenticator login) {
        session.logins().verified(login);
    }

    @Override
    public void refused() {
        session.pinRefused();
    }

    @Override
    public SchsmException refusal(Refusal reason, int triesLeft) {
        return switch (reason) {
            case BLOCKED -> error(StatusWords.AUTHENTICATION_METHOD_BLOCKED);
            case NOT_INITIALIZED -> error(StatusWords.REFERENCED_DATA_NOT_FOUND);
            case TRANSPORT -> error(StatusWords.REFERENCE_DATA_NOT_USABLE);
            case LAST_TRY, WRONG_FOR_LAST_TRY, REFUSED_BEFORE, NOBODY_TOLD ->
                new PinRequiredException(
                        CardCommand.VERIFY.title(),
                        triesLeft < 0 ? StatusWords.SECURITY_STATUS_NOT_SATISFIED : StatusWords.wrongPin(triesLeft),
                        reason.sentence());
        };
    }

    private static SchsmException error(int sw) {
        return StatusWords.error(CardCommand.VERIFY, CardPins.name(Pins.USER), sw);
    }

    // On the reader's pad

    @Override
    public void preparePad(PinRequest request, @Nullable PinStatus status, boolean change) throws SchsmException {
        if (change) {
            requirePad(session.pinPad().canModify(), "has no PIN pad on which a PIN can be changed", CHANGE_INSTEAD);
        } else {
            requirePadThatVerifies(VERIFY_INSTEAD);
            endWhatOthersVerified(status);
        }
        session.requireNoChannel();
    }

    private void requirePadThatVerifies(String instead) throws SchsmException {
        requirePad(session.pinPad().canVerify(), "has no PIN pad that takes a PIN", instead);
    }

    private void requirePad(boolean able, String what, String instead) throws SchsmException {
        if (!able || session.pinPad().longest() < Pins.MIN_USER_PIN) {
            throw new UnsupportedByDeviceException("reader '" + session.reader() + "' " + what
                    + ", or its driver does not tell of it (PC/SC part 10); use " + instead);
        }
    }

    /**
     * A pad that sends what was not typed would ask for the state only, and the state that another user brought about is
     * no proof that this person knows the PIN.
     */
    private void endWhatOthersVerified(@Nullable PinStatus status) throws SchsmException {
        boolean notVerified = status != null && status.state() != PinStatus.State.VERIFIED;
        if (!notVerified && !session.logins().isKeyPresented()) {
            session.select();
        }
    }

    @Override
    public Answer enter(boolean change) throws SchsmException {
        PinPad pad = session.pinPad();
        CardCommand name = change ? CardCommand.CHANGE_REFERENCE_DATA : CardCommand.VERIFY;
        int sw = change
                ? session.enter(name, pad.modify(), pad.modification()).sw()
                : session.enter(name, pad.verify(), pad.verification()).sw();
        if (sw == StatusWords.OK) {
            if (change) {
                session.logins().pinEnded();
            }
            return Answer.ACCEPTED;
        }
        int left = StatusWords.triesLeftAfter(sw);
        SchsmException error = StatusWords.padError(name, session.reader(), sw);
        if (left < 0) {
            throw error;
        }
        return Answer.refused(left, error);
    }

    /**
     * CHANGE REFERENCE DATA with both PINs from the pad. The device cuts the two at the length of its own PIN, so the
     * present one is typed by itself first, unless that was done to log in: a wrong one is refused then, and nothing is
     * changed. A transport PIN cannot be verified; there the new one is typed once more after it.
     *
     * @param login is told that something has to be typed
     */
    void changeOnReader(Authenticator login) throws SchsmException {
        session.ensureApplet();
        PinStatus status = machine.status(login);
        PinRequest request = request(login, status);
        preparePad(request, status, true);
        requirePadThatVerifies(CHANGE_INSTEAD);
        if (request.transport()) {
            machine.enter(login, request, true);
            PinStatus changed = status();
            try {
                preparePad(request, changed, false);
                machine.enter(login, request(login, changed), false);
            } catch (PinException another) {
                if (another.reason() != Reason.WRONG_PIN) {
                    throw another;
                }
                throw CardPins.cutElsewhere(another.statusWord(), another);
            } finally {
                session.verifiedForNobody();
            }
            return;
        }
        if (!session.isVerifiedOnReader()) {
            preparePad(request, status, false);
            machine.enter(login, request, false);
            session.verifiedForNobody();
            request = request(login, null);
        }
        machine.enter(login, request, true);
        session.verifiedForNobody();
    }
}
