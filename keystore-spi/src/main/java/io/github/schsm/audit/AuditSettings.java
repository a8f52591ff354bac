// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The entries about the audit log (docs/audit.md).
 *
 * @param file where it is written
 * @param uses whether uses of keys are written, too
 * @param size how long a file may become, in bytes, before the next one is begun
 * @param keep how many full files stay; {@link #KEEP_ALL} for all
 */
public record AuditSettings(Path file, Uses uses, long size, int keep) {
    /** Where the audit log is: {@code file:PATH}. Without it there is none. */
    public static final String AUDIT = "audit";
    /** Whether uses of keys are logged: {@code no}, {@code yes}, {@code required}. */
    public static final String USES = "audit.uses";
    /** After how many bytes the next file begins; with k, m or g after the number. */
    public static final String SIZE = "audit.size";
    /** How many full files are kept: {@code all}, or a number. */
    public static final String KEEP = "audit.keep";

    /** The value of {@link #keep} that stands for all. */
    public static final int KEEP_ALL = Integer.MAX_VALUE;

    public static final List<String> KEYS = List.of(AUDIT, USES, SIZE, KEEP);

    private static final String FILE = "file:";
    private static final long LEAST_SIZE = 4L << 10;
    private static final long MOST_SIZE = 1L << 30;
    private static final long NORMAL_SIZE = 16L << 20;
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,10})([kmg]?)");
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,5}");

    /** Whether uses of keys are logged. */
    public enum Uses {
        /** Changes only. */
        NO,
        /** Each use, after it; one that cannot be logged is done all the same, and a warning written. */
        YES,
        /** Each use, as changes are: before and after, and not done if it cannot be logged. */
        REQUIRED
    }

    /** What the entries say; empty if there is no audit log. */
    public static Optional<AuditSettings> of(Map<String, String> entries) throws ConfigurationException {
        String place = entries.get(AUDIT);
        if (place == null) {
            for (String key : KEYS) {
                if (entries.containsKey(key)) {
                    throw new ConfigurationException(key + " is about the audit log: it needs audit = file:PATH");
                }
            }
            return Optional.empty();
        }
        if (!place.startsWith(FILE) || place.length() == FILE.length()) {
            throw new ConfigurationException("audit = " + place + " is not known: use file:PATH");
        }
        Path file = TextFile.named(place.substring(FILE.length()), AUDIT + " = " + place);
        if (file.getFileName() == null || Files.isDirectory(file)) {
            throw new ConfigurationException("audit = " + place + " is a folder: name a file in it");
        }
        return Optional.of(
                new AuditSettings(file, uses(entries.get(USES)), size(entries.get(SIZE)), keep(entries.get(KEEP))));
    }

    private static Uses uses(@Nullable String value) throws ConfigurationException {
        if (value == null) {
            return Uses.NO;
        }
        for (Uses uses : Uses.values()) {
            if (uses.name().toLowerCase(Locale.ROOT).equals(value)) {
                return uses;
            }
        }
        throw new ConfigurationException(USES + " = " + value
                + " is not known: use no (changes only, the default), yes (uses of keys, too) or required (a use that"
                + " cannot be logged is not done)");
    }

    private static long size(@Nullable String value) throws ConfigurationException {
        if (value == null) {
            return NORMAL_SIZE;
        }
        Matcher matcher = NUMBER.matcher(value.toLowerCase(Locale.ROOT));
        if (matcher.matches()) {
            int shift = switch (matcher.group(2)) {
                case "k" -> 10;
                case "m" -> 20;
                case "g" -> 30;
                default -> 0;
            };
            long size = Long.parseLong(matcher.group(1)) << shift;
            if (size >= LEAST_SIZE && size <= MOST_SIZE) {
                return size;
            }
        }
        throw new ConfigurationException(
                SIZE + " = " + value + " is not known: use a number of bytes from 4k to 1g, such as 500k or 16m");
    }

    private static int keep(@Nullable String value) throws ConfigurationException {
        if (value == null || value.equals("all")) {
            return KEEP_ALL;
        }
        if (COUNT.matcher(value).matches()) {
            return Integer.parseInt(value);
        }
        throw new ConfigurationException(
                KEEP + " = " + value + " is not known: use all, or how many full files are kept, from 1 to 999999");
    }
}
