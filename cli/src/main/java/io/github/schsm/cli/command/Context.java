// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command;

import io.github.schsm.ConfigurationException;
import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.admin.progress.ProgressFolder;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.cli.console.PinHandler;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.GlobalOptions;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.TextFile;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with.
 *
 * @param io       where it reads and writes
 * @param options  the options that every command has
 * @param settings the provider's configuration
 * @param shared   what the commands of this process share
 */
public record Context(Io io, GlobalOptions options, SchsmConfiguration settings, Shared shared) {
    private static final String KEY_STORE = "SCHSM";

    /** Runs another command in this process, which shares the logins of this one. */
    public int run(String... arguments) {
        return shared.run(io, arguments);
    }

    /**
     * Begins to tell other programs of this user, such as a console, of work on keys.
     *
     * @param command what it is, e.g. {@code migrate}
     * @param title   the same in a few words
     * @return to be closed when the work ends
     */
    public RunningWork tell(String command, String title) {
        return ProgressFolder.ofUser(io.environment()).begin(command, title);
    }

    /** The provider as configured. */
    public SchsmProvider provider() {
        return shared.provider(settings);
    }

    /** The same with another device. */
    public Context on(String deviceId) throws ConfigurationException {
        if (DeviceIdentity.isNoId(deviceId)) {
            // It has no name yet that could be configured, and is the one that was found without.
            return this;
        }
        return new Context(io, options, settings.ofDevice(deviceId), shared);
    }

    /**
     * The same with a device that an option names.
     *
     * @throws UsageException if no device can have that name where devices are looked for
     */
    public Context on(String option, String deviceId) throws SchsmException {
        settings.checked();
        try {
            settings.ofDevice(deviceId).checked();
        } catch (ConfigurationException wrong) {
            throw UsageException.of(option, deviceId, wrong);
        }
        return on(deviceId);
    }

    /** The same with what was opened: a device, or several that are one. */
    public Context on(Connected opened) throws ConfigurationException {
        return settings.isManyAsOne() ? this : on(opened.id());
    }

    /**
     * The same for all members of a key domain.
     *
     * @param digits the first digits of its UID or key check value, as the configuration has them
     */
    public Context inDomain(String digits) throws ConfigurationException {
        return new Context(io, options, settings.with(SchsmConfiguration.DOMAIN, digits), shared);
    }

    /** The one device that is meant, without verifying a PIN: what anyone may read. */
    public Connected open() throws GeneralSecurityException {
        SchsmProvider provider = provider();
        requireOne(provider);
        KeyStore keyStore = KeyStore.getInstance(KEY_STORE, provider);
        load(keyStore, null);
        provider.setCallbackHandler(new PinHandler(io, pin(), shared.typedPins()));
        return new Connected(provider, keyStore, SchsmDevice.of(keyStore));
    }

    /**
     * The device, to see what is on it: without a PIN where anyone may see that. A PKCS#11 module shows secret keys
     * and protected objects after the login only, so a PIN that was given is used there.
     */
    public Connected openToSee() throws GeneralSecurityException {
        return isModule() && pin().isThere(io) ? openWithPin() : open();
    }

    /** The device, to see what shall be changed on it, which takes the PIN: where it takes that to see it, at once. */
    public Connected openToChange() throws GeneralSecurityException {
        return isModule() ? openWithPin() : open();
    }

    /**
     * Reads everything in reach, without a PIN where anyone may see that, as {@link #openToSee}. It reads all devices, also
     * where one is named: who asks about that one asks what others have of it.
     */
    public InventoryReader inventory() throws CliException {
        InventoryReader reader = InventoryReader.of(provider());
        if (!isModule() || !pin().isThere(io)) {
            return reader;
        }
        char[] pin = pin().read(io, "");
        return reader.withPins(device -> pin.clone());
    }

    /** The names of the devices that are meant; empty for all. */
    public List<String> named() {
        return settings.get(SchsmConfiguration.DEVICE).stream()
                .flatMap(names -> Stream.of(names.split("\\s*,\\s*", -1)))
                .toList();
    }

    /** Whether devices are reached through a PKCS#11 module. */
    public boolean isModule() {
        return settings.get(SchsmConfiguration.TERMINAL)
                .filter(terminal -> terminal.startsWith("pkcs11:"))
                .isPresent();
    }

    /** The provider says it too, but in the words of its configuration. */
    private void requireOne(SchsmProvider provider) throws SchsmException {
        String named = settings.get(SchsmConfiguration.DEVICE).orElse(null);
        if (settings.isManyAsOne() || (named != null && !named.contains(","))) {
            return;
        }
        List<String> choice = new ArrayList<>();
        for (FoundDevice found : provider.devices()) {
            SchsmDevice device = found.device();
            if (device != null && (named == null || isAmong(named, device))) {
                String label = isModule() ? " \"" + device.info().label() + "\"" : "";
                choice.add(device.name() + label + " (" + found.reader() + ")");
            }
        }
        if (choice.size() > 1) {
            throw new CliException("several devices are there: " + String.join(", ", choice)
                    + "; choose one with --device, or with --reader where names do not tell them apart; --domain takes the"
                    + " members of a key domain as one");
        }
    }

