// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import org.jspecify.annotations.NullMarked;

/** The token as the JCA sees it, the values everybody shares, and the key store over them. */
@NullMarked
@SuppressWarnings("module")
module io.github.schsm.spi {
    requires java.naming;
    requires transitive java.smartcardio;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    exports io.github.schsm;
    exports io.github.schsm.audit to
            io.github.schsm.admin,
            io.github.schsm.cli,
            io.github.schsm.provider;
    exports io.github.schsm.callback;
    exports io.github.schsm.codec;
    exports io.github.schsm.config to
            io.github.schsm.admin,
            io.github.schsm.bridge,
            io.github.schsm.card,
            io.github.schsm.cli,
            io.github.schsm.provider,
            io.github.schsm.remote,
            io.github.schsm.simulator;
    exports io.github.schsm.keystore to
            io.github.schsm.bridge,
            io.github.schsm.card,
            io.github.schsm.cli,
            io.github.schsm.provider,
            io.github.schsm.remote,
            io.github.schsm.simulator;
    exports io.github.schsm.login to
            io.github.schsm.bridge,
            io.github.schsm.card,
            io.github.schsm.cli,
            io.github.schsm.provider,
            io.github.schsm.remote,
            io.github.schsm.simulator;
    exports io.github.schsm.mechanism to
            io.github.schsm.admin,
            io.github.schsm.bridge,
            io.github.schsm.card,
            io.github.schsm.cli,
            io.github.schsm.provider,
            io.github.schsm.remote,
            io.github.schsm.simulator;
    exports io.github.schsm.net to
            io.github.schsm.admin,
            io.github.schsm.remote;
    exports io.github.schsm.spi to
            io.github.schsm.bridge,
            io.github.schsm.card,
            io.github.schsm.cli,
            io.github.schsm.provider,
            io.github.schsm.remote,
            io.github.schsm.simulator;
}
