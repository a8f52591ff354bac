package io.github.schsm.conformance;

/** RSA on a simulated device in this process. */
class SimulatorRsaTest extends RsaConformance {
    @Override
    protected Bench open() throws Exception {
        return new SimulatorBench();
    }
}
