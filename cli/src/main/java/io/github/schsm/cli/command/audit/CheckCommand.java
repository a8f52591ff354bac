// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.audit;

import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.policy.Finding;
import io.github.schsm.admin.policy.JUnitReport;
import io.github.schsm.admin.policy.Policy;
import io.github.schsm.admin.policy.PolicyReport;
import io.github.schsm.admin.policy.PrometheusText;
import io.github.schsm.admin.policy.RuleResult;
import io.github.schsm.admin.policy.Verdict;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.io.FileIo;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everything in reach against a policy. */
@Command(
        name = "check",
        description = {
            "Checks all devices in reach, or those that --device names, against a policy: keys without a second copy, weak or"
                    + " unknown keys, certificates that end, PINs with few tries, devices that are not trusted, and more.",
            "Exit status: 0 every rule holds, 1 a rule does not hold, 3 something could not be checked."
        },
        footer = {
            "",
            "Example:",
            "  schsm check --policy policy.json",
            "  schsm check --policy policy.json --format junit --out check.xml",
            "  schsm check --show-policy --out my-policy.json"
        })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CheckCommand extends SchsmCommand {
    /** How the answer is written. */
    enum Format {
        /** For people. */
        TEXT,
        /** For programs. */
        JSON,
        /** For build servers. */
        JUNIT,
        /** For monitoring. */
        PROMETHEUS
    }

    private static final int MOST_BYTES = 1 << 20;

    @Option(
            names = "--policy",
            paramLabel = "FILE",
            description = "The policy, JSON; - for standard input. Default: the standard policy.")
    private @Nullable Path file;

    @Option(names = "--show-policy", description = "Show the policy, and check nothing: to begin one's own with.")
    private boolean showPolicy;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description =
                    "How the answer is written: text (the default), json, junit (XML for build servers), prometheus (text"
                            + " for monitoring).")
    private Format format = Format.TEXT;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the answer to a file, and one line of text here. Default: it is shown.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Replace the file if it is there already.")
    private boolean overwrite;

    @Override
    protected String work() {
        return "reading devices";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        byte[] document = file == null ? Policy.standardDocument() : FileIo.read(file, "policy", MOST_BYTES);
        Policy policy = file == null ? Policy.standard() : parse(file, document);
        if (showPolicy) {
            return shown(
                    new String(document, StandardCharsets.UTF_8),
                    policy.name(),
                    Map.of("policy", policy.name()),
                    Status.DONE);
        }
        Inventory inventory = context.inventory()
                .only(context.named())
                .withListener(progress -> at(progress.toString()))
                .read();
        PolicyReport report = policy.check(inventory);
        Map<String, @Nullable Object> json = new LinkedHashMap<>(JsonDocuments.members(report.json()));
        String text = switch (format) {
            case TEXT -> String.join("\n", text(report)) + "\n";
            case JSON -> new String(JsonDocuments.pretty(report.json()), StandardCharsets.UTF_8) + "\n";
            case JUNIT -> JUnitReport.of(report);
            case PROMETHEUS -> PrometheusText.of(report, inventory);
        };
        return shown(text, summary(report), json, status(report));
    }

    private static Policy parse(Path file, byte[] document) throws MalformedDataException {
        return Policy.parse("the policy " + FileIo.named(file), document);
    }

    private Answer shown(String text, String summary, Map<String, @Nullable Object> json, int status)
            throws CliException {
        if (out == null) {
            return new Answer(new Lines(text.lines().toList()), json, status);
        }
        FileIo.write(out, text.getBytes(StandardCharsets.UTF_8), overwrite);
        return new Answer(new Lines(List.of(summary + ": " + out)), json, status);
    }

    private static int status(PolicyReport report) {
        return switch (report.verdict()) {
            case HELD, EXCEPTED -> Status.DONE;
            case VIOLATED -> Status.FAILED;
            case NOT_CHECKED -> Status.INCOMPLETE;
        };
    }

    private static List<String> text(PolicyReport report) {
        List<String> lines = new ArrayList<>();
        for (RuleResult rule : report.rules()) {
            lines.add(word(rule.verdict()) + "  " + rule.rule() + ": " + rule.title());
            for (Finding finding : rule.findings()) {
                String exception = finding.exception();
                lines.add("         "
                        + (finding.verdict() == rule.verdict()
                                ? ""
                                : word(finding.verdict()).strip() + ": ")
                        + (finding.place().isEmpty() ? "" : finding.place() + ": ") + finding.message()
                        + (exception == null ? "" : " (" + exception + ")"));
            }
        }
        report.unusedExceptions().forEach(unused -> lines.add("Note: " + unused + "."));
        lines.add(summary(report) + ".");
        return lines;
    }

    private static String word(Verdict verdict) {
        return switch (verdict) {
            case HELD -> "ok      ";
            case EXCEPTED -> "excepted";
            case NOT_CHECKED -> "unknown ";
            case VIOLATED -> "VIOLATED";
        };
    }

    private static String summary(PolicyReport report) {
        return "Policy \"" + report.policy() + "\": "
                + switch (report.verdict()) {
                    case HELD -> "every rule holds";
                    case EXCEPTED -> "every rule holds, with " + report.count(Verdict.EXCEPTED) + " exceptions";
                    case NOT_CHECKED -> report.count(Verdict.NOT_CHECKED) + " could not be checked, the rest holds";
                    case VIOLATED ->
                        report.count(Verdict.VIOLATED) + " violated"
                                + (report.count(Verdict.NOT_CHECKED) == 0
                                        ? ""
                                        : ", " + report.count(Verdict.NOT_CHECKED) + " could not be checked");
                };
    }
}
