// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.VerifiedElsewhere;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;

/**
 * A connection over {@code javax.smartcardio}. Commands go through {@code transmit(ByteBuffer, ByteBuffer)}, because
 * only that takes answers longer than 8 KB, and with a buffer that lives as long as the connection.
 *
 * <p>Implementations throw unchecked exceptions for ordinary events (a card that is removed during an APDU, a service
 * that is not there), so {@code RuntimeException} is caught wherever they are called; {@link PcscFault} sorts them.
 */
public final class PcscTransport implements CardTransport {
    public static final System.Logger LOG = System.getLogger("io.github.schsm.card");

    private static final int MAX_ANSWER = 65_538;
    private static final int STATUS_WORD = 2;
    private static final String ANY_PROTOCOL = "*";

    private final TerminalSource source;
    private final CardTerminals terminals;
    private final CardTerminal terminal;
    private final String reader;
    private final Card card;
    private final CardChannel channel;
    private final byte[] atr;
    private final ByteBuffer answer = ByteBuffer.allocate(MAX_ANSWER);
    private boolean closed;

    private PcscTransport(
            TerminalSource source,
            CardTerminals terminals,
            CardTerminal terminal,
            Card card,
            CardChannel channel,
            ATR atr) {
        this.source = source;
        this.terminals = terminals;
        this.terminal = terminal;
        this.reader = terminal.getName();
        this.card = card;
        this.channel = channel;
        this.atr = atr.getBytes();
    }

    /**
     * Connects to the card in a reader, in a context of its own.
     *
     * @throws SchsmException if there is no such reader, no card in it, or the service is not there
     */
    public static PcscTransport connect(TerminalSource source, String reader) throws SchsmException {
        CardTerminals terminals = source.open();
        try {
            CardTerminal terminal = find(source, terminals, reader);
            Card card = terminal.connect(ANY_PROTOCOL);
            return new PcscTransport(source, terminals, terminal, card, card.getBasicChannel(), card.getATR());
        } catch (CardException | RuntimeException e) {
            source.close(terminals);
            throw PcscFault.of(e).failure(reader, false);
        } catch (SchsmException e) {
            source.close(terminals);
            throw e;
        } finally {
            source.leave();
        }
    }

    /** The names of a source's readers, with or without a card in them. */
    public static List<String> readers(TerminalSource source) throws SchsmException {
        CardTerminals terminals = source.open();
        try {
            return terminals.list().stream().map(CardTerminal::getName).toList();
        } catch (CardException | RuntimeException e) {
            PcscFault fault = PcscFault.of(e);
            if (fault.kind() == PcscFault.Kind.NO_READER) {
                return List.of();
            }
            throw fault.serviceFailure(source.name());
        } finally {
            source.close(terminals);
            source.leave();
        }
    }

    private static CardTerminal find(TerminalSource source, CardTerminals terminals, String reader)
            throws SchsmException, CardException {
        List<CardTerminal> readers = terminals.list();
        for (CardTerminal terminal : readers) {
            if (terminal.getName().equals(reader)) {
                return terminal;
            }
        }
        throw new TokenNotPresentException("reader '" + reader + "' is not connected; "
                + (readers.isEmpty()
                        ? source.name() + " has no reader at all"
                        : source.name() + " has "
                                + readers.stream()
                                        .map(terminal -> "'" + terminal.getName() + "'")
                                        .toList()));
    }

    @Override
    public byte[] atr() {
        return atr.clone();
    }

    @Override
    public int maxAnswer() {
        return source.maxAnswer();
    }

    @Override
    public boolean isVerifiedElsewhere() {
        return card instanceof VerifiedElsewhere handedOver && handedOver.isVerifiedElsewhere();
    }

    @Override
    public void begin() throws TransmitFailure {
        try {
            card.beginExclusive();
        } catch (CardException | RuntimeException e) {
            throw new TransmitFailure(PcscFault.of(e).failure(reader, false), false);
        } finally {
            source.leave();
        }
    }

    @Override
    public void end() throws TransmitFailure {
        try {
            card.endExclusive();
        } catch (CardException | RuntimeException e) {
            throw new TransmitFailure(PcscFault.of(e).failure(reader, false), false);
        } finally {
            source.leave();
        }
    }

    @Override
    public ResponseApdu process(CardCommand name, CommandApdu command) throws TransmitFailure {
        if (closed) {
            throw new TransmitFailure(
                    new TokenNotPresentException("reader '" + PrintableText.of(reader)
                            + "': the connection to the card was lost; insert the card again"),
                    false);
        }
        byte[] encoded = command.encode();
        byte[] received;
        answer.clear();
        try {
            int length = channel.transmit(ByteBuffer.wrap(encoded), answer);
            if (length == 0) {
                // So SunPCSC tells that the card went during the APDU.
                throw new CardException("SCARD_W_REMOVED_CARD: the answer is empty");
            }
            received = Arrays.copyOf(answer.array(), length);
        } catch (CardException | RuntimeException e) {
            throw lost(e);
        } finally {
            source.leave();
            Arrays.fill(answer.array(), 0, Math.min(Math.max(answer.position(), STATUS_WORD), MAX_ANSWER), (byte) 0);
            if (command.sensitive()) {
                Arrays.fill(encoded, (byte) 0);
            }
        }
        try {
            return ResponseApdu.parse(received);
        } catch (MalformedDataException e) {
            throw new TransmitFailure(
                    new TransportException("reader '" + PrintableText.of(reader) + "': " + e.getMessage(), e), true);
        } finally {
            if (command.sensitive()) {
                Arrays.fill(received, (byte) 0);
            }
        }
    }

    private TransmitFailure lost(Exception thrown) {
        PcscFault fault = PcscFault.of(thrown);
        // Neither implementation always says that an APDU failed because the card went.
        if (fault.kind() == PcscFault.Kind.COMMUNICATION && !isCardPresent()) {
            fault = fault.withKind(PcscFault.Kind.REMOVED);
        }
        return new TransmitFailure(fault.failure(reader, fault.outcomeUnknown()), fault.outcomeUnknown());
    }

    @Override
    public byte[] control(int code, byte[] data) throws TransmitFailure {
        try {
            return card.transmitControlCommand(code, data);
        } catch (CardException | RuntimeException e) {
            PcscFault fault = PcscFault.of(e);
            if (fault.code() == null && isCardPresent()) {
                // Drivers that have no such command refuse it in all ways.
                fault = fault.withKind(PcscFault.Kind.COMMUNICATION);
                throw new TransmitFailure(fault.failure(reader, true), true);
            }
            throw lost(e);
        } finally {
            source.leave();
        }
    }

    private boolean isCardPresent() {
        try {
            return terminal.isCardPresent();
        } catch (CardException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the reader does not say whether there is a card in it", e);
            return true;
        }
    }

    @Override
    public void closeWithReset() {
        close(true);
    }

    @Override
    public void close() {
        close(false);
    }

    private void close(boolean reset) {
        closed = true;
        try {
            card.disconnect(reset);
        } catch (CardException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "the card was gone before it was disconnected", e);
        } finally {
            source.close(terminals);
            source.leave();
        }
    }
}
