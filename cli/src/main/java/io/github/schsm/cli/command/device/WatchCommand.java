// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.admin.inventory.DeviceWatch;
import io.github.schsm.admin.inventory.DeviceWatch.Event;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Json;
import io.github.schsm.cli.report.Status;
import io.github.schsm.codec.PrintableText;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "watch",
        description = {
            "Tells which readers and devices come and go, one line each, beginning with what is there.",
            "With --json each line is a JSON object. It goes on until it is interrupted, or as long as the options say."
        },
        footer = {"", "Example:", "  schsm watch --for 1"})
public final class WatchCommand extends SchsmCommand {
    private static final long INTERVAL_MILLIS = 500;

    @Option(
            names = "--for",
            paramLabel = "SECONDS",
            converter = Values.Seconds.class,
            description = "End after that time.")
    private @Nullable Long seconds;

    @Option(
            names = "--count",
            paramLabel = "N",
            converter = Values.Count.class,
            description = "End after that many changes; what is there at the start is none.")
    private @Nullable Integer count;

    @Override
    protected boolean answersItself() {
        return true;
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        DeviceWatch watch = DeviceWatch.of(context.provider());
        long start = System.nanoTime();
        int changes = 0;
        while (true) {
            for (Event event : watch.look()) {
                show(context, event);
                changes += event.initial() ? 0 : 1;
                if (count != null && changes >= count) {
                    return Answer.given(Status.DONE);
                }
            }
            if (context.io().failure() != null) {
                // Nobody reads it any more.
                return Answer.given(Status.FAILED);
            }
            long left = seconds == null
                    ? Long.MAX_VALUE
                    : TimeUnit.SECONDS.toMillis(seconds) - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            if (left <= 0) {
                return Answer.given(Status.DONE);
            }
            try {
                Thread.sleep(Math.min(left, INTERVAL_MILLIS));
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return Answer.given(Status.DONE);
            }
        }
    }

    private static void show(Context context, Event event) {
        String line = context.options().json
                ? Json.line(Answer.json("time", event.time().toString())
                        .and("event", event.kind().name())
                        .and("reader", event.reader())
                        .and("device", event.device())
                        .and("reason", event.reason())
                        .and("initial", event.initial())
                        .members())
                : PrintableText.of(event.time() + "  " + words(event));
        context.io().out().println(line);
        context.io().out().flush();
    }

    private static String words(Event event) {
        return switch (event.kind()) {
            case READER_CAME -> (event.initial() ? "reader " : "new reader ") + event.reader();
            case READER_LEFT -> "reader gone: " + event.reader();
            case DEVICE_CAME ->
                "device " + event.device() + (event.initial() ? " is in " : " came to ") + event.reader();
            case DEVICE_LEFT -> "device " + event.device() + " left " + event.reader();
            case OUTAGE -> "readers cannot be seen: " + event.reason();
            case OUTAGE_ENDED -> "readers can be seen again";
        };
    }
}
