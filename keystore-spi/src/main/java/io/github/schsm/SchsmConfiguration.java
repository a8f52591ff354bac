package io.github.schsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a configuration as entries: {@code key = value}, separated by newlines or {@code ;}. A line that starts with
 * {@code #}, and what stands behind a {@code #} after a blank, is a comment. The same in a file, inline in
 * {@code Provider.configure}, in {@code java.security}, and behind the options of the command line. What the values mean
 * is checked where they are used.
 *
 * <p>The {@code ;} of a PKCS#11 URI (RFC 7512) belongs to the value: behind a value that begins with {@code pkcs11:}, a part
 * {@code name=…} whose name is a path attribute of such a URI goes on with it.
 *
 * @param entries values by key
 */
public record SchsmConfiguration(Map<String, String> entries) {
    /** Where devices are. */
    public static final String TERMINAL = "terminal";
    /** The devices that are meant: their ids or, where a PKCS#11 module is asked, whatever it lets them be chosen by. */
    public static final String DEVICE = "device";
    /** Which readers are looked into. */
    public static final String READER = "reader";
    /** Where the PIN comes from. */
    public static final String PIN = "pin";
    /** Roots a device may trace to. */
    public static final String TRUST = "trust";
    /** Which commands go over a secure channel. */
    public static final String CHANNEL = "channel";
    /** What the provider's name has behind {@code SCHSM-}. */
    public static final String NAME = "name";

    /** Every key there is. */
    public static final List<String> KEYS = List.of(TERMINAL, DEVICE, READER, PIN, TRUST, CHANNEL, NAME);

    private static final String SIMULATOR = "simulator:";
    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");
    private static final Pattern NOT_IN_A_VALUE = Pattern.compile("\\v|(^|\\s)#");
    private static final Pattern PKCS11_VALUE = Pattern.compile("\\s*\\w+\\s*=\\s*(?:.*,\\s*)?pkcs11:.*");
    /** Path attributes of RFC 7512 behind a semicolon. */
    private static final Pattern PKCS11_PART = Pattern.compile("(?:token|manufacturer|serial|model|library-manufacturer"
            + "|library-version|library-description|object|type|id|slot-description|slot-manufacturer|slot-id)=.*");

    /** Copies the entries. */
    public SchsmConfiguration {
        entries = Map.copyOf(entries);
    }

    /**
     * Reads a configuration.
     *
     * @throws ConfigurationException if an entry is none, unknown, empty or there twice; values of unknown keys, which
     *                                could be secrets, are not repeated
     */
    public static SchsmConfiguration parse(String text) throws ConfigurationException {
        Map<String, String> entries = new TreeMap<>();
        for (String line : text.lines().toList()) {
            for (String entry : entries(COMMENT.matcher(line).replaceFirst(""))) {
                if (!entry.isBlank()) {
                    add(entries, entry.strip());
                }
            }
        }
        return new SchsmConfiguration(entries);
    }

    /** What the semicolons of a line separate, but for those in a PKCS#11 URI. */
    private static List<String> entries(String line) {
        List<String> entries = new ArrayList<>();
        for (String part : line.split(";", -1)) {
            int last = entries.size() - 1;
            if (last >= 0
                    && PKCS11_PART.matcher(part.strip()).matches()
                    && PKCS11_VALUE.matcher(entries.get(last)).matches()) {
                entries.set(last, entries.get(last) + ";" + part.strip());
            } else {
                entries.add(part);
            }
        }
        return entries;
    }

    private static void add(Map<String, String> entries, String entry) throws ConfigurationException {
        int equals = entry.indexOf('=');
        String key = equals < 0 ? entry : entry.substring(0, equals).strip();
        if (equals < 0 || !KEYS.contains(key)) {
            throw new ConfigurationException(
                    "unknown configuration entry \"" + key + "\"; keys are " + String.join(", ", KEYS));
        }
        String value = entry.substring(equals + 1).strip();
        if (value.isEmpty()) {
            throw new ConfigurationException("configuration entry \"" + key + "\" has no value");
        }
        if (entries.putIfAbsent(key, value) != null) {
            throw new ConfigurationException("configuration entry \"" + key + "\" is there twice");
        }
    }

    /** An entry's value. */
    public Optional<String> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /**
     * The same with another value of an entry.
     *
     * @param value null for no entry
     * @throws ConfigurationException if the key is unknown, or the value could not be read back from a text
     */
    public SchsmConfiguration with(String key, @Nullable String value) throws ConfigurationException {
        Map<String, String> changed = new TreeMap<>(entries);
        changed.remove(key);
        if (value != null) {
            if (NOT_IN_A_VALUE.matcher(value).find()
                    || entries(key + "=" + value).size() > 1) {
                throw new ConfigurationException("configuration entry \"" + key + "\" cannot be \"" + value
                        + "\": a value has neither ';' nor a '#' behind a blank");
            }
            add(changed, key + "=" + value);
        }
        return new SchsmConfiguration(changed);
    }

    /**
     * The roots a device may trace to. Where none are named these are the vendor's, with simulated devices also the
     * simulator's.
     *
     * @throws ConfigurationException if one is unknown or cannot be read
     */
    public DeviceTrust trust() throws ConfigurationException {
        boolean simulated =
                get(TERMINAL).filter(terminal -> terminal.startsWith(SIMULATOR)).isPresent();
        return DeviceTrust.parse(get(TRUST)
                .orElse(simulated ? DeviceTrust.PRODUCTION + "," + DeviceTrust.SIMULATOR : DeviceTrust.PRODUCTION));
    }

    /** The configuration as a text that {@link #parse} and {@code Provider.configure} read; keys in alphabetical order. */
    public String text() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(entries)
                .forEach((key, value) ->
                        text.append(key).append(" = ").append(value).append('\n'));
        return text.toString();
    }

    /** Which entries there are; the value of {@code pin} could be a PIN, written there by mistake. */
    @Override
    public String toString() {
        return "configuration of " + new TreeMap<>(entries).keySet();
    }
}
