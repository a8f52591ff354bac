// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.DeviceTrust;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.SharedCard;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A provider that has no card in any reader, or the same one in each.
 *
 * @param devices  the devices that the configuration names
 * @param wanted   the readers that may be looked into
 * @param askedFor the readers whose card was asked for
 * @param card     the card; null if there is none
 */
record FakeHost(
        List<String> devices,
        Predicate<String> wanted,
        List<String> askedFor,
        @Nullable SharedCard card) implements TokenSource.Host {
    /** One without a card that may look into all readers. */
    FakeHost(String... devices) {
        this(List.of(devices), name -> true, new ArrayList<>(), null);
    }

    /** One without a card that notes there whose card was asked for. */
    static FakeHost noting(List<String> readers) {
        return new FakeHost(List.of(), name -> true, readers, null);
    }

    /** One without a card that may look into those readers only. */
    static FakeHost lookingInto(Predicate<String> wantedReaders) {
        return new FakeHost(List.of(), wantedReaders, new ArrayList<>(), null);
    }

    /** One that has this card in every reader. */
    static FakeHost with(SharedCard card) {
        return new FakeHost(List.of(), name -> true, new ArrayList<>(), card);
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
        if (card == null) {
            throw new TokenNotPresentException("none in " + readerName);
        }
        return card;
    }
}
