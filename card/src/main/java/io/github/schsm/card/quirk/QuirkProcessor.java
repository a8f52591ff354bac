// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;

/** Takes answers as they are meant. */
public record QuirkProcessor(DeviceQuirks quirks, ApduProcessor next) implements ApduProcessor {
    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        ResponseApdu response = next.process(name, command);
        for (AnswerQuirk quirk : quirks.answers()) {
            if (quirk.is(name, response.sw())) {
                return switch (quirk.meaning()) {
                    case DONE -> new ResponseApdu(response.data(), StatusWords.OK);
                    case AGAIN -> next.process(name, command);
                };
            }
        }
        return response;
    }
}
