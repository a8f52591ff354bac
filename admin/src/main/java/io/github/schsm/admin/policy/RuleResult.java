// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What came out of one rule.
 *
 * @param rule     its name in the policy, e.g. {@code secondCopy}
 * @param title    what it demands, in a sentence without its end
 * @param checked  how many devices, keys, or certificates it was applied to
 * @param findings what it found; empty if it holds everywhere
 */
public record RuleResult(String rule, String title, int checked, List<Finding> findings) {
    /** Copies the list. */
    public RuleResult {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(title, "title");
        findings = List.copyOf(findings);
    }

    /** The worst of what was found. */
    public Verdict verdict() {
        return findings.stream()
                .map(Finding::verdict)
                .max(Comparator.naturalOrder())
                .orElse(Verdict.HELD);
    }
}
