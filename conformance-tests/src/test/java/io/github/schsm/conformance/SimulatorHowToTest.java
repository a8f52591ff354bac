package io.github.schsm.conformance;

/** The program with two virtual devices of this JVM. */
class SimulatorHowToTest extends HowToConformance {
    @Override
    protected String source() {
        return "terminal = simulator:memory; device = ZZSIM000001";
    }

    @Override
    protected String target() {
        return "terminal = simulator:memory; device = ZZSIM000002";
    }
}
