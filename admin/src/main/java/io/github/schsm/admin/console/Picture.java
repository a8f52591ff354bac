// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.KeySummary;
import io.github.schsm.admin.inventory.ShellLine;
import io.github.schsm.admin.progress.Work;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An inventory as the page takes it: short enough for 1,000 keys on 32 devices, all text fit to be shown, and the details of
 * a key or device only when they are asked for. Rows and devices have ids that stay the same from one picture to the next.
 */
final class Picture {
    private static final int ID_BYTES = 8;

    private final Inventory inventory;
    private final ShellLine shell;
    private final Map<String, RowAt> rows = new LinkedHashMap<>();
    private final Map<String, Device> devices = new LinkedHashMap<>();
    private final Map<String, SingleCopy> alone = new HashMap<>();

    /** A row, and the domain that it is in. */
    record RowAt(Domain domain, Row row) {}

    Picture(Inventory inventory, List<String> command) {
        this.inventory = inventory;
        shell = ShellLine.of(command);
        for (SingleCopy copy : inventory.withoutSecondCopy()) {
            alone.put(copy.domain() + '\n' + copy.device() + '\n' + copy.label(), copy);
        }
        for (Domain domain : inventory.domains()) {
            Map<String, Integer> same = new HashMap<>();
            for (Row row : domain.keys()) {
                String name = domain.name() + '\n' + (row.publicKey() == null ? row.label() : row.publicKey());
                int number = same.merge(name, 1, Integer::sum);
                rows.put(id(name + '\n' + number), new RowAt(domain, row));
            }
        }
        for (Device device : inventory.devices()) {
            devices.put(id("device\n" + device.name()), device);
        }
    }

