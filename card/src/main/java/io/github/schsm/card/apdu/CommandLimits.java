package io.github.schsm.card.apdu;

import io.github.schsm.card.channel.SecureMessaging;
import io.github.schsm.card.quirk.ReaderQuirk;
import java.util.HexFormat;
import java.util.Map;

/**
 * How long a command may be on one connection (docs/protocol.md#device): the platform's limit, known by the
 * ATR, lowered when a reader turns out to take less, and short APDUs only where extended length does not work at all.
 */
public final class CommandLimits {
    private static final int JCOP_3 = 1232;
    private static final int JCOP_4 = 1454;
    private static final int[] READER_LIMITS = {1014, 478};
    private static final int EXTENDED_OVERHEAD = 4 + 3;
    private static final int LE = 2;
    private static final int MAX_SHORT_DATA = 255;

    private static final Map<String, Integer> BY_ATR = Map.of(
            "3BDE18FF8191FE1FC38031815448534D317380214081071C", JCOP_3,
            "3BFE1800008131FE458031815448534D31738021408107FA", JCOP_4,
            "3B8E80018031815448534D3173802140810718", JCOP_4,
            "3BDE96FF8191FE1FC38031815448534D3173802140810792", JCOP_4);

    /** What some readers cut a command to without saying so. */
    public static final int SILENT_LIMIT = READER_LIMITS[0];

    private final boolean losesWrites;
    private int readerData;
    private boolean longPassed;
    private int maxAnswer;
    private int maxCommand;
    private boolean extended;
    private boolean protectedCommands;

    public CommandLimits(byte[] atr, boolean extended, int maxAnswer) {
        this(atr, extended, maxAnswer, ReaderQuirk.NONE);
    }

    public CommandLimits(byte[] atr, boolean extended, int maxAnswer, ReaderQuirk reader) {
        this.losesWrites = reader.losesWrites();
        this.readerData = reader.maxData();
        this.maxAnswer = maxAnswer;
        // The lowest of the known platforms, where the ATR says nothing.
        this.maxCommand = BY_ATR.getOrDefault(HexFormat.of().withUpperCase().formatHex(atr), JCOP_3);
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
                ? SecureMessaging.dataWithin(maxDataOnTheWire(true), withLe)
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
                ? SecureMessaging.answerWithin(onTheWire)
                : onTheWire;
    }

    /** Whether one command can carry it. */
    public boolean fits(CommandApdu command) {
        if (protectedCommands) {
            return SecureMessaging.protectedLength(command) <= maxDataOnTheWire(true);
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
        return protectedCommands
                ? EXTENDED_OVERHEAD + SecureMessaging.protectedLength(command) + LE
                : command.encodedLength();
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
