// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import org.jspecify.annotations.NullMarked;

/** The security provider SCHSM and its engines. */
@NullMarked
module io.github.schsm.provider {
    exports io.github.schsm.provider;
    exports io.github.schsm.provider.management;

    requires transitive io.github.schsm.spi;
    requires io.github.schsm.card;
    requires java.management;
    requires jdk.jfr;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    uses io.github.schsm.spi.TokenSource;

    provides java.security.Provider with
            io.github.schsm.provider.SchsmProvider;
}
