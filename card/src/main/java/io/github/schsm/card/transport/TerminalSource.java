// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.CommandApdu;
import javax.smartcardio.CardTerminals;

/**
 * Where readers come from. A source opens a <em>fresh</em> context for each attempt to connect: after the PC/SC service
 * was restarted only a new context finds it again, and a context that some thread waits on for changes blocks
 * everybody else who uses it.
 *
 * <p>Two sources that are equal lead to the same readers; the transaction queue of a reader relies on it.
 */
public interface TerminalSource {
    /** The name for messages: {@code pcsc}, {@code sunpcsc}, {@code simulator:memory}. */
    String name();

    /**
     * A context of its own for one connection, or for listing readers.
     *
     * @throws SchsmException if the PC/SC service, its library or the readers cannot be reached
     */
    CardTerminals open() throws SchsmException;

    /** The longest answer that can be had through it, without status word: 65,536 unless it has a limit of its own. */
    default int maxAnswer() {
        return CommandApdu.EXTENDED_LE;
    }

    /**
     * Whether what is said to the cards passes places that are not this computer: then a PIN in plain passes them too.
     */
    default boolean isRemote() {
        return false;
    }

    /** Gives back what {@link #open()} gave. Never throws: the caller is done with it. */
    default void close(CardTerminals terminals) {}

    /** The present thread has come back from calling what {@link #open()} gave: nothing has to be noted of it any more. */
    default void leave() {}

    /** Somebody will use it, until he {@linkplain #release releases} it: what is native about it is kept as long. */
    default void retain() {}

    /** Somebody uses it no more. With the last one what is native about it ends; it can be used again. Never throws. */
    default void release() {}

    /** The PC/SC service by jnasmartcardio: the default. */
    static TerminalSource pcsc() {
        return JnaTerminalSource.INSTANCE;
    }

    /** The PC/SC service by the JDK's own SunPCSC. In a running JVM it never finds a PC/SC service again that was restarted. */
    static TerminalSource sunPcsc() {
        return SunTerminalSource.INSTANCE;
    }

    /**
     * Readers of any other kind, e.g. the simulator's.
     *
     * @param name      for messages
     * @param terminals the readers; given out as they are each time
     */
    static TerminalSource of(String name, CardTerminals terminals) {
        return of(name, terminals, false);
    }

    /**
     * Readers of any other kind.
     *
     * @param name      for messages
     * @param terminals the readers; given out as they are each time
     * @param remote    see {@link #isRemote()}
     */
    static TerminalSource of(String name, CardTerminals terminals, boolean remote) {
        return of(name, terminals, remote, CommandApdu.EXTENDED_LE);
    }

    /**
     * Readers of any other kind.
     *
     * @param name      for messages
     * @param terminals the readers; given out as they are each time
     * @param remote    see {@link #isRemote()}
     * @param maxAnswer see {@link #maxAnswer()}
     */
    static TerminalSource of(String name, CardTerminals terminals, boolean remote, int maxAnswer) {
        return new FixedTerminalSource(name, terminals, remote, maxAnswer);
    }
}
