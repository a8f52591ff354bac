package io.github.schsm.card;

import io.github.schsm.PinRequest;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.DeviceProfile;
import io.github.schsm.simulator.SimulatedDevice;
import io.github.schsm.simulator.SimulatorRack;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A rack of simulated devices as a source of terminals, for tests. */
final class Simulation {
    final SimulatorRack rack;
    final TerminalSource source;

    Simulation(DeviceProfile profile) {
        rack = SimulatorRack.create(profile);
        source = TerminalSource.of("simulator:test", rack.terminals());
    }

    static Simulation reference() {
        return new Simulation(DeviceProfile.smartCardHsm4k());
    }

    SimulatedDevice simulated(int number) throws SchsmException {
        return rack.device(String.format("ZZSIM%06d", number));
    }

    CardDevice device(int number) throws SchsmException {
        return CardDevice.of(source, simulated(number).readerName());
    }

    static byte[] pin(String digits) {
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
            return new Login(SimulatorRack.USER_PIN);
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
