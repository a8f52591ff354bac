// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.domain;

import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.progress.RunningWork;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Secret;
import io.github.schsm.cli.option.SecretOptions;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Errors;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Text;
import io.github.schsm.cli.report.UsageException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "migrate",
        description = {
            "Copies keys from one member of a key domain to another in one step: agrees on a KEK, wraps, unwraps, and"
                    + " clears the KEK.",
            "The keys stay on the first device as well, and what the second one has already is passed over. A key that"
                    + " fails does not keep the others from moving, and another call goes on where the last one ended.",
            "Exit status 0 if all keys are there and nothing was left behind; with --all and --dry-run, 3 if some keys"
                    + " cannot move, and nothing else is wrong."
        },
        footer = {"", "Example:", "  schsm migrate --from ZZSIM000001 --to ZZSIM000002 --label code-signing"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class MigrateCommand extends SchsmCommand {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description = "The device that has the keys.")
    private String from;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "ID",
            converter = Values.DeviceName.class,
            description = "The device that gets the keys.")
    private String to;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Keys keys;

    private static final class Keys {
        @Option(
                names = "--label",
                required = true,
                paramLabel = "LABEL",
                description = "A key's label; may be given several times.")
        private @Nullable List<String> labels;

        @Option(names = "--all", required = true, description = "All keys that can move.")
        private boolean all;
    }

    @Option(names = "--dry-run", description = "Show which keys would move, and which cannot and why; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--without-use-counter",
            description = "Bring keys with a use counter too: the counter does not travel, the new key has none.")
    private boolean withoutUseCounter;

    @Mixin
    private SecretOptions.FromPin fromPin;

    @Mixin
    private SecretOptions.ToPin toPin;

    @Override
    protected String work() {
        return "moving keys";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (from.equals(to)) {
            throw new UsageException("--from and --to are the same device " + from + ": name two");
        }
        Context first = context.on("--from", from);
        Context second = context.on("--to", to);
        Connected source = open(first, fromPin.secret());
        Connected target = open(second, toPin.secret());
        KeyMigration migration = KeyMigration.from(source.keyStore()).to(target.keyStore());
        if (withoutUseCounter) {
            migration = migration.withoutUseCounter();
        }
        return dryRun ? planned(migration) : moved(context, migration);
    }

    private Answer planned(KeyMigration migration) throws SchsmException {
        KeyMigration.Plan plan = keys.labels == null ? migration.plan() : migration.plan(keys.labels);
        List<String> lines = new ArrayList<>();
        for (KeyMigration.Move move : plan.moves()) {
            lines.add("Key \"" + move.alias() + "\" would be copied from device " + from + " to device " + to + ".");
        }
        for (KeyMigration.Move there : plan.present()) {
            lines.add("Key \"" + there.alias() + "\" is on device " + to + " already.");
        }
        for (KeyMigration.Impossible impossible : plan.impossible()) {
            lines.add("Key \"" + impossible.alias() + "\" cannot move: " + impossible.reason());
        }
        if (lines.isEmpty()) {
            lines.add("Device " + from + " has no keys.");
        }
        return new Answer(
                new Lines(lines),
                Answer.json("from", from)
                        .and("to", to)
                        .and("moves", aliases(plan.moves()))
                        .and("present", aliases(plan.present()))
                        .and(
                                "impossible",
                                plan.impossible().stream()
                                        .map(impossible -> Answer.json("label", impossible.alias())
                                                .and(
                                                        "obstacle",
                                                        impossible.obstacle().name())
                                                .and("reason", impossible.reason())
                                                .members())
                                        .toList())
                        .members(),
                plan.impossible().isEmpty() ? Status.DONE : Status.INCOMPLETE);
    }

    private static List<String> aliases(List<KeyMigration.Move> moves) {
        return moves.stream().map(KeyMigration.Move::alias).toList();
    }

    private Answer moved(Context context, KeyMigration migration) throws SchsmException {
        List<KeyMigration.Result> results = run(context, migration);
        List<String> lines = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (KeyMigration.Result result : results) {
            lines.add(line(result));
            json.add(json(result));
        }
        if (results.isEmpty()) {
            lines.add("Device " + from + " has no keys.");
        }
        List<String> leftBehind = results.isEmpty() ? List.of() : results.get(0).leftBehind();
        for (String left : leftBehind) {
            lines.add("Left behind: " + left + ".");
        }
        if (!leftBehind.isEmpty()) {
            lines.add(
                    "The next migration between the two devices cleans up what provably came from a migration, or schsm cleanup.");
        }
        return new Answer(
                new Lines(lines),
                Answer.json("from", from)
                        .and("to", to)
                        .and("keys", json)
                        .and("leftBehind", leftBehind)
                        .members(),
                leftBehind.isEmpty() ? status(results) : Status.FAILED);
    }

    private List<KeyMigration.Result> run(Context context, KeyMigration migration) throws SchsmException {
        try (RunningWork told = context.tell("migrate", from + " to " + to)) {
            Consumer<KeyMigration.Progress> listener = progress -> {
                at(progress.done() + " of " + progress.total() + " keys");
                told.step(progress);
            };
            List<KeyMigration.Result> results =
                    keys.labels == null ? migration.moveAll(listener) : migration.move(keys.labels, listener);
            told.done();
            return results;
        }
    }

    /** Who asks for all keys may have some that cannot move; who names one wants that one. */
    private int status(List<KeyMigration.Result> results) {
        if (results.stream().allMatch(KeyMigration.Result::isThere)) {
            return Status.DONE;
        }
        boolean tried = results.stream().anyMatch(result -> result.outcome() == KeyMigration.Outcome.FAILED);
        return keys.all && !tried ? Status.INCOMPLETE : Status.FAILED;
    }

    private String line(KeyMigration.Result result) {
        String key = "Key \"" + result.alias() + "\"";
        SchsmException failure = result.failure();
        if (failure != null && result.outcome() == KeyMigration.Outcome.IMPOSSIBLE && keys.all) {
            return key + " cannot move: " + Errors.message(failure);
        }
        if (failure != null) {
            return key + " was NOT moved: " + Errors.message(failure);
        }
        return result.wasThere()
                ? key + " was on device " + to + " already."
                : key + " of device " + from + " is now on device " + to + " too; it traveled under the KEK with KCV "
                        + Text.hex(result.kcv()) + ".";
    }

    private static Map<String, @Nullable Object> json(KeyMigration.Result result) {
        SchsmException failure = result.failure();
        boolean traveled = result.kcv().length > 0;
        return Answer.json("label", result.alias())
                .and("alias", failure == null ? result.alias() : null)
                .and("wasThere", result.wasThere())
                .and("outcome", result.outcome().name())
                .and("kcv", traveled ? Text.hex(result.kcv()) : null)
                .and("error", failure == null ? null : Errors.members(failure))
                .members();
    }

    private static Connected open(Context context, Secret own) throws GeneralSecurityException {
        return own.isGiven() ? context.openWithPin(own) : context.openWithPin();
    }
}
