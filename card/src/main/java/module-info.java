// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import io.github.schsm.spi.TokenSource;
import org.jspecify.annotations.NullMarked;

/** The device itself: APDUs, files, PINs, key domains, and the transport to them. */
@NullMarked
@SuppressWarnings({"requires-automatic", "module"})
module io.github.schsm.card {
    exports io.github.schsm.card;
    exports io.github.schsm.card.apdu;
    exports io.github.schsm.card.channel;
    exports io.github.schsm.card.dkek;
    exports io.github.schsm.card.files;
    exports io.github.schsm.card.quirk;
    exports io.github.schsm.card.transport;

    requires transitive io.github.schsm.spi;
    requires apdu4j.jnasmartcardio;
    requires com.sun.jna;
    requires org.bouncycastle.provider;
    requires static transitive org.jspecify;

    uses TokenSource;
}
