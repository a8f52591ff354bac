// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.Labels;
import io.github.schsm.codec.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a device is initialized with (INITIALIZE DEVICE, docs/protocol.md#initialization). Holds PINs: call
 * {@link #destroy()} when done.
 */
public final class DeviceInitialization {
    /** What the user may do later. */
    public enum Option {
        /** RESET RETRY COUNTER with the SO-PIN is allowed. */
        RESET_RETRY_COUNTER,
        /** The PIN is a transport PIN: it has to be changed before anything else. */
        TRANSPORT_PIN,
        /** Session PINs may be made. */
        SESSION_PIN,
        /** Registered public keys may be replaced. */
        REPLACE_PUBLIC_KEYS,
        /** PIN and public key authentication are both needed. */
        PIN_AND_PUBLIC_KEY,
        /** RESET RETRY COUNTER may only unblock, not set a new PIN. */
        UNBLOCK_ONLY
    }

    private static final int MOST_LABEL_BYTES = 32;

    private final char[] pin;
    private final char[] soPin;
    private final @Nullable String label;
    private final int retries;
    private final int keyDomainSlots;
    private final int dkekShares;
    private final int requiredKeys;
    private final int registeredKeys;
    private final Set<Option> options;

    private DeviceInitialization(Builder builder) {
        this.pin = builder.pin.clone();
        this.soPin = builder.soPin.clone();
        this.label = builder.label;
        this.retries = builder.retries;
        this.keyDomainSlots = builder.keyDomainSlots;
        this.dkekShares = builder.dkekShares;
        this.requiredKeys = builder.requiredKeys;
        this.registeredKeys = builder.registeredKeys;
        this.options = Set.copyOf(builder.options);
    }

    /**
     * Starts with the PINs.
     *
     * @param pin   the user PIN, 6 to 16 bytes in UTF-8; empty if the device is used with public key authentication only
     * @param soPin the SO-PIN (initialization code), 16 hex digits
     */
    public static Builder builder(char[] pin, char[] soPin) {
        return new Builder(pin, soPin);
    }

    /** The user PIN; a copy, the caller's to wipe. */
    public char[] pin() {
        return pin.clone();
    }

    /** The SO-PIN, 16 hex digits; a copy, the caller's to wipe. */
    public char[] soPin() {
        return soPin.clone();
    }

    /** The token's label, if it gets one. */
    public @Nullable String label() {
        return label;
    }

    /** How often a wrong user PIN may be tried. */
    public int retries() {
        return retries;
    }

    /** How many key domain slots there are; 0 for none. */
    public int keyDomainSlots() {
        return keyDomainSlots;
    }

    /** How many shares the device's one DKEK is made of; 0 for a random DKEK; -1 for no DKEK. */
    public int dkekShares() {
        return dkekShares;
    }

    /** How many registered keys have to authenticate; 0 without public key authentication. */
    public int requiredKeys() {
        return requiredKeys;
    }

    /** How many public keys are registered; 0 without public key authentication. */
    public int registeredKeys() {
        return registeredKeys;
    }

    /** What the user may do later. */
    public Set<Option> options() {
        return options;
    }

    /**
     * Checks a token's label.
     *
     * @throws InvalidRequestException if it has not 1 to 32 bytes in UTF-8, which is what PKCS#11 shows of it, or is blank
     */
    public static void requireLabel(String label) throws InvalidRequestException {
        int length = label.getBytes(StandardCharsets.UTF_8).length;
        if (label.isBlank() || length > MOST_LABEL_BYTES) {
            throw new InvalidRequestException("a token's label has 1 to " + MOST_LABEL_BYTES
                    + " bytes in UTF-8, this has " + length + (label.isBlank() ? ", all blank" : ""));
        }
    }

    /** Wipes the PINs. */
    public void destroy() {
        Arrays.fill(pin, '\0');
        Arrays.fill(soPin, '\0');
    }

    /** Collects the settings; defaults: 3 tries, RESET RETRY COUNTER allowed, no key domain, no DKEK. */
    public static final class Builder {
        private final char[] pin;
        private final char[] soPin;
        private @Nullable String label;
        private int retries = 3;
        private int keyDomainSlots;
        private int dkekShares = -1;
        private int requiredKeys;
        private int registeredKeys;
        private Set<Option> options = EnumSet.of(Option.RESET_RETRY_COUNTER);

        private Builder(char[] pin, char[] soPin) {
            this.pin = pin.clone();
            this.soPin = soPin.clone();
        }

        /**
         * The token's label, 1 to 32 bytes in UTF-8; not written to a device that registered keys have to open (public key
         * authentication without the PIN or in addition to it): set it after the first login there.
         */
        public Builder label(String text) {
            Labels.requireWhole("label", text);
            this.label = text;
            return this;
        }

        /** How often a wrong user PIN may be tried: at most 3 for a PIN of 6 characters, 5 for 7, else 10. */
        public Builder retries(int tries) {
            this.retries = tries;
            return this;
        }

        /** Key domain slots, 1 to 255; excludes {@link #dkekShares(int)}. */
        public Builder keyDomainSlots(int slots) {
            this.keyDomainSlots = slots;
            return this;
        }

        /** One DKEK for the whole device, of 1 to 255 shares or random with 0; excludes key domain slots. */
        public Builder dkekShares(int shares) {
            this.dkekShares = shares;
            return this;
        }

        /** Public key authentication with {@code required} of {@code registered} keys. */
        public Builder publicKeyAuthentication(int required, int registered) {
            this.requiredKeys = required;
            this.registeredKeys = registered;
            return this;
        }

        /** Exactly these options, in place of the default. */
        public Builder options(Set<Option> chosen) {
            this.options = Set.copyOf(chosen);
            return this;
        }

        /**
         * The settings.
         *
         * @throws InvalidRequestException if a value is out of range or two exclude each other; an
         *     {@link SchsmException.Reason#UNUSABLE_SECRET} if it is about a PIN
         */
        public DeviceInitialization build() throws InvalidRequestException {
            int pinLength =
                    pin.length == 0 && registeredKeys > 0 ? 0 : length(SecretBytes.of(pin, SecretBytes.USER_PIN));
            length(SecretBytes.soPin(soPin));
            if (label != null) {
                requireLabel(label);
            }
            check(keyDomainSlots >= 0 && keyDomainSlots <= 255, "there are at most 255 key domain slots");
            check(dkekShares >= -1 && dkekShares <= 255, "a DKEK has at most 255 shares");
            check(
                    keyDomainSlots == 0 || dkekShares == -1,
                    "a device has either key domain slots or one DKEK for all: choose one");
            int most = maximumRetries(pinLength);
            check(
                    retries >= 1 && retries <= most,
                    "a PIN of " + pinLength + " characters may be tried 1 to " + most + " times, not " + retries);
            check(
                    requiredKeys >= 0 && requiredKeys <= registeredKeys && (requiredKeys > 0 || registeredKeys == 0),
                    "public key authentication needs n of m keys with 1 <= n <= m");
            return new DeviceInitialization(this);
        }

        private static int maximumRetries(int pinLength) {
            return switch (pinLength) {
                case 6 -> 3;
                case 7 -> 5;
                default -> 10;
            };
        }

        /** Wipes what it measures. */
        private static int length(byte[] secret) {
            Arrays.fill(secret, (byte) 0);
            return secret.length;
        }

        private static void check(boolean holds, String message) throws InvalidRequestException {
            if (!holds) {
                throw new InvalidRequestException(message);
            }
        }
    }
}
