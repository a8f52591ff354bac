// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.ApduProcessor;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.apdu.UnprotectedAnswerException;
import io.github.schsm.card.transport.PcscTransport;
import io.github.schsm.card.transport.RemainderProcessor;
import io.github.schsm.card.transport.TerminalSource;
import java.util.Locale;

/**
 * The way to the card, without any of the host's tolerance: what is answered is what the device answered. While the
 * test must not change anything, a command that could is not sent, whichever check asks for it.
 */
final class Wire implements AutoCloseable {
    private final TerminalSource source;
    private final String reader;
    private final boolean mayChange;
    private final boolean mayUseKeys;
    private PcscTransport transport;
    private ApduProcessor way;
    private boolean inTransaction;

    private Wire(TerminalSource source, String reader, boolean mayChange, boolean mayUseKeys, PcscTransport transport) {
        this.source = source;
        this.reader = reader;
        this.mayChange = mayChange;
        this.mayUseKeys = mayUseKeys;
        this.transport = transport;
        this.way = new RemainderProcessor(reader, transport);
    }

    /**
     * Connects to the card in a reader.
     *
     * @param mayChange  whether the device may be changed and erased
     * @param mayUseKeys whether the user PIN may be verified, and keys used
     */
    static Wire connect(TerminalSource source, String reader, boolean mayChange, boolean mayUseKeys)
            throws SchsmException {
        return new Wire(source, reader, mayChange, mayUseKeys, PcscTransport.connect(source, reader));
    }

    byte[] atr() {
        return transport.atr();
    }

    /** Keeps other programs out until {@link #end}. */
    void begin() throws SchsmException {
        try {
            transport.begin();
            inTransaction = true;
        } catch (TransmitFailure failed) {
            throw failed.reported();
        }
    }

    /** Lets others in. */
    void end() {
        if (inTransaction) {
            inTransaction = false;
            try {
                transport.end();
            } catch (TransmitFailure gone) {
                PcscTransport.LOG.log(System.Logger.Level.DEBUG, "the transaction was gone", gone);
            }
        }
    }

    /** Resets the card; a transaction goes on. */
    void reset() throws SchsmException {
        boolean again = inTransaction;
        end();
        transport.closeWithReset();
        connectAgain(again);
    }

    /** Connects again, where the connection is lost. */
    void connectAgain(boolean begin) throws SchsmException {
        end();
        transport.close();
        transport = PcscTransport.connect(source, reader);
        way = new RemainderProcessor(reader, transport);
        if (begin) {
            begin();
        }
    }

    /** Sends a command as it is. */
    ResponseApdu send(CommandApdu command) throws SchsmException {
        return send(command, way);
    }

    /** Sends a command over a secure channel that was made over this way. */
    ResponseApdu send(CommandApdu command, ApduProcessor channel) throws SchsmException {
        requireAllowed(command);
        try {
            return channel.process(name(command.ins()), command);
        } catch (TransmitFailure failed) {
            throw failed.reported();
        } catch (UnprotectedAnswerException bare) {
            return new ResponseApdu(new byte[0], bare.sw());
        }
    }

    /** The last part of the way, for a secure channel over it. */
    ApduProcessor way() {
        return way;
    }

    private void requireAllowed(CommandApdu command) {
        if (!mayChange && !isHarmless(command) && !(mayUseKeys && isUse(command))) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "%02X %02X could change the device: this test must not send it",
                    command.cla(),
                    command.ins()));
        }
    }

    /** What changes nothing, whatever the device makes of it. */
    static boolean isHarmless(CommandApdu command) {
        boolean bare = command.dataLength() == 0;
        return switch (command.ins()) {
            case 0xA4, 0xB1, 0x58, 0x84, 0x22, 0x86, 0xFE, 0xC0 -> true;
            case 0x20, 0x50 -> bare;
            case 0x52 -> bare && command.p1() == 0;
            case 0x54 -> bare && command.p1() != 1;
            default -> false;
        };
    }

    private static boolean isUse(CommandApdu command) {
        return command.ins() == 0x20 || command.ins() == 0x68;
    }

    /** For messages only. */
    private static CardCommand name(int ins) {
        return switch (ins) {
            case 0xB1 -> CardCommand.READ_BINARY;
            case 0xD7 -> CardCommand.UPDATE_BINARY;
            case 0xE4 -> CardCommand.DELETE_FILE;
            case 0x58 -> CardCommand.ENUMERATE_OBJECTS;
            case 0x20 -> CardCommand.VERIFY;
            case 0x24 -> CardCommand.CHANGE_REFERENCE_DATA;
            case 0x2C -> CardCommand.RESET_RETRY_COUNTER;
            case 0x50 -> CardCommand.INITIALIZE_DEVICE;
            case 0x52 -> CardCommand.MANAGE_KEY_DOMAIN;
            case 0x54 -> CardCommand.MANAGE_PUBLIC_KEY_AUTHENTICATION;
            case 0x46 -> CardCommand.GENERATE_KEY_PAIR;
            case 0x48 -> CardCommand.GENERATE_SYMMETRIC_KEY;
            case 0x68 -> CardCommand.SIGN;
            case 0x62 -> CardCommand.DECIPHER;
            case 0x78 -> CardCommand.SYMMETRIC_CIPHER;
            case 0x76 -> CardCommand.DERIVE_EC_KEY;
            case 0x72 -> CardCommand.WRAP_KEY;
            case 0x74 -> CardCommand.UNWRAP_KEY;
            case 0x84 -> CardCommand.GET_CHALLENGE;
            case 0x22 -> CardCommand.MSE_SET;
            case 0x2A -> CardCommand.VERIFY_CERTIFICATE;
            case 0x86 -> CardCommand.GENERAL_AUTHENTICATE;
            case 0x82 -> CardCommand.EXTERNAL_AUTHENTICATE;
            default -> CardCommand.SELECT;
        };
    }

    /** Gives the card back; a login ends, because the card is reset where it was changed. */
    @Override
    public void close() {
        end();
        if (mayChange || mayUseKeys) {
            transport.closeWithReset();
        } else {
            transport.close();
        }
    }

    /** The reader's name. */
    String reader() {
        return reader;
    }
}
