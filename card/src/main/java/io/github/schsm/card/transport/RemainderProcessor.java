// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import java.io.ByteArrayOutputStream;

/**
 * Collects the whole answer: GET RESPONSE after 61xx, and the command again after 6Cxx, because not every implementation
 * does both by itself. Below secure messaging: a device that answers 6Cxx has not looked at the command yet, and GET
 * RESPONSE fetches the rest of one protected answer.
 *
 * @param reader the reader's name, for people
 */
public record RemainderProcessor(String reader, ApduProcessor next) implements ApduProcessor {
    private static final int SW1_MORE = 0x61;
    private static final int SW1_WRONG_LE = 0x6C;
    private static final int MAX_ROUNDS = 512;

    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        ResponseApdu response = next.process(name, command);
        if (response.sw() >> 8 == SW1_WRONG_LE && response.dataLength() == 0) {
            response = next.process(name, command.withNe(length(response)));
        }
        return response.sw() >> 8 == SW1_MORE ? collect(name, command.sensitive(), response) : response;
    }

    private ResponseApdu collect(CardCommand name, boolean sensitive, ResponseApdu first)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(first.data());
        ResponseApdu part = first;
        for (int round = 0; part.sw() >> 8 == SW1_MORE; round++) {
            if (round == MAX_ROUNDS) {
                throw new TransmitFailure(
                        new TransportException("reader '" + reader + "': the card announces more data without end"),
                        true);
            }
            part = next.process(name, new CommandApdu(0x00, 0xC0, 0x00, 0x00, new byte[0], length(part), sensitive));
            data.writeBytes(part.data());
        }
        return new ResponseApdu(data.toByteArray(), part.sw());
    }

    private static int length(ResponseApdu response) {
        int length = response.sw() & 0xFF;
        return length == 0 ? CommandApdu.SHORT_LE : length;
    }
}
