// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.card.CardDevice;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.remote.message.Answer;
import io.github.schsm.remote.message.Answers;
import io.github.schsm.remote.message.RamCommands;
import io.github.schsm.remote.message.Request;
import io.github.schsm.remote.message.Requests;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks a card that has dialed in which device it is. First of all whether its PIN was verified there: then the applet must
 * not be selected, which would end that.
 *
 * @param identity the device; null if the card is no SmartCard-HSM
 * @param verified whether the PIN was verified before
 */
record Probe(@Nullable DeviceIdentity identity, boolean verified) {
    /**
     * Asks.
     *
     * @param name     what the reader is called in messages until its device is known
     * @param patience for each exchange
     * @throws LineLostException if the client has left
     * @throws SchsmException    if the card does not say which device it is
     */
    static Probe of(String name, RamSession line, Duration patience) throws LineLostException, SchsmException {
        boolean verified = isVerified(line, patience);
        RamReader reader = new RamReader(name, patience, CommandApdu.EXTENDED_LE);
        reader.attach(line, verified);
        CardDevice device =
                CardDevice.of(TerminalSource.of("ram", new RamTerminals(() -> List.of(reader)), true), name);
        try {
            return new Probe(device.identity(), verified && reader.isVerifiedBefore());
        } catch (SchsmException e) {
            if (e.reason() == Reason.OTHER_CARD) {
                return new Probe(null, verified);
            }
            throw e;
        } finally {
            device.disconnect();
        }
    }

    private static boolean isVerified(RamSession line, Duration patience) throws LineLostException {
        Answers answers = line.exchange(new Requests(List.of(new Request.Command(RamCommands.verify()))), patience);
        if (answers.list().isEmpty()) {
            line.lost("its card or reader failed");
            throw new LineLostException("its card or reader failed", true);
        }
        byte[] response = ((Answer.Response) answers.list().get(0)).apdu();
        return response.length == 2 && (response[0] & 0xFF) == 0x90 && response[1] == 0;
    }
}
