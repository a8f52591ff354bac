// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.AliasPatterns;
import java.security.KeyStore;
import java.security.KeyStoreSpi;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * For {@link KeyStore#load(KeyStore.LoadStoreParameter)}: which one of several devices, how to get its PIN, and which
 * entries the key store shows.
 *
 * <pre>{@code
 * keyStore.load(new SchsmLoadParameter("DECC0401002", protection).withAliases("tls", "sign-*"));
 * }</pre>
 *
 * <p>Together with a file ({@link KeyStore#getInstance(java.io.File, KeyStore.LoadStoreParameter)}) the Java runtime passes
 * nothing on but a password: device and aliases are written into the file then, and refused here.
 */
public final class SchsmLoadParameter implements KeyStore.LoadStoreParameter {
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

    private final @Nullable String deviceId;
    private final KeyStore.@Nullable ProtectionParameter protection;
    private final List<String> aliases;

    /**
     * The device and its protection.
     *
     * @param deviceId   the device id, e.g. {@code DECC0401002}; where several devices have it
     *                   {@link DeviceIdentity#uniqueName()}, e.g. {@code ESPICOHSMTR#1a2b3c4d}
     * @param protection {@link KeyStore.PasswordProtection} or {@link KeyStore.CallbackHandlerProtection}; null for
     *                   the public view
     */
    public SchsmLoadParameter(String deviceId, KeyStore.@Nullable ProtectionParameter protection) {
        this(Objects.requireNonNull(deviceId, "deviceId"), protection, List.of());
    }

    /**
     * The protection of the device that the configuration means.
     *
     * @param protection {@link KeyStore.PasswordProtection} or {@link KeyStore.CallbackHandlerProtection}; null for
     *                   the public view
     */
    public SchsmLoadParameter(KeyStore.@Nullable ProtectionParameter protection) {
        this(null, protection, List.of());
    }

    private SchsmLoadParameter(
            @Nullable String deviceId, KeyStore.@Nullable ProtectionParameter protection, List<String> aliases) {
        this.deviceId = deviceId;
        this.protection = protection;
        this.aliases = aliases;
    }

    /**
     * The same, for a key store that shows only some of the entries; it shows none that {@code alias = …} of the configuration
     * leaves out.
     *
     * @param patterns aliases, or patterns: {@code *} stands for any characters or none, {@code ?} for one
     * @throws IllegalArgumentException if there is none, or one is blank or no pattern
     */
    public SchsmLoadParameter withAliases(String... patterns) {
        if (patterns.length == 0) {
            throw new IllegalArgumentException("a key store shows at least one alias: name one, or * for all");
        }
        List<String> given = List.of(patterns);
        AliasPatterns.of(given);
        return new SchsmLoadParameter(deviceId, protection, given);
    }

    /** The device id; null for the device that the configuration means. */
    public @Nullable String deviceId() {
        return deviceId;
    }

    /** The patterns of the aliases that the key store shows; empty for all. */
    public List<String> aliases() {
        return aliases;
    }

    /**
     * How to get the PIN.
     *
     * @throws UnsupportedOperationException if the Java runtime asks in order to open a file, and would forget the device or
     *                                       the aliases that are in here
     */
    @Override
    public KeyStore.@Nullable ProtectionParameter getProtectionParameter() {
        boolean losesSome = deviceId != null || !aliases.isEmpty();
        if (losesSome && WALKER.getCallerClass() == KeyStoreSpi.class) {
            throw new UnsupportedOperationException(
                    "when a key store is opened by a file, the Java runtime passes nothing"
                            + " on but a password: write " + (deviceId == null ? "" : "device = " + deviceId + " ")
                            + (aliases.isEmpty() ? "" : "alias = " + String.join(", ", aliases) + " ")
                            + "into the file, and use a PasswordProtection or this class without them");
        }
        return protection;
    }
}
