// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
import io.github.schsm.bridge.Pkcs11TokenSource;
import io.github.schsm.spi.TokenSource;
import org.jspecify.annotations.NullMarked;

/** Tokens behind any PKCS#11 module. */
@NullMarked
@SuppressWarnings({"requires-automatic", "module"})
module io.github.schsm.bridge {
    requires transitive io.github.schsm.spi;
    requires ipkcs11wrapper;
    requires static transitive org.jspecify;

    provides TokenSource with
            Pkcs11TokenSource;
}