    private static String id(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Whether it shows the same, but for the time. */
    boolean isLike(Picture other) {
        Inventory one = inventory;
        Inventory two = other.inventory;
        return one.readers().equals(two.readers())
                && one.devices().equals(two.devices())
                && one.domains().equals(two.domains())
                && one.withoutSecondCopy().equals(two.withoutSecondCopy());
    }

    Inventory inventory() {
        return inventory;
    }

    /** The rows by id, in the order of domains and keys. */
    Map<String, RowAt> rows() {
        return rows;
    }

    /** Why the key has no second copy; null if it has one, or needs none. */
    @Nullable
    SingleCopy alone(RowAt at) {
        for (Cell cell : at.row().cells()) {
            if (cell.state() == Inventory.State.HAS) {
                SingleCopy copy = alone.get(at.domain().name() + '\n' + cell.device() + '\n' + cell.label());
                if (copy != null && Objects.equals(copy.publicKey(), at.row().publicKey())) {
                    return copy;
                }
            }
        }
        return null;
    }

    /** The key as it is on the first device that has it; null if that was not read. */
    Inventory.@Nullable Key first(Row row) {
        return row.cells().stream()
                .filter(cell -> cell.state() == Inventory.State.HAS)
                .flatMap(cell -> inventory.key(cell).stream())
                .findFirst()
                .orElse(null);
    }

    /** What the page shows at once. */
    Map<String, Object> overview() {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("taken", inventory.taken().toString());
        told.put(
                "readers",
                inventory.readers().stream()
                        .filter(reader -> reader.device() == null)
                        .map(reader -> Map.<String, Object>of(
                                "name",
                                Shown.text(reader.name()),
                                "problem",
                                Shown.text(reader.problem() == null ? "empty" : reader.problem()),
                                "failed",
                                reader.failed()))
                        .toList());
        List<Object> strips = new ArrayList<>();
        devices.forEach((id, device) -> strips.add(strip(id, device)));
        told.put("devices", strips);
        List<Object> domains = new ArrayList<>();
        for (Domain domain : inventory.domains()) {
            domains.add(domain(domain));
        }
        told.put("domains", domains);
        return told;
    }

    private static Map<String, Object> strip(String id, Device device) {
        DeviceWords words = new DeviceWords(device);
        Map<String, Object> strip = new LinkedHashMap<>();
        strip.put("id", id);
        strip.put("name", Shown.text(device.name()));
        strip.put("label", Shown.text(device.label()));
        strip.put("reader", Shown.text(device.reader()));
        strip.put("firmware", words.firmware());
        strip.put("genuine", words.genuine());
        strip.put("genuineLevel", words.genuineLevel());
        strip.put("pin", words.pin());
        strip.put("pinLevel", words.pinLevel());
        strip.put("level", words.worst());
        strip.put("memory", words.memory());
        strip.put("keys", device.keys().size());
        strip.put("problems", device.problems().stream().map(Shown::text).toList());
        return strip;
    }

    private Map<String, Object> domain(Domain domain) {
        List<String> reasons = new ArrayList<>();
        Map<String, Integer> known = new HashMap<>();
        List<Object> keys = new ArrayList<>();
        rows.forEach((id, at) -> {
            if (at.domain().equals(domain)) {
                keys.add(row(id, at, reasons, known));
            }
        });
        List<Integer> members = new ArrayList<>();
        for (int i = 0; i < inventory.devices().size(); i++) {
            String name = inventory.devices().get(i).name();
            if (domain.members().stream().anyMatch(member -> member.device().equals(name))) {
                members.add(i);
            }
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", id("domain\n" + domain.name()));
        told.put("name", Shown.text(domain.name()));
        told.put("kind", domain.kind().name());
        told.put("about", DeviceWords.about(domain));
        told.put("members", members);
        told.put("keys", keys);
        told.put("reasons", reasons);
        return told;
    }

    /** How the page calls a state. */
    static String letter(Inventory.State state) {
        return switch (state) {
            case HAS -> "H";
            case COULD -> "C";
            case CANNOT -> "X";
        };
    }

    private Map<String, Object> row(String id, RowAt at, List<String> reasons, Map<String, Integer> known) {
        Row row = at.row();
        StringBuilder cells = new StringBuilder();
        List<Integer> why = new ArrayList<>();
        for (Cell cell : row.cells()) {
            cells.append(letter(cell.state()));
            String reason = cell.reason() == null ? "" : Shown.text(cell.reason());
            why.add(
                    reason.isEmpty()
                            ? -1
                            : known.computeIfAbsent(reason, fresh -> {
                                reasons.add(fresh);
                                return reasons.size() - 1;
                            }));
        }
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", id);
        told.put("label", Shown.text(row.label()));
        told.put("type", Shown.text(row.type()));
        told.put("cells", cells.toString());
        told.put("why", why);
        told.put("copies", row.copies());
        told.put("tags", KeyWords.tags(row, first(row)));
        SingleCopy single = alone(at);
        told.put("alone", single == null ? "" : single.possible() ? "possible" : "impossible");
        Long days = KeyWords.daysLeft(first(row));
        told.put("days", days == null ? "" : days);
        return told;
    }

    /** All about one key; null if there is none with that id. */
    @Nullable
    Map<String, Object> key(String id) {
        RowAt at = rows.get(id);
        if (at == null) {
            return null;
        }
        Inventory.Key key = first(at.row());
        KeySummary summary = KeySummary.of(inventory, at.domain(), at.row(), shell);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", id);
        told.put("label", Shown.text(at.row().label()));
        told.put("type", Shown.text(at.row().type()));
        told.put("domain", Shown.text(at.domain().name()));
        told.put("limits", KeyWords.sentences(summary.limits()));
        told.put("facts", KeyWords.facts(summary, key));
        told.put("attested", key != null && key.attestation().attested());
        told.put("attestation", KeyWords.sentence(summary.attestation()));
        told.put("certificate", KeyWords.certificate(key));
        Long days = KeyWords.daysLeft(key);
        told.put("daysText", days == null ? "" : KeyWords.days(days));
        told.put("daysLevel", days == null ? "" : KeyWords.daysLevel(days));
        SingleCopy single = alone(at);
        told.put("alone", single == null ? "" : Shown.text(single.reason()));
        List<Object> places = new ArrayList<>();
        for (Cell cell : at.row().cells()) {
            Map<String, Object> place = new LinkedHashMap<>();
            place.put("device", Shown.text(cell.device()));
            place.put("state", cell.state().name());
            place.put("text", KeyWords.place(cell, at.row()));
            places.add(place);
        }
        told.put("places", places);
        told.put("steps", summary.nextSteps().stream().map(Picture::step).toList());
        return told;
    }

    /** All about one device; null if there is none with that id. */
    @Nullable
    Map<String, Object> device(String id) {
        Device device = devices.get(id);
        if (device == null) {
            return null;
        }
        Map<String, Object> told = new LinkedHashMap<>(strip(id, device));
        told.put("facts", new DeviceWords(device).facts());
        told.put(
                "steps",
                new DeviceWords(device)
                        .nextSteps(shell).stream().map(Picture::step).toList());
        return told;
    }

    private static Map<String, String> step(KeySummary.Step step) {
        return Map.of(
                "why",
                KeyWords.sentence(step.text()),
                "line",
                step.command(),
                "note",
                step.command().isEmpty() ? KeyWords.sentence(ShellLine.WHY_NONE) : "");
    }

    /** Work that runs, for the page. */
    static Map<String, Object> work(Work work) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("id", work.id());
        told.put("command", Shown.text(work.command()));
        told.put("title", Shown.text(work.title()));
        told.put("started", work.started().toString());
        told.put("state", work.state().name());
        told.put("done", work.done());
        told.put("total", work.total());
        told.put("problem", Shown.text(work.problem()));
        told.put(
                "steps",
                work.steps().stream()
                        .map(step -> Map.of(
                                "key", Shown.text(step.key()),
                                "to", Shown.text(step.to()),
                                "outcome", Shown.text(step.outcome()),
                                "text", Shown.text(step.text())))
                        .toList());
        return told;
    }
}
