// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.MalformedDataException;
import io.github.schsm.simulator.apdu.Answer;
import io.github.schsm.simulator.apdu.Command;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.Randomness;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.profile.Quirk;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.Pin;
import io.github.schsm.simulator.state.RegisteredKeys;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all commands work on: the kind of device, its lasting state, and what it knows since it was selected. The
 * commands themselves are grouped in classes of their own.
 */
public final class Applet {
    public static final byte[] AID = HexFormat.of().parseHex("E82B0601040181C31F0201");

    private final DeviceProfile profile;
    private DeviceState state;
    private Session session = new Session();
    private boolean selected;
    private byte @Nullable [] sessionPin;
    private boolean tidied;
    private boolean longRsaUnwrapped;

    Applet(DeviceProfile profile, DeviceState state) {
        this.profile = profile;
        this.state = state;
    }

    /** A command; what it throws becomes the status word, malformed data 6A80. */
    interface Handler {
        Answer handle(Command command) throws Refusal, MalformedDataException;
    }

    DeviceProfile profile() {
        return profile;
    }

    DeviceState state() {
        return state;
    }

    Session session() {
        return session;
    }

    boolean isSelected() {
        return selected;
    }

    /** Starts over, without a login. */
    void select() {
        session = new Session();
        selected = true;
    }

    /** Power was lost. */
    void reset() {
        session = new Session();
        selected = false;
        sessionPin = null;
        tidied = false;
        longRsaUnwrapped = false;
    }

    /** Whether memory was tidied since the card has power; from now on it was. */
    boolean tidy() {
        boolean before = tidied;
        tidied = true;
        return before;
    }

    /** Whether a long RSA key was unwrapped since the card has power. */
    boolean isLongRsaUnwrapped() {
        return longRsaUnwrapped;
    }

    void setLongRsaUnwrapped() {
        longRsaUnwrapped = true;
    }

    /** Stands for the user PIN until power is lost or the PIN changes: other programs' selections don't end it. */
    byte[] newSessionPin() {
        byte[] pin = Randomness.bytes(Pin.SESSION_LENGTH);
        sessionPin = pin;
        return pin.clone();
    }

    void forgetSessionPin() {
        sessionPin = null;
    }

    boolean isSessionPin(byte[] candidate) {
        return sessionPin != null && MessageDigest.isEqual(sessionPin, candidate);
    }

    /** Goes back to the state that was kept last. */
    void restore(DeviceState kept) {
        state = kept;
        reset();
    }

    /**
     * By the PIN or by as many registered keys as it takes; by both if the device was initialized so. Who initialized
     * the device may write to it until the next selection or reset: the only way to provision one with a transport PIN.
     */
    boolean isUserAuthenticated() {
        if (session.isInitialized()) {
            return true;
        }
        boolean byPin = session.isUserPinVerified();
        RegisteredKeys keys = state.registeredKeys();
        boolean byKeys = keys.isUsed() && session.authenticatedKeys() >= keys.required();
        return state.hasOption(DeviceState.OPTION_PIN_AND_PUBLIC_KEY) ? byPin && byKeys : byPin || byKeys;
    }

    void requireUser() throws Refusal {
        if (!isUserAuthenticated()) {
            throw new Refusal(Sw.NOT_AUTHENTICATED);
        }
    }

    int freeMemory() {
        return profile.memory() - state.usedMemory();
    }

    void requireMemory(int bytes) throws Refusal {
        if (bytes > freeMemory()) {
            throw new Refusal(Sw.OUT_OF_MEMORY);
        }
    }

    /** Key domains and wrapping exist on devices that were initialized with tag 92 or 97. */
    void requireDomains() throws Refusal {
        if (state.scheme() == DeviceState.DomainScheme.NONE) {
            throw new Refusal(Sw.UNKNOWN_INSTRUCTION);
        }
    }

    /** A key to be used with an algorithm of its type: PIN, key, type and list are checked, in this order. */
    CardKey requireKey(int keyId, int algorithm) throws Refusal {
        CardKey key = requireKey(keyId);
        if (!key.allows(algorithm)) {
            throw new Refusal(Sw.NOT_SUPPORTED);
        }
        if (key.useCounter() == 0) {
            throw new Refusal(
                    profile.has(Quirk.USED_UP_KEY_ANSWERS_FULL) ? Sw.OUT_OF_MEMORY : Sw.REFERENCE_DATA_UNUSABLE);
        }
        return key;
    }

    private CardKey requireKey(int keyId) throws Refusal {
        return requireKey(keyId, () -> new Refusal(Sw.NOT_FOUND));
    }

    /**
     * A key for any use. No command may use the device key.
     *
     * @param missing what the command answers where there is no such key
     */
    CardKey requireKey(int keyId, Supplier<Refusal> missing) throws Refusal {
        requireUser();
        if (keyId == 0) {
            throw new Refusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        return state.key(keyId).orElseThrow(missing);
    }

    /** An id for a new key. */
    void requireFreeKeyId(int keyId) throws Refusal {
        if (keyId == 0) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
        if (state.key(keyId).map(key -> !key.mayBeReplaced()).orElse(false)) {
            throw new Refusal(Sw.ALREADY_EXISTS);
        }
    }

    /** Counts a use of the key; called when the result is certain. */
    void countUse(int keyId, CardKey key) {
        if (key.useCounter() != CardKey.UNLIMITED) {
            state.putKey(keyId, key.withUseCounter(key.useCounter() - 1));
        }
    }

    /** The command's data, or when it has none what was written to 2F10 before. */
    byte[] dataOrInputBuffer(Command command) {
        return command.data().length != 0 ? command.data() : session.takeInputBuffer();
    }
}
