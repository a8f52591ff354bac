// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import io.github.schsm.SchsmException;

/**
 * One step on the way of a command to the card and of its answer back. Each does one job and hands on to the next; a
 * connection puts the chain together when it is made. What is special about some device is another step.
 */
@FunctionalInterface
public interface ApduProcessor {
    /**
     * Sends a command and gives its answer, whatever the status word.
     *
     * @throws TransmitFailure            if the connection failed
     * @throws UnprotectedAnswerException if a bare status word came where a protected answer was due
     * @throws SchsmException             if the command cannot be sent, or its answer is not the device's
     */
    ResponseApdu process(CardCommand name, CommandApdu command)
            throws TransmitFailure, UnprotectedAnswerException, SchsmException;
}
