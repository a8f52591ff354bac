// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.client;

import java.time.Duration;

/** Is told what a client does, for the person at its computer. Called in the client's thread. */
public interface RamListener {
    /**
     * It dials in.
     *
     * @param device the device's id
     * @param reader the reader's name
     */
    default void dialing(String device, String reader) {}

    /** The server has taken it. */
    default void connected() {}

    /**
     * The card has carried out a command.
     *
     * @param header   class, instruction and parameters: nothing secret is among them
     * @param response the status word
     */
    default void command(byte[] header, int response) {}

    /** The card was reset, as the server wanted. */
    default void reset() {}

    /**
     * The server tells the person something.
     *
     * @param id   0 and up is progress; negative ends the session
     * @param text text from outside
     */
    default void notification(int id, String text) {}

    /**
     * The line is gone, or there was none.
     *
     * @param reason why
     * @param pause  after which it tries again; zero for at once
     */
    default void lost(String reason, Duration pause) {}
}
