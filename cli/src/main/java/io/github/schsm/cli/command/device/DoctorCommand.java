// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.admin.doctor.Diagnosis;
import io.github.schsm.admin.doctor.Doctor;
import io.github.schsm.admin.doctor.Surroundings;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.UsageException;
import java.nio.file.Path;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

@Command(
        name = "doctor",
        description = {
            "Looks for what keeps devices from being used, and says what to do about it: Java, native libraries, the"
                    + " configuration, the PC/SC service and who may use it, readers and their drivers, devices with known"
                    + " defects.",
            "Works where nothing else does. Exit status 1 if there is a problem."
        },
        footer = {"", "Example:", "  schsm doctor --device ZZSIM000001"})
public final class DoctorCommand extends SchsmCommand {
    private final Supplier<Surroundings> surroundings;

    /** A doctor for this computer. */
    public DoctorCommand() {
        this(Surroundings::ofThisComputer);
    }

    /** A doctor for other surroundings. */
    public DoctorCommand(Supplier<Surroundings> surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    protected boolean takesAnyConfiguration() {
        return true;
    }

    @Override
    protected String work() {
        return "looking";
    }

    @Override
    protected Answer answer(Context context) throws UsageException {
        Doctor doctor = Doctor.of(surroundings.get());
        try {
            doctor.configuration(context.options().configuration().text());
        } catch (UsageException wrong) {
            throw wrong;
        } catch (CliException wrong) {
            doctor.wrongConfiguration(String.valueOf(wrong.getMessage()));
        }
        Path pinFile = context.options().pinFile;
        if (pinFile != null) {
            doctor.pinFile(pinFile);
        }
        Diagnosis diagnosis = doctor.examine();
        return new Answer(
                new Lines(diagnosis.lines()), diagnosis.json(), diagnosis.isHealthy() ? Status.DONE : Status.FAILED);
    }
}
