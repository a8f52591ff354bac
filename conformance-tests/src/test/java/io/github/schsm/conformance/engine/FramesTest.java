// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.ReadersTokenSource;
import io.github.schsm.provider.SchsmProvider;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import javax.smartcardio.ATR;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardException;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.ResponseAPDU;
import org.junit.jupiter.api.Test;

/**
 * How many calls a signature passes on its way from the JCA to the wire. Counted in the terminal while SIGN goes out:
 * the frames of our classes below {@link Signature#sign()}, which does not count, up to and with that of
 * {@link CardChannel#transmit}. The JDK's own frames between them do not count.
 */
class FramesTest {
    private static final int MOST = 16;
    private static final byte SIGN = 0x68;

    private final List<String> frames = new ArrayList<>();

    @Test
    void aSignaturePassesAtMost16Frames() throws Exception {
        VirtualReaders readers = VirtualReaders.create(DeviceProfile.smartCardHsm4k());
        readers.device(VirtualReaders.DEFAULT_DEVICE);
        String terminal = ReadersTokenSource.offer(new Terminals(readers.terminals()));
        try {
            Provider schsm = new SchsmProvider()
                    .configure("terminal = " + terminal + "; device = " + VirtualReaders.DEFAULT_DEVICE);
            KeyStore.getInstance("SCHSM", schsm).load(null, VirtualReaders.USER_PIN.toCharArray());
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", schsm);
            generator.initialize(256);
            KeyPair pair = generator.generateKeyPair();
            Signature signature = Signature.getInstance("SHA256withECDSA", schsm);
            signature.initSign(pair.getPrivate());
            for (int round = 0; round < 2; round++) {
                frames.clear();
                signature.update(new byte[10]);
                signature.sign();

                assertThat(frames).isNotEmpty().hasSizeLessThanOrEqualTo(MOST);
                assertThat(frames.get(0)).endsWith("Channel.transmit");
            }
        } finally {
            ReadersTokenSource.withdraw(terminal);
            readers.close();
        }
    }

    private void look() {
        boolean below = false;
        for (StackTraceElement frame : new Throwable().getStackTrace()) {
            String name = frame.getClassName() + "." + frame.getMethodName();
            if (name.equals("java.security.Signature.sign")) {
                return;
            }
            below |= frame.getMethodName().equals("transmit");
            if (below && name.startsWith("io.github.schsm.")) {
                frames.add(name);
            }
        }
        // Another command, or not for a signature.
        frames.clear();
    }

    private final class Terminals extends CardTerminals {
        private final CardTerminals real;

        Terminals(CardTerminals real) {
            this.real = real;
        }

        @Override
        public List<CardTerminal> list(State state) throws CardException {
            List<CardTerminal> watched = new ArrayList<>();
            for (CardTerminal terminal : real.list(state)) {
                watched.add(new Terminal(terminal));
            }
            return watched;
        }

        @Override
        public boolean waitForChange(long timeout) throws CardException {
            return real.waitForChange(timeout);
        }
    }

    private final class Terminal extends CardTerminal {
        private final CardTerminal real;

        Terminal(CardTerminal real) {
            this.real = real;
        }

        @Override
        public String getName() {
            return real.getName();
        }

        @Override
        public Card connect(String protocol) throws CardException {
            return new Inserted(real.connect(protocol));
        }

        @Override
        public boolean isCardPresent() throws CardException {
            return real.isCardPresent();
        }

        @Override
        public boolean waitForCardPresent(long timeout) throws CardException {
            return real.waitForCardPresent(timeout);
        }

        @Override
        public boolean waitForCardAbsent(long timeout) throws CardException {
            return real.waitForCardAbsent(timeout);
        }
    }

    private final class Inserted extends Card {
        private final Card real;

        Inserted(Card real) {
            this.real = real;
        }

        @Override
        public ATR getATR() {
            return real.getATR();
        }

        @Override
        public String getProtocol() {
            return real.getProtocol();
        }

        @Override
        public CardChannel getBasicChannel() {
            return new Channel(this, real.getBasicChannel());
        }

        @Override
        public CardChannel openLogicalChannel() throws CardException {
            return real.openLogicalChannel();
        }

        @Override
        public void beginExclusive() throws CardException {
            real.beginExclusive();
        }

        @Override
        public void endExclusive() throws CardException {
            real.endExclusive();
        }

        @Override
        public byte[] transmitControlCommand(int code, byte[] command) throws CardException {
            return real.transmitControlCommand(code, command);
        }

        @Override
        public void disconnect(boolean reset) throws CardException {
            real.disconnect(reset);
        }
    }

    private final class Channel extends CardChannel {
        private final Card card;
        private final CardChannel real;

        Channel(Card card, CardChannel real) {
            this.card = card;
            this.real = real;
        }

        @Override
        public Card getCard() {
            return card;
        }

        @Override
        public int getChannelNumber() {
            return real.getChannelNumber();
        }

        @Override
        public ResponseAPDU transmit(CommandAPDU command) throws CardException {
            return real.transmit(command);
        }

        @Override
        public int transmit(ByteBuffer command, ByteBuffer response) throws CardException {
            if (command.get(command.position() + 1) == SIGN) {
                look();
            }
            return real.transmit(command, response);
        }

        @Override
        public void close() throws CardException {
            real.close();
        }
    }
}
