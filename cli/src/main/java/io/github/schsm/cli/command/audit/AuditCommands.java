// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import picocli.CommandLine.Command;

/** What is done with the audit log. */
@Command(
        name = "audit",
        description = "The audit log, which --audit or the configuration names: what was done with devices and keys.",
        subcommands = {
            AuditVerifyCommand.class,
            AuditShowCommand.class,
            AuditSummaryCommand.class,
            AuditCountersCommand.class,
            AuditSealCommand.class
        })
public final class AuditCommands {}
