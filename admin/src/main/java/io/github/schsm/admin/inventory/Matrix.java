// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.inventory;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyType;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.inventory.ReadDevice.ReadKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Key domains over several devices: which device has which key, which could, and which cannot.
 *
 * <p>Domains are the same by their UID or, of a DKEK, by its check value. Key pairs are the same by their public key; AES keys
 * by domain, id and label, which proves nothing, and is said so.
 */
final class Matrix {
    private static final String NO_DOMAIN = "no key domain";
    private static final int SHORT_UID = 8;

    private final List<ReadDevice> devices;
    /** By what tells domains apart. */
    private final Map<String, Group> groups = new TreeMap<>();

    private final Group none = new Group(NO_DOMAIN, DomainKind.NONE, null, null);
    private final Map<String, Place> signers = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();

    /** A domain while it is put together. */
    private static final class Group {
        private final DomainKind kind;
        private final byte @Nullable [] uid;
        private final @Nullable String kcv;
        private final Map<String, KeyDomain.Status> members = new LinkedHashMap<>();
        private String name;

        Group(String name, DomainKind kind, byte @Nullable [] uid, @Nullable String kcv) {
            this.name = name;
            this.kind = kind;
            this.uid = uid;
            this.kcv = kcv;
        }

        @Nullable
        String uidText() {
            return uid == null ? null : KeyFingerprint.HEX.formatHex(uid);
        }
    }

    private record Copy(ReadDevice device, ReadKey key, Group group) {}

    /** A key with its copies. */
    private static final class Line {
        private final List<Copy> copies = new ArrayList<>();

        Group group() {
            Map<Group, Integer> counts = new LinkedHashMap<>();
            copies.forEach(copy -> counts.merge(copy.group(), 1, Integer::sum));
            return most(counts);
        }

        String label() {
            Map<String, Integer> counts = new LinkedHashMap<>();
            copies.forEach(copy -> counts.merge(copy.key().key().label(), 1, Integer::sum));
            return most(counts);
        }

        ReadKey first() {
            return copies.get(0).key();
        }

        boolean isExchangeKey() {
            return copies.stream().allMatch(copy -> copy.key().details().isExchangeKey());
        }

        @Nullable
        @SuppressWarnings("ReferenceEquality") // the very reading: two devices may have read the same
        Copy on(ReadDevice device) {
            return copies.stream()
                    .filter(copy -> copy.device() == device)
                    .findFirst()
                    .orElse(null);
        }

        /** The first of those that most have. */
        private static <T> T most(Map<T, Integer> counts) {
            return counts.entrySet().stream()
                    .max(Comparator.comparingInt(Map.Entry::getValue))
                    .orElseThrow()
                    .getKey();
        }
    }

    Matrix(List<ReadDevice> devices) {
        this.devices = devices;
        findDomains();
        findKeys();
    }

    private void findDomains() {
        for (ReadDevice device : devices) {
            for (KeyDomain.Status status : device.leaving().domains()) {
                groups.computeIfAbsent(identity(device, status), unknown -> group(device, status))
                        .members
                        .put(device.name(), status);
            }
        }
        shortenNames();
    }

    private static String identity(ReadDevice device, KeyDomain.Status status) {
        if (status.isXkek()) {
            return "XKEK " + KeyFingerprint.HEX.formatHex(Arrays.copyOf(status.uid(), KeyDomain.UID_LENGTH));
        }
        return status.hasKek()
                ? "DKEK " + KeyFingerprint.HEX.formatHex(status.kcv())
                : "DKEK of " + device.name() + " slot " + status.slot();
    }

    private static Group group(ReadDevice device, KeyDomain.Status status) {
        if (status.isXkek()) {
            return new Group("", DomainKind.XKEK, Arrays.copyOf(status.uid(), KeyDomain.UID_LENGTH), null);
        }
        return new Group(
                identity(device, status),
                DomainKind.DKEK,
                null,
                status.hasKek() ? KeyFingerprint.HEX.formatHex(status.kcv()) : null);
    }

    /** As many digits of a UID as tell it from the others. */
    private void shortenNames() {
        for (Map.Entry<String, Group> one : groups.entrySet()) {
            if (one.getValue().kind != DomainKind.XKEK) {
                continue;
            }
            int length = "XKEK ".length() + SHORT_UID;
            String start = one.getKey().substring(0, length);
            while (hasSeveral(start)) {
                length += 2;
                start = one.getKey().substring(0, length);
            }
            one.getValue().name = start;
        }
    }

