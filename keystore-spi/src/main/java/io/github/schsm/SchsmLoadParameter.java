// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * For {@link KeyStore#load(KeyStore.LoadStoreParameter)} where there are several devices: which one, and how to get
 * its PIN.
 */
public final class SchsmLoadParameter implements KeyStore.LoadStoreParameter {
    private final String deviceId;
    private final KeyStore.@Nullable ProtectionParameter protection;

    /**
     * The device and its protection.
     *
     * @param deviceId   the device id, e.g. {@code DECC0401002}; where several devices have it
     *                   {@link DeviceIdentity#uniqueName()}, e.g. {@code ESPICOHSMTR#1a2b3c4d}
     * @param protection {@link KeyStore.PasswordProtection} or {@link KeyStore.CallbackHandlerProtection}; null for
     *                   the public view
     */
    public SchsmLoadParameter(String deviceId, KeyStore.@Nullable ProtectionParameter protection) {
        this.deviceId = Objects.requireNonNull(deviceId, "deviceId");
        this.protection = protection;
    }

    /** The device id. */
    public String deviceId() {
        return deviceId;
    }

    @Override
    public KeyStore.@Nullable ProtectionParameter getProtectionParameter() {
        return protection;
    }
}
