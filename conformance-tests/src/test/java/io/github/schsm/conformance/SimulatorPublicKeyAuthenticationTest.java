package io.github.schsm.conformance;

import javax.smartcardio.Card;

/** Public key authentication to a simulated device in this process. */
class SimulatorPublicKeyAuthenticationTest extends PublicKeyAuthenticationConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }

    @Override
    protected Card anotherProgram(Bench of) throws Exception {
        SimulatorBench bench = (SimulatorBench) of;
        return bench.rack()
                .terminals()
                .getTerminal(bench.target().device().readerName())
                .connect("*");
    }
}
