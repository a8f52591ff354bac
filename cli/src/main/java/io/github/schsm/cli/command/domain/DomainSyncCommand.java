// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmDomain;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Every key on every member. */
@Command(
        name = "sync",
        description = {
            "Copies every key that may move to every member of the key domain that is here and lacks it, with certificates"
                    + " and labels. What is there is passed over; another call goes on where an interrupted one ended.",
            "The domain is the one that --domain names, or the only one that the devices here are in.",
            "Exit status 0 if every member has every key; 3 if some cannot move or a member is away, and nothing else is"
                    + " wrong."
        },
        footer = {"", "Example:", "  schsm domain sync --domain 62AEA0ED"})
final class DomainSyncCommand extends SchsmCommand {
    private static final int UID_DIGITS = 8;

    @Option(names = "--dry-run", description = "Show what would be copied, and what cannot be and why; change nothing.")
    private boolean dryRun;

    @Override
    protected String work() {
        return "bringing keys to all members";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        Connected connected = DomainMembers.of(context).openWithPin();
        SchsmDomain domain = SchsmDomain.of(connected.keyStore());
        return dryRun ? planned(domain) : done(context, domain);
    }

    private static Answer planned(SchsmDomain domain) throws SchsmException {
        SchsmDomain.Plan plan = domain.plan();
        List<String> lines = new ArrayList<>();
        plan.moves()
                .forEach(move -> lines.add("Key \"" + move.alias() + "\" would be copied from device " + move.from()
                        + " to device " + move.to() + "."));
        plan.updates().forEach(update -> lines.add("Would be brought: " + update + "."));
        plan.impossible()
                .forEach(impossible -> lines.add("Key \"" + impossible.alias() + "\" cannot move to device "
                        + impossible.to() + ": " + impossible.reason()));
        if (lines.isEmpty()) {
            lines.add("Every member has every key.");
        }
        return new Answer(
                new Lines(lines),
                Answer.json("uid", uid(domain))
                        .and(
                                "moves",
                                plan.moves().stream()
                                        .map(DomainSyncCommand::json)
                                        .toList())
                        .and(
                                "updates",
                                plan.updates().stream()
                                        .map(DomainSyncCommand::json)
                                        .toList())
                        .and(
                                "impossible",
                                plan.impossible().stream()
                                        .map(DomainSyncCommand::json)
                                        .toList())
                        .members(),
                plan.impossible().isEmpty() ? Status.DONE : Status.INCOMPLETE);
    }

    private SchsmDomain.Synchronization run(Context context, SchsmDomain domain) throws SchsmException {
        String uid = uid(domain);
        try (RunningWork told = context.tell("domain sync", uid == null ? "" : uid.substring(0, UID_DIGITS))) {
            SchsmDomain.Synchronization made = domain.synchronize(progress -> {
                at(progress.done() + " of " + progress.total() + " keys");
                told.step(progress);
            });
            told.done();
            return made;
        }
    }

    private Answer done(Context context, SchsmDomain domain) throws SchsmException {
        SchsmDomain.Synchronization made = run(context, domain);
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> keys = new ArrayList<>();
        for (KeyMigration.Result result : made.report()) {
            lines.add(line(result));
            keys.add(json(result));
        }
        made.updates().forEach(update -> lines.add("Brought: " + update + "."));
        made.failed().forEach((update, why) -> lines.add("NOT brought: " + update + ": " + Errors.message(why)));
        if (lines.isEmpty()) {
            lines.add("Every member has every key already.");
        }
        return new Answer(
                new Lines(lines),
                Answer.json("uid", uid(domain))
                        .and("keys", keys)
                        .and(
                                "updates",
                                made.updates().stream()
                                        .map(DomainSyncCommand::json)
                                        .toList())
                        .and(
                                "failed",
                                made.failed().keySet().stream()
                                        .map(DomainSyncCommand::json)
                                        .toList())
                        .members(),
                status(made));
    }

    private static int status(SchsmDomain.Synchronization made) {
        if (made.isComplete()) {
            return Status.DONE;
        }
        boolean tried = made.report().stream().anyMatch(result -> result.outcome() == KeyMigration.Outcome.FAILED);
        return tried || !made.failed().isEmpty() ? Status.FAILED : Status.INCOMPLETE;
    }

    private static String line(KeyMigration.Result result) {
        String key = "Key \"" + result.alias() + "\"";
        SchsmException failure = result.failure();
        if (failure != null) {
            return key + (result.outcome() == KeyMigration.Outcome.IMPOSSIBLE ? " cannot move" : " was NOT copied")
                    + " to device " + result.to() + ": " + Errors.message(failure);
        }
        return result.wasThere()
                ? key + " was on device " + result.to() + " already."
                : key + " of device " + result.from() + " is now on device " + result.to() + " too.";
    }

    private static @Nullable String uid(SchsmDomain domain) throws SchsmException {
        byte[] uid = domain.uid();
        return uid.length == 0 ? null : Text.hex(uid);
    }

    private static Map<String, @Nullable Object> json(KeyMigration.Move move) {
        return Answer.json("label", move.alias())
                .and("from", move.from())
                .and("to", move.to())
                .members();
    }

    private static Map<String, @Nullable Object> json(KeyMigration.Impossible impossible) {
        return Answer.json("label", impossible.alias())
                .and("from", impossible.from())
                .and("to", impossible.to())
                .and("obstacle", impossible.obstacle().name())
                .and("reason", impossible.reason())
                .members();
    }

    private static Map<String, @Nullable Object> json(SchsmDomain.Update update) {
        return Answer.json("label", update.alias())
                .and("to", update.member())
                .and("part", update.part().name())
                .members();
    }

    private static Map<String, @Nullable Object> json(KeyMigration.Result result) {
        SchsmException failure = result.failure();
        return Answer.json("label", result.alias())
                .and("from", result.from())
                .and("to", result.to())
                .and("outcome", result.outcome().name())
                .and("error", failure == null ? null : Errors.members(failure))
                .members();
    }
}
