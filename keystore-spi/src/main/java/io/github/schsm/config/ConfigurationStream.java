// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.codec.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as the content of a key store file: programs that open a key store by a file hand its stream over, and
 * nothing tells which file it was.
 */
public final class ConfigurationStream {
    private static final String WHAT = "the key store file";

    /** What an entry begins with, ours or not; nothing that is encoded does. */
    private static final Pattern ENTRY = Pattern.compile("\\s*[A-Za-z][A-Za-z0-9_.-]*[ \\t]*=");

    /** An entry that nobody writes who does not mean us. */
    private static final Pattern TERMINAL =
            Pattern.compile("(?:^|;)\\s*terminal\\s*=\\s*\"?(?:pcsc|sunpcsc|simulator:|pkcs11:|ram:)");

    /** The entries that say how devices are reached, or which are meant. */
    private static final List<String> WHICH = List.of(
            SchsmConfiguration.TERMINAL,
            SchsmConfiguration.DEVICE,
            SchsmConfiguration.READER,
            SchsmConfiguration.DOMAIN,
            SchsmConfiguration.MEMBERS);

    private final byte[] content;
    private final @Nullable SchsmConfiguration configuration;

    private ConfigurationStream(byte[] content, @Nullable SchsmConfiguration configuration) {
        this.content = content;
        this.configuration = configuration;
    }

    /**
     * Reads a stream to its end.
     *
     * @throws IOException            if it cannot be read, or is something else than a configuration
     * @throws ConfigurationException if it is a configuration that cannot be used
     */
    public static ConfigurationStream read(InputStream stream) throws IOException, ConfigurationException {
        return read(stream, unchecked -> true);
    }

    /**
     * Reads a stream that was taken for a configuration by its content. Only one that a provider has as well, or that harms
     * nobody, is one that the program can have meant.
     *
     * @param isConfigured whether a provider is configured like this configuration, whose values were not checked
     * @throws IOException            as {@link #read(InputStream)}, or if its type has to be named
     * @throws ConfigurationException if it is a configuration that cannot be used
     */
    public static ConfigurationStream readGuessed(InputStream stream, Predicate<SchsmConfiguration> isConfigured)
            throws IOException, ConfigurationException {
        return read(stream, isConfigured);
    }

    private static ConfigurationStream read(InputStream stream, Predicate<SchsmConfiguration> isMeant)
            throws IOException, ConfigurationException {
        byte[] content = stream.readNBytes(TextFile.MOST_BYTES + 1);
        String text;
        try {
            text = text(content);
        } catch (ConfigurationException noText) {
            throw notOne(String.valueOf(noText.getMessage()), noText);
        }
        Optional<String> first = firstLine(text);
        if (first.isEmpty()) {
            return new ConfigurationStream(content, null);
        }
        if (!ENTRY.matcher(first.get()).lookingAt()) {
            throw notOne(WHAT + " does not begin with an entry key = value", null);
        }
        try {
            SchsmConfiguration entries = SchsmConfiguration.parse(text);
            if (!isMeant.test(entries) && !GuessedFile.isEverythingAllowed()) {
                requireHarmless(entries);
            }
            return new ConfigurationStream(content, entries.checked());
        } catch (ConfigurationException wrong) {
            throw new ConfigurationException(WHAT + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * Whether a stream looks like a configuration: one that says how devices are reached, even if there is a mistake in it,
     * or one without a mistake that says which device is meant. Reads no more than a configuration may have, and opens
     * nothing.
     *
     * @throws IOException if it cannot be read
     */
    public static boolean isOne(InputStream stream) throws IOException {
        try {
            String text = text(stream.readNBytes(TextFile.MOST_BYTES + 1));
            if (!ENTRY.matcher(firstLine(text).orElse("")).lookingAt()) {
                return false;
            }
            if (text.lines().anyMatch(line -> TERMINAL.matcher(line).find())) {
                return true;
            }
            SchsmConfiguration entries = SchsmConfiguration.parse(text);
            if (GuessedFile.tooMuch(entries).isEmpty()) { // else a check could read files
                entries.checked();
            }
            return WHICH.stream().anyMatch(entries.entries()::containsKey);
        } catch (ConfigurationException none) {
            return false;
        }
    }

    /** What it says; empty if there is nothing in it, or nothing but blanks and comments. */
    public Optional<SchsmConfiguration> configuration() {
        return Optional.ofNullable(configuration);
    }

    /** What was read, byte for byte. */
    public byte[] content() {
        return content.clone();
    }

    private static String text(byte[] content) throws ConfigurationException {
        if (content.length > TextFile.MOST_BYTES) {
            throw new ConfigurationException(WHAT + " is too long: it has more than " + TextFile.MOST_BYTES + " bytes");
        }
        return TextFile.of(content, WHAT);
    }

    /** The first line that says something. */
    private static Optional<String> firstLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.stripLeading().startsWith("#"))
                .findFirst();
    }

    private static void requireHarmless(SchsmConfiguration entries) throws IOException {
        String entry = GuessedFile.tooMuch(entries).orElse(null);
        if (entry != null) {
            throw new IOException(WHAT + " says " + entry
                    + ", which is not taken from a file whose type nobody named, so nothing was done: name the type, by"
                    + " KeyStore.getInstance(\"SCHSM\") and load (keytool, jarsigner: -storetype SCHSM), register a provider"
                    + " with this configuration, or set the security property " + GuessedFile.PROPERTY
                    + " = all (docs/key-store-files.md)");
        }
    }

    private static IOException notOne(String why, @Nullable Throwable cause) {
        return new IOException(
                "a key store of type SCHSM is on a device and not in a file: load it with a null stream (keytool:"
                        + " -keystore NONE), or with a file that has an SCHSM configuration (docs/key-store-files.md); "
                        + why,
                cause);
    }
}
