// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.report.CliException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** The log that a command reads: files that are named, or the one that is configured. */
final class LogFiles {
    @Parameters(
            arity = "0..*",
            paramLabel = "FILE",
            description =
                    "Files of the log, in any order. Default: the log that --audit or the configuration names, with the"
                            + " files that were full before.")
    private List<Path> files = new ArrayList<>();

    AuditReader reader(Context context) throws SchsmException {
        return files.isEmpty() ? AuditReader.of(configured(context).file()) : AuditReader.ofFiles(files);
    }

    /** The log that is configured. */
    static AuditSettings configured(Context context) throws ConfigurationException, CliException {
        return context.settings()
                .audit()
                .orElseThrow(() -> new CliException("no audit log is configured: name its files, or give --audit"
                        + " file:PATH or a --config with audit = file:PATH"));
    }
}
