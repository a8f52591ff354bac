package io.github.schsm.cli;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceTrust;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The provider's configuration: the entries of {@code --config}, and options in place of them.
 *
 * @param entries by key
 */
record Settings(Map<String, String> entries) {
    static final String TERMINAL = "terminal";
    static final String DEVICE = "device";
    static final String READER = "reader";
    static final String TRUST = "trust";
    static final String CHANNEL = "channel";
    static final String NAME = "name";
    static final String PIN = "pin";

    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");
    private static final Pattern NOT_IN_A_VALUE = Pattern.compile("[;\\v]|(^|\\s)#");

    Settings {
        entries = Map.copyOf(entries);
    }

    /**
     * From the command line.
     *
     * @throws CliException if the file of {@code --config} cannot be used
     */
    static Settings of(GlobalOptions options) throws CliException {
        Map<String, String> entries = new TreeMap<>();
        if (options.config != null) {
            read(options.config, entries);
        }
        put(entries, TERMINAL, options.terminal);
        put(entries, DEVICE, options.device);
        put(entries, READER, options.reader);
        put(entries, TRUST, options.trust);
        put(entries, CHANNEL, options.channel);
        put(entries, NAME, options.name);
        return new Settings(entries);
    }

    /** As the provider reads it; which keys and values there are is the provider's to say. */
    private static void read(Path file, Map<String, String> entries) throws CliException {
        String text = new String(FileIo.read(file, "configuration file"), StandardCharsets.UTF_8);
        for (String line : text.lines().toList()) {
            for (String part : COMMENT.matcher(line).replaceFirst("").split(";", -1)) {
                int equals = part.indexOf('=');
                if (equals > 0) {
                    String key = part.substring(0, equals).strip();
                    if (entries.put(key, part.substring(equals + 1).strip()) != null) {
                        throw new CliException(
                                "the configuration file " + file + " has the entry \"" + key + "\" twice");
                    }
                } else if (!part.isBlank()) {
                    throw new CliException("the configuration file " + file + " has the entry \"" + part.strip()
                            + "\"; entries are key = value");
                }
            }
        }
    }

    private static void put(Map<String, String> entries, String key, @Nullable String value) throws CliException {
        if (value == null) {
            return;
        }
        if (value.isBlank() || NOT_IN_A_VALUE.matcher(value).find()) {
            throw new CliException("--" + key + " \"" + value
                    + "\" cannot be used: a value is not empty and has neither ';' nor a '#' behind a blank");
        }
        entries.put(key, value.strip());
    }

    /** The same with another value of an entry; null removes it. */
    Settings with(String key, @Nullable String value) {
        Map<String, String> changed = new TreeMap<>(entries);
        if (value == null) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        return new Settings(changed);
    }

    /** The value of an entry. */
    @Nullable
    String get(String key) {
        return entries.get(key);
    }

    /** The roots trusted, for what is checked without a device. */
    DeviceTrust trust() throws ConfigurationException {
        String names = get(TRUST);
        if (names == null) {
            String terminal = get(TERMINAL);
            names = terminal != null && terminal.startsWith("simulator:")
                    ? DeviceTrust.PRODUCTION + "," + DeviceTrust.SIMULATOR
                    : DeviceTrust.PRODUCTION;
        }
        return DeviceTrust.parse(names);
    }

    /** The configuration as the provider takes it. */
    String text() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(entries)
                .forEach((key, value) ->
                        text.append(key).append(" = ").append(value).append('\n'));
        return text.toString();
    }
}
