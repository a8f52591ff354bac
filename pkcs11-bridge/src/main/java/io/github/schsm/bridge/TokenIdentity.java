package io.github.schsm.bridge;

import io.github.schsm.bridge.Cryptoki.CkTokenInfo;

/**
 * What tells a token from others of its module, whichever slot it is in. The label may be changed, so it counts only
 * where the rest does not tell: for tokens without serial number, and for the several tokens that some modules make of
 * one card with several PINs.
 */
record TokenIdentity(String serial, String label, String model, String manufacturer) {
    static TokenIdentity of(CkTokenInfo token) {
        return new TokenIdentity(token.serial(), token.label(), token.model(), token.manufacturer());
    }

    /** How people call it: its serial number or, if there is none, its label. */
    String id() {
        return serial.isEmpty() ? label : serial;
    }

    /** Whether it may be this token, under whatever label. */
    boolean isSame(CkTokenInfo token) {
        return serial.equals(token.serial())
                && model.equals(token.model())
                && manufacturer.equals(token.manufacturer())
                && (!serial.isEmpty() || hasLabelOf(token));
    }

    /** Whether the label is the same. */
    boolean hasLabelOf(CkTokenInfo token) {
        return label.equals(token.label());
    }
}
