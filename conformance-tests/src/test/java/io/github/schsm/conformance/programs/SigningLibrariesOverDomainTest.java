// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.DomainBench;
import java.nio.file.Path;
import java.security.Provider;
import org.junit.jupiter.api.AfterEach;

/** The same libraries with a key store that is the members of a key domain. */
class SigningLibrariesOverDomainTest extends SigningLibrariesTest {
    private DomainBench bench;

    @Override
    Provider provider(Path empty) throws Exception {
        bench = new DomainBench();
        return bench.source().provider();
    }

    @Override
    @AfterEach
    void logOut() throws Exception {
        super.logOut();
        bench.close();
    }
}