    private boolean hasSeveral(String start) {
        return groups.keySet().stream().filter(key -> key.startsWith(start)).count() > 1;
    }

    private void findKeys() {
        Map<String, Line> byIdentity = new LinkedHashMap<>();
        for (ReadDevice device : devices) {
            for (ReadKey key : device.keys()) {
                Group group = groupOf(device, key);
                byIdentity
                        .computeIfAbsent(identity(device, key, group), unknown -> new Line())
                        .copies
                        .add(new Copy(device, key, group));
                String uid = uid(key);
                if (uid != null) {
                    signers.putIfAbsent(uid, new Place(device.name(), key.key().label()));
                }
            }
        }
        lines.addAll(byIdentity.values());
    }

    private Group groupOf(ReadDevice device, ReadKey key) {
        KeyDomain.Status status = device.domainOf(key);
        Group group = status == null ? null : groups.get(identity(device, status));
        return group == null ? none : group;
    }

    private static String identity(ReadDevice device, ReadKey key, Group group) {
        if (key.publicKey() != null) {
            return key.publicKey();
        }
        if (key.key().type() == KeyType.AES && key.key().id().length > 0 && group.kind != DomainKind.NONE) {
            return "AES " + group.name + " "
                    + KeyFingerprint.HEX.formatHex(key.key().id()) + " "
                    + key.key().label();
        }
        return device.name() + " " + key.key().reference();
    }

    /** The UID of the domain that a key controls, or would; null if it can control none. */
    static @Nullable String uid(ReadKey key) {
        KeyDetails details = key.details();
        if (details.curve() != EcCurve.BRAINPOOLP256R1
                || details.publicKey() == null
                || !details.allows(KeyAlgorithm.ECDSA)
                || !(PublicKeyNumbers.of(details.publicKey()) instanceof ECPublicKey ec)) {
            return null;
        }
        byte[] point = EcCurve.BRAINPOOLP256R1.encode(ec.getW());
        return KeyFingerprint.HEX.formatHex(Arrays.copyOfRange(point, 1, 1 + KeyDomain.UID_LENGTH));
    }

    /** What the domain of a slot is called. */
    String name(ReadDevice device, KeyDomain.Status status) {
        Group group = groups.get(identity(device, status));
        return group == null ? NO_DOMAIN : group.name;
    }

    /** What the domain of a key is called. */
    String name(ReadDevice device, ReadKey key) {
        return groupOf(device, key).name;
    }

    /** The key that controls the domain of a slot. */
    @Nullable
    Place signer(KeyDomain.Status status) {
        return status.isXkek()
                ? signers.get(KeyFingerprint.HEX.formatHex(Arrays.copyOf(status.uid(), KeyDomain.UID_LENGTH)))
                : null;
    }

    /** The domain that a key controls; null if none of those here. */
    @Nullable
    String controlled(ReadKey key) {
        String uid = uid(key);
        Group group = uid == null ? null : groups.get("XKEK " + uid);
        return group == null ? null : group.name;
    }

    List<Domain> domains() {
        Map<Group, List<Row>> rows = new LinkedHashMap<>();
        groups.values().forEach(group -> rows.put(group, new ArrayList<>()));
        rows.put(none, new ArrayList<>());
        lines.forEach(line ->
                rows.computeIfAbsent(line.group(), unknown -> new ArrayList<>()).add(row(line)));
        List<Domain> domains = new ArrayList<>();
        rows.forEach((group, keys) -> {
            if (group != none || !keys.isEmpty()) {
                keys.sort(Comparator.comparing(Row::label));
                String uid = group.uidText();
                domains.add(new Domain(
                        group.name,
                        group.kind,
                        uid,
                        group.kcv,
                        uid == null ? null : signers.get(uid),
                        members(group),
                        keys));
            }
        });
        return domains;
    }

    private static List<Member> members(Group group) {
        return group.members.entrySet().stream()
                .map(member -> new Member(
                        member.getKey(),
                        member.getValue().slot(),
                        member.getValue().hasKek() || member.getValue().isKcvHidden()))
                .toList();
    }

    private Row row(Line line) {
        List<Cell> cells = devices.stream().map(device -> cell(line, device)).toList();
        return new Row(line.label(), line.first().publicKey(), line.first().kind(), line.isExchangeKey(), cells);
    }

