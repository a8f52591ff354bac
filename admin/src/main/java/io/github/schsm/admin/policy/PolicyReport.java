// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.admin.json.JsonDocuments;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * What a policy said of everything that was in reach.
 *
 * @param policy           the policy's name
 * @param taken            when the devices were read
 * @param rules            each rule, in the order of the policy
 * @param unusedExceptions the exceptions that nothing needed, or that have ended, in sentences without their end
 */
public record PolicyReport(String policy, Instant taken, List<RuleResult> rules, List<String> unusedExceptions) {
    /** Copies the lists. */
    public PolicyReport {
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(taken, "taken");
        rules = List.copyOf(rules);
        unusedExceptions = List.copyOf(unusedExceptions);
    }

    /** The worst of all rules. */
    public Verdict verdict() {
        return rules.stream()
                .map(RuleResult::verdict)
                .max(Comparator.naturalOrder())
                .orElse(Verdict.HELD);
    }

    /** How many findings have that verdict. */
    public long count(Verdict verdict) {
        return rules.stream()
                .flatMap(rule -> rule.findings().stream())
                .filter(finding -> finding.verdict() == verdict)
                .count();
    }

    /** As a JSON document; its schema is {@code docs/schema/check.schema.json}. */
    public JsonNode json() {
        ObjectNode document = (ObjectNode) JsonDocuments.tree(this);
        document.put("verdict", verdict().name());
        for (int i = 0; i < rules.size(); i++) {
            ((ObjectNode) document.get("rules").get(i))
                    .put("verdict", rules.get(i).verdict().name());
        }
        return document;
    }
}
