package io.github.schsm.card.transport;

/**
 * One connection to the card in a reader. Nothing but bytes and transactions: what they mean is decided above.
 * Used by one thread at a time; the transaction queue sees to that.
 */
public interface CardTransport extends AutoCloseable {
    /** The card's answer to reset. */
    byte[] atr();

    /** The longest answer that it can give, without status word. */
    int maxAnswer();

    /** Waits until no other program talks to the card, and keeps others out. */
    void begin() throws TransmitFailure;

    /** Lets others in again. */
    void end() throws TransmitFailure;

    /**
     * Sends a command.
     *
     * @param command a command APDU; stays the caller's
     * @return data and status word
     */
    byte[] transmit(byte[] command) throws TransmitFailure;

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
