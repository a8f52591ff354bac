// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;

/** Gives commands the form in which the reader passes them. */
public record LimitProcessor(CommandLimits limits, ApduProcessor next) implements ApduProcessor {
    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        return next.process(name, limits.adapt(command));
    }
}
