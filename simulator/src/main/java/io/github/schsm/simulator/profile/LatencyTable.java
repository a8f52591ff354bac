// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.profile;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How long a device takes for its commands: milliseconds by command and kind of key, as text of lines {@code name =
 * milliseconds}; what comes after {@code #} is a comment.
 *
 * <pre>{@code
 * sign.ec-256 = 50          # a key of that kind and size
 * sign.rsa    = 600         # any other RSA key
 * read-binary = 27
 * get-challenge.byte = 0.5  # more for each byte of command and answer
 * other       = 27          # all commands without a line of their own, and those that the device refused
 * }</pre>
 *
 * <p>Commands are called as in {@code docs/protocol.md}, in lower case with hyphens. The line that says most about a
 * command counts: kind and size, kind, command, {@code other}.
 */
public final class LatencyTable {
    /** Takes no time but the computer's own. */
    public static final LatencyTable NONE = new LatencyTable(Map.of());

    /** The tables that come with the simulator; see {@link #named}. */
    public static final List<String> NAMES = List.of("old-device", "4k");

    private static final String OTHER = "other";
    private static final String BYTE = "byte";
    private static final Pattern KEY_KIND = Pattern.compile("(ec|rsa|aes)(-[1-9][0-9]{1,4})?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,6})?");
    private static final int NANOS_DIGITS = 6;

    /** Nanoseconds by name. */
    private final Map<String, Long> entries;

    private LatencyTable(Map<String, Long> entries) {
        this.entries = Map.copyOf(entries);
    }

    /**
     * A table that comes with the simulator: {@code old-device} or {@code 4k}.
     *
     * @throws ConfigurationException if there is none of that name
     */
    public static LatencyTable named(String name) throws ConfigurationException {
        if (!NAMES.contains(name)) {
            throw new ConfigurationException("no latency table \"" + name + "\" comes with the simulator: there are "
                    + String.join(", ", NAMES));
        }
        try (InputStream in = Objects.requireNonNull(LatencyTable.class.getResourceAsStream(name + ".latency"))) {
            return parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException partOfTheJar) {
            throw new UncheckedIOException(partOfTheJar);
        }
    }

    /**
     * One of {@link #NAMES}, or a file in UTF-8; {@code ./4k} is a file.
     *
     * @throws ConfigurationException if the file cannot be read or has a wrong line
     */
    public static LatencyTable read(String nameOrFile) throws ConfigurationException {
        if (NAMES.contains(nameOrFile)) {
            return named(nameOrFile);
        }
        String text;
        try {
            text = TextFile.read(TextFile.named(nameOrFile, what(nameOrFile)), what(nameOrFile));
        } catch (ConfigurationException notRead) {
            throw new ConfigurationException(
                    notRead.getMessage() + " (these come with the simulator: " + String.join(", ", NAMES) + ')',
                    notRead);
        }
        return parse(nameOrFile, text);
    }

    /**
     * A file in UTF-8.
     *
     * @throws ConfigurationException if it cannot be read or has a wrong line
     */
    public static LatencyTable read(Path file) throws ConfigurationException {
        return parse(file.toString(), TextFile.read(file, what(file.toString())));
    }

    private static String what(String source) {
        return "latency table " + source;
    }

    /**
     * Takes a table's text.
     *
     * @param source where it comes from, for messages
     * @throws ConfigurationException if a line is wrong; the message has source, line and what would be right
     */
    public static LatencyTable parse(String source, String text) throws ConfigurationException {
        Map<String, Long> entries = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            int comment = line.indexOf('#');
            String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!entry.isEmpty()) {
                String where = what(source) + ", line " + number + ": ";
                int equals = entry.indexOf('=');
                if (equals < 0) {
                    throw new ConfigurationException(
                            where + "\"" + entry + "\" is not of the form command = milliseconds");
                }
                String name = entry.substring(0, equals).strip().toLowerCase(Locale.ROOT);
                requireName(where, name);
                if (entries.put(name, nanos(where, entry.substring(equals + 1).strip())) != null) {
                    throw new ConfigurationException(where + "\"" + name + "\" has a line already");
                }
            }
        }
        return new LatencyTable(entries);
    }

    private static void requireName(String where, String name) throws ConfigurationException {
        int dot = name.indexOf('.');
        String label = dot < 0 ? name : name.substring(0, dot);
        Optional<TimedCommand> command = TimedCommand.called(label);
        if (command.isEmpty() && !label.equals(OTHER)) {
            throw new ConfigurationException(where + "\"" + label + "\" is no command; there are "
                    + String.join(", ", TimedCommand.labels()) + ", and " + OTHER);
        }
        if (dot < 0) {
            return;
        }
        String kind = name.substring(dot + 1);
        boolean keyed = command.isPresent() && command.get().isKeyed();
        if (!kind.equals(BYTE) && !(keyed && KEY_KIND.matcher(kind).matches())) {
            throw new ConfigurationException(where + "\"" + kind + "\" is nothing that " + label
                    + " can be told apart by; there is "
                    + (keyed ? "ec, rsa, aes, each with or without a size (ec-256), and " + BYTE : BYTE));
        }
    }

    private static long nanos(String where, String value) throws ConfigurationException {
        if (!NUMBER.matcher(value).matches()) {
            throw new ConfigurationException(
                    where + "\"" + value + "\" is no number of milliseconds, such as 50 or 0.5");
        }
        return new BigDecimal(value).movePointRight(NANOS_DIGITS).longValueExact();
    }

    /** Whether all commands take no time. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * What a command takes that was carried out.
     *
     * @param instruction the instruction byte
     * @param keyKind     kind and size of the key that it used or made, {@code ec-256}; empty without a key
     * @param bytes       length of command and answer together
     */
    public Duration of(int instruction, String keyKind, int bytes) {
        Optional<String> label = TimedCommand.of(instruction).map(TimedCommand::label);
        if (label.isEmpty()) {
            return ofRefused(bytes);
        }
        String kind = keyKind.indexOf('-') < 0 ? keyKind : keyKind.substring(0, keyKind.indexOf('-'));
        return sum(
                first(label.get() + '.' + keyKind, label.get() + '.' + kind, label.get(), OTHER),
                first(label.get() + '.' + BYTE, OTHER + '.' + BYTE),
                bytes);
    }

    /** What a command takes that the device refuses, or does not know. */
    public Duration ofRefused(int bytes) {
        return sum(first(OTHER), first(OTHER + '.' + BYTE), bytes);
    }

    private static Duration sum(long fixed, long each, int bytes) {
        return Duration.ofNanos(fixed + each * bytes);
    }

    private long first(String... names) {
        for (String name : names) {
            Long nanos = entries.get(name);
            if (nanos != null) {
                return nanos;
            }
        }
        return 0;
    }
}