    private static boolean isAmong(String named, SchsmDevice device) {
        return Stream.of(named.split("\\s*,\\s*", -1))
                .anyMatch(name -> name.equals(device.deviceId())
                        || name.toLowerCase(Locale.ROOT).equals(device.name().toLowerCase(Locale.ROOT))
                        || isCalled(device, name));
    }

    private static boolean isCalled(SchsmDevice device, String name) {
        try {
            return device.identity().isCalled(name);
        } catch (SchsmException hasNoCertificate) {
            return false;
        }
    }

    /** The one device that is meant, with the user PIN verified. */
    public Connected openWithPin() throws GeneralSecurityException {
        return openWithPin(pin());
    }

    /** Whether the user PIN is typed on the reader's pad. */
    public boolean isPinOnReader() throws CliException {
        return settings.get(SchsmConfiguration.PIN)
                        .filter(GlobalOptions.PIN_PAD::equals)
                        .isPresent()
                && !pin().isGiven();
    }

    /** The same with a PIN from elsewhere. */
    public Connected openWithPin(Secret source) throws GeneralSecurityException {
        if (source.isGiven()
                && settings.get(SchsmConfiguration.PIN)
                        .filter(GlobalOptions.PIN_PAD::equals)
                        .isPresent()) {
            // What was given goes before the PIN pad that is configured.
            return new Context(io, options, settings.with(SchsmConfiguration.PIN, null), shared).openWithPin(source);
        }
        Connected connected = open();
        if (keysStandForPin(connected)) {
            return connected;
        }
        PinHandler handler = new PinHandler(io, source, shared.typedPins());
        try {
            load(connected.keyStore(), new KeyStore.CallbackHandlerProtection(handler));
            return connected;
        } catch (SchsmException failed) {
            CliException problem = handler.problem();
            throw problem == null ? failed : problem;
        }
    }

    /** On a device without a PIN, and on one that registered keys have opened, it is not asked for. */
    private boolean keysStandForPin(Connected connected) throws SchsmException {
        try {
            return shared.isOpened(connected.id())
                    || connected.device().administration().userPin().state() == PinStatus.State.KEYS_INSTEAD;
        } catch (UnsupportedByDeviceException anotherBackend) {
            return false;
        }
    }

    /** Where the user PIN comes from: the options, else the configuration. */
    public Secret pin() throws CliException {
        Secret fromOptions = options.pin();
        String configured = settings.get(SchsmConfiguration.PIN).orElse(null);
        if (configured == null) {
            return fromOptions;
        }
        if (configured.startsWith("env:")) {
            return firstOf(fromOptions, Secret.of("user PIN", "--pin", configured.substring("env:".length()), null));
        }
        if (configured.startsWith("file:")) {
            try {
                Path file = TextFile.named(configured.substring("file:".length()), "pin = " + configured);
                return firstOf(fromOptions, Secret.of("user PIN", "--pin", null, file));
            } catch (ConfigurationException unusable) {
                throw new CliException(String.valueOf(unusable.getMessage()), unusable);
            }
        }
        return fromOptions;
    }

    private static Secret firstOf(Secret fromOptions, Secret configured) {
        return fromOptions.isGiven() ? fromOptions.or(configured) : configured;
    }

    private static void load(KeyStore keyStore, KeyStore.@Nullable ProtectionParameter protection)
            throws GeneralSecurityException {
        try {
            keyStore.load(() -> protection);
        } catch (IOException failed) {
            if (Errors.tellingCause(failed) instanceof SchsmException ours) {
                throw ours;
            }
            throw new CliException(Errors.message(failed), failed);
        }
    }

    /**
     * Asks before a device is erased: its name has to be typed, so that nobody does so by habit, or to another device.
     *
     * @param device   what the device is called
     * @param question what would be done, as a sentence without its end
     * @throws CliException if something else was typed, or there is no terminal
     */
    public void confirmErasure(String device, String question) throws CliException {
        if (options.yes) {
            return;
        }
        String expected = DeviceIdentity.isNoId(device) ? "erase" : device;
        if (!expected.equals(answer("--yes", question + ". Type " + expected + " to go on: "))) {
            throw new CliException("that is not " + expected + ": nothing was done");
        }
    }

    /**
     * Asks before something that cannot be undone.
     *
     * @param question what would be done, as a sentence without its end
     * @throws CliException if the answer is no, or there is no terminal
     */
    public void confirm(String question) throws CliException {
        confirm("--yes", question);
    }

    /**
     * The same where scripts rather say what they expect.
     *
     * @param instead what to give where there is no terminal
     */
    public void confirm(String instead, String question) throws CliException {
        if (options.yes) {
            return;
        }
        if (!answer(instead, question + ". Go on? (yes/no) ").equalsIgnoreCase("yes")) {
            throw new CliException("not confirmed: nothing was done");
        }
    }

    /** What a person answers, without blanks around it; empty at the end of input. */
    private String answer(String instead, String question) throws CliException {
        Io.Person person = io.person();
        if (person == null) {
            throw new CliException("there is no terminal to confirm this on, so nothing was done; give " + instead
                    + ": " + question.substring(0, question.lastIndexOf(". ")));
        }
        String answer = person.line(question);
        return answer == null ? "" : answer.strip();
    }
}
