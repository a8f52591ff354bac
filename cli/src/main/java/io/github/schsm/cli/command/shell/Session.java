// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.ConfigurationException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.Shared;
import io.github.schsm.cli.io.Io;
import io.github.schsm.cli.option.GlobalOptions;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Status;
import io.github.schsm.config.SchsmConfiguration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a shell or script, one after the other. They share logins, and each takes the options of the command line that
 * began it for what it does not say itself.
 */
final class Session {
    static final String NAME = "schsm";
    static final String USE = "use";
    private static final Set<String> EXIT = Set.of("exit", "quit");
    private static final String DEVICE = "--device";

    /** Options that say the same thing in several ways: a line that gives one of them gets none of the others. */
    private static final List<Set<String>> ALTERNATIVES = List.of(
            Set.of(DEVICE, "--reader", "--domain", "--members"),
            Set.of("--pin-env", "--pin-file", "--pin-pad"),
            Set.of("--yes", "-y"));

    private final Io io;
    private final Shared shared;
    private final GlobalOptions outer;
    private @Nullable String device;

    Session(Io io, Context context) {
        this.io = io;
        this.shared = context.shared().forSession();
        this.outer = context.options();
    }

    /** Whether these words end it. */
    static boolean isEnd(List<String> words) {
        return words.size() == 1 && EXIT.contains(words.get(0));
    }

    /** The device that lines are for which name none; null if the outer options say so. */
    @Nullable
    String device() {
        return device;
    }

    /** Runs a line; returns the exit status that it would have as a command. */
    int run(List<String> line) {
        List<String> words = line.get(0).equals(NAME) ? line.subList(1, line.size()) : line;
        if (!words.isEmpty() && words.get(0).equals(USE)) {
            return use(words.subList(1, words.size()));
        }
        int status = shared.run(io, withDefaults(words).toArray(String[]::new));
        if (mayChangePin(words)) {
            shared.logOut();
        }
        io.out().flush();
        io.err().flush();
        return status;
    }

    private int use(List<String> devices) {
        if (devices.size() > 1) {
            io.err().println("schsm: use takes one device, or nothing for the device of the command line");
            return Status.USAGE;
        }
        device = devices.isEmpty() ? null : devices.get(0);
        return Status.DONE;
    }

    /** The line with the outer options before it that it does not give. */
    List<String> withDefaults(List<String> words) {
        List<String> all = new ArrayList<>();
        List<List<String>> defaults = new ArrayList<>(outer.given());
        if (device != null) {
            defaults.removeIf(option -> ALTERNATIVES.get(0).contains(option.get(0)));
            defaults.add(List.of(DEVICE, device));
        }
        for (List<String> option : defaults) {
            if (!gives(words, option.get(0))) {
                all.addAll(option);
            }
        }
        all.addAll(words);
        return all;
    }

    private static boolean gives(List<String> words, String option) {
        Set<String> names = ALTERNATIVES.stream()
                .filter(set -> set.contains(option))
                .findFirst()
                .orElse(Set.of(option));
        return words.stream().takeWhile(word -> !word.equals("--")).anyMatch(word -> names.contains(nameOf(word)));
    }

    private static String nameOf(String word) {
        int equals = word.indexOf('=');
        return word.startsWith("-") && equals > 0 ? word.substring(0, equals) : word;
    }

    /** The old PIN would cost one of its tries. */
    private static boolean mayChangePin(List<String> words) {
        return words.contains("initialize") || words.contains("change") || words.contains("unblock");
    }

    /** What a look at a device needs, for those who complete a line; nobody is asked for anything. */
    Context look(@Nullable String chosen) throws CliException, ConfigurationException {
        Io silent = new Io(io.out(), io.err(), io.environment(), null);
        SchsmConfiguration settings = outer.configuration();
        String one = chosen == null ? device : chosen;
        return new Context(silent, outer, one == null ? settings : settings.ofDevice(one), shared);
    }

    /** Logs out everywhere; returns whether anybody was logged in. */
    boolean logOut() {
        return shared.logOut();
    }

    /** Tells what is wrong with a line that is no command. */
    int refuse(CliException wrong) {
        if (outer.json) {
            io.out().println(Errors.usageJson(Errors.message(wrong)));
            io.out().flush();
        }
        io.err().println("schsm: " + Errors.message(wrong));
        io.err().flush();
        return Status.USAGE;
    }
}
