package io.github.schsm.simulator;

import java.io.Serial;
import java.security.Provider;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.TerminalFactorySpi;
import org.jspecify.annotations.Nullable;

/** Makes a {@code TerminalFactory} of a rack: the JDK asks for a provider, which is never registered anywhere. */
final class SimulatorTerminalProvider extends Provider {
    @Serial
    private static final long serialVersionUID = 1L;

    static final String TYPE = "Simulator";

    private final transient SimulatorRack rack;

    SimulatorTerminalProvider(SimulatorRack rack) {
        super("SCHSMSimulator", "1.0", "simulated SmartCard-HSM terminals");
        this.rack = rack;
        putService(new Service(this, "TerminalFactory", TYPE, FactorySpi.class.getName(), null, null) {
            @Override
            public Object newInstance(@Nullable Object parameter) {
                return new FactorySpi(SimulatorTerminalProvider.this.rack);
            }
        });
    }

    private static final class FactorySpi extends TerminalFactorySpi {
        private final SimulatorRack rack;

        private FactorySpi(SimulatorRack rack) {
            this.rack = rack;
        }

        @Override
        protected CardTerminals engineTerminals() {
            return rack.terminals();
        }
    }
}
