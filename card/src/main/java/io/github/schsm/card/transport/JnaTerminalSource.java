// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import javax.smartcardio.CardTerminals;
import jnasmartcardio.Smartcardio;

/**
 * jnasmartcardio: recovers from a restart of the PC/SC service and takes answers as long as the buffer. The service's
 * library is loaded at first use, not before, so that a program without readers starts without it.
 */
final class JnaTerminalSource implements TerminalSource {
    static final JnaTerminalSource INSTANCE = new JnaTerminalSource();

    private final JnaLibraries libraries = new JnaLibraries();

    private JnaTerminalSource() {}

    @Override
    public String name() {
        return "pcsc";
    }

    @Override
    public CardTerminals open() throws SchsmException {
        try {
            // Not by TerminalFactory, which opens the JDK's own PC/SC first and takes as long as all the rest.
            CardTerminals opened = new Smartcardio.JnaTerminalFactorySpi((Object) null).engineTerminals();
            libraries.opened();
            return opened;
        } catch (RuntimeException | LinkageError e) {
            // The provider's own exceptions hide a library that was not loaded as the cause of a cause.
            throw PcscFault.of(e).serviceFailure(name());
        }
    }

    @Override
    public void close(CardTerminals terminals) {
        if (terminals instanceof Smartcardio.JnaCardTerminals context) {
            libraries.closed();
            try {
                context.close();
            } catch (Smartcardio.JnaPCSCException | RuntimeException e) {
                PcscTransport.LOG.log(System.Logger.Level.DEBUG, "the PC/SC context was gone before it was closed", e);
            }
        }
    }

    @Override
    public void leave() {
        JnaLibraries.leave();
    }

    @Override
    public void retain() {
        libraries.retain();
    }

    @Override
    public void release() {
        libraries.release();
    }

    @Override
    public boolean isRemote() {
        return RedirectedPcsc.isRemote(System.getenv());
    }

    @Override
    public String toString() {
        return name();
    }
}
