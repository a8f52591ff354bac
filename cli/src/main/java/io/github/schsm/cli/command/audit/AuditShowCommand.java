// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.audit.AuditRecord;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is in the log, for people. */
@Command(
        name = "show",
        description = {
            "Shows what was done: one row for each thing, with what came out of it.",
            "--device leaves out what was done with other devices. Whether the log is as it was written is what audit verify"
                    + " says."
        },
        footer = {
            "",
            "Example:",
            "  schsm generate --device ZZSIM000001 --label audited --audit file:audit.log",
            "  schsm audit show --audit file:audit.log --event key --last 10"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class AuditShowCommand extends SchsmCommand {
    @Mixin
    private LogFiles files;

    @Option(
            names = "--event",
            paramLabel = "NAME",
            description = "Only what is called so, or begins so: key.delete, key, use, pin.")
    private @Nullable String event;

    @Option(names = "--label", paramLabel = "LABEL", description = "Only what is about a key or object of that label.")
    private @Nullable String label;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            converter = Time.class,
            description =
                    "Only what was begun then or later: a day such as 2026-11-29, or a time such as 2026-11-29T12:00:00Z.")
    private @Nullable Instant since;

    @Option(names = "--failed", description = "Only what failed.")
    private boolean failed;

    @Option(
            names = "--last",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "Only the last N of them.")
    private @Nullable Integer last;

    /** Something that was done: the line that began it, and the one that tells how it ended. */
    private record Done(AuditRecord begin, @Nullable AuditRecord end) {
        AuditRecord told() {
            return end == null ? begin : end;
        }
    }

    @Override
    protected String work() {
        return "reading the audit log";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        Instant from = since;
        List<String> devices = context.named();
        Map<Long, AuditRecord> begun = new HashMap<>();
        Deque<Done> shown = new ArrayDeque<>();
        files.reader(context).forEach(line -> {
            if (line.isBegin()) {
                begun.put(line.sequence(), line);
                return;
            }
            AuditRecord begin = begun.remove(line.begin());
            add(shown, begin == null ? new Done(line, null) : new Done(begin, line), from, devices);
        });
        begun.values().stream()
                .sorted((one, other) -> Long.compare(one.sequence(), other.sequence()))
                .forEach(line -> add(shown, new Done(line, null), from, devices));
        return Answer.of(text(shown), Answer.json("lines", json(shown)).members());
    }

    /** A day or a time. */
    static final class Time extends Values.Parsed<Instant> {
        @Override
        protected Instant parse(String value) throws InvalidRequestException {
            try {
                return value.indexOf('T') < 0
                        ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(value);
            } catch (DateTimeException none) {
                throw new InvalidRequestException(
                        "that is no time: write a day such as 2026-11-29, or 2026-11-29T12:00:00Z (UTC)", none);
            }
        }
    }

    private void add(Deque<Done> shown, Done done, @Nullable Instant from, List<String> devices) {
        AuditRecord begin = done.begin();
        Instant time = begin.time();
        boolean named =
                event == null || begin.event().equals(event) || begin.event().startsWith(event + ".");
        boolean labeled = label == null
                || begin.label().filter(label::equals).isPresent()
                || done.told().label().filter(label::equals).isPresent();
        boolean meant =
                devices.isEmpty() || begin.device().filter(devices::contains).isPresent();
        boolean late = from == null || (time != null && !time.isBefore(from));
        if (named && labeled && meant && late && (!failed || done.told().isFailed())) {
            shown.add(done);
            if (last != null && shown.size() > last) {
                shown.remove();
            }
        }
    }

    private static Lines text(Deque<Done> shown) {
        if (shown.isEmpty()) {
            return new Lines(List.of("Nothing of that is in the audit log."));
        }
        Table table = new Table("LINE", "TIME", "DEVICE", "WHAT", "LABEL", "RESULT", "USER", "PROGRAM");
        for (Done done : shown) {
            AuditRecord begin = done.begin();
            table.row(
                    begin.sequence(),
                    begin.text("time").orElse(null),
                    begin.device().orElse(null),
                    begin.event(),
                    done.told().label().or(begin::label).orElse(null),
                    result(done),
                    begin.text("user").orElse(null),
                    begin.text("program").orElse(null));
        }
        return table.text();
    }

    private static @Nullable String result(Done done) {
        if (done.told().isBegin()) {
            return "not ended";
        }
        return done.told().isFailed()
                ? done.told().reason().orElse("failed")
                : done.told().text("result").orElse(null);
    }

    private static List<Map<String, @Nullable Object>> json(Deque<Done> shown) {
        List<Map<String, @Nullable Object>> lines = new ArrayList<>();
        for (Done done : shown) {
            lines.add(JsonDocuments.members(done.begin().members()));
            AuditRecord end = done.end();
            if (end != null) {
                lines.add(JsonDocuments.members(end.members()));
            }
        }
        return lines;
    }
}
