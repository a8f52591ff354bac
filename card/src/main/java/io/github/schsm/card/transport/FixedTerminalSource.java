// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import java.util.Objects;
import javax.smartcardio.CardTerminals;

/** Readers that are there already and stay. */
record FixedTerminalSource(String name, CardTerminals terminals, boolean isRemote, int maxAnswer)
        implements TerminalSource {
    public FixedTerminalSource {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(terminals, "terminals");
    }

    @Override
    public CardTerminals open() {
        return terminals;
    }
}
