// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;

/**
 * A token where it is now.
 *
 * @param library what the module that sees it says of itself
 * @param slot    the slot
 * @param token   what is in it
 */
record TokenPlace(Cryptoki.Info library, SlotInfo slot, CkTokenInfo token) {
    boolean isMeantBy(Pkcs11Uri uri) {
        return uri.matches(library, slot, token);
    }

    /** Whether it can hold keys: a module may offer empty tokens to be initialized. */
    boolean isInitialized() {
        return token.has(Ck.CKF_TOKEN_INITIALIZED);
    }

    /** As people are told of it, with everything that they can choose it by. */
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (!token.label().isEmpty()) {
            words.add("\"" + token.label() + "\"");
        }
        if (!token.serial().isEmpty()) {
            words.add("serial " + token.serial());
        }
        words.add("slot:" + Long.toUnsignedString(slot.id()));
        if (!isInitialized()) {
            words.add("not initialized");
        }
        return PrintableText.of(String.join(", ", words));
    }
}
