// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.PrintableText;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which token of a module is meant: what stands in the configuration behind {@code device}, or in a
 * {@code SchsmLoadParameter}. Never a position in the module's list, which changes with every reader that comes or goes.
 */
sealed interface TokenChoice {
    /** Those that are meant; how many is the caller's to judge. */
    List<TokenPlace> among(List<TokenPlace> places);

    /** Whether it is one token's name, or place, so that another one that comes later is not meant. */
    default boolean isName() {
        return false;
    }

    /**
     * Reads a choice: a PKCS#11 URI, {@code slot:} and a slot's id, or a serial number or label.
     *
     * @throws ConfigurationException if it begins like a URI or a slot's id and is none
     */
    static TokenChoice parse(String device) throws ConfigurationException {
        if (device.startsWith(Pkcs11Uri.SCHEME)) {
            return of(Pkcs11Uri.parse(device));
        }
        return device.startsWith(BySlot.PREFIX) ? BySlot.parse(device) : new ByName(device);
    }

    /** What a URI says, which may be nothing. */
    static TokenChoice of(Pkcs11Uri uri) {
        return uri.isAny() ? new Any() : new ByUri(uri);
    }

    /** Whichever is there, of those that can hold keys. */
    record Any() implements TokenChoice {
        @Override
        public List<TokenPlace> among(List<TokenPlace> places) {
            return places.stream().filter(TokenPlace::isInitialized).toList();
        }

        @Override
        public String toString() {
            return PrintableText.of("that is initialized");
        }
    }

    /** What a URI says. */
    record ByUri(Pkcs11Uri uri) implements TokenChoice {
        @Override
        public List<TokenPlace> among(List<TokenPlace> places) {
            return places.stream().filter(place -> place.isMeantBy(uri)).toList();
        }

        @Override
        public String toString() {
            return PrintableText.of("with " + uri);
        }
    }

    /** A slot, for tokens that have no name of their own yet. */
    record BySlot(long id) implements TokenChoice {
        private static final String PREFIX = "slot:";
        private static final Pattern NUMBER = Pattern.compile("(?:0[xX]([0-9a-fA-F]{1,16})|(\\d{1,20}))");

        private static BySlot parse(String device) throws ConfigurationException {
            Matcher number = NUMBER.matcher(device.substring(PREFIX.length()).strip());
            if (number.matches()) {
                try {
                    return new BySlot(
                            number.group(1) != null
                                    ? Long.parseUnsignedLong(number.group(1), 16)
                                    : Long.parseUnsignedLong(number.group(2)));
                } catch (NumberFormatException tooLarge) {
                    throw noSlot(device, tooLarge);
                }
            }
            throw noSlot(device, null);
        }

        private static ConfigurationException noSlot(String device, @Nullable NumberFormatException cause) {
            return new ConfigurationException(
                    "device = " + device + ": a slot's id is a number, e.g. slot:3 or slot:0x1A2B", cause);
        }

        @Override
        public List<TokenPlace> among(List<TokenPlace> places) {
            return places.stream().filter(place -> place.slot().id() == id).toList();
        }

        @Override
        public boolean isName() {
            return true;
        }

        @Override
        public String toString() {
            return PrintableText.of(String.format(Locale.ROOT, "in slot %s (0x%X)", Long.toUnsignedString(id), id));
        }
    }

    /** A serial number or, where no token has it, a label: serial numbers are there to tell tokens apart. */
    record ByName(String name) implements TokenChoice {
        @Override
        public List<TokenPlace> among(List<TokenPlace> places) {
            List<TokenPlace> bySerial = places.stream()
                    .filter(place -> place.token().serial().equals(name))
                    .toList();
            if (!bySerial.isEmpty()) {
                return bySerial;
            }
            return places.stream()
                    .filter(place -> place.token().label().equals(name))
                    .toList();
        }

        @Override
        public boolean isName() {
            return true;
        }

        @Override
        public String toString() {
            return PrintableText.of("with the serial number or label \"" + name + "\"");
        }
    }
}