    private static Cell cell(Line line, ReadDevice device) {
        Copy here = line.on(device);
        if (here != null) {
            return new Cell(
                    device.name(),
                    State.HAS,
                    remark(line, here),
                    here.key().key().label(),
                    here.key().key().reference());
        }
        String reason = whyNot(line, device);
        return reason == null
                ? new Cell(device.name(), State.COULD, remark(line), null, null)
                : new Cell(device.name(), State.CANNOT, reason, null, null);
    }

    private static @Nullable String remark(Line line, Copy here) {
        if (here.group() != line.group()) {
            return "there it is in another key domain: " + here.group().name;
        }
        if (here.key().publicKey() == null && line.copies.size() > 1) {
            return "the same by id and label alone: an AES key shows nothing that proves it";
        }
        return null;
    }

    /** What is to be known of a copy before it is made. */
    private static @Nullable String remark(Line line) {
        if (line.copies.stream()
                .allMatch(copy -> copy.key().details().useCounter().isPresent())) {
            return "without its use counter, which does not travel";
        }
        return line.copies.stream()
                        .noneMatch(copy -> Boolean.TRUE.equals(copy.key().way().can()))
                ? "perhaps: the device says whether the key may leave when it is asked to wrap it"
                : null;
    }

    /** Why the key cannot come to a device; null if it can. */
    private static @Nullable String whyNot(Line line, ReadDevice device) {
        Group group = line.group();
        if (device.keyProblem() != null) {
            return device.name() + ": " + device.keyProblem();
        }
        if (line.isExchangeKey()) {
            return "an exchange key stays in its device: each member has its own";
        }
        if (group.kind == DomainKind.NONE) {
            return "it is in no key domain, and cannot leave its device";
        }
        KeyDomain.Status there = group.members.get(device.name());
        if (there == null) {
            return device.leaving().slots() < 0
                    ? device.name() + " has no key domains"
                    : device.name() + " is not in key domain " + group.name;
        }
        List<Copy> inDomain =
                line.copies.stream().filter(copy -> copy.group() == group).toList();
        if (inDomain.stream()
                .noneMatch(copy -> !Boolean.FALSE.equals(copy.key().way().can()))) {
            return "WRAP is not in its algorithm list, so it cannot leave its device";
        }
        if (group.kind == DomainKind.DKEK) {
            return group.kcv == null ? "the DKEK of " + device.name() + " is not known" : null;
        }
        if (!isGenuine(device)) {
            return device.name() + " does not trace to a trusted root, and cannot agree on a KEK";
        }
        return inDomain.stream().noneMatch(copy -> isGenuine(copy.device()))
                ? inDomain.get(0).device().name() + " does not trace to a trusted root, and cannot agree on a KEK"
                : null;
    }

    private static boolean isGenuine(ReadDevice device) {
        return Boolean.TRUE.equals(device.trust().genuine());
    }

    /** The keys that only one device has. */
    static List<SingleCopy> singles(List<Domain> domains) {
        List<SingleCopy> singles = new ArrayList<>();
        for (Domain domain : domains) {
            for (Row row : domain.keys()) {
                if (row.copies() == 1 && !row.exchangeKey()) {
                    singles.add(single(domain, row));
                }
            }
        }
        return singles;
    }

    private static SingleCopy single(Domain domain, Row row) {
        String device = row.holders().get(0);
        List<String> could = row.cells().stream()
                .filter(cell -> cell.state() == State.COULD)
                .map(Cell::device)
                .toList();
        String reason = could.isEmpty() ? whyAlone(domain, row) : "it can be copied to " + String.join(", ", could);
        return new SingleCopy(row.label(), row.publicKey(), device, domain.name(), !could.isEmpty(), reason);
    }

    private static String whyAlone(Domain domain, Row row) {
        List<Cell> others = row.cells().stream()
                .filter(cell -> cell.state() == State.CANNOT)
                .toList();
        if (domain.kind() == DomainKind.NONE) {
            return "it is in no key domain, and cannot leave its device";
        }
        return others.stream()
                .filter(cell -> domain.members().stream()
                        .anyMatch(member -> member.device().equals(cell.device())))
                .map(Cell::reason)
                .filter(reason -> reason != null)
                .findFirst()
                .orElse("no other device here is in key domain " + domain.name());
    }
}
