// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.option;

import io.github.schsm.ConfigurationException;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.cli.io.StandardFile;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.config.SchsmConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command has, before or after its name. */
public final class GlobalOptions {
    /** The value of {@code pin} that stands for the reader's PIN pad. */
    public static final String PIN_PAD = "pinpad";

    /** Options that another device takes the place of. */
    private static final Set<String> PLACE = Set.of("--terminal", "--reader", "--trust", "--channel", "--config");

    private static final Set<String> SEVERAL = Set.of("--device", "--domain", "--members");

    @Option(
            names = "--terminal",
            scope = ScopeType.INHERIT,
            paramLabel = "PLACE",
            description = "Where devices are: pcsc (the default), sunpcsc, simulator:FOLDER, simulator:memory,"
                    + " pkcs11:MODULE (a file, or a pkcs11: URI that names it), ram:URL (readers of other computers dial in"
                    + " there); several with commas.")
    @Nullable
    String terminal;

    @Option(
            names = "--device",
            scope = ScopeType.INHERIT,
            paramLabel = "ID",
            description = "Which device, by its id, e.g. DECC0401002; ID#FINGERPRINT where several have that id; with"
                    + " pkcs11: serial number, label, slot:NUMBER or pkcs11: URI. Needed only where there are several.")
    @Nullable
    String device;

    @Option(
            names = "--reader",
            scope = ScopeType.INHERIT,
            paramLabel = "REGEX",
            description = "Which reader, by a regular expression that its name matches.")
    @Nullable
    String reader;

    @Option(
            names = "--domain",
            scope = ScopeType.INHERIT,
            paramLabel = "UID",
            description =
                    "All members of a key domain as one: its UID or the key check value of its DKEK, or the first 8"
                            + " or more digits. What is made or changed is so on all members that are there.")
    @Nullable
    String domain;

    @Option(
            names = "--members",
            scope = ScopeType.INHERIT,
            paramLabel = "all",
            description = "all: several devices as one, whatever key domains they have.")
    @Nullable
    String members;

    @Option(
            names = "--trust",
            scope = ScopeType.INHERIT,
            paramLabel = "ROOTS",
            description = "Roots that genuine devices trace to, separated by commas: production, test, simulator,"
                    + " file:PATH. Default: production, and with a simulator its own.")
    @Nullable
    String trust;

    @Option(
            names = "--dates",
            scope = ScopeType.INHERIT,
            paramLabel = "HOW",
            description = "Whether device certificates must be valid today: required, or ignored (the default:"
                    + " devices outlive their certificates).")
    @Nullable
    String dates;

    @Option(
            names = "--channel",
            scope = ScopeType.INHERIT,
            paramLabel = "KIND",
            description = "Which commands go over a secure channel: plain (none), pin (what carries a PIN), secure"
                    + " (all). Default: plain, and pin where the reader is another computer's.")
    @Nullable
    String channel;

    @Option(
            names = "--name",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "The provider is called SCHSM-NAME in messages. Default: SCHSM.")
    @Nullable
    String name;

    @Option(
            names = "--audit",
            scope = ScopeType.INHERIT,
            paramLabel = "PLACE",
            description = "The audit log, to which changes are written: file:PATH.")
    @Nullable
    String audit;

    @Option(
            names = "--config",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "A file with the provider's configuration (key = value); options go before its entries.")
    @Nullable
    Path config;

    @Option(
            names = "--pin-env",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "The environment variable that holds the user PIN.")
    @Nullable
    public String pinEnvironment;

    @Option(
            names = "--pin-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "A file with the user PIN, readable by its owner only. Without this and --pin-env the PIN"
                    + " is asked for where one is needed.")
    @Nullable
    public Path pinFile;

