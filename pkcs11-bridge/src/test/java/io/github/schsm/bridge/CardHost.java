// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceTrust;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.List;

/** A provider with one card, which is in every reader. */
record CardHost(SharedCard card) implements TokenSource.Host {
    @Override
    public List<String> devices() {
        return List.of();
    }

    @Override
    public DeviceTrust trust() {
        return DeviceTrust.of(List.of());
    }

    @Override
    public boolean isWantedReader(String name) {
        return true;
    }

    @Override
    public PinSource pinPad() {
        throw new AssertionError("not asked for");
    }

    @Override
    public Token cardChannel(String readerName) {
        return card;
    }
}
