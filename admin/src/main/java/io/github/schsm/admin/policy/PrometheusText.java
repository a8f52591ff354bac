// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.codec.PrintableText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A report, and what is measured of devices and keys, in Prometheus' text format 0.0.4: for the node exporter's textfile
 * collector. All values are gauges.
 */
public final class PrometheusText {
    private final StringBuilder text = new StringBuilder();
    private final Map<String, List<String>> samples = new LinkedHashMap<>();

    private PrometheusText() {}

    /** The metrics. */
    public static String of(PolicyReport report, Inventory inventory) {
        PrometheusText prometheus = new PrometheusText();
        prometheus.report(report);
        inventory.devices().forEach(prometheus::device);
        inventory.domains().forEach(prometheus::domain);
        return prometheus.end();
    }

    private void report(PolicyReport report) {
        add("schsm_check_timestamp_seconds", report.taken().getEpochSecond());
        add("schsm_check_held", report.verdict().compareTo(Verdict.NOT_CHECKED) < 0 ? 1 : 0, "policy", report.policy());
        for (RuleResult rule : report.rules()) {
            for (Verdict verdict : List.of(Verdict.VIOLATED, Verdict.NOT_CHECKED, Verdict.EXCEPTED)) {
                long count = rule.findings().stream()
                        .filter(finding -> finding.verdict() == verdict)
                        .count();
                add("schsm_check_findings", count, "rule", rule.rule(), "verdict", verdict.name());
            }
        }
    }

    private void device(Device device) {
        add(
                "schsm_device_info",
                1,
                "device",
                device.name(),
                "label",
                device.label(),
                "firmware",
                device.firmware(),
                "reader",
                device.reader());
        Boolean genuine = device.trust().genuine();
        if (genuine != null) {
            add("schsm_device_trusted", genuine ? 1 : 0, "device", device.name());
        }
        pin(device, "user", device.userPin());
        pin(device, "so", device.soPin());
        Long free = device.freeMemory();
        if (free != null) {
            add("schsm_device_free_memory_bytes", free, "device", device.name());
        }
        add("schsm_device_keys", device.keys().size(), "device", device.name());
        for (Inventory.Key key : device.keys()) {
            Long left = key.useCounter();
            if (left != null) {
                add("schsm_key_uses_left", left, "device", device.name(), "key", key.label(), "id", key.reference());
            }
            Certificate certificate = key.certificate();
            if (certificate != null) {
                certificate(device, key.label(), "key " + key.reference(), certificate);
            }
        }
        for (LooseCertificate loose : device.certificates()) {
            certificate(device, loose.label(), "certificate " + loose.reference(), loose.certificate());
        }
    }

    private void pin(Device device, String which, @Nullable Pin pin) {
        Integer left = pin == null ? null : pin.triesLeft();
        if (left != null) {
            add("schsm_device_pin_tries_left", left, "device", device.name(), "pin", which);
        }
    }

    private void certificate(Device device, String label, String id, Certificate certificate) {
        Instant end = certificate.notAfter();
        if (end != null) {
            add(
                    "schsm_certificate_not_after_seconds",
                    end.getEpochSecond(),
                    "device",
                    device.name(),
                    "label",
                    label,
                    "id",
                    id);
        }
    }

    private void domain(Domain domain) {
        add("schsm_domain_members", domain.members().size(), "domain", domain.name());
        int number = 0;
        for (Row row : domain.keys()) {
            number++;
            add(
                    "schsm_key_copies",
                    row.copies(),
                    "domain",
                    domain.name(),
                    "key",
                    row.label(),
                    "public_key",
                    Objects.requireNonNullElse(row.publicKey(), "unknown " + number));
        }
    }

    private void add(String metric, long value, String... labels) {
        StringBuilder line = new StringBuilder(metric);
        for (int i = 0; i < labels.length; i += 2) {
            line.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(escaped(labels[i + 1]))
                    .append('"');
        }
        line.append(labels.length == 0 ? " " : "} ").append(value);
        samples.computeIfAbsent(metric, none -> new ArrayList<>()).add(line.toString());
    }

    private static String escaped(String value) {
        return PrintableText.of(value).replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** All samples of a metric stand together, below what is said of it. */
    private String end() {
        for (String metric : new TreeSet<>(samples.keySet())) {
            text.append("# HELP ")
                    .append(metric)
                    .append(' ')
                    .append(Help.of(metric))
                    .append('\n');
            text.append("# TYPE ").append(metric).append(" gauge\n");
            samples.getOrDefault(metric, List.of())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    /** What metrics are. */
    private static final class Help {
        private static final Map<String, String> TEXTS = Map.ofEntries(
                Map.entry("schsm_check_timestamp_seconds", "When the devices were read."),
                Map.entry("schsm_check_held", "Whether every rule of the policy holds."),
                Map.entry("schsm_check_findings", "What a rule found, by verdict."),
                Map.entry("schsm_device_info", "A device; always 1."),
                Map.entry("schsm_device_trusted", "Whether the device traces to a trusted root."),
                Map.entry("schsm_device_pin_tries_left", "Tries left before the PIN is blocked."),
                Map.entry("schsm_device_free_memory_bytes", "Free memory of the device."),
                Map.entry("schsm_device_keys", "Keys on the device."),
                Map.entry("schsm_key_uses_left", "Uses left of a key with a use counter."),
                Map.entry("schsm_key_copies", "Devices that have the key."),
                Map.entry("schsm_certificate_not_after_seconds", "When the certificate ends."),
                Map.entry("schsm_domain_members", "Devices in the key domain that are in reach."));

        static String of(String metric) {
            return Objects.requireNonNull(TEXTS.get(metric), metric);
        }
    }
}
