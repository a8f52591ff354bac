package io.github.schsm.conformance;

/** PINs of SoftHSM. */
class SoftHsmAuthenticationTest extends AuthenticationConformance {
    @Override
    protected Place open() throws Exception {
        SoftHsmBench bench = new SoftHsmBench();
        return new Place(bench, bench.source());
    }
}
