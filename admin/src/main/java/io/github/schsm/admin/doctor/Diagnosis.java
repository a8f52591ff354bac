// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import io.github.schsm.admin.doctor.Finding.Proposal;
import io.github.schsm.admin.doctor.Finding.Severity;
import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was looked at.
 *
 * @param findings in the order in which it matters: what the first ones say may explain the others
 */
public record Diagnosis(List<Finding> findings) {
    public Diagnosis {
        findings = List.copyOf(findings);
    }

    /** What is not well, or may not be. */
    public List<Finding> with(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    /** Whether there is no problem. */
    public boolean isHealthy() {
        return with(Severity.PROBLEM).isEmpty();
    }

    /** For people, line by line, made printable. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-8s %s: %s",
                    finding.severity().name().toLowerCase(Locale.ROOT),
                    finding.id(),
                    finding.message()));
            if (finding.remedy() != null) {
                lines.add("         -> " + finding.remedy());
            }
            Proposal proposal = finding.proposal();
            if (proposal != null) {
                lines.add("         file " + proposal.path() + ":");
                proposal.content().lines().forEach(line -> lines.add("           " + line));
            }
        }
        int problems = with(Severity.PROBLEM).size();
        int warnings = with(Severity.WARNING).size();
        lines.add(
                problems == 0 && warnings == 0
                        ? "Everything that was looked at is well."
                        : problems
                                + (problems == 1 ? " problem, " : " problems, ")
                                + warnings
                                + (warnings == 1 ? " warning" : " warnings"));
        return lines.stream().map(PrintableText::of).toList();
    }

    /** As a JSON document (docs/schema/doctor.schema.json): maps, lists, strings, numbers, booleans and nulls. */
    public Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("healthy", isHealthy());
        json.put("problems", with(Severity.PROBLEM).size());
        json.put("warnings", with(Severity.WARNING).size());
        json.put("findings", findings.stream().map(Diagnosis::json).toList());
        return json;
    }

    private static Map<String, @Nullable Object> json(Finding finding) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", finding.id());
        json.put("severity", finding.severity().name());
        json.put("message", finding.message());
        json.put("remedy", finding.remedy());
        Proposal proposal = finding.proposal();
        json.put("file", proposal == null ? null : Map.of("path", proposal.path(), "content", proposal.content()));
        return json;
    }
}
