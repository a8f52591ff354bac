// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;

/**
 * What tells a token from others of its module. With a serial number it is that one, whichever slot it is in; the label may
 * be changed, so it counts only for the several tokens that some modules make of one card with several PINs. Without
 * one, or with one that others show as well, nothing that the token says of itself tells it from the next of its kind: it
 * is the one in its slot and reader.
 *
 * @param reader the slot's description; empty for a token that its serial number tells from others
 * @param slot   the slot's id; {@value #ANY_SLOT} for such a token
 */
public record TokenIdentity(String serial, String label, String model, String manufacturer, String reader, long slot) {
    private static final long ANY_SLOT = -1;

    /**
     * The identity of a token in a slot.
     *
     * @param shared whether others were seen that say the same of themselves
     */
    static TokenIdentity of(CkTokenInfo token, SlotInfo where, boolean shared) {
        boolean placed = shared || isNoNumber(token.serial());
        return new TokenIdentity(
                token.serial(),
                token.label(),
                token.model(),
                token.manufacturer(),
                placed ? where.description() : "",
                placed ? where.id() : ANY_SLOT);
    }

    /** A device id without a number, as each device with an open firmware has it, tells no more than none. */
    static boolean isNoNumber(String serial) {
        return serial.chars().noneMatch(Character::isDigit);
    }

    /** The same, told from others by its place. */
    TokenIdentity in(SlotInfo where) {
        return new TokenIdentity(serial, label, model, manufacturer, where.description(), where.id());
    }

    /** How people call it: its serial number, with its slot where others have that, or else its label or slot. */
    public String id() {
        if (!serial.isEmpty()) {
            return isPlaced() ? serial + " in slot:" + Long.toUnsignedString(slot) : serial;
        }
        return label.isEmpty() ? "slot:" + Long.toUnsignedString(slot) : label;
    }

    /** Whether only its place tells it from others. */
    public boolean isPlaced() {
        return slot != ANY_SLOT;
    }

    /** Whether it may be this token, under whatever label, and wherever it is. */
    boolean isSame(CkTokenInfo token) {
        return serial.equals(token.serial())
                && model.equals(token.model())
                && manufacturer.equals(token.manufacturer());
    }

    /** Whether the label is the same. */
    boolean hasLabelOf(CkTokenInfo token) {
        return label.equals(token.label());
    }

    /** Whether a token in that slot may be this one. */
    boolean mayBeIn(SlotInfo where) {
        return !isPlaced() || (slot == where.id() && reader.equals(where.description()));
    }
}
