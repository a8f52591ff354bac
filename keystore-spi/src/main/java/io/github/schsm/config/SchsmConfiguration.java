package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceTrust;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.TextFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of a configuration as entries: {@code key = value}, separated by newlines or {@code ;}. The same in a file,
 * inline in {@code Provider.configure}, in {@code java.security}, and behind the options of the command line. What the
 * values mean is checked where they are used.
 *
 * <p>A line that starts with {@code #} is a comment, and so is what stands behind a {@code #} with blanks on both sides.
 * A {@code #} within a word belongs to it ({@code a#b}). One with a blank before it only could be meant either way and is
 * refused. A value in double quotes may have {@code #} and {@code ;} in it; a double quote in it is written twice.
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

    /** Whether the dates of certificates matter: {@value #REQUIRED}, or {@value #IGNORED}, the default. */
    public static final String DATES = "dates";

    /** Every key there is. */
    public static final List<String> KEYS = List.of(TERMINAL, DEVICE, READER, PIN, TRUST, DATES, CHANNEL, NAME);

    private static final String REQUIRED = "required";
    private static final String IGNORED = "ignored";

    private static final String SIMULATOR = "simulator:";
    private static final char QUOTE = '"';
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
     * @throws ConfigurationException if an entry is none, unknown, empty or there twice, with the number of the line where
     *                                there are several; values of unknown keys, which could be secrets, are not repeated
     */
    public static SchsmConfiguration parse(String text) throws ConfigurationException {
        Map<String, String> entries = new TreeMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                for (String entry : entries(lines.get(i))) {
                    if (!entry.isBlank()) {
                        add(entries, entry.strip());
                    }
                }
            } catch (ConfigurationException wrong) {
                throw lines.size() == 1
                        ? wrong
                        : new ConfigurationException("line " + (i + 1) + ": " + wrong.getMessage(), wrong);
            }
        }
        return new SchsmConfiguration(entries);
    }

    /**
     * Reads a configuration from a file: UTF-8, with or without a byte order mark.
     *
     * @throws ConfigurationException as {@link #parse}, and if the file cannot be read or is not UTF-8; it names the file
     */
    public static SchsmConfiguration read(Path file) throws ConfigurationException {
        String what = "the configuration file " + file;
        String text = TextFile.read(file, what);
        try {
            return parse(text);
        } catch (ConfigurationException wrong) {
            String line = text.lines().count() == 1 ? "line 1: " : "";
            throw new ConfigurationException(what + " cannot be used: " + line + wrong.getMessage(), wrong);
        }
    }

    /**
     * Whether a text begins with an entry. The name of a file may have a {@code =} in it, too, but hardly behind a key.
     */
    public static boolean isEntries(String text) {
        int equals = text.indexOf('=');
        return equals > 0 && KEYS.contains(text.substring(0, equals).strip());
    }

    /** What the semicolons of a line separate, but for those in quotes and in a PKCS#11 URI, and without comments. */
    private static List<String> entries(String line) throws ConfigurationException {
        List<String> entries = new ArrayList<>();
        for (String part : parts(line)) {
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

    private static List<String> parts(String line) throws ConfigurationException {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int at = 0;
        while (at < line.length() && !isComment(line, at)) {
            if (line.charAt(at) == ';') {
                parts.add(line.substring(start, at));
                start = at + 1;
            } else if (line.charAt(at) == QUOTE
                    && line.substring(start, at).strip().endsWith("=")) {
                at = closingQuote(line, at);
            }
            at++;
        }
        parts.add(line.substring(start, at));
        return parts;
    }

    /** Whether a comment begins there. */
    private static boolean isComment(String line, int at) throws ConfigurationException {
        if (line.charAt(at) != '#') {
            return false;
        }
        if (line.substring(0, at).isBlank()) {
            return true;
        }
        boolean blankBefore = Character.isWhitespace(line.charAt(at - 1));
        boolean blankBehind = at + 1 == line.length() || Character.isWhitespace(line.charAt(at + 1));
        if (blankBefore && !blankBehind) {
            throw new ConfigurationException(
                    "a '#' behind a blank is a comment or part of the value: put a blank behind it"
                            + " for a comment, or the whole value in double quotes");
        }
        return blankBefore;
    }

    /** Where a quoted value ends. */
    private static int closingQuote(String line, int opening) throws ConfigurationException {
        int at = opening + 1;
        while (at < line.length()) {
            if (line.charAt(at) == QUOTE) {
                if (at + 1 == line.length() || line.charAt(at + 1) != QUOTE) {
                    return at;
                }
                at++;
            }
            at++;
        }
        throw new ConfigurationException("a value begins with a double quote and does not end with one");
    }

    private static void add(Map<String, String> entries, String entry) throws ConfigurationException {
        int equals = entry.indexOf('=');
        String key = equals < 0 ? entry : entry.substring(0, equals).strip();
        if (equals < 0 || !KEYS.contains(key)) {
            throw new ConfigurationException(
                    "unknown configuration entry \"" + key + "\"; keys are " + String.join(", ", KEYS));
        }
        String value = unquoted(key, entry.substring(equals + 1).strip());
        if (value.isEmpty()) {
            throw new ConfigurationException("configuration entry \"" + key + "\" has no value");
        }
        if (!PrintableText.isWhole(value)) {
            throw new ConfigurationException(
                    "configuration entry \"" + key + "\" has a character that is none (U+FFFD, or"
                            + " half of a pair): it was read in another encoding than it was written in");
        }
        if (entries.putIfAbsent(key, value) != null) {
            throw new ConfigurationException("configuration entry \"" + key + "\" is there twice");
        }
    }

    private static String unquoted(String key, String value) throws ConfigurationException {
        if (value.isEmpty() || value.charAt(0) != QUOTE) {
            return value;
        }
        int end = closingQuote(value, 0);
        if (end != value.length() - 1) {
            throw new ConfigurationException(
                    "configuration entry \"" + key + "\" has something behind the quote that ends its value");
        }
        return value.substring(1, end).replace("\"\"", "\"");
    }

    private static String quoted(String value) {
        return NOT_IN_A_VALUE.matcher(value).find() || value.contains(";") || value.charAt(0) == QUOTE
                ? QUOTE + value.replace("\"", "\"\"") + QUOTE
                : value;
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
                    || value.strip().indexOf(QUOTE) == 0
                    || entries(key + "=" + value).size() > 1) {
                throw new ConfigurationException(
                        "configuration entry \"" + key + "\" cannot be \"" + value
                                + "\": a value has neither ';' nor a '#' behind a blank, but in double quotes in a configuration file");
            }
            add(changed, key + "=" + value);
        }
        return new SchsmConfiguration(changed);
    }

    /**
     * The roots a device may trace to. Where none are named these are the vendor's, with simulated devices also the
     * simulator's. With {@code dates = required} their certificates have to be valid today.
     *
     * @throws ConfigurationException if one is unknown or cannot be read
     */
    public DeviceTrust trust() throws ConfigurationException {
        boolean simulated =
                get(TERMINAL).filter(terminal -> terminal.startsWith(SIMULATOR)).isPresent();
        DeviceTrust trust = DeviceTrust.parse(get(TRUST)
                .orElse(simulated ? DeviceTrust.PRODUCTION + "," + DeviceTrust.SIMULATOR : DeviceTrust.PRODUCTION));
        return areDatesRequired() ? trust.withDatesRequired() : trust;
    }

    private boolean areDatesRequired() throws ConfigurationException {
        String dates = get(DATES).orElse(IGNORED);
        return switch (dates) {
            case REQUIRED -> true;
            case IGNORED -> false;
            default ->
                throw new ConfigurationException("dates = " + dates
                        + " is not known: use required (expired device certificates are refused) or ignored (they are"
                        + " accepted, the default)");
        };
    }

    /** The configuration as a text that {@link #parse} and {@code Provider.configure} read; keys in alphabetical order. */
    public String text() {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(entries)
                .forEach((key, value) ->
                        text.append(key).append(" = ").append(quoted(value)).append('\n'));
        return text.toString();
    }

    /** Which entries there are; the value of {@code pin} could be a PIN, written there by mistake. */
    @Override
    public String toString() {
        return "configuration of " + new TreeMap<>(entries).keySet();
    }
}
