// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import java.io.Serial;
import java.security.Provider;
import javax.smartcardio.CardTerminals;
import javax.smartcardio.TerminalFactorySpi;
import org.jspecify.annotations.Nullable;

/** Makes a {@code TerminalFactory}: the JDK wants a provider for that. It is never registered. */
final class SimulatorTerminalProvider extends Provider {
    @Serial
    private static final long serialVersionUID = 1L;

    static final String TYPE = "Simulator";

    private final transient VirtualReaders readers;

    SimulatorTerminalProvider(VirtualReaders readers) {
        super("SCHSMSimulator", "1.0", "simulated SmartCard-HSM terminals");
        this.readers = readers;
        putService(new Service(this, "TerminalFactory", TYPE, FactorySpi.class.getName(), null, null) {
            @Override
            public Object newInstance(@Nullable Object parameter) {
                return new FactorySpi(SimulatorTerminalProvider.this.readers);
            }
        });
    }

    private static final class FactorySpi extends TerminalFactorySpi {
        private final VirtualReaders readers;

        private FactorySpi(VirtualReaders readers) {
            this.readers = readers;
        }

        @Override
        protected CardTerminals engineTerminals() {
            return readers.terminals();
        }
    }
}
