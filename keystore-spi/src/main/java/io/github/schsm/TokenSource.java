package io.github.schsm;

import java.util.List;
import javax.smartcardio.CardTerminals;

/**
 * A place where tokens come from: what stands before the colon in {@code terminal = simulator:memory}. Found by
 * {@link java.util.ServiceLoader}, so that a backend is there when its jar is.
 */
public interface TokenSource {
    /** The word before the colon, e.g. {@code simulator}. */
    String scheme();

    /**
     * Opens a place; opening it again gives the same devices.
     *
     * @param location  what stands behind the colon
     * @param deviceIds the devices that the configuration names; a source that can make devices makes those that
     *                  are missing
     * @throws SchsmException if there is no such place, or it is in use by somebody else
     */
    Opened open(String location, List<String> deviceIds) throws SchsmException;

    /** What a source has to offer. */
    sealed interface Opened permits Terminals, Tokens {}

    /**
     * Terminals with SmartCard-HSMs in them: the provider speaks to the devices itself.
     *
     * @param terminals the terminals
     * @param remote    whether what is said to the devices passes places that are not this computer: then PINs go over
     *                  a secure channel unless the configuration says otherwise
     */
    record Terminals(CardTerminals terminals, boolean remote) implements Opened {
        /** Terminals of this computer. */
        public Terminals(CardTerminals terminals) {
            this(terminals, false);
        }
    }

    /** Tokens that the source speaks to. */
    record Tokens(List<Token> tokens) implements Opened {
        /** Copies the list. */
        public Tokens {
            tokens = List.copyOf(tokens);
        }
    }
}
