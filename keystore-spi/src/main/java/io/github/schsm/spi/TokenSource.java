// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.spi;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.login.PinSource;
import java.util.List;
import java.util.Optional;
import javax.smartcardio.CardTerminals;
import org.jspecify.annotations.Nullable;

/**
 * A place where tokens come from: what stands before the colon in {@code terminal = simulator:memory}. Found by
 * {@link java.util.ServiceLoader}, so that a backend is there when its jar is.
 */
public interface TokenSource {
    /** The word before the colon, e.g. {@code simulator}. */
    String scheme();

    /**
     * Opens a place; opening it again gives the same devices. A source that can make devices makes those that the
     * configuration names and are missing.
     *
     * @param location what follows the colon
     * @param host     what the provider knows and can do for the source
     * @throws SchsmException if there is no such place, or somebody else is using it
     */
    Opened open(String location, Host host) throws SchsmException;

    /** The provider as a source sees it. */
    interface Host {
        /** The devices that the configuration names, in its words; empty for whichever is there. */
        List<String> devices();

        /** Whether devices are looked for in other places as well, so that none has to be waited for long. */
        default boolean isOneOfSeveral() {
            return false;
        }

        /** The roots a device may trace to. */
        DeviceTrust trust();

        /** Whether the configuration lets us look into the reader of that name. */
        boolean isWantedReader(String name);

        /** The configuration's entry of that key, which begins with the source's scheme, e.g. {@code ram.limit}. */
        default Optional<String> setting(String key) {
            return Optional.empty();
        }

        /** The reader's PIN pad, for what is entered there whatever the PIN's source is. */
        PinSource pinPad();

        /**
         * The SmartCard-HSM in a PC/SC reader of this computer, spoken to directly: for what a source cannot say in
         * its own way. The same object each time for the same device, not logged in.
         *
         * @param readerName the reader's whole name
         * @throws TokenNotPresentException if there is no such reader, or no SmartCard-HSM in it
         * @throws SchsmException           if it cannot be spoken to
         */
        Token cardChannel(String readerName) throws SchsmException;
    }

    /** What a source has to offer. */
    sealed interface Opened extends AutoCloseable permits Terminals, Directory {
        /** Gives back what was opened: the provider that opened it was closed. Called once; never throws. */
        @Override
        default void close() {}
    }

    /**
     * Terminals with SmartCard-HSMs in them: the provider speaks to the devices itself.
     *
     * @param terminals the terminals
     * @param remote    whether what is said to the devices passes places that are not this computer: then PINs go over
     *                  a secure channel unless the configuration says otherwise
     * @param maxAnswer the longest answer that they pass, in bytes without the status word
     * @param release   what gives them back
     */
    record Terminals(CardTerminals terminals, boolean remote, int maxAnswer, Runnable release) implements Opened {
        /** The longest answer there is. */
        public static final int ANY_ANSWER = 65_536;

        /** Terminals that pass answers of any length. */
        public Terminals(CardTerminals terminals, boolean remote, Runnable release) {
            this(terminals, remote, ANY_ANSWER, release);
        }

        /** Terminals that nobody has to give back. */
        public Terminals(CardTerminals terminals, boolean remote) {
            this(terminals, remote, () -> {});
        }

        /** Terminals of this computer. */
        public Terminals(CardTerminals terminals) {
            this(terminals, false);
        }

        @Override
        public void close() {
            release.run();
        }
    }

    /** Tokens that the source speaks to itself, and finds in its own way. */
    non-sealed interface Directory extends Opened {
        /**
         * Every place for a token, and what is in it.
         *
         * @throws SchsmException if the source cannot be asked
         */
        List<Found> list() throws SchsmException;

        /**
         * A token. The same object each time for the same token.
         *
         * @param device what the configuration or a program calls it; null if nobody named one: then the only one that
         *               is there
         * @throws TokenNotPresentException if there is none
         * @throws ConfigurationException   if there are several
         * @throws SchsmException           if the source cannot be asked
         */
        Token find(@Nullable String device) throws SchsmException;

        /**
         * A place for a token.
         *
         * @param reader  its name
         * @param token   the token in it, if there is one that can be used
         * @param problem why not, else null
         */
        record Found(
                String reader,
                @Nullable Token token,
                @Nullable String problem) {}
    }
}
