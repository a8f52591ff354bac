// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.Pin;
import java.util.Arrays;

/** Verification and administration of the two PINs (docs/protocol.md#commands). */
final class PinCommands {
    private static final int UNBLOCK_AND_SET = 0x00;
    private static final int UNBLOCK = 0x01;
    private static final int SESSION_PIN_OF_USER = 0x0181;

    private final Applet applet;

    PinCommands(Applet applet) {
        this.applet = applet;
    }

    Answer verify(Command command) throws Refusal {
        if (command.data().length == 0
                && command.p1p2() == Pin.USER_REFERENCE
                && applet.profile().isVersion1()
                && !applet.state().isInitialized()) {
            return Answer.status(Sw.REFERENCE_DATA_UNUSABLE);
        }
        Pin pin = pin(command);
        boolean user = command.p2() == Pin.USER_REFERENCE;
        if (command.data().length == 0) {
            return Answer.status(status(pin, user));
        }
        requireLength(user, command.data().length);
        if (user) {
            applet.session().setUserPinVerified(false);
            if (pin.isTransport()) {
                throw new Refusal(pin.isBlocked() ? Sw.PIN_BLOCKED : Sw.REFERENCE_DATA_UNUSABLE);
            }
            if (pin.isBlocked() || !isSessionPin(command.data())) {
                pin.verify(command.data());
            }
            applet.session().setUserPinVerified(true);
            applet.state().countWaitingShares();
        } else {
            applet.session().setSoPinVerified(false);
            pin.verify(command.data());
            applet.session().setSoPinVerified(true);
        }
        return Answer.OK;
    }

    /** A session PIN is made and taken through a secure channel only, where no one else can read it. */
    private boolean isSessionPin(byte[] candidate) {
        return applet.session().channel().isPresent() && applet.isSessionPin(candidate);
    }

    /** GENERATE SESSION PIN. */
    Answer generateSessionPin(Command command) throws Refusal {
        if (!applet.profile().hasSecureMessaging()) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
        command.requireP1P2(SESSION_PIN_OF_USER);
        command.requireNoData();
        if (!applet.state().hasOption(DeviceState.OPTION_SESSION_PIN)) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        if (applet.session().channel().isEmpty() || !applet.session().isUserPinVerified()) {
            throw new Refusal(Sw.NOT_AUTHENTICATED);
        }
        if (command.ne() < Pin.SESSION_LENGTH) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        return Answer.of(applet.newSessionPin());
    }

    private int status(Pin pin, boolean user) {
        if (pin.isBlocked()) {
            return Sw.PIN_BLOCKED;
        }
        if (pin.isTransport()) {
            return Sw.REFERENCE_DATA_UNUSABLE;
        }
        Session session = applet.session();
        boolean verified = user ? session.isUserPinVerified() || session.isInitialized() : session.isSoPinVerified();
        return verified ? Sw.OK : pin.status();
    }

    /** Old value and new value follow each other: the old one is as long as the PIN is. */
    Answer change(Command command) throws Refusal {
        Pin pin = pin(command);
        boolean user = command.p2() == Pin.USER_REFERENCE;
        byte[] data = command.data();
        int shortest = user ? Pin.USER_MIN : Pin.SO_LENGTH;
        int longest = user ? Pin.USER_MAX : Pin.SO_LENGTH;
        if (data.length < 2 * shortest || data.length > 2 * longest) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int split = Math.min(pin.length(), data.length);
        byte[] oldValue = Arrays.copyOf(data, split);
        byte[] newValue = Arrays.copyOfRange(data, split, data.length);
        if (user) {
            applet.session().setUserPinVerified(false);
        } else {
            applet.session().setSoPinVerified(false);
        }
        pin.verify(oldValue);
        requireLength(user, newValue.length);
        if (user) {
            applet.forgetSessionPin();
        }
        pin.change(newValue, user ? Pin.maxTries(newValue.length) : Pin.SO_TRIES);
        return Answer.OK;
    }

    Answer resetRetryCounter(Command command) throws Refusal {
        if (command.p2() != Pin.USER_REFERENCE) {
            throw new Refusal(Sw.REFERENCE_NOT_FOUND);
        }
        if (command.p1() != UNBLOCK_AND_SET && command.p1() != UNBLOCK) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        Pin userPin = initialized(Pin.USER_REFERENCE);
        Pin soPin = initialized(Pin.SO_REFERENCE);
        DeviceState state = applet.state();
        boolean sets = command.p1() == UNBLOCK_AND_SET;
        if (!state.hasOption(DeviceState.OPTION_RESET_RETRY_COUNTER)
                || (sets && state.hasOption(DeviceState.OPTION_UNBLOCK_ONLY))) {
            throw new Refusal(Sw.COMMAND_NOT_ALLOWED);
        }
        int newLength = command.data().length - Pin.SO_LENGTH;
        if (sets ? !Pin.isUserLength(newLength) : newLength != 0) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        applet.session().setUserPinVerified(false);
        soPin.verify(Arrays.copyOf(command.data(), Pin.SO_LENGTH));
        if (sets) {
            byte[] newValue = Arrays.copyOfRange(command.data(), Pin.SO_LENGTH, command.data().length);
            applet.forgetSessionPin();
            userPin.replace(newValue, Pin.maxTries(newLength));
        } else {
            userPin.unblock();
        }
        return Answer.OK;
    }

    private static void requireLength(boolean user, int length) throws Refusal {
        if (user ? !Pin.isUserLength(length) : length != Pin.SO_LENGTH) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
    }

    private Pin pin(Command command) throws Refusal {
        if (command.p1() != 0) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        return initialized(command.p2());
    }

    /**
     * Biometric references (85, 86) don't exist: another answer than 6A88 makes OpenSC look for a PIN pad. 6400 tells it
     * that registered keys stand in the user PIN's place.
     */
    private Pin initialized(int reference) throws Refusal {
        DeviceState state = applet.state();
        int missing = state.isInitialized() ? Sw.EXECUTION_ERROR : Sw.REFERENCE_NOT_FOUND;
        return (switch (reference) {
                    case Pin.USER_REFERENCE -> state.userPin();
                    case Pin.SO_REFERENCE -> state.soPin();
                    default -> throw new Refusal(Sw.REFERENCE_NOT_FOUND);
                })
                .orElseThrow(() -> new Refusal(missing));
    }
}
