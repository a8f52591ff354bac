// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.channel;

import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;

/** Which commands go to the device over a secure channel (docs/protocol.md#secure-messaging). */
public enum SecureChannelMode {
    /** None. */
    PLAIN,
    /**
     * Those that carry a user PIN or SO-PIN (VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, INITIALIZE), and what
     * follows on the same connection, because a device may count the PIN only for as long as the channel lasts.
     */
    PIN,
    /** All but the selection of the applet, the first reading of its certificates, and what makes the channel. */
    SECURE;

    public boolean protects(CardCommand name, CommandApdu command) {
        return this == SECURE || (this == PIN && name.carriesPin() && command.dataLength() > 0);
    }
}
