// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.config;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.codec.AliasPatterns;
import io.github.schsm.codec.TextFile;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A configuration: entries {@code key = value}, separated by newlines or {@code ;}, and what their values mean. The text is
 * the same in a file, inline in {@code Provider.configure}, in {@code java.security}, and behind the options of the
 * command line. {@link #parse} and {@link #with} check the entries only, so that options can replace what a file says;
 * {@link #checked} checks the values, and from then on they can be asked for.
 *
 * <p>A line that starts with {@code #} is a comment, and so is what follows a {@code #} with blanks on both sides.
 * A {@code #} within a word belongs to it ({@code a#b}). One with a blank before it only could be meant either way and is
 * refused. A value in double quotes may have {@code #} and {@code ;} in it; a double quote in it is written twice.
 *
 * <p>The {@code ;} of a PKCS#11 URI (RFC 7512) belongs to the value: behind a value that begins with {@code pkcs11:}, a part
 * {@code name=…} whose name is a path attribute of such a URI goes on with it.
 */
public final class SchsmConfiguration {
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

    /** A key domain whose members are one key store: the first digits of its UID, or of a DKEK's key check value. */
    public static final String DOMAIN = "domain";
    /** {@value #ALL}: the devices are one key store whatever key domains they have. */
    public static final String MEMBERS = "members";
    /** On how many members a new key is wanted: {@value #ALL}, the default, or a number. */
    public static final String COPIES = "copies";
    /** Whether a key may be deleted while a member is away: {@value #ALL}, the default, says no, {@value #PRESENT} yes. */
    public static final String DELETE = "delete";

    /** Patterns of the aliases that key stores show, with commas; the devices themselves are not limited. */
    public static final String ALIAS = "alias";

    /** The files with the shares of a DKEK, {@code file:PATH}, several with commas, under which software keys are imported. */
    public static final String DKEK = "dkek";
    /** Where the passwords of these files come from. */
    public static final String DKEK_PASSWORD = "dkek.password";

    /** Every key there is, but for {@link #PIN_OF} and those of {@link RamEntries} and {@link AuditSettings}. */
    public static final List<String> KEYS = List.of(
            TERMINAL,
            DEVICE,
            READER,
            DOMAIN,
            MEMBERS,
            COPIES,
            DELETE,
            PIN,
            TRUST,
            DATES,
            CHANNEL,
            ALIAS,
            NAME,
            DKEK,
            DKEK_PASSWORD);

    /** What a key begins with that says where one device's PIN comes from; the device's id follows. */
    public static final String PIN_OF = "pin.";

    private static final String ALL = "all";
    private static final String PRESENT = "present";

    private static final String REQUIRED = "required";
    private static final String IGNORED = "ignored";
    private static final String PCSC = "pcsc";
    private static final String SUN_PCSC = "sunpcsc";
    static final String ENV = "env:";
    static final String FILE = "file:";
    private static final Set<String> PINS = Set.of("prompt", "pinpad", "callback");
    private static final Set<String> CHANNELS = Set.of("plain", "pin", "secure");
    private static final Pattern NAME_SUFFIX = Pattern.compile("[A-Za-z0-9_.-]{1,32}");
    private static final Pattern DEVICE_NAME = Pattern.compile("[\\x21-\\x7E]{1,80}");
    private static final Pattern DOMAIN_DIGITS = Pattern.compile("[0-9a-f]{8,64}");
    private static final Pattern COPY_COUNT = Pattern.compile("[1-9][0-9]{0,2}");
    /** A comma between two terminals; one in a path has no terminal behind it. */
    private static final Pattern NEXT_TERMINAL =
            Pattern.compile("\\s*,\\s*(?=(?:pcsc|sunpcsc)\\s*(?:,|$)|[a-z][a-z0-9]+:|$)");
    /** What follows the # in a device's name. */
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-fA-F]{8,64}");
    /** Who finds tokens in its own way has its own words for them: labels, URIs. */
    private static final Pattern DEVICE_IN_OTHER_WORDS = Pattern.compile("[^\\p{Cntrl}]{1,2048}");

    private final Map<String, String> entries;
    private final @Nullable Values values;

    /** What the entries mean. */
    private record Values(
            List<Terminal> terminals,
            List<String> devices,
            @Nullable Pattern reader,
            DeviceTrust trust,
            AliasPatterns aliases) {}

    /**
     * A place where devices are.
     *
     * @param text as it is configured: {@code pcsc}, {@code sunpcsc}, {@code simulator:…}, {@code pkcs11:…}, {@code ram:…}
     */
    public record Terminal(String text) {
        // Written out, because a record's own are linked at first use, which a program's start shows.
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Terminal that && text.equals(that.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        /** Whether devices are in the readers of this computer. */
        public boolean isPcsc() {
            return text.equals(PCSC);
        }

        /** The same, reached by the JDK's own way. */
        public boolean isSunPcsc() {
            return text.equals(SUN_PCSC);
        }

        /** Whether devices are reached through a PKCS#11 module. */
        public boolean isModule() {
            return scheme().equals("pkcs11");
        }

        /** Whether readers on other computers dial in. */
        public boolean isRemote() {
            return scheme().equals("ram");
        }

        /** Whether devices are simulated. */
        public boolean isSimulator() {
            return scheme().equals("simulator");
        }

        /** What stands before the colon; empty where there is none. */
        public String scheme() {
            return text.substring(0, Math.max(0, text.indexOf(':')));
        }

        /** What follows the colon. */
        public String location() {
            return text.substring(text.indexOf(':') + 1).strip();
        }

        private void check() throws ConfigurationException {
            if (isPcsc() || isSunPcsc() || (!scheme().isEmpty() && !location().isEmpty())) {
                return;
            }
            throw new ConfigurationException("terminal = " + text
                    + " is not known: use pcsc, sunpcsc, simulator:memory, simulator:<folder>,"
                    + " pkcs11:<module path> or ram:<url>; several with commas");
        }
    }

    private SchsmConfiguration(Map<String, String> entries, @Nullable Values values) {
        this.entries = Map.copyOf(entries);
        this.values = values;
    }

    /** Nothing but defaults: PC/SC, whichever device is there. */
    public static SchsmConfiguration defaults() {
        try {
            return new SchsmConfiguration(Map.of(), null).checked();
        } catch (ConfigurationException cannotBe) {
            throw new IllegalStateException(cannotBe);
        }
    }

    /**
     * Reads a configuration; its values are not checked.
     *
     * @throws ConfigurationException if an entry is none, unknown, empty or there twice, with the number of the line where
     *                                there are several; values of unknown keys, which could be secrets, are not repeated
     */
    public static SchsmConfiguration parse(String text) throws ConfigurationException {
        return new SchsmConfiguration(ConfigurationText.parse(text), null);
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
     * The argument of {@code Provider.configure}: the text itself, or the name of a file that has it. It is the text if it
     * begins with an entry or a comment, or has several lines; a file's name may have a {@code =} in it.
     *
     * @throws ConfigurationException naming the entry and what would be valid, and the file if there is one
     */
    public static SchsmConfiguration of(String argument) throws ConfigurationException {
        boolean text = argument.isBlank()
                || isEntries(argument)
                || argument.stripLeading().startsWith("#")
                || argument.strip().lines().count() > 1;
        if (!text) {
            Path file = file(argument);
            if (file != null && Files.exists(file)) {
                return readChecked(file);
            }
            if (!argument.contains("=")) {
                throw new ConfigurationException("the configuration \"" + argument
                        + "\" has no entry \"key = value\", and there is no file of that name; keys are "
                        + keys());
            }
        }
        return parse(argument).checked();
    }

    private static @Nullable Path file(String name) {
        try {
            return Path.of(name.strip());
        } catch (InvalidPathException none) {
            return null;
        }
    }

    private static SchsmConfiguration readChecked(Path file) throws ConfigurationException {
        SchsmConfiguration entries = read(file);
        try {
            return entries.checked();
        } catch (ConfigurationException wrong) {
            throw new ConfigurationException(
                    "the configuration file " + file + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * Whether a text begins with an entry. The name of a file may have a {@code =} in it, too, but hardly behind a key.
     */
    private static boolean isEntries(String text) {
        int equals = text.indexOf('=');
        return equals > 0 && isKey(text.substring(0, equals).strip());
    }

    /** Whether an entry may have that key. */
    static boolean isKey(String key) {
        return KEYS.contains(key)
                || RamEntries.KEYS.contains(key)
                || isOfAudit(key)
                || (key.startsWith(PIN_OF)
                        && DEVICE_IN_OTHER_WORDS
                                .matcher(key.substring(PIN_OF.length()))
                                .matches());
    }

    /** Asked so that a program without an audit log does not load what is about it. */
    private static boolean isOfAudit(String key) {
        return key.startsWith(AuditSettings.AUDIT) && AuditSettings.KEYS.contains(key);
    }

    /** Every key there is, for people. */
    static String keys() {
        return String.join(", ", KEYS) + ", " + PIN_OF + "<device id>, " + String.join(", ", AuditSettings.KEYS) + ", "
                + String.join(", ", RamEntries.KEYS);
    }

    /**
     * The same, with every value checked.
     *
     * @throws ConfigurationException naming the first entry that cannot be used and what would be valid
     */
    public SchsmConfiguration checked() throws ConfigurationException {
        List<Terminal> terminals = terminals(terminal());
        List<String> devices = devices(get(DEVICE).orElse(null), terminals);
        Values meant =
                new Values(terminals, devices, reader(get(READER).orElse(null)), readTrust(terminals), readAliases());
        requirePins(devices);
        requireDomain();
        RamEntries.check(entries);
        DkekEntries.check(entries);
        audit();
        requireChannel(channel().orElse("plain"));
        requireName(name().orElse("x"));
        return new SchsmConfiguration(entries, meant);
    }

    /** The terminals that a value names, not checked. */
    static Stream<Terminal> terminalsIn(String value) {
        return Arrays.stream(NEXT_TERMINAL.split(value, -1)).map(text -> new Terminal(text.strip()));
    }

    private static List<Terminal> terminals(String value) throws ConfigurationException {
        List<Terminal> terminals = terminalsIn(value).toList();
        for (Terminal terminal : terminals) {
            terminal.check();
        }
        if (Set.copyOf(terminals).size() < terminals.size()) {
            throw new ConfigurationException("terminal = " + value + " names a terminal twice");
        }
        return terminals;
    }

    private void requireDomain() throws ConfigurationException {
        String domain = domain().orElse(null);
        if (domain != null && !DOMAIN_DIGITS.matcher(domain).matches()) {
            throw new ConfigurationException(
                    "domain = " + get(DOMAIN).orElse(domain) + " is no UID of a key domain: write its first 8 to 64"
                            + " hexadecimal digits, or those of a DKEK's key check value (see: schsm domain list)");
        }
        requireOneOf(MEMBERS, ALL, ALL);
        requireOneOf(DELETE, ALL, PRESENT);
        String copies = get(COPIES).orElse(ALL);
        if (!copies.equals(ALL) && !COPY_COUNT.matcher(copies).matches()) {
            throw new ConfigurationException("copies = " + copies
                    + " is not known: use all, or a number from 1 to 999 that says on how many members a"
                    + " new key is wanted");
        }
        if (!isManyAsOne()) {
            for (String key : List.of(COPIES, DELETE)) {
                if (entries.containsKey(key)) {
                    throw new ConfigurationException(key
                            + " is about the members of a key domain: it needs domain = <UID>" + " or members = all");
                }
            }
        }
    }

    private void requireOneOf(String key, String value, String other) throws ConfigurationException {
        String configured = get(key).orElse(value);
        if (!configured.equals(value) && !configured.equals(other)) {
            throw new ConfigurationException(key + " = " + configured + " is not known: use "
                    + (value.equals(other) ? value + ", or leave it out" : value + " or " + other));
        }
    }

    private void requirePins(List<String> devices) throws ConfigurationException {
        requirePin(PIN, pin().orElse("prompt"));
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            if (entry.getKey().startsWith(PIN_OF)) {
                requirePin(entry.getKey(), entry.getValue());
                String device = entry.getKey().substring(PIN_OF.length());
                if (!devices.isEmpty() && !devices.contains(device)) {
                    throw new ConfigurationException(
                            entry.getKey() + " is for none of the configured devices: " + String.join(", ", devices));
                }
            }
        }
    }

    private static void requirePin(String key, String pin) throws ConfigurationException {
        if (isNamed(pin, FILE)) {
            TextFile.named(pin.substring(FILE.length()), key + " = " + pin);
        }
        if (!PINS.contains(pin) && !isNamed(pin, ENV) && !isNamed(pin, FILE)) {
            throw new ConfigurationException(
                    "this value of " + key + " is not known (it is not repeated here, in case it is"
                            + " a PIN): use prompt, pinpad, env:NAME, file:PATH or callback");
        }
    }

    static boolean isNamed(String value, String scheme) {
        return value.startsWith(scheme) && value.length() > scheme.length();
    }

    private static void requireChannel(String channel) throws ConfigurationException {
        if (!CHANNELS.contains(channel)) {
            throw new ConfigurationException("channel = " + channel
                    + " is not known: use plain, pin (PINs over a secure channel) or secure (everything)");
        }
    }

    private static void requireName(String name) throws ConfigurationException {
        if (!NAME_SUFFIX.matcher(name).matches()) {
            throw new ConfigurationException(
                    "name = " + name + ": a name is letters, digits, dots, hyphens and underscores, at most 32");
        }
    }

    private static List<String> devices(@Nullable String value, List<Terminal> terminals)
            throws ConfigurationException {
        if (value == null) {
            return List.of();
        }
        List<String> ids =
                Arrays.stream(value.split(",", -1)).map(String::strip).toList();
        boolean readers = terminals.stream()
                .allMatch(terminal ->
                        terminal.isPcsc() || terminal.isSunPcsc() || terminal.isSimulator() || terminal.isRemote());
        Pattern known = readers ? DEVICE_NAME : DEVICE_IN_OTHER_WORDS;
        for (String id : ids) {
            if (!known.matcher(id).matches()) {
                throw new ConfigurationException("device = " + value
                        + " is no list of device ids; one looks like DECC0401002, or ESPICOHSMTR#1a2b3c4d where"
                        + " several devices have an id (see: schsm devices)");
            }
            if (readers) {
                requireWholeName(id);
            }
        }
        return ids;
    }

    /** Checks that a device id with digits of a fingerprint has as many of them as tell devices apart. */
    public static void requireWholeName(String name) throws ConfigurationException {
        int mark = name.lastIndexOf('#');
        if (mark >= 0 && !FINGERPRINT.matcher(name.substring(mark + 1)).matches()) {
            throw new ConfigurationException(
                    "device = " + name + ": behind # there are at least 8 hexadecimal digits of"
                            + " the fingerprint of the device's key, as in ESPICOHSMTR#1a2b3c4d (see: schsm devices)");
        }
    }

    private static @Nullable Pattern reader(@Nullable String value) throws ConfigurationException {
        try {
            return value == null ? null : Pattern.compile(value);
        } catch (PatternSyntaxException malformed) {
            throw new ConfigurationException(
                    "reader = " + value + " is no regular expression: " + malformed.getDescription(), malformed);
        }
    }

    private AliasPatterns readAliases() throws ConfigurationException {
        String list = get(ALIAS).orElse(null);
        try {
            return list == null ? AliasPatterns.ALL : AliasPatterns.parse(list);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigurationException(
                    "alias = " + list + " is no list of aliases: " + malformed.getMessage()
                            + "; write aliases or patterns with * and ?, with commas between them, as in tls, sign-*",
                    malformed);
        }
    }

    private DeviceTrust readTrust(List<Terminal> terminals) throws ConfigurationException {
        String roots = get(TRUST)
                .orElse(
                        terminals.stream().allMatch(Terminal::isSimulator)
                                ? DeviceTrust.PRODUCTION + "," + DeviceTrust.SIMULATOR
                                : DeviceTrust.PRODUCTION);
        DeviceTrust trust = DeviceTrust.parse(roots);
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

    // Entries

    /** Values by key. */
    public Map<String, String> entries() {
        return entries;
    }

    /** An entry's value. */
    public Optional<String> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /**
     * The same with another value of an entry, not checked.
     *
     * @param value null for no entry
     * @throws ConfigurationException if the key is unknown, or the value could not be read back from a text
     */
    public SchsmConfiguration with(String key, @Nullable String value) throws ConfigurationException {
        Map<String, String> changed = new TreeMap<>(entries);
        changed.remove(key);
        if (value != null) {
            ConfigurationText.add(changed, key, value);
        }
        return new SchsmConfiguration(changed, null);
    }

    /**
     * The same for one device: none of what is about several, and that device's PIN.
     *
     * @throws ConfigurationException if it could not be read back from a text
     */
    public SchsmConfiguration ofDevice(String deviceId) throws ConfigurationException {
        Map<String, String> one = new TreeMap<>(entries);
        one.keySet().removeAll(Set.of(DOMAIN, MEMBERS, COPIES, DELETE, PIN));
        one.keySet().removeIf(key -> key.startsWith(PIN_OF));
        String pin = pin(deviceId).orElse(null);
        return new SchsmConfiguration(one, null).with(DEVICE, deviceId).with(PIN, pin);
    }

    /**
     * The same for key stores that show everything.
     *
     * @throws ConfigurationException if what they were to show is no list of aliases
     */
    public SchsmConfiguration withAllShown() throws ConfigurationException {
        readAliases();
        return entries.containsKey(ALIAS) ? with(ALIAS, null) : this;
    }

    /** The same without what concerns neither devices nor logins: what key stores show, and the provider's name. */
    public SchsmConfiguration ofTokens() {
        if (!entries.containsKey(ALIAS) && !entries.containsKey(NAME)) {
            return this;
        }
        Map<String, String> rest = new TreeMap<>(entries);
        rest.keySet().removeAll(Set.of(ALIAS, NAME));
        return new SchsmConfiguration(rest, values);
    }

    /** The configuration as a text that {@link #parse} and {@code Provider.configure} read; keys in alphabetical order. */
    public String text() {
        return ConfigurationText.of(entries);
    }

    // What they mean

    private Values values() {
        if (values == null) {
            throw new IllegalStateException("the values of the configuration were not checked");
        }
        return values;
    }

    /** Where devices are, in the order they are looked for. */
    public List<Terminal> terminals() {
        return values().terminals();
    }

    /** The same as it is configured: {@code pcsc}, {@code sunpcsc}, {@code simulator:…}, {@code pkcs11:…}, {@code ram:…}, with commas. */
    public String terminal() {
        return get(TERMINAL).orElse(PCSC);
    }

    /** The devices that are meant, by id or in the words of the source that finds them; empty for whichever is there. */
    public List<String> devices() {
        return values().devices();
    }

    /** Where the PIN comes from when none was given. */
    public Optional<String> pin() {
        return get(PIN);
    }

    /** Where one device's PIN comes from: its own entry, or that of all. */
    public Optional<String> pin(String deviceId) {
        return get(PIN_OF + deviceId).or(this::pin);
    }

    /** The first digits of a key domain's UID or a DKEK's key check value, in lower case; empty for none. */
    public Optional<String> domain() {
        return get(DOMAIN).map(digits -> digits.toLowerCase(Locale.ROOT));
    }

    /** Whether the devices are one key store: the members of a key domain, or all there are. */
    public boolean isManyAsOne() {
        return entries.containsKey(DOMAIN) || entries.containsKey(MEMBERS);
    }

    /** On how many members a new key is wanted; empty for all. */
    public OptionalInt copies() {
        return get(COPIES).filter(copies -> !copies.equals(ALL)).stream()
                .mapToInt(Integer::parseInt)
                .findFirst();
    }

    /** Whether a key is deleted on the members that are there, though others may still have it. */
    public boolean deletesPresentOnly() {
        return get(DELETE).filter(PRESENT::equals).isPresent();
    }

    /**
     * The roots a device may trace to. Where none are named these are the vendor's, with simulated devices also the
     * simulator's. With {@code dates = required} their certificates have to be valid today.
     */
    public DeviceTrust trust() {
        return values().trust();
    }

    /**
     * The audit log; empty if there is none.
     *
     * @throws ConfigurationException if an entry cannot be used, which {@link #checked} found
     */
    public Optional<AuditSettings> audit() throws ConfigurationException {
        for (String key : entries.keySet()) {
            if (key.startsWith(AuditSettings.AUDIT)) {
                return AuditSettings.of(entries);
            }
        }
        return Optional.empty();
    }

    /** Which commands go over a secure channel; empty for what fits the terminal. */
    public Optional<String> channel() {
        return get(CHANNEL);
    }

    /** The files with the shares of the DKEK; empty where none are named. */
    public List<Path> dkekShares() throws ConfigurationException {
        return DkekEntries.shares(entries);
    }

    /**
     * Where the passwords of these files come from, one for each, or one for all: {@code prompt} (the default),
     * {@code env:NAME}, {@code file:PATH}, {@code callback}, or {@code shares:PATH}, the password shares of its custodians.
     */
    public List<String> dkekPasswords() {
        return DkekEntries.passwords(entries);
    }

    /** Which aliases key stores show. */
    public AliasPatterns aliases() {
        return values().aliases();
    }

    /** What the provider's name has behind {@code SCHSM-}. */
    public Optional<String> name() {
        return get(NAME);
    }

    /** Whether we may look into the reader of that name. */
    public boolean isWantedReader(String readerName) {
        Pattern reader = values().reader();
        return reader == null || reader.matcher(readerName).find();
    }

    /** Whether a device may be used. */
    public boolean isConfigured(DeviceIdentity device) {
        return devices().isEmpty() || devices().stream().anyMatch(device::isCalled);
    }

    /** For the tokens of a source that has its own names for them. */
    public void requireConfigured(String deviceId) throws ConfigurationException {
        if (!devices().isEmpty() && !devices().contains(deviceId)) {
            throw notConfigured(deviceId);
        }
    }

    /** Before a device is said not to be there: whether the configuration leaves it out. */
    public void requireMeant(String name, boolean excluded) throws ConfigurationException {
        String id = name.indexOf('#') < 0 ? name : name.substring(0, name.indexOf('#'));
        boolean mayBeMeant = devices().isEmpty()
                || devices().stream()
                        .anyMatch(device -> device.equals(name) || device.equals(id) || device.startsWith(id + "#"));
        if (excluded || !mayBeMeant) {
            throw notConfigured(name);
        }
    }

    private ConfigurationException notConfigured(String deviceId) {
        return new ConfigurationException(
                "device " + deviceId + " is not one of the configured ones: " + String.join(", ", devices()));
    }

    /** What is told where several devices are there and none was chosen. */
    public ConfigurationException several(Collection<String> ids) {
        return new ConfigurationException("several devices are there: " + String.join(", ", ids)
                + "; choose one by device = … in the configuration, or by a SchsmLoadParameter, or use them as one key store:"
                + " domain = <UID> or members = all");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SchsmConfiguration that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    /** Which entries there are; the value of {@code pin} could be a PIN, written there by mistake. */
    @Override
    public String toString() {
        return "configuration of " + new TreeMap<>(entries).keySet();
    }
}
