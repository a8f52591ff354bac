// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entries about readers on other computers, which dial in by {@code terminal = ram:<url>} (docs/many-devices.md). */
public final class RamEntries {
    /** The file with the server's TLS key and certificate. */
    public static final String KEYSTORE = "ram.keystore";
    /** The file with the certificates that issued those of the computers that may dial in. */
    public static final String TRUSTSTORE = "ram.truststore";
    /** Where the password of both files comes from: {@code env:NAME} or {@code file:PATH}. */
    public static final String PASSWORD = "ram.password";
    /** Which computers may dial in, by their certificates; without it all whose certificates are trusted. */
    public static final String CLIENTS = "ram.clients";
    /** How many readers may be dialed in at once. */
    public static final String LIMIT = "ram.limit";
    /** After how many seconds without a word a line is dead. */
    public static final String SILENCE = "ram.silence";
    /** How many seconds the first use waits for readers to dial in. */
    public static final String WAIT = "ram.wait";

    static final List<String> KEYS = List.of(KEYSTORE, TRUSTSTORE, PASSWORD, CLIENTS, LIMIT, SILENCE, WAIT);

    /** The numbers that an entry can have, and the one that stands where there is no entry. */
    private record Range(int least, int most, int normal) {}

    /** Clients give up after 40 seconds, and an answer has to get there in time. */
    private static final Map<String, Range> RANGES =
            Map.of(LIMIT, new Range(1, 1000, 64), SILENCE, new Range(2, 60, 30), WAIT, new Range(0, 600, 20));

    private RamEntries() {}

    /**
     * The number that an entry has.
     *
     * @param key   {@link #LIMIT}, {@link #SILENCE}, or {@link #WAIT}
     * @param value as it is configured; null where it is not
     * @throws ConfigurationException if it is none, or out of range
     */
    public static int number(String key, @Nullable String value) throws ConfigurationException {
        Range range = RANGES.get(key);
        if (range == null) {
            throw new IllegalArgumentException(key + " is not a number");
        }
        if (value == null) {
            return range.normal;
        }
        int number;
        try {
            number = Integer.parseInt(value);
        } catch (NumberFormatException none) {
            throw outOfRange(key, value, range);
        }
        if (number < range.least || number > range.most) {
            throw outOfRange(key, value, range);
        }
        return number;
    }

    private static ConfigurationException outOfRange(String key, String value, Range range) {
        return new ConfigurationException(
                key + " = " + value + " is not known: use a number from " + range.least + " to " + range.most);
    }

    static void check(Map<String, String> entries) throws ConfigurationException {
        for (String key : RANGES.keySet()) {
            number(key, entries.get(key));
        }
        String password = entries.get(PASSWORD);
        if (password != null) {
            requirePassword(password);
        }
    }

    private static void requirePassword(String password) throws ConfigurationException {
        if (SchsmConfiguration.isNamed(password, SchsmConfiguration.FILE)) {
            TextFile.named(password.substring(SchsmConfiguration.FILE.length()), PASSWORD + " = " + password);
        } else if (!SchsmConfiguration.isNamed(password, SchsmConfiguration.ENV)) {
            throw new ConfigurationException("this value of " + PASSWORD + " is not known (it is not repeated here, in"
                    + " case it is a password): use env:NAME or file:PATH");
        }
    }
}
