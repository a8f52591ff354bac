// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.login.Authenticator;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.VirtualReaders;
import io.github.schsm.simulator.profile.DeviceProfile;
import io.github.schsm.simulator.terminal.HookedTerminals;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Virtual readers of simulated devices as a source of terminals, for tests. */
public final class Simulation {
    final VirtualReaders readers;
    final TerminalSource source;
    private final SecureChannelMode channel;

    Simulation(DeviceProfile profile) {
        this(profile, SecureChannelMode.PLAIN);
    }

    Simulation(DeviceProfile profile, SecureChannelMode channel) {
        this(VirtualReaders.create(profile), channel, (command, next) -> next.transmit(command));
    }

    /** With something between the devices and the program. */
    Simulation(VirtualReaders readers, SecureChannelMode channel, HookedTerminals.Hook hook) {
        this.readers = readers;
        this.source = TerminalSource.of("simulator:test", new HookedTerminals(readers.terminals(), hook));
        this.channel = channel;
    }

    public static Simulation reference() {
        return new Simulation(DeviceProfile.smartCardHsm4k());
    }

    public SimulatedDevice simulated(int number) throws SchsmException {
        return readers.device(String.format("ZZSIM%06d", number));
    }

    public CardDevice device(int number) throws SchsmException {
        return device(number, channel);
    }

    /** A device, trusted by the simulator's root or, where it has none, by its own certificate. */
    public CardDevice device(int number, SecureChannelMode wanted) throws SchsmException {
        String reader = simulated(number).readerName();
        if (wanted == SecureChannelMode.PLAIN) {
            return CardDevice.of(source, reader);
        }
        List<Cvc> trusted = new ArrayList<>(DeviceTrust.parse("simulator").roots());
        trusted.add(CardDevice.of(source, reader).identity().deviceCertificate());
        return CardDevice.of(source, reader, wanted, DeviceTrust.of(trusted));
    }

    public static byte[] pin(String digits) {
        return digits.getBytes(StandardCharsets.US_ASCII);
    }

    /** Knows the PIN, and notes what it hears. */
    static final class Login implements Authenticator {
        private final @Nullable String pin;
        final List<String> heard = new ArrayList<>();
        boolean mayUseLastTry;
        boolean givenNow = true;
        int asked;

        Login(@Nullable String pin) {
            this.pin = pin;
        }

        static Login right() {
            return new Login(VirtualReaders.USER_PIN);
        }

        static Login wrong() {
            return new Login("000000");
        }

        @Override
        public byte @Nullable [] pin(PinRequest request) {
            asked++;
            return pin == null ? null : pin(pin);
        }

        @Override
        public boolean isGivenNow() {
            return givenNow;
        }

        @Override
        public boolean mayUseLastTry() {
            return mayUseLastTry;
        }

        @Override
        public void accepted() {
            heard.add("accepted");
        }

        @Override
        public void refused(int triesLeft) {
            heard.add("refused " + triesLeft);
        }

        private static byte[] pin(String digits) {
            return Simulation.pin(digits);
        }
    }
}
