package io.github.schsm.provider;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.DeviceTrust;
import io.github.schsm.card.channel.SecureChannelMode;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.login.PinSources;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What the provider's configuration means; its text is a {@link SchsmConfiguration}.
 *
 * @param terminal  where devices are: {@code pcsc}, {@code sunpcsc}, {@code simulator:…}, {@code pkcs11:…}
 * @param devices   the devices that are meant, by id or in the words of who finds them; empty for whichever is there
 * @param reader    which readers are looked into; null for all
 * @param pin       where the PIN comes from when none was given
 * @param trust     the roots a device may trace to
 * @param channel   which commands go over a secure channel; empty for what fits the terminal
 * @param name      what the provider's name has behind {@code SCHSM-}; null for none
 */
public record Configuration(
        String terminal,
        List<String> devices,
        @Nullable Pattern reader,
        Optional<String> pin,
        DeviceTrust trust,
        Optional<SecureChannelMode> channel,
        @Nullable String name) {
    private static final String PCSC = "pcsc";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,32}");
    private static final String SIMULATOR = "simulator:";
    private static final String SUN_PCSC = "sunpcsc";
    private static final Pattern DEVICE = Pattern.compile("[\\x21-\\x7E]{1,80}");
    /** What stands behind the # of a device's name. */
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-fA-F]{8,64}");
    /** Who finds tokens in its own way has its own words for them: labels, URIs. */
    private static final Pattern DEVICE_IN_OTHER_WORDS = Pattern.compile("[^\\p{Cntrl}]{1,2048}");

    static Configuration defaults() {
        try {
            return of("");
        } catch (ConfigurationException cannotBe) {
            throw new IllegalStateException(cannotBe);
        }
    }

    /**
     * The argument of {@code Provider.configure}: the text itself, or the name of a file that has it. It is the text if it
     * begins with an entry or a comment, or has several lines; a file's name may have a {@code =} in it.
     *
     * @throws ConfigurationException naming the entry and what would be valid, and the file if there is one
     */
    static Configuration of(String argument) throws ConfigurationException {
        boolean text = argument.isBlank()
                || SchsmConfiguration.isEntries(argument)
                || argument.stripLeading().startsWith("#")
                || argument.strip().lines().count() > 1;
        if (!text) {
            Path file = file(argument);
            if (file != null && Files.exists(file)) {
                return read(file);
            }
            if (!argument.contains("=")) {
                throw new ConfigurationException("the configuration \"" + argument
                        + "\" has no entry \"key = value\", and there is no file of that name; keys are "
                        + String.join(", ", SchsmConfiguration.KEYS));
            }
        }
        return of(SchsmConfiguration.parse(argument));
    }

    private static @Nullable Path file(String name) {
        try {
            return Path.of(name.strip());
        } catch (InvalidPathException none) {
            return null;
        }
    }

    private static Configuration read(Path file) throws ConfigurationException {
        SchsmConfiguration entries = SchsmConfiguration.read(file);
        try {
            return of(entries);
        } catch (ConfigurationException wrong) {
            throw new ConfigurationException(
                    "the configuration file " + file + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    private static Configuration of(SchsmConfiguration entries) throws ConfigurationException {
        String terminal = entries.get(SchsmConfiguration.TERMINAL).orElse(PCSC);
        requireTerminal(terminal);
        Optional<String> pin = entries.get(SchsmConfiguration.PIN);
        if (pin.isPresent()) {
            PinSources.requireKnown(pin.get());
        }
        return new Configuration(
                terminal,
                devices(entries.get(SchsmConfiguration.DEVICE).orElse(null), terminal),
                reader(entries.get(SchsmConfiguration.READER).orElse(null)),
                pin,
                entries.trust(),
                channel(entries.get(SchsmConfiguration.CHANNEL).orElse(null)),
                name(entries.get(SchsmConfiguration.NAME).orElse(null)));
    }

    private static void requireTerminal(String terminal) throws ConfigurationException {
        if (terminal.equals(PCSC) || terminal.equals(SUN_PCSC)) {
            return;
        }
        int colon = terminal.indexOf(':');
        if (colon <= 0 || colon == terminal.length() - 1) {
            throw new ConfigurationException("terminal = " + terminal
                    + " is not known: use pcsc, sunpcsc, simulator:memory, simulator:<folder> or"
                    + " pkcs11:<module path>");
        }
    }

    private static List<String> devices(@Nullable String value, String terminal) throws ConfigurationException {
        if (value == null) {
            return List.of();
        }
        List<String> ids =
                Arrays.stream(value.split(",", -1)).map(String::strip).toList();
        boolean readers = terminal.equals(PCSC) || terminal.equals(SUN_PCSC) || terminal.startsWith(SIMULATOR);
        Pattern known = readers ? DEVICE : DEVICE_IN_OTHER_WORDS;
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

    private static Optional<SecureChannelMode> channel(@Nullable String value) throws ConfigurationException {
        if (value == null) {
            return Optional.empty();
        }
        return Optional.of(
                switch (value) {
                    case "plain" -> SecureChannelMode.PLAIN;
                    case "pin" -> SecureChannelMode.PIN;
                    case "secure" -> SecureChannelMode.SECURE;
                    default ->
                        throw new ConfigurationException("channel = " + value
                                + " is not known: use plain, pin (PINs over a secure channel) or secure (everything)");
                });
    }

    private static @Nullable String name(@Nullable String value) throws ConfigurationException {
        if (value != null && !NAME.matcher(value).matches()) {
            throw new ConfigurationException(
                    "name = " + value + ": a name is letters, digits, dots, hyphens and underscores, at most 32");
        }
        return value;
    }

    /** Which commands go over a secure channel to devices of a terminal: PINs if it is remote and nothing was said. */
    public SecureChannelMode channelTo(TerminalSource source) {
        return channel.orElse(source.isRemote() ? SecureChannelMode.PIN : SecureChannelMode.PLAIN);
    }

    /** Whether a device may be used. */
    public boolean isConfigured(DeviceIdentity device) {
        return devices.isEmpty() || devices.stream().anyMatch(device::isCalled);
    }

    /** For the tokens of a source that has its own names for them. */
    void requireConfigured(String deviceId) throws ConfigurationException {
        if (!devices.isEmpty() && !devices.contains(deviceId)) {
            throw notConfigured(deviceId);
        }
    }

    /** Before a device is said not to be there: whether the configuration leaves it out. */
    public void requireMeant(String name, boolean excluded) throws ConfigurationException {
        String id = name.indexOf('#') < 0 ? name : name.substring(0, name.indexOf('#'));
        boolean mayBeMeant = devices.isEmpty()
                || devices.stream()
                        .anyMatch(device -> device.equals(name) || device.equals(id) || device.startsWith(id + "#"));
        if (excluded || !mayBeMeant) {
            throw notConfigured(name);
        }
    }

    private ConfigurationException notConfigured(String deviceId) {
        return new ConfigurationException(
                "device " + deviceId + " is not one of the configured ones: " + String.join(", ", devices));
    }

    ConfigurationException several(Collection<String> ids) {
        return new ConfigurationException("several devices are there: " + String.join(", ", ids)
                + "; choose one by device = … in the configuration, or by a SchsmLoadParameter");
    }

    /** Whether we may look into the reader of that name. */
    public boolean isWantedReader(String readerName) {
        return reader == null || reader.matcher(readerName).find();
    }

    boolean isPcsc() {
        return terminal.equals(PCSC);
    }

    boolean isSunPcsc() {
        return terminal.equals(SUN_PCSC);
    }

    /** Whether devices are reached through a PKCS#11 module. */
    boolean isModule() {
        return scheme().equals("pkcs11");
    }

    /** What stands before the colon of {@code terminal}. */
    String scheme() {
        return terminal.substring(0, Math.max(0, terminal.indexOf(':')));
    }

    /** What stands behind the colon of {@code terminal}. */
    String location() {
        return terminal.substring(terminal.indexOf(':') + 1).strip();
    }
}
