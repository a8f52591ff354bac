// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.card.CardTransaction.Pin;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.RetryPolicy;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.login.FailedPinCache;
import io.github.schsm.login.PinBackend.Refusal;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The commands that carry a PIN which the caller gave: it may use the last try, unless the device refused that very PIN
 * before. Logins are {@link CardLogin}'s.
 */
final class CardPins {
    private static final byte[] NO_BYTES = {};
    private static final String SO_PIN_WRONG_FOR_LAST_TRY =
            "SO-PIN: only one try is left before it is blocked, and the device refused this very one before, so it is not"
                    + " sent; enter the right one";

    private final CardTransaction session;

    CardPins(CardTransaction session) {
        this.session = session;
    }

    static String name(int reference) {
        return reference == Pins.SO ? "SO-PIN" : "user PIN";
    }

    FailedPinCache refused(int reference) {
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
                && session.quirks().callsNoPinTransportPin()
                && status(Pins.SO).state() == PinStatus.State.NOT_INITIALIZED) {
            status = new PinStatus(PinStatus.State.NOT_INITIALIZED, -1);
        }
        refused(reference).look(status);
        return status;
    }

    // Given by the caller

    /** VERIFY with a PIN that the caller knows. */
    void verify(byte[] pin) throws SchsmException {
        Pins.require(Pins.USER, pin);
        require(
                present(CardCommand.VERIFY, Pins.USER, verification(Pins.USER, pin), pin),
                CardCommand.VERIFY,
                Pins.USER);
        session.logins().verified(session.user());
    }

    static CommandApdu verification(int reference, byte[] pin) {
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
            session.verifiedForNobody();
        } else {
            requireChanged(before, after);
        }
    }

    private void changeWithoutProof(int reference, byte[] before, byte[] after) throws SchsmException {
        CommandApdu command = secret(0x00, 0x24, 0x00, reference, before, after);
        require(
                present(CardCommand.CHANGE_REFERENCE_DATA, reference, command, before),
                CardCommand.CHANGE_REFERENCE_DATA,
                reference);
        session.logins().pinEnded();
    }

    /**
     * VERIFY of a PIN that another secret follows in the next command.
     *
     * @return whether the device says that it is right; false for a transport PIN, which cannot be verified, and where
     *     there is no VERIFY of the SO-PIN, whose length is always the same
     * @throws io.github.schsm.PinException if it is wrong or blocked
     */
    private boolean verifyByItself(int reference, byte[] pin) throws SchsmException {
        int sw = present(CardCommand.VERIFY, reference, verification(reference, pin), pin);
        if (sw == StatusWords.OK) {
            session.verifiedForNobody();
            return true;
        }
        if (StatusWords.triesLeftAfter(sw) >= 0
                || (reference == Pins.USER && sw != StatusWords.REFERENCE_DATA_NOT_USABLE)) {
            throw StatusWords.error(CardCommand.VERIFY, name(reference), sw);
        }
        return false;
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
            session.verifiedForNobody();
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

    static PinRequiredException cutElsewhere(int sw, @Nullable Exception cause) {
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
        require(
                present(CardCommand.RESET_RETRY_COUNTER, Pins.SO, command, soPin),
                CardCommand.RESET_RETRY_COUNTER,
                Pins.SO);
        refused(Pins.USER).forget();
        session.logins().pinEnded();
    }

    /** INITIALIZE DEVICE, which the device checks the SO-PIN of if it has one. */
    void initialize(byte[] settings, byte[] soPin) throws SchsmException {
        Pins.require(Pins.SO, soPin);
        CommandApdu command = new CommandApdu(0x80, 0x50, 0x00, 0x00, settings, CommandApdu.NO_LE, true);
        int sw = present(CardCommand.INITIALIZE_DEVICE, Pins.SO, command, soPin);
        if (sw != StatusWords.OK) {
            throw StatusWords.error(CardCommand.INITIALIZE_DEVICE, "device", sw);
        }
        refused(Pins.USER).forget();
        session.startAgain();
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
     * @param reference the PIN that the device checks
     * @param command   wiped
     * @return the status word; what it says of the PIN is remembered
     */
    private int present(CardCommand name, int reference, CommandApdu command, byte[] pin) throws SchsmException {
        FailedPinCache refused = refused(reference);
        try {
            if (refused.contains(pin) && status(reference).triesLeft() == 1 && refused.contains(pin)) {
                String why = reference == Pins.USER ? Refusal.WRONG_FOR_LAST_TRY.sentence() : SO_PIN_WRONG_FOR_LAST_TRY;
                throw new PinRequiredException(name.title(), StatusWords.wrongPin(1), why);
            }
            int sw = session.transmitSecret(name, command).sw();
            if (sw == StatusWords.OK) {
                refused.forget();
            } else if (StatusWords.triesLeftAfter(sw) >= 0) {
                session.pinRefused();
            }
            if (StatusWords.isTriesLeft(sw)) {
                // A device whose PIN is blocked has not looked at this one.
                refused.add(pin, StatusWords.triesLeftAfter(sw));
            }
            return sw;
        } finally {
            command.wipe();
        }
    }

    private static void require(int sw, CardCommand name, int reference) throws SchsmException {
        if (sw != StatusWords.OK) {
            throw StatusWords.error(name, name(reference), sw);
        }
    }
}
