// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.json.JsonDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rules for devices and keys (docs/policy.md), and exceptions from them. As a document it is JSON; its schema is
 * {@code docs/schema/policy.schema.json}.
 *
 * @param name       what it is called
 * @param rules      the rules that are applied, in order
 * @param exceptions what is allowed all the same, for a reason and up to a day
 */
public record Policy(String name, List<Rule> rules, List<Exemption> exceptions) {
    private static final String STANDARD = "standard-policy.json";

    /** Copies the lists. */
    public Policy {
        Objects.requireNonNull(name, "name");
        rules = List.copyOf(rules);
        exceptions = List.copyOf(exceptions);
    }

    /**
     * An exception from a rule.
     *
     * @param rule   the rule's name
     * @param device the device it is for, by name or id; null for any
     * @param key    the key or certificate it is for, by label or SHA-256 of the public key; null for any
     * @param reason why
     * @param until  the last day
     */
    public record Exemption(
            String rule, @Nullable String device, @Nullable String key, String reason, LocalDate until) {
        /** Refuses one that would be for everything. */
        public Exemption {
            Objects.requireNonNull(rule, "rule");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(until, "until");
            if (device == null && key == null) {
                throw new IllegalArgumentException("an exception is for a device or a key");
            }
        }

        boolean isFor(String ruleName, Finding finding) {
            return rule.equals(ruleName)
                    && (device == null || device.equals(finding.device()))
                    && (key == null
                            || key.equals(finding.key())
                            || (finding.publicKey() != null
                                    && finding.publicKey().equalsIgnoreCase(key)));
        }

        private String words() {
            return "the exception from " + rule + " for "
                    + (key == null ? device : "\"" + key + "\"" + (device == null ? "" : " on " + device));
        }
    }

    /** The policy that is shipped: what is sensible for most. */
    public static Policy standard() {
        try {
            return parse("the standard policy", standardDocument());
        } catch (MalformedDataException cannotBe) {
            throw new IllegalStateException(cannotBe);
        }
    }

    /** The same as a document, to begin one's own with. */
    public static byte[] standardDocument() {
        try (InputStream in = Policy.class.getResourceAsStream(STANDARD)) {
            return Objects.requireNonNull(in, STANDARD).readAllBytes();
        } catch (IOException packagedWithUs) {
            throw new UncheckedIOException(packagedWithUs);
        }
    }

    /**
     * Reads a policy.
     *
     * @param what what it is, to name it in errors, e.g. {@code "policy /etc/schsm/policy.json"}
     * @param utf8 the document
     * @throws MalformedDataException if it is none; it names the place and what could stand there
     */
    public static Policy parse(String what, byte[] utf8) throws MalformedDataException {
        return new PolicyReader(what).read(JsonDocuments.read(what, utf8));
    }

    /** Applies every rule to everything in reach. */
    public PolicyReport check(Inventory inventory) {
        LocalDate today = inventory.taken().atZone(ZoneOffset.UTC).toLocalDate();
        Set<Exemption> used = new LinkedHashSet<>();
        List<RuleResult> results = new ArrayList<>();
        for (Rule rule : rules) {
            Checks checks = new Checks(inventory, today);
            rule.check(checks);
            List<Finding> findings = checks.findings().stream()
                    .map(finding -> judged(rule.id(), finding, today, used))
                    .toList();
            results.add(new RuleResult(rule.id(), rule.title(), checks.checked(), findings));
        }
        List<String> unused = new ArrayList<>();
        for (Exemption exemption : exceptions) {
            if (exemption.until().isBefore(today)) {
                unused.add(exemption.words() + " ended on " + exemption.until());
            } else if (!used.contains(exemption)) {
                unused.add(exemption.words() + " is not needed");
            }
        }
        return new PolicyReport(name, inventory.taken(), results, unused);
    }

    private Finding judged(String rule, Finding finding, LocalDate today, Set<Exemption> used) {
        Finding judged = finding;
        for (Exemption exemption : exceptions) {
            if (!exemption.isFor(rule, finding)) {
                continue;
            }
            if (!exemption.until().isBefore(today)) {
                used.add(exemption);
                return finding.with(Verdict.EXCEPTED, exemption.reason() + " (until " + exemption.until() + ")");
            }
            judged = finding.with(finding.verdict(), "there was an exception, which ended on " + exemption.until());
        }
        return judged;
    }
}
