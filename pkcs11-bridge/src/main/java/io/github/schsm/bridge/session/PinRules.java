// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.codec.SecretBytes;
import java.util.Arrays;

/**
 * What a token takes for PINs, by what {@code C_GetTokenInfo} says. A module checks that itself at best, and at worst
 * passes on what costs a try: so it is checked before.
 *
 * @param user the user PIN
 */
public record PinRules(SecretBytes.Rule user) {
    /** Those of the device itself, also where a module says nothing that makes sense. */
    static final PinRules SMART_CARD_HSM = new PinRules(SecretBytes.USER_PIN);

    private static final String SO_PIN = "SO-PIN";
    private static final int MOST = 4096;
    private static final int SO_PIN_DIGITS = 2 * SecretBytes.SO_PIN_LENGTH;

    static PinRules of(CkTokenInfo token) {
        long least = token.minPin();
        long most = token.maxPin();
        if (least < 0 || most < 1 || most > MOST || least > most) {
            return SMART_CARD_HSM;
        }
        return new PinRules(new SecretBytes.Rule(SecretBytes.USER_PIN.what(), (int) Math.max(1, least), (int) most));
    }

    /** Modules tell one range, that of the user PIN; that of a SmartCard-HSM is like no other token's. */
    private boolean isSmartCardHsm() {
        return user.least() >= SecretBytes.USER_PIN.least() && user.most() <= SecretBytes.USER_PIN.most();
    }

    /** The SO-PIN as it is typed: a SmartCard-HSM's module makes bytes of the digits. */
    public byte[] soPin(char[] pin) throws InvalidRequestException {
        if (isSmartCardHsm()) {
            Arrays.fill(SecretBytes.soPin(pin), (byte) 0);
            return SecretBytes.of(pin, new SecretBytes.Rule(SO_PIN, SO_PIN_DIGITS, SO_PIN_DIGITS));
        }
        return SecretBytes.of(pin, new SecretBytes.Rule(SO_PIN, user.least(), user.most()));
    }
}
