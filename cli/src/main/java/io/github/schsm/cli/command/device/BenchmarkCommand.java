// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmKey;
import io.github.schsm.admin.benchmark.Benchmark;
import io.github.schsm.admin.benchmark.BenchmarkReport;
import io.github.schsm.admin.benchmark.BenchmarkReport.Measurement;
import io.github.schsm.admin.benchmark.BenchmarkReport.Operation;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.option.Values;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.UsageException;
import io.github.schsm.codec.EcCurve;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "benchmark",
        description =
                "Measures a device: round trips, random bytes, and what keys do, those that are named or ones that are"
                        + " made for it and deleted again, also when it is interrupted. Exit status 3 if the device cannot do some of"
                        + " it.",
        footer = {
            "",
            "Example:",
            "  schsm benchmark --device ZZSIM000001 --label tls --seconds 1",
            "  schsm benchmark --device ZZSIM000001 --make-keys --kinds secp256r1 --seconds 1"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class BenchmarkCommand extends SchsmCommand {
    private static final int MOST_SECONDS = 3600;
    private static final double PER_MILLE = 1000.0;
    private static final long CLEANUP_SECONDS = 30;

    @Option(
            names = "--label",
            paramLabel = "LABEL",
            description =
                    "A key to use; may be given several times. Uses of one with a use counter are used up: that is"
                            + " asked before.")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--make-keys", description = "Make keys, use them, and delete them.")
    private boolean makeKeys;

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            converter = Kind.class,
            description =
                    "The kinds of keys to make, separated by commas: curves, RSA-2048, AES-256 and the like. Default:"
                            + " secp256r1, secp384r1, secp521r1, brainpoolP256r1, RSA-2048, AES-256.")
    private List<String> kinds = new ArrayList<>();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            converter = Seconds.class,
            description = "How long each operation is repeated. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Override
    protected String work() {
        return "measuring";
    }

    @Override
    protected Answer answer(Context context) throws GeneralSecurityException {
        if (!kinds.isEmpty() && !makeKeys) {
            throw new UsageException("--kinds says which keys --make-keys makes: give both");
        }
        boolean usesKeys = makeKeys || !labels.isEmpty();
        Connected connected = usesKeys ? context.openWithPin() : context.open();
        Benchmark benchmark = Benchmark.of(connected.keyStore(), Duration.ofSeconds(seconds));
        for (String label : labels) {
            benchmark = counted(context, connected, label, benchmark.withKey(label));
        }
        if (makeKeys) {
            benchmark = benchmark.makingKeys(kinds.isEmpty() ? Benchmark.USUAL_KINDS : kinds);
        }
        return answered(measured(benchmark));
    }

    /** How long an operation is repeated. */
    static final class Seconds extends Values.Whole {
        Seconds() {
            super(1, MOST_SECONDS);
        }
    }

    /** A kind of key. */
    static final class Kind extends Values.Text {
        private static final Pattern SIZED = Pattern.compile("(RSA|AES)-[0-9]{3,4}");

        @Override
        protected void require(String value) throws InvalidRequestException {
            if (!SIZED.matcher(value).matches() && EcCurve.named(value).isEmpty()) {
                throw new InvalidRequestException("there is no such kind of key: use RSA-2048, AES-256 and the like, or"
                        + " one of the curves " + EcCurve.names());
            }
        }
    }

    private static Benchmark counted(Context context, Connected connected, String label, Benchmark benchmark)
            throws GeneralSecurityException {
        SchsmKey key = connected.key(label);
        if (key.details().useCounter().isEmpty()) {
            return benchmark;
        }
        context.confirm("Key \"" + label + "\" on device " + connected.id() + " can be used "
                + key.details().useCounter().getAsLong() + " times, and the benchmark will use that up but for one");
        return benchmark.spendingUses();
    }

    /** Ctrl-C ends the process only after the keys that were made are deleted. */
    private BenchmarkReport measured(Benchmark benchmark) throws GeneralSecurityException {
        Thread working = Thread.currentThread();
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    working.interrupt();
                    try {
                        if (!done.await(CLEANUP_SECONDS, TimeUnit.SECONDS)) {
                            System.getLogger(BenchmarkCommand.class.getName())
                                    .log(
                                            System.Logger.Level.WARNING,
                                            "keys of the benchmark stay; the next one deletes them");
                        }
                    } catch (InterruptedException asked) {
                        Thread.currentThread().interrupt();
                    }
                },
                "schsm-benchmark-cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return benchmark.run(this::at);
        } finally {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException endsAlready) {
                System.getLogger(BenchmarkCommand.class.getName())
                        .log(System.Logger.Level.DEBUG, "the process ends", endsAlready);
            }
        }
    }

    private static Answer answered(BenchmarkReport report) {
        Table table = new Table("OPERATION", "KEY", "COUNT", "PER SECOND", "P50 MS", "P99 MS");
        List<String> problems = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (Measurement one : report.measurements()) {
            String kind = one.kind() == null ? "" : one.kind();
            if (one.problem() != null) {
                problems.add("Not measured: " + name(one.operation()) + " " + kind + ": " + one.problem());
            } else {
                table.row(
                        name(one.operation()),
                        kind,
                        Integer.toString(one.count()),
                        number(one.perSecond()) + (one.operation() == Operation.RANDOM ? " bytes" : ""),
                        number(one.p50Millis()),
                        number(one.p99Millis()));
            }
            json.add(Answer.json("operation", one.operation().name())
                    .and("kind", one.kind())
                    .and("count", one.count())
                    .and("perSecond", rounded(one.perSecond()))
                    .and("p50Millis", rounded(one.p50Millis()))
                    .and("p99Millis", rounded(one.p99Millis()))
                    .and("problem", one.problem())
                    .members());
        }
        List<String> lines = new ArrayList<>();
        lines.add("Device " + report.device() + " in " + report.reader()
                + (report.firmware().isEmpty() ? "" : ", firmware " + report.firmware()) + ":");
        lines.addAll(table.text().all());
        lines.addAll(problems);
        for (String label : report.leftBehind()) {
            lines.add("Left behind: key \"" + label + "\"; schsm delete removes it.");
        }
        boolean complete = problems.isEmpty() && report.leftBehind().isEmpty();
        return new Answer(
                new Lines(lines),
                Answer.json("device", report.device())
                        .and("reader", report.reader())
                        .and("firmware", report.firmware())
                        .and("platform", report.platform())
                        .and("measurements", json)
                        .and("leftBehind", report.leftBehind())
                        .members(),
                complete ? Status.DONE : Status.INCOMPLETE);
    }

    private static String name(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static double rounded(double value) {
        return Math.round(value * PER_MILLE) / PER_MILLE;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
    }
}
