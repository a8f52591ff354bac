// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import org.jspecify.annotations.NullMarked;

/** Programs that use SCHSM. */
@NullMarked
module io.github.schsm.examples {
    requires io.github.schsm.provider;
    requires io.github.schsm.simulator;
    requires static transitive org.jspecify;

    exports io.github.schsm.examples;
}
