// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;

/**
 * One connection to the card in a reader, and the last step on the way of a command: it goes out as it is. Used by one
 * thread at a time; the transaction queue sees to that.
 */
public interface CardTransport extends ApduProcessor, AutoCloseable {
    /** The card's answer to reset. */
    byte[] atr();

    /** The longest answer that it can give, without status word. */
    int maxAnswer();

    /** Whether the PIN was verified before the card was handed over, so that the applet must not be selected. */
    default boolean isVerifiedElsewhere() {
        return false;
    }

    /** Waits until no other program talks to the card, and keeps others out. */
    void begin() throws TransmitFailure;

    /** Lets others in again. */
    void end() throws TransmitFailure;

    @Override
    ResponseApdu process(CardCommand name, CommandApdu command) throws TransmitFailure;

    /**
     * Sends a command to the reader itself. Takes as long as the reader does.
     *
     * @param code the control code
     * @param data stays the caller's
     * @return what the reader answers
     */
    byte[] control(int code, byte[] data) throws TransmitFailure;

    /** Gives the card back after a reset. */
    default void closeWithReset() {
        close();
    }

    /** Gives the card back as it is. */
    @Override
    void close();
}
