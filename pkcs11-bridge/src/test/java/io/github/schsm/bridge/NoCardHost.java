// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A provider that has no card in any reader.
 *
 * @param devices  the devices that the configuration names
 * @param wanted   the readers that may be looked into
 * @param askedFor the readers whose card was asked for
 */
record NoCardHost(List<String> devices, Predicate<String> wanted, List<String> askedFor) implements TokenSource.Host {
    /** One that may look into all readers. */
    NoCardHost(String... devices) {
        this(List.of(devices), name -> true, new ArrayList<>());
    }

    /** One that notes there whose card was asked for. */
    static NoCardHost noting(List<String> readers) {
        return new NoCardHost(List.of(), name -> true, readers);
    }

    /** One that may look into those readers only. */
    static NoCardHost with(Predicate<String> wantedReaders) {
        return new NoCardHost(List.of(), wantedReaders, new ArrayList<>());
    }

    @Override
    public DeviceTrust trust() {
        return DeviceTrust.of(List.of());
    }

    @Override
    public boolean isWantedReader(String name) {
        return wanted.test(name);
    }

    @Override
    public PinSource pinPad() {
        throw new AssertionError("not asked for");
    }

    @Override
    public Token cardChannel(String readerName) throws SchsmException {
        askedFor.add(readerName);
        throw new TokenNotPresentException("none in " + readerName);
    }
}
