// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.doctor.Finding.Proposal;
import io.github.schsm.admin.doctor.Finding.Severity;
import io.github.schsm.codec.SecretFile;
import io.github.schsm.config.SchsmConfiguration;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks for what keeps devices from being used: the JVM, the configuration, PC/SC and its readers, the devices. Works
 * where nothing works: what cannot be asked becomes a finding.
 *
 * <pre>{@code
 * Diagnosis diagnosis = Doctor.of(Surroundings.ofThisComputer()).configuration("terminal = pcsc").examine();
 * }</pre>
 */
public final class Doctor {
    private final Surroundings surroundings;
    private @Nullable String configuration;
    private @Nullable String wrongConfiguration;
    private @Nullable Path pinFile;

    private Doctor(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** A doctor who looks at these surroundings. */
    public static Doctor of(Surroundings surroundings) {
        return new Doctor(surroundings);
    }

    /**
     * Looks at a configuration, too.
     *
     * @param argument entries, or a file's name, as {@code Provider.configure} takes it
     */
    public Doctor configuration(String argument) {
        configuration = argument;
        return this;
    }

    /** There is a configuration, and this is why it cannot be used. */
    public Doctor wrongConfiguration(String problem) {
        wrongConfiguration = problem;
        return this;
    }

    /** Looks at a file that holds a PIN, too. */
    public Doctor pinFile(Path file) {
        pinFile = file;
        return this;
    }

    /** Looks at everything. */
    public Diagnosis examine() {
        List<Finding> findings = new ArrayList<>(new JvmExamination(surroundings).findings());
        Optional<SchsmConfiguration> settings = configuration(findings);
        pinFiles(settings, findings);
        boolean pcsc = settings.map(Doctor::isPcsc).orElse(true);
        if (pcsc) {
            findings.addAll(new PcscExamination(
                            surroundings, settings.map(Doctor::isSun).orElse(false))
                    .findings());
        }
        boolean unreachable = findings.stream()
                .anyMatch(finding -> finding.id().startsWith("pcsc.") && finding.severity() == Severity.PROBLEM);
        if (settings.isPresent() && !(pcsc && unreachable)) {
            findings.addAll(new DeviceExamination(surroundings).findings(settings.get()));
        }
        return new Diagnosis(findings);
    }

    private static boolean isPcsc(SchsmConfiguration settings) {
        return settings.terminals().stream().anyMatch(terminal -> terminal.isPcsc() || terminal.isSunPcsc());
    }

    private static boolean isSun(SchsmConfiguration settings) {
        return settings.terminals().stream().anyMatch(SchsmConfiguration.Terminal::isSunPcsc);
    }

    private Optional<SchsmConfiguration> configuration(List<Finding> findings) {
        String id = "configuration";
        String help = "mend the entry; README.md and docs/cli.md list all entries and values";
        if (wrongConfiguration != null) {
            findings.add(Finding.problem(id, "the configuration cannot be used: " + wrongConfiguration, help));
            return Optional.empty();
        }
        try {
            SchsmConfiguration settings = configuration == null
                    ? SchsmConfiguration.defaults().checked()
                    : SchsmConfiguration.of(configuration).checked();
            findings.add(Finding.ok(
                    id,
                    settings.entries().isEmpty()
                            ? "there is none: every default applies (terminal = pcsc)"
                            : "it is valid: "
                                    + String.join(", ", settings.entries().keySet())));
            return Optional.of(settings);
        } catch (ConfigurationException wrong) {
            findings.add(Finding.problem(id, "the configuration cannot be used: " + wrong.getMessage(), help));
            return Optional.empty();
        }
    }

    /** Each file that a PIN may come from: of the configuration, of its members, of the command. */
    private void pinFiles(Optional<SchsmConfiguration> settings, List<Finding> findings) {
        List<Path> files = new ArrayList<>();
        if (pinFile != null) {
            files.add(pinFile);
        }
        settings.ifPresent(known -> known.entries().forEach((key, value) -> {
            if ((key.equals(SchsmConfiguration.PIN) || key.startsWith(SchsmConfiguration.PIN_OF))
                    && value.startsWith("file:")) {
                try {
                    files.add(Path.of(value.substring("file:".length())));
                } catch (InvalidPathException noPath) {
                    findings.add(Finding.problem(
                            "pin-file", value + " is no file: " + noPath.getReason(), "name a file that there is"));
                }
            }
        }));
        for (Path file : files) {
            findings.add(examined(file));
        }
    }

    private static Finding examined(Path file) {
        String id = "pin-file";
        try {
            Arrays.fill(SecretFile.withoutLastLineEnd(file, "the file " + file), '\0');
            return Finding.ok(id, file + " can be read by its owner only");
        } catch (ConfigurationException refused) {
            return Finding.problem(
                    id,
                    String.valueOf(refused.getMessage()),
                    "chown it to the user who runs this, chmod 600, in a folder that others cannot write to");
        }
    }

    /** A rule that lets a user in; null for a name that cannot be written there as it is: it would be another user's rule. */
    static @Nullable Proposal polkitRule(String user) {
        if (!user.matches("[A-Za-z0-9._-]+")) {
            return null;
        }
        return new Proposal("/etc/polkit-1/rules.d/50-schsm.rules", """
                // Lets %1$s use smart cards without a seat (SSH, services).
                polkit.addRule(function(action, subject) {
                    if ((action.id == "org.debian.pcsc-lite.access_pcsc" ||
                         action.id == "org.debian.pcsc-lite.access_card") &&
                        subject.user == "%1$s") {
                        return polkit.Result.YES;
                    }
                });
                """.formatted(user));
    }

    /** What a failure says, in lower case, to look for words in it. */
    static String words(SchsmException failure) {
        return String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    }
}
