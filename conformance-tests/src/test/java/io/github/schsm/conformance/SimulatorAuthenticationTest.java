package io.github.schsm.conformance;

import java.util.concurrent.atomic.AtomicInteger;

/** PINs of simulated devices in this process. */
class SimulatorAuthenticationTest extends AuthenticationConformance {
    private static final AtomicInteger NUMBER = new AtomicInteger(772_000);

    @Override
    protected Place open() throws Exception {
        SimulatorBench bench = new SimulatorBench();
        return new Place(bench, bench.member("ZZSIM" + NUMBER.incrementAndGet()));
    }
}
