// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.admin.audit.AuditReader;
import io.github.schsm.admin.audit.CounterCheck;
import io.github.schsm.admin.audit.CounterCheck.Counter;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Use counters against the log. */
@Command(
        name = "counters",
        description = {
            "Compares the use counters of keys with the uses in the audit log: a difference is a use that the log does not have.",
            "It counts from when a key was generated, or from when --note last noted its counter. That uses are logged takes"
                    + " audit.uses = yes or required in the configuration.",
            "Exit status: 0 no difference is known, 1 there is one."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label counted --use-counter 100 --audit file:audit.log",
            "  schsm audit counters --audit file:audit.log --note"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditCountersCommand extends SchsmCommand {
    @Option(
            names = "--note",
            description =
                    "Note the counters in the log: the next comparison begins there, and with keys that it did not know.")
    private boolean note;

    @Override
    protected String work() {
        return "reading devices and the audit log";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        AuditSettings settings = LogFiles.configured(context);
        Inventory inventory = context.inventory()
                .withListener(progress -> at(progress.toString()))
                .read();
        CounterCheck check = CounterCheck.of(AuditReader.of(settings.file()), inventory);
        if (note) {
            check.note(context.settings().text());
        }
        return new Answer(text(check), JsonDocuments.members(check), check.isEqual() ? Status.DONE : Status.FAILED);
    }

    private static Lines text(CounterCheck check) {
        if (check.counters().isEmpty()) {
            return new Lines(List.of("No key in reach has a use counter."));
        }
        Table table = new Table("DEVICE", "KEY", "USES LEFT", "WERE", "LOGGED SINCE", "DIFFERENCE");
        for (Counter counter : check.counters()) {
            table.row(
                    counter.device(),
                    counter.key(),
                    counter.left(),
                    counter.was(),
                    counter.logged(),
                    difference(counter));
        }
        return Text.lines(table.text());
    }

    private static String difference(Counter counter) {
        Long unlogged = counter.unlogged();
        if (unlogged == null) {
            return "not known: the log does not say what the counter was";
        }
        if (unlogged == 0) {
            return "none";
        }
        return unlogged > 0
                ? unlogged + (unlogged == 1 ? " use is" : " uses are") + " not in the log"
                : "the log has " + -unlogged + " more than there were";
    }
}
