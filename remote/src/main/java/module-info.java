// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import io.github.schsm.remote.RamTokenSource;
import io.github.schsm.spi.TokenSource;
import org.jspecify.annotations.NullMarked;

/** Readers on other computers, which dial in over HTTPS. */
@NullMarked
@SuppressWarnings("module")
module io.github.schsm.remote {
    requires io.github.schsm.card;
    requires transitive io.github.schsm.spi;
    requires java.net.http;
    requires jdk.httpserver;
    requires static transitive org.jspecify;

    exports io.github.schsm.remote.client to
            io.github.schsm.cli;
    exports io.github.schsm.remote.tls to
            io.github.schsm.cli;

    provides TokenSource with
            RamTokenSource;
}
