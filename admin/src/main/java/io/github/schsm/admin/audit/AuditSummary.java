// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.audit.AuditEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an audit log tells, in numbers.
 *
 * @param from          when its first line was written; null if there is none
 * @param until         when its last one was
 * @param lines         how many lines there are
 * @param changes       how many changes were done
 * @param uses          how often keys were used
 * @param failed        how many changes and uses failed
 * @param refusedPins   how often a PIN was refused or was blocked
 * @param events        how often each thing was done, by its name in the log
 * @param devices       what was done with each device, by its id
 * @param keys          how often each key was used, the most used first
 * @param users         who wrote, as the operating system calls them
 * @param programs      the programs that did
 */
public record AuditSummary(
        @Nullable Instant from,
        @Nullable Instant until,
        long lines,
        long changes,
        long uses,
        long failed,
        long refusedPins,
        Map<String, Long> events,
        Map<String, Activity> devices,
        List<KeyUses> keys,
        Set<String> users,
        Set<String> programs) {
    /** Copies the collections, in an order that is always the same. */
    public AuditSummary {
        events = Collections.unmodifiableSortedMap(new TreeMap<>(events));
        devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
        keys = List.copyOf(keys);
        users = Collections.unmodifiableSortedSet(new TreeSet<>(users));
        programs = Collections.unmodifiableSortedSet(new TreeSet<>(programs));
    }

    /**
     * What was done with a device.
     *
     * @param changes     how many changes were done
     * @param uses        how often its keys were used
     * @param failed      how many of both failed
     * @param refusedPins how often a PIN was refused or was blocked
     */
    public record Activity(long changes, long uses, long failed, long refusedPins) {}

    /**
     * How often a key was used.
     *
     * @param device the device's id
     * @param key    the key's label when it was last used
     * @param uses   how often it was used
     */
    public record KeyUses(String device, String key, long uses) {}

    /**
     * Reads a log.
     *
     * @throws SchsmException if a file cannot be read
     */
    public static AuditSummary of(AuditReader reader) throws SchsmException {
        Counts counts = new Counts();
        reader.forEach(counts::add);
        return counts.summary();
    }

    /** As a JSON document; its schema is {@code docs/schema/audit-summary.schema.json}. */
    public JsonNode json() {
        return JsonDocuments.tree(this);
    }

    private static final class Counts {
        private final Map<String, Long> events = new TreeMap<>();
        private final Map<String, long[]> devices = new TreeMap<>();
        private final Map<String, Long> uses = new TreeMap<>();
        private final Map<String, KeyUses> keys = new HashMap<>();
        private final Set<String> users = new TreeSet<>();
        private final Set<String> programs = new TreeSet<>();
        private final Map<Long, AuditRecord> begun = new HashMap<>();
        private @Nullable Instant from;
        private @Nullable Instant until;
        private final long[] all = new long[4];
        private long lines;

        void add(AuditRecord line) {
            lines++;
            from = from == null ? line.time() : from;
            until = line.time() == null ? until : line.time();
            line.text("user").ifPresent(users::add);
            line.text("program").ifPresent(programs::add);
            if (line.isBegin()) {
                begun.put(line.sequence(), line);
                return;
            }
            AuditRecord begin = begun.remove(line.begin());
            events.merge(line.event(), 1L, Long::sum);
            Optional<AuditEvent> event = AuditEvent.of(line.event());
            if (event.isEmpty() || event.get().kind() == AuditEvent.Kind.LOG) {
                return;
            }
            count(line, begin == null ? line : begin, event.get());
        }

        private void count(AuditRecord line, AuditRecord told, AuditEvent event) {
            boolean isKeyUse =
                    event.kind() == AuditEvent.Kind.USE && told.members().has("key");
            boolean isRefusal = event == AuditEvent.PIN_REFUSED;
            boolean isPin = line.reason()
                    .filter(reason ->
                            reason.equals(Reason.WRONG_PIN.name()) || reason.equals(Reason.PIN_BLOCKED.name()))
                    .isPresent();
            String device = line.device().orElse("");
            long[] of = devices.computeIfAbsent(device, name -> new long[4]);
            for (long[] counts : List.of(all, of)) {
                counts[0] += event.kind() == AuditEvent.Kind.CHANGE && !isRefusal && !line.isFailed() ? 1 : 0;
                counts[1] += isKeyUse && !line.isFailed() ? 1 : 0;
                counts[2] += line.isFailed() && !isRefusal ? 1 : 0;
                counts[3] += isPin ? 1 : 0;
            }
            if (isKeyUse && !line.isFailed()) {
                String key = CounterCheck.keyOf(told);
                uses.merge(key, 1L, Long::sum);
                keys.put(key, new KeyUses(device, told.label().orElse(""), uses.getOrDefault(key, 0L)));
            }
        }

        AuditSummary summary() {
            Map<String, Activity> activities = new TreeMap<>();
            devices.forEach((device, counts) ->
                    activities.put(device, new Activity(counts[0], counts[1], counts[2], counts[3])));
            List<KeyUses> used = new ArrayList<>(keys.values());
            used.sort(Comparator.comparingLong(KeyUses::uses)
                    .reversed()
                    .thenComparing(KeyUses::device)
                    .thenComparing(KeyUses::key));
            return new AuditSummary(
                    from, until, lines, all[0], all[1], all[2], all[3], events, activities, used, users, programs);
        }
    }
}
