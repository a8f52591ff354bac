// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import io.github.schsm.SchsmException;
import io.github.schsm.remote.server.RamServer;
import io.github.schsm.spi.TokenSource;

/** Makes {@code terminal = ram:https://0.0.0.0:8443/path} work: readers on other computers dial in there. */
public final class RamTokenSource implements TokenSource {
    /** For {@link java.util.ServiceLoader}. */
    public RamTokenSource() {}

    @Override
    public String scheme() {
        return "ram";
    }

    @Override
    public Opened open(String location, Host host) throws SchsmException {
        return RamServer.open(location, host);
    }
}
