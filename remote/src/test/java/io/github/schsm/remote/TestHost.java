// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote;

import io.github.schsm.DeviceTrust;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import io.github.schsm.spi.TokenSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A provider as a server sees it. */
public final class TestHost implements TokenSource.Host {
    private final List<String> devices;
    private final Map<String, String> settings;

    /** One whose server waits for no device. */
    public TestHost(String... devices) {
        this.devices = List.of(devices);
        this.settings = new HashMap<>(Map.of("ram.wait", "0"));
    }

    /** One with these entries of the configuration. */
    public TestHost(Map<String, String> settings) {
        this.devices = List.of();
        this.settings = new HashMap<>(settings);
    }

    /** Sets an entry of the configuration. */
    public TestHost with(String key, Object value) {
        settings.put(key, value.toString());
        return this;
    }

    @Override
    public List<String> devices() {
        return devices;
    }

    @Override
    public Optional<String> setting(String key) {
        return Optional.ofNullable(settings.get(key));
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
        throw new UnsupportedOperationException("there is none");
    }

    @Override
    public Token cardChannel(String readerName) throws TokenNotPresentException {
        throw new TokenNotPresentException("there is none");
    }
}
