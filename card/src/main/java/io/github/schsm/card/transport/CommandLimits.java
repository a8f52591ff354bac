// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.quirk.ReaderQuirk;

/**
 * How long a command may be on one connection (docs/protocol.md#device): the device's limit,
 * lowered when a reader turns out to take less, and short APDUs only where extended length does not work at all.
 */
public final class CommandLimits {
    private static final int[] READER_LIMITS = {1014, 478};
    private static final int EXTENDED_OVERHEAD = 4 + 3;
    private static final int LE = 2;
    private static final int MAX_SHORT_DATA = 255;

    /** What some readers cut a command to without saying so. */
    public static final int SILENT_LIMIT = READER_LIMITS[0];

    private final boolean losesWrites;
    private int readerData;
    private boolean longPassed;
    private int maxAnswer;
    private int maxCommand;
    private boolean extended;
    private boolean protectedCommands;

    /**
     * The limits of a new connection.
     *
     * @param maxCommand the longest command that the device takes, in bytes
     * @param extended   whether extended length is tried
     * @param maxAnswer  the longest answer that the terminal gives, in bytes
     */
    public CommandLimits(int maxCommand, boolean extended, int maxAnswer, ReaderQuirk reader) {
        this.losesWrites = reader.losesWrites();
        this.readerData = reader.maxData();
        this.maxAnswer = maxAnswer;
        this.maxCommand = maxCommand;
        this.extended = extended && reader.extended();
    }

    public boolean extended() {
        return extended;
    }

    /** The reader or the card refused an extended command: from now on there are short ones only. */
    public void shortOnly() {
        extended = false;
    }

    /** From now on commands go over a secure channel, or no more; there is less room for what is protected. */
    public void setProtected(boolean isProtected) {
        protectedCommands = isProtected;
    }

    /** The reader cuts answers off that are longer than so many bytes. */
    public void answersEndAt(int length) {
        maxAnswer = Math.min(maxAnswer, length);
    }

    /** How many bytes of data a command may have. */
    public int maxData(boolean withLe) {
        return protectedCommands
                ? ProtectedLength.dataWithin(maxDataOnTheWire(true), withLe)
                : maxDataOnTheWire(withLe);
    }

    private int maxDataOnTheWire(boolean withLe) {
        return extended ? Math.min(readerData, maxCommand - EXTENDED_OVERHEAD - (withLe ? LE : 0)) : MAX_SHORT_DATA;
    }

    /** How many bytes an answer may have. */
    public int maxAnswer() {
        int onTheWire = extended ? maxAnswer : Math.min(maxAnswer, CommandApdu.SHORT_LE);
        // Nothing on a device is as long as the longest answer there is, and 0000 is what devices are used to.
        return protectedCommands && onTheWire < CommandApdu.EXTENDED_LE
                ? ProtectedLength.answerWithin(onTheWire)
                : onTheWire;
    }

    /** Whether one command can carry it. */
    public boolean fits(CommandApdu command) {
        if (protectedCommands) {
            return ProtectedLength.of(command) <= maxDataOnTheWire(true);
        }
        return extended
                ? command.encodedLength() <= maxCommand && command.dataLength() <= readerData
                : command.dataLength() <= MAX_SHORT_DATA;
    }

    /** The form in which the command can be sent: without extended length, Le is what a short answer holds. */
    public CommandApdu adapt(CommandApdu command) {
        return !extended && command.ne() > CommandApdu.SHORT_LE ? command.withNe(CommandApdu.SHORT_LE) : command;
    }

    /**
     * A command was refused with 6700: wrong length.
     *
     * @return whether a lower limit may explain it; that limit holds from now on
     */
    public boolean lower(CommandApdu refused) {
        int limit = lowerLimit(refused);
        if (limit > 0) {
            maxCommand = limit;
        }
        return limit > 0;
    }

    /** Whether a reader that takes shorter commands only may be why this one was refused with 6700. */
    public boolean mayBeTooLong(CommandApdu refused) {
        return lowerLimit(refused) > 0;
    }

    /** Commands longer than that do not get through, as an earlier connection has shown. */
    public void atMost(int commandLength) {
        maxCommand = Math.min(maxCommand, commandLength);
    }

    /**
     * Whether a reader may have cut this command off without saying so: one that is known to, or any until a command
     * that was so long is known to have got through.
     */
    public boolean mayBeCut(CommandApdu command) {
        if (!extended) {
            return false;
        }
        return losesWrites ? command.dataLength() > MAX_SHORT_DATA : !longPassed && length(command) > SILENT_LIMIT;
    }

    /** A command longer than what some readers cut it to was found to have got through. */
    public void longCommandPassed() {
        longPassed = true;
    }

    /** A part of what was sent did not get through: from now on commands have as much data as short ones. */
    public void longCommandWasCut() {
        readerData = MAX_SHORT_DATA;
    }

    private int length(CommandApdu command) {
        return protectedCommands ? EXTENDED_OVERHEAD + ProtectedLength.of(command) + LE : command.encodedLength();
    }

    private int lowerLimit(CommandApdu refused) {
        int length = length(refused);
        for (int limit : READER_LIMITS) {
            if (extended && length > limit) {
                return limit;
            }
        }
        return 0;
    }
}
