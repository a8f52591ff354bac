// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TransportException;
import io.github.schsm.card.CardPlaces;
import io.github.schsm.card.Pins;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.Files;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.remote.message.RamCommands;
import java.nio.ByteBuffer;
import java.util.Arrays;
import javax.smartcardio.Card;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;

/**
 * The card that is lent to a server: connected to shared and without a transaction, so that programs on this computer may
 * come between. It is given back reset if anybody may be logged in to it.
 */
final class LentCard implements AutoCloseable {
    private static final int LONGEST_ANSWER = 65_538;

    private final CardPlaces.Place place;
    private final CardTerminals terminals;
    private final CardTerminal terminal;
    private Card card;
    private final ByteBuffer answer = ByteBuffer.allocate(LONGEST_ANSWER);
    private boolean loggedIn;

    private LentCard(CardPlaces.Place place, CardTerminals terminals, CardTerminal terminal, Card card) {
        this.place = place;
        this.terminals = terminals;
        this.terminal = terminal;
        this.card = card;
    }

    /**
     * Connects to the card in a reader.
     *
     * @throws TokenNotPresentException if there is none
     */
    static LentCard connect(CardPlaces.Place place) throws SchsmException {
        CardTerminals terminals = place.source().open();
        boolean connected = false;
        try {
            for (CardTerminal terminal : terminals.list()) {
                if (terminal.getName().equals(place.reader())) {
                    LentCard card = new LentCard(place, terminals, terminal, connect(terminal));
                    connected = true;
                    return card;
                }
            }
            throw new TokenNotPresentException(where(place) + "it is not connected any more");
        } catch (CardException | RuntimeException failed) {
            throw new TokenNotPresentException(where(place) + reason(failed), failed);
        } finally {
            if (!connected) {
                place.source().close(terminals);
            }
            place.source().leave();
        }
    }

    private static Card connect(CardTerminal terminal) throws CardException {
        return terminal.connect("T=1");
    }

    private static String where(CardPlaces.Place place) {
        return "reader '" + PrintableText.of(place.reader()) + "': ";
    }

    private static String reason(Exception failed) {
        String message = failed.getMessage();
        return message == null || message.isBlank() ? failed.getClass().getSimpleName() : message;
    }

    String device() {
        return place.device();
    }

    CardPlaces.Place place() {
        return place;
    }

    String reader() {
        return place.reader();
    }

    byte[] atr() {
        return card.getATR().getBytes();
    }

    /**
     * Sends a command.
     *
     * @return the response with its status word; the caller's to wipe
     * @throws TransportException if the reader or the card fails
     */
    byte[] transmit(byte[] command) throws TransportException {
        loggedIn |= RamCommands.isLogin(command);
        answer.clear();
        try {
            int length = card.getBasicChannel().transmit(ByteBuffer.wrap(command), answer);
            return Arrays.copyOf(answer.array(), length);
        } catch (CardException | RuntimeException failed) {
            throw new TransportException(where(place) + reason(failed), failed);
        } finally {
            Arrays.fill(answer.array(), 0, answer.position(), (byte) 0);
            place.source().leave();
        }
    }

    /**
     * Takes the card's power away and connects again.
     *
     * @return its answer to reset
     * @throws TransportException if it does not come back
     */
    byte[] reset() throws TransportException {
        try {
            card.disconnect(true);
            card = connect(terminal);
            loggedIn = false;
            return atr();
        } catch (CardException | RuntimeException failed) {
            throw new TransportException(where(place) + reason(failed), failed);
        } finally {
            place.source().leave();
        }
    }

    /** How often the user PIN may still be tried; -1 if the device does not say. */
    int triesLeft() throws SchsmException {
        transmit(Files.SELECT_APPLET.encode());
        return StatusWords.pinStatus("user PIN", statusWord(transmit(RamCommands.verify())))
                .triesLeft();
    }

    /**
     * Verifies the user PIN here, once.
     *
     * @param pin the caller's to wipe
     * @throws io.github.schsm.PinException if it is wrong or blocked
     * @throws InvalidRequestException      if it can be none
     */
    void verify(char[] pin) throws SchsmException {
        byte[] bytes = Pins.user(pin);
        byte[] command = {};
        try {
            command = new CommandApdu(0x00, 0x20, 0x00, Pins.USER, bytes, CommandApdu.NO_LE, true).encode();
            int sw = statusWord(transmit(command));
            if (sw != StatusWords.OK) {
                throw StatusWords.error(CardCommand.VERIFY, "user PIN", sw);
            }
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(command, (byte) 0);
        }
    }

    private static int statusWord(byte[] response) {
        int length = response.length;
        return length < 2 ? 0 : (response[length - 2] & 0xFF) << 8 | (response[length - 1] & 0xFF);
    }

    /** Gives the card back. */
    @Override
    public void close() {
        try {
            card.disconnect(loggedIn);
        } catch (CardException | RuntimeException gone) {
            RamClient.LOG.log(System.Logger.Level.DEBUG, "the card was gone before it was given back", gone);
        } finally {
            place.source().close(terminals);
            place.source().leave();
        }
    }
}
