// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import io.github.schsm.SchsmException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.TerminalFactory;

/** The JDK's SunPCSC. It has one context for the life of the JVM, so "fresh" here is only a new view of it. */
final class SunTerminalSource implements TerminalSource {
    /** Its buffer has 8192 bytes; a longer answer is lost with SCARD_E_INSUFFICIENT_BUFFER. */
    private static final int MAX_ANSWER = 8190;

    static final SunTerminalSource INSTANCE = new SunTerminalSource();

    private SunTerminalSource() {}

    @Override
    public String name() {
        return "sunpcsc";
    }

    @Override
    public int maxAnswer() {
        return MAX_ANSWER;
    }

    @Override
    public CardTerminals open() throws SchsmException {
        try {
            return TerminalFactory.getInstance("PC/SC", null, "SunPCSC").terminals();
        } catch (NoSuchAlgorithmException | NoSuchProviderException | RuntimeException | LinkageError e) {
            throw PcscFault.of(e).serviceFailure(name());
        }
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
