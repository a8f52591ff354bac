// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.admin.selftest.CheckResult.Certainty;
import io.github.schsm.admin.selftest.CheckResult.Evidence;
import io.github.schsm.admin.selftest.CheckResult.Outcome;
import io.github.schsm.codec.PrintableText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a device's test has shown: to be read, or to be sent to the project as one file.
 *
 * @param started     when it began
 * @param ended       when it ended
 * @param destructive whether the device was erased and changed
 * @param anonymous   whether ids, serial numbers, labels, and certificates were replaced
 * @param interrupted what ended the test before its end, e.g. that the card was removed; null if nothing did
 * @param devices     the device, and the second one if there was one
 * @param checks      each check, in the order of docs/protocol.md
 */
public record SelfTestReport(
        Instant started,
        Instant ended,
        boolean destructive,
        boolean anonymous,
        @Nullable String interrupted,
        List<TestedDevice> devices,
        List<CheckResult> checks) {
    private static final int FORMAT = 1;

    public SelfTestReport {
        devices = List.copyOf(devices);
        checks = List.copyOf(checks);
    }

    /**
     * What was tested.
     *
     * @param reader       the reader's name
     * @param atr          answer to reset, in upper-case hexadecimal digits
     * @param deviceId     the device's id; empty if it has no certificate
     * @param firmware     its version, e.g. {@code 3.5}; empty if it does not say
     * @param platform     what the firmware runs on, as a number; null if it does not say
     * @param select       the answer to SELECT, in upper-case hexadecimal digits
     * @param extended     whether commands of extended length get through
     * @param commandLimit how long commands to it are, in bytes
     * @param readerLimit  how many bytes of data the reader passes in a command, as far as is known of its kind
     * @param defect       what is known to be wrong with such devices; null if nothing is
     */
    public record TestedDevice(
            String reader,
            String atr,
            String deviceId,
            String firmware,
            @Nullable Integer platform,
            String select,
            boolean extended,
            int commandLimit,
            int readerLimit,
            @Nullable String defect) {}

    /** The checks with that outcome. */
    public List<CheckResult> with(Outcome outcome) {
        return checks.stream().filter(check -> check.outcome() == outcome).toList();
    }

    /** Whether the test came to its end and nothing was contradicted. */
    public boolean isPassed() {
        return interrupted == null && with(Outcome.CONTRADICTED).isEmpty();
    }

    /** The report for people, line by line; what came from the device is made printable. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (TestedDevice device : devices) {
            lines.add("Device " + (device.deviceId().isEmpty() ? "without certificate" : device.deviceId())
                    + ", firmware " + (device.firmware().isEmpty() ? "unknown" : device.firmware()) + ", reader '"
                    + device.reader() + "', ATR " + device.atr());
            if (device.defect() != null) {
                lines.add("  known defect: " + device.defect());
            }
        }
        Map<String, List<CheckResult>> sections = new LinkedHashMap<>();
        checks.forEach(check -> sections.computeIfAbsent(check.section(), name -> new ArrayList<>())
                .add(check));
        sections.forEach((section, results) -> add(lines, section, results));
        lines.add("");
        lines.add(with(Outcome.CONFIRMED).size() + " confirmed, "
                + with(Outcome.CONTRADICTED).size() + " contradicted, "
                + with(Outcome.NOT_TRIED).size() + " not tried");
        if (interrupted != null) {
            lines.add("The test was interrupted, this is a part of it: " + interrupted);
        }
        return lines.stream().map(PrintableText::of).toList();
    }

    private static void add(List<String> lines, String section, List<CheckResult> results) {
        lines.add("");
        lines.add("docs/protocol.md#" + section);
        Map<String, List<String>> notTried = new LinkedHashMap<>();
        for (CheckResult check : results) {
            String name = check.id() + mark(check.certainty());
            if (check.outcome() == Outcome.NOT_TRIED) {
                notTried.computeIfAbsent(String.valueOf(check.reason()), reason -> new ArrayList<>())
                        .add(name);
                continue;
            }
            lines.add("  " + word(check.outcome()) + "  " + name);
            Evidence evidence = check.evidence();
            if (evidence != null) {
                lines.add("      says      " + check.statement());
                lines.add("      sent      " + evidence.command());
                lines.add("      expected  " + evidence.expected());
                lines.add("      seen      " + evidence.seen());
                if (check.reason() != null) {
                    lines.add("      known     " + check.reason());
                }
            }
        }
        notTried.forEach((reason, names) ->
                lines.add("  " + word(Outcome.NOT_TRIED) + "  " + String.join(", ", names) + ": " + reason));
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case CONFIRMED -> "confirmed   ";
            case CONTRADICTED -> "CONTRADICTED";
            case NOT_TRIED -> "not tried   ";
        };
    }

    private static String mark(Certainty certainty) {
        return certainty == Certainty.STATED ? "" : " [" + certainty.name().toLowerCase(Locale.ROOT) + "]";
    }

    /** The report as a JSON document (docs/schema/selftest.schema.json), of maps, lists, strings, numbers, booleans. */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("started", time(started));
        json.put("ended", time(ended));
        json.put("destructive", destructive);
        json.put("anonymous", anonymous);
        json.put("complete", interrupted == null);
        json.put("interrupted", interrupted);
        json.put("devices", devices.stream().map(SelfTestReport::json).toList());
        json.put("confirmed", with(Outcome.CONFIRMED).size());
        json.put("contradicted", with(Outcome.CONTRADICTED).size());
        json.put("notTried", with(Outcome.NOT_TRIED).size());
        json.put("checks", checks.stream().map(SelfTestReport::json).toList());
        json.put("text", lines());
        return json;
    }

    /** The same as a file. */
    public byte[] encode() {
        return JsonDocuments.pretty(json());
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static Map<String, @Nullable Object> json(TestedDevice device) {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("reader", device.reader());
        json.put("atr", device.atr());
        json.put("device", device.deviceId());
        json.put("firmware", device.firmware());
        json.put("platform", device.platform());
        json.put("select", device.select());
        json.put("extendedLength", device.extended());
        json.put("commandLimit", device.commandLimit());
        json.put("readerLimit", device.readerLimit());
        json.put("defect", device.defect());
        return json;
    }

    private static Map<String, @Nullable Object> json(CheckResult check) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", check.id());
        json.put("section", check.section());
        json.put("statement", check.statement());
        json.put("certainty", check.certainty().name());
        json.put("outcome", check.outcome().name());
        json.put("reason", check.reason());
        Evidence evidence = check.evidence();
        json.put(
                "evidence",
                evidence == null
                        ? null
                        : Map.of(
                                "command", evidence.command(),
                                "expected", evidence.expected(),
                                "seen", evidence.seen()));
        return json;
    }
}
