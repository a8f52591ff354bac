// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.DomainBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** With four key domains of two members each. */
class MutualTlsOverDomainTest extends MutualTlsConformance {
    private final List<DomainBench> benches = new ArrayList<>();

    @Override
    String configuration(int number) throws Exception {
        DomainBench bench = new DomainBench(2, "");
        benches.add(bench);
        return bench.source().configuration();
    }

    @AfterAll
    void close() {
        benches.forEach(DomainBench::close);
    }
}
