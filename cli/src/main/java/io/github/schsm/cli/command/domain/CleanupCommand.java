// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.SchsmDevice.Leftover;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "cleanup",
        description = {
            "Finds what interrupted operations left on a device (because the card was removed, say), and removes it:"
                    + " exchange keys and KEKs of migrations, descriptions without their key, replaced data objects.",
            "What another program may need, like a key without a description, is shown, and removed only if --include"
                    + " names it. Asks first."
        },
        footer = {"", "Example:", "  schsm cleanup --device ZZSIM000001 --dry-run"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CleanupCommand extends SchsmCommand {
    private static final String ALL = "all";

    @Option(names = "--dry-run", description = "Show what there is, and change nothing.")
    private boolean dryRun;

    @Option(
            names = "--include",
            paramLabel = "REFERENCE",
            description =
                    "Remove this one too, though it is not proven that nothing is lost by it: the REFERENCE that is"
                            + " shown, or \"all\". May be given several times.")
    private @Nullable List<String> included;

    @Override
    protected Answer answer(Context context) throws Exception {
        Connected connected = dryRun ? context.openToSee() : context.openWithPin();
        List<Leftover> leftovers = connected.device().leftovers();
        requireKnown(connected, leftovers);
        List<Leftover> chosen =
                dryRun ? List.of() : leftovers.stream().filter(this::isChosen).toList();
        Table table = new Table("REFERENCE", "WHAT", "REMOVED");
        if (!chosen.isEmpty()) {
            context.confirm("On device " + connected.id() + " will be removed: "
                    + String.join("; ", chosen.stream().map(Leftover::toString).toList()));
        }
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (Leftover leftover : leftovers) {
            boolean removed = chosen.contains(leftover);
            if (removed) {
                connected.device().remove(leftover);
            }
            String instead = leftover.proven() ? "no" : "no: --include " + leftover.reference();
            table.row(leftover.reference(), leftover.description(), removed ? "yes" : instead);
            json.add(Answer.json("kind", leftover.kind().name())
                    .and("reference", leftover.reference())
                    .and("description", leftover.description())
                    .and("proven", leftover.proven())
                    .and("removed", removed)
                    .members());
        }
        return Answer.of(
                json.isEmpty() ? Text.lines("Nothing is left over on device " + connected.id() + ".") : table.text(),
                Answer.json("device", connected.id())
                        .and("dryRun", dryRun)
                        .and("leftovers", json)
                        .members());
    }

    private boolean isChosen(Leftover leftover) {
        return leftover.proven()
                || (included != null
                        && included.stream()
                                .anyMatch(one ->
                                        one.equalsIgnoreCase(ALL) || one.equalsIgnoreCase(leftover.reference())));
    }

    private void requireKnown(Connected connected, List<Leftover> leftovers) throws CliException {
        for (String one : included == null ? List.<String>of() : included) {
            String reference = one.toUpperCase(Locale.ROOT);
            if (!one.equalsIgnoreCase(ALL)
                    && leftovers.stream()
                            .noneMatch(leftover -> leftover.reference().equals(reference))) {
                throw new CliException(
                        "--include " + one + ": nothing with that reference is left over on device " + connected.id());
            }
        }
    }
}
