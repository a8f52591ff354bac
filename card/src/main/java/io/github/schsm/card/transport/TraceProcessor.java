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

/**
 * Shows commands and answers as they are before protection, secrets masked.
 *
 * @param reader the reader's name, for people
 * @param how    what is told behind each command
 */
public record TraceProcessor(String reader, String how, ApduProcessor next) implements ApduProcessor {
    /** Where commands and answers are shown; at level TRACE. */
    public static final System.Logger TRACE = System.getLogger("io.github.schsm.card.apdu");

    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException {
        if (!TRACE.isLoggable(System.Logger.Level.TRACE)) {
            return next.process(name, command);
        }
        TRACE.log(System.Logger.Level.TRACE, "{0} > {1} {2}{3}", reader, name.title(), command, how);
        ResponseApdu response = next.process(name, command);
        TRACE.log(
                System.Logger.Level.TRACE,
                "{0} < {1}",
                reader,
                command.sensitive() ? "*** " + new ResponseApdu(new byte[0], response.sw()) : response);
        return response;
    }
}
