package io.github.schsm.bridge;

import io.github.schsm.bridge.Cryptoki.CkTokenInfo;

/**
 * What tells a token from others of its module, wherever it is put in. The label counts only where the rest does not
 * tell: it may be changed.
 */
record TokenIdentity(String serial, String label, String model, String manufacturer) {
    static TokenIdentity of(CkTokenInfo token) {
        return new TokenIdentity(token.serial(), token.label(), token.model(), token.manufacturer());
    }

    /** How people call it: its serial number or, if there is none, its label. */
    String id() {
        return serial.isEmpty() ? label : serial;
    }
}
