// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.StatusWords;

/** An answer that means something else than its status word says: a row for each. */
public enum AnswerQuirk {
    /** A device may say that its memory is full, and tidy it by that: the second time it has room. */
    TIDIES_MEMORY(CardCommand.INITIALIZE_DEVICE, StatusWords.NOT_ENOUGH_MEMORY, Meaning.AGAIN),
    /** Firmware that answers with the state of the slot as it is now: free. */
    DOMAIN_IS_GONE(CardCommand.DELETE_KEY_DOMAIN, StatusWords.REFERENCED_DATA_NOT_FOUND, Meaning.DONE);

    /** What is to be done about it. */
    enum Meaning {
        /** The device has done what it was asked for. */
        DONE,
        /** Nothing has happened yet: the same command, once more. */
        AGAIN
    }

    private final CardCommand command;
    private final int sw;
    private final Meaning meaning;

    AnswerQuirk(CardCommand command, int sw, Meaning meaning) {
        this.command = command;
        this.sw = sw;
        this.meaning = meaning;
    }

    boolean is(CardCommand answered, int status) {
        return command == answered && sw == status;
    }

    Meaning meaning() {
        return meaning;
    }
}
