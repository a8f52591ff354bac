// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.admin.audit.AuditSummary;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The log in numbers. */
@Command(
        name = "summary",
        description = "Sums up the audit log: how often what was done, with which devices and keys, by whom.",
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label audited --audit file:audit.log",
            "  schsm audit summary --audit file:audit.log"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditSummaryCommand extends SchsmCommand {
    private static final int MOST_KEYS = 20;

    @Mixin
    private LogFiles files;

    @Override
    protected String work() {
        return "reading the audit log";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        AuditSummary summary = AuditSummary.of(files.reader(context));
        return Answer.of(text(summary), JsonDocuments.members(summary));
    }

    private static Lines text(AuditSummary summary) {
        Table events = new Table("WHAT", "HOW OFTEN");
        summary.events().forEach(events::row);
        Table devices = new Table("DEVICE", "CHANGES", "USES OF KEYS", "FAILED", "PINS REFUSED");
        summary.devices()
                .forEach((device, activity) -> devices.row(
                        device, activity.changes(), activity.uses(), activity.failed(), activity.refusedPins()));
        Table keys = new Table("DEVICE", "KEY", "USES");
        summary.keys().stream().limit(MOST_KEYS).forEach(key -> keys.row(key.device(), key.key(), key.uses()));
        return Text.lines(
                "Lines: " + summary.lines() + ", from " + summary.from() + " to " + summary.until(),
                "Changes: " + summary.changes() + ". Uses of keys: " + summary.uses() + ". Failed: " + summary.failed()
                        + ". PINs refused: " + summary.refusedPins() + ".",
                "Users: " + String.join(", ", summary.users()),
                "Programs: " + String.join(", ", summary.programs()),
                "",
                events.text(),
                "",
                devices.text(),
                summary.keys().isEmpty() ? null : "",
                summary.keys().isEmpty() ? null : keys.text());
    }
}
