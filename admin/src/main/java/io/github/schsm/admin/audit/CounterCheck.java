// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.ConfigurationException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.config.SchsmConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the use counters of keys with the uses in an audit log: who used a key past the log is seen by what its counter
 * lost. Counting begins where the log says what the counter was: when the key was generated, or when
 * {@link #note} last noted it.
 *
 * @param counters each key that has a counter
 */
public record CounterCheck(List<Counter> counters) {
    /** Copies the list. */
    public CounterCheck {
        counters = List.copyOf(counters);
    }

    /**
     * A key's counter.
     *
     * @param device    the device's name
     * @param deviceKey what tells the device from every other one in the log
     * @param key       the key's label
     * @param reference the key's reference on the device
     * @param left      how often it may still be used
     * @param was       how often it could be, where the log begins to count; null if it does not say
     * @param logged    the uses in the log since then
     * @param uncertain what the log has since then that may have been a use: uses that failed, and the like
     * @param unlogged  how many uses the log does not have, at least; negative if it has more than there were; null if that
     *                  cannot be told
     */
    public record Counter(
            String device,
            String deviceKey,
            String key,
            String reference,
            long left,
            @Nullable Long was,
            long logged,
            long uncertain,
            @Nullable Long unlogged) {
        /** Whether log and counter say the same. */
        public boolean isEqual() {
            Long difference = unlogged;
            return difference == null || difference == 0;
        }
    }

    /** Whether all counters and the log say the same. */
    public boolean isEqual() {
        return counters.stream().allMatch(Counter::isEqual);
    }

    /** As a JSON document; its schema is {@code docs/schema/audit-counters.schema.json}. */
    public JsonNode json() {
        return JsonDocuments.tree(this);
    }

    /**
     * Compares.
     *
     * @throws SchsmException if a file of the log cannot be read
     */
    public static CounterCheck of(AuditReader reader, Inventory inventory) throws SchsmException {
        Tally tally = new Tally();
        reader.forEach(tally::add);
        List<Counter> counters = new ArrayList<>();
        for (Device device : inventory.devices()) {
            for (Inventory.Key key : device.keys()) {
                Long left = key.useCounter();
                if (left != null) {
                    counters.add(tally.counter(device, key, left));
                }
            }
        }
        return new CounterCheck(counters);
    }

    /**
     * Notes the counters in the log, so that the next comparison begins here.
     *
     * @param configuration the provider's configuration, which names the log, as {@code Provider.configure} takes it
     * @throws SchsmException if no log is configured, or it cannot be written
     */
    public void note(String configuration) throws SchsmException {
        AuditSettings settings = SchsmConfiguration.of(configuration)
                .audit()
                .orElseThrow(() -> new ConfigurationException(
                        "no audit log is configured, in which counters could be noted: it needs audit = file:PATH"));
        try (AuditLog log = new AuditLog(settings)) {
            for (Counter counter : counters) {
                log.append(line(counter));
            }
        }
    }

    private static Map<String, @Nullable Object> line(Counter counter) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("event", AuditEvent.COUNTER_OBSERVE.id());
        line.put("device", counter.device());
        line.put("deviceKey", counter.deviceKey());
        line.put("key", Map.of("reference", counter.reference(), "label", counter.key()));
        line.put("useCounter", counter.left());
        line.put("unlogged", counter.unlogged());
        return line;
    }

    /** What tells a key from every other one in a log. */
    static String keyOf(AuditRecord line) {
        return keyOf(line, "key");
    }

    private static String keyOf(AuditRecord line, String member) {
        return line.text("deviceKey").orElse("") + " "
                + line.members().path(member).path("reference").asText();
    }

    /** Of each key what its counter was, and what was done with it since then. */
    private static final class Tally {
        private final Map<String, Count> counts = new HashMap<>();
        private final Map<Long, AuditRecord> begun = new HashMap<>();

        private static final class Count {
            private @Nullable Long was;
            private long logged;
            private long uncertain;
        }

        void add(AuditRecord line) {
            if (line.isBegin()) {
                begun.put(line.sequence(), line);
                return;
            }
            AuditRecord begin = begun.remove(line.begin());
            AuditRecord told = begin == null ? line : begin;
            Optional<AuditEvent> event = AuditEvent.of(line.event());
            if (event.isEmpty()) {
                return;
            }
            switch (event.get()) {
                case KEY_GENERATE, KEY_DERIVE -> {
                    if (event.get() == AuditEvent.KEY_DERIVE) {
                        count(keyOf(told, "parent")).uncertain++;
                    }
                    if (!line.isFailed()) {
                        begin(keyOf(line), told.members().get("useCounter"));
                    }
                }
                case KEY_UNWRAP, KEY_IMPORT -> {
                    if (!line.isFailed()) {
                        begin(keyOf(line), null);
                    }
                }
                case COUNTER_OBSERVE -> begin(keyOf(line), line.members().get("useCounter"));
                case DEVICE_INITIALIZE ->
                    counts.keySet()
                            .removeIf(
                                    key -> key.startsWith(line.text("deviceKey").orElse("") + " "));
                case KEY_WRAP, DOMAIN_AGREE -> count(keyOf(told)).uncertain++;
                default -> {
                    if (event.get().kind() == AuditEvent.Kind.USE
                            && told.members().has("key")) {
                        Count count = count(keyOf(told));
                        if (line.isFailed()) {
                            count.uncertain++;
                        } else {
                            count.logged++;
                        }
                    }
                }
            }
        }

        private Count count(String key) {
            return counts.computeIfAbsent(key, none -> new Count());
        }

        private void begin(String key, @Nullable JsonNode counter) {
            Count count = new Count();
            if (counter != null && counter.isIntegralNumber()) {
                count.was = counter.longValue();
            }
            counts.put(key, count);
        }

        Counter counter(Device device, Inventory.Key key, long left) {
            String deviceKey = device.fingerprint() == null ? "reader " + device.reader() : device.fingerprint();
            Count count = counts.getOrDefault(deviceKey + " " + key.reference(), new Count());
            long unfinished = begun.values().stream()
                    .filter(line -> keyOf(line).equals(deviceKey + " " + key.reference()))
                    .count();
            Long unlogged = null;
            if (count.was != null) {
                long lost = count.was - left - count.logged;
                long uncertain = count.uncertain + unfinished;
                unlogged = lost < 0 ? lost : Math.max(0, lost - uncertain);
            }
            return new Counter(
                    device.name(),
                    deviceKey,
                    key.label(),
                    key.reference(),
                    left,
                    count.was,
                    count.logged,
                    count.uncertain + unfinished,
                    unlogged);
        }
    }
}
