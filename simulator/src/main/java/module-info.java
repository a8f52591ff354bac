// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import io.github.schsm.simulator.source.SimulatorTokenSource;
import io.github.schsm.spi.TokenSource;
import org.jspecify.annotations.NullMarked;

/** A SmartCard-HSM in software. */
@NullMarked
module io.github.schsm.simulator {
    requires transitive io.github.schsm.spi;
    requires jdk.net;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm.simulator;
    exports io.github.schsm.simulator.profile;
    exports io.github.schsm.simulator.terminal;

    provides TokenSource with
            SimulatorTokenSource;
}