    @Option(
            names = "--pin-pad",
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "The user PIN is typed on the reader's PIN pad.")
    boolean pinPad;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "Answer with one JSON document, also to say what went wrong.")
    public boolean json;

    @Option(
            names = {"-y", "--yes"},
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "Do not ask for confirmation, e.g. before something is erased or a key domain is joined.")
    public boolean yes;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "Show with an error where in the program it came from.")
    public boolean verbose;

    @Option(
            names = "--no-color",
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "No colors, at a terminal either; so does the environment variable NO_COLOR.")
    public boolean noColor;

    @Option(
            names = "--quiet",
            scope = ScopeType.INHERIT,
            defaultValue = "false", // else the second of two turns it off
            description = "Results and errors only: not that work takes a while, nor how far it is.")
    public boolean quiet;

    /** The options that were given, each with its value if it has one. */
    public List<List<String>> given() {
        List<List<String>> given = new ArrayList<>();
        pair(given, "--device", device);
        pair(given, "--terminal", terminal);
        pair(given, "--reader", reader);
        pair(given, "--domain", domain);
        pair(given, "--members", members);
        pair(given, "--trust", trust);
        pair(given, "--dates", dates);
        pair(given, "--channel", channel);
        pair(given, "--name", name);
        pair(given, "--audit", audit);
        pair(given, "--config", config);
        pair(given, "--pin-env", pinEnvironment);
        pair(given, "--pin-file", pinFile);
        flag(given, "--pin-pad", pinPad);
        flag(given, "--json", json);
        flag(given, "--yes", yes);
        flag(given, "--no-color", noColor);
        flag(given, "--quiet", quiet);
        flag(given, "--verbose", verbose);
        return given;
    }

    private static void pair(List<List<String>> given, String option, @Nullable Object value) {
        if (value != null) {
            given.add(List.of(option, value.toString()));
        }
    }

    private static void flag(List<List<String>> given, String option, boolean isGiven) {
        if (isGiven) {
            given.add(List.of(option));
        }
    }

    /** The same options for another command, on one device. */
    public String[] forDevice(String deviceId, List<String> command) {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--device", deviceId));
        for (List<String> option : given()) {
            if (!SEVERAL.contains(option.get(0))) {
                arguments.addAll(option);
            }
        }
        return arguments.toArray(String[]::new);
    }

    /** The options that lead another command to the same devices. */
    public List<String> place() {
        return given().stream()
                .filter(option -> PLACE.contains(option.get(0)))
                .flatMap(List::stream)
                .toList();
    }

    /**
     * The provider's configuration: the entries of {@code --config}, and options in place of them. Commands are about devices
     * and everything on them, whatever key stores show of them.
     *
     * @throws CliException if the file cannot be used, or an option
     */
    public SchsmConfiguration configuration() throws CliException {
        SchsmConfiguration entries = config == null ? SchsmConfiguration.defaults() : read(config);
        entries = with(entries, SchsmConfiguration.TERMINAL, terminal);
        entries = with(entries, SchsmConfiguration.DEVICE, device);
        entries = with(entries, SchsmConfiguration.READER, reader);
        entries = with(entries, SchsmConfiguration.DOMAIN, domain);
        entries = with(entries, SchsmConfiguration.MEMBERS, members);
        entries = with(entries, SchsmConfiguration.TRUST, trust);
        entries = with(entries, SchsmConfiguration.DATES, dates);
        entries = with(entries, SchsmConfiguration.CHANNEL, channel);
        entries = with(entries, AuditSettings.AUDIT, audit);
        entries = with(entries, SchsmConfiguration.PIN, pinPad ? PIN_PAD : null);
        entries = with(entries, SchsmConfiguration.NAME, name);
        requireOptions(entries);
        return entries;
    }

    /** Where the user PIN comes from, as far as options say it. */
    public Secret pin() throws CliException {
        return Secret.of("user PIN", "--pin", pinEnvironment, pinFile);
    }

    /**
     * Refuses what an option cannot be. What is wrong with the file of {@code --config}, or with files that are named, is
     * told where they are used.
     */
    private void requireOptions(SchsmConfiguration entries) throws UsageException {
        try {
            withoutRootFiles(entries).checked();
        } catch (ConfigurationException wrong) {
            // It begins with the entry that cannot be used.
            String message = String.valueOf(wrong.getMessage());
            String option = "--" + message.substring(0, Math.max(0, message.indexOf(' ')));
            if (given().stream().anyMatch(one -> one.get(0).equals(option))) {
                throw new UsageException(option + " cannot be used: " + message, wrong);
            }
        }
    }

    private static SchsmConfiguration withoutRootFiles(SchsmConfiguration entries) throws ConfigurationException {
        String roots = entries.get(SchsmConfiguration.TRUST).orElse(null);
        if (roots == null) {
            return entries;
        }
        List<String> others = Stream.of(roots.split(",", -1))
                .map(String::strip)
                .filter(root -> !root.startsWith("file:"))
                .toList();
        return entries.with(SchsmConfiguration.TRUST, others.isEmpty() ? null : String.join(",", others));
    }

    private static SchsmConfiguration read(Path file) throws CliException {
        try {
            if (StandardFile.is(file)) {
                throw new UsageException("--config cannot be standard input: give a file");
            }
            return SchsmConfiguration.read(file).withAllShown();
        } catch (ConfigurationException wrong) {
            throw new CliException(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private static SchsmConfiguration with(SchsmConfiguration entries, String key, @Nullable String value)
            throws CliException {
        try {
            return value == null ? entries : entries.with(key, value);
        } catch (ConfigurationException wrong) {
            throw new UsageException("--" + key + " cannot be used: " + wrong.getMessage(), wrong);
        }
    }
}
