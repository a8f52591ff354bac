// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.console;

import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Leaves;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.inventory.Inventory.Trust;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Inventories without devices: as a page shall show them, however many or strange they are. */
final class Inventories {
    private static final Instant TAKEN = Instant.parse("2026-11-29T10:00:00Z");
    private static final String DOMAIN = "XKEK 62AEA0ED";
    private static final String UID = "62AEA0ED4F0C1B7735E1D2A9C8470B6652F3D81E9A0B4C7788E6F5A4B3C2D1E0";
    private static final String NONE = "no key domain";

    private final List<String> names = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Pin> pins = new ArrayList<>();
    private final List<Boolean> genuine = new ArrayList<>();
    private final List<Long> memory = new ArrayList<>();
    private final List<List<Inventory.Key>> keys = new ArrayList<>();
    private final List<Row> movable = new ArrayList<>();
    private final List<Row> fixed = new ArrayList<>();
    private final List<SingleCopy> alone = new ArrayList<>();

    /** A company with two devices in its office, one in its vault, and one that is not what it says. */
    static Inventory office() {
        Inventories made = new Inventories();
        made.device("DECC0401002", "Signing A", true, 3, 81_920);
        made.device("DECC0401017", "Signing B", true, 1, 79_872);
        made.device("DECC0500113", "Vault", true, 3, 90_112);
        made.device("ZZSIM000009", "Spare", false, 3, 98_304);
        made.key("code-signing", "secp256r1", "HHHX", 412L);
        made.key("document-signing", "secp384r1", "HHHX", 187L);
        made.key("invoices", "RSA-2048", "HHCX", 24L);
        made.key("release-signing", "secp256r1", "HCCX", 301L);
        made.key("timestamp", "brainpoolP256r1", "HHCX", -3L);
        made.key("tls-www", "secp256r1", "HHHX", 61L);
        made.key("backup-encryption", "AES-256", "HHHX", null);
        made.fixed("group-signer", "brainpoolP256r1", 2, true);
        made.fixed("old-tls", "RSA-2048", 0, false);
        return made.inventory();
    }

    /** As large as it gets. */
    static Inventory large(int devices, int keys) {
        Inventories made = new Inventories();
        for (int i = 0; i < devices; i++) {
            made.device(String.format(Locale.ROOT, "DECC04%05d", 1_000 + i), "Rack " + (i / 8 + 1), true, 3, 60_000);
        }
        for (int i = 0; i < keys; i++) {
            StringBuilder cells = new StringBuilder();
            for (int j = 0; j < devices; j++) {
                boolean has = i % 97 == 0 ? j == i % devices : (i + j) % 16 < 13;
                cells.append(has ? 'H' : (i + j) % 5 == 0 ? 'X' : 'C');
            }
            made.key(String.format(Locale.ROOT, "key-%04d", i), "secp256r1", cells.toString(), (long) (i % 700));
        }
        return made.inventory();
    }

    /** With one key and one device of these names. */
    static Inventory named(String label) {
        Inventories made = new Inventories();
        made.device("ZZSIM000001", label, true, 3, 81_920);
        made.device("ZZSIM000002", label, true, 3, 81_920);
        made.key(label, "secp256r1", "HC", 100L);
        return made.inventory();
    }

    /** The same without one of its devices. */
    static Inventory without(Inventory all, String device) {
        return new Inventory(
                all.taken(),
                all.readers().stream()
                        .map(reader -> device.equals(reader.device())
                                ? new Reader(reader.name(), null, "there is no device in it", false)
                                : reader)
                        .toList(),
                all.devices().stream().filter(one -> !one.name().equals(device)).toList(),
                all.domains().stream()
                        .map(domain -> new Domain(
                                domain.name(),
                                domain.kind(),
                                domain.uid(),
                                domain.kcv(),
                                domain.groupSigner(),
                                domain.members().stream()
                                        .filter(member -> !member.device().equals(device))
                                        .toList(),
                                domain.keys().stream()
                                        .map(row -> new Row(
                                                row.label(),
                                                row.publicKey(),
                                                row.type(),
                                                row.exchangeKey(),
                                                row.cells().stream()
                                                        .filter(cell ->
                                                                !cell.device().equals(device))
                                                        .toList()))
                                        .filter(row -> row.copies() > 0)
                                        .toList()))
                        .toList(),
                all.withoutSecondCopy().stream()
                        .filter(copy -> !copy.device().equals(device))
                        .toList(),
                all.certificates());
    }

    private void device(String name, String label, boolean isGenuine, int tries, long free) {
        names.add(name);
        labels.add(label);
        genuine.add(isGenuine);
        pins.add(new Pin(PinStatus.State.NOT_VERIFIED, tries));
        memory.add(free);
        keys.add(new ArrayList<>());
    }

    private static String hash(String name) {
        return String.format(Locale.ROOT, "%08X", name.hashCode()).repeat(8);
    }

    private Inventory.Key key(String label, String type, int device, String domain, @Nullable Long days) {
        boolean movable = domain.equals(DOMAIN);
        boolean secret = type.startsWith("AES");
        boolean signer = label.equals("group-signer");
        return new Inventory.Key(
                label,
                "0" + keys.get(device).size(),
                Integer.toString(keys.get(device).size() + 1),
                secret ? "AES" : type.startsWith("RSA") ? "RSA" : "EC",
                type.contains("P") || type.startsWith("secp") ? (type.startsWith("RSA") ? null : type) : null,
                type.contains("-") ? Integer.valueOf(type.substring(type.indexOf('-') + 1)) : 256,
                secret ? null : hash(label),
                secret
                        ? List.of("AES_CBC_ENCRYPT", "AES_CBC_DECRYPT", "WRAP")
                        : type.startsWith("RSA")
                                ? List.of("RSA_PKCS1_SHA256", "WRAP")
                                : List.of("ECDSA_SHA256", "WRAP"),
                null,
                movable ? 0 : null,
                domain,
                null,
                movable ? new Leaves(true, 0, DOMAIN) : new Leaves(false, null, "no"),
                false,
                signer ? DOMAIN : null,
                signer ? UID : null,
                new Attestation(
                        !secret && days == null,
                        secret ? null : names.get(0),
                        "its request was replaced by a certificate",
                        List.of()),
                days == null
                        ? null
                        : new Certificate(
                                CertificateKind.X509,
                                "CN=" + label + ",O=Example",
                                "CN=Example CA,O=Example",
                                "0A1B2C",
                                TAKEN.minus(365, ChronoUnit.DAYS),
                                TAKEN.plus(days, ChronoUnit.DAYS),
                                days,
                                hash(label + " certificate")));
    }

    private void key(String label, String type, String cells, @Nullable Long days) {
        List<Cell> row = new ArrayList<>();
        int copies = 0;
        int last = 0;
        for (int i = 0; i < cells.length(); i++) {
            switch (cells.charAt(i)) {
                case 'H' -> {
                    Inventory.Key key = key(label, type, i, DOMAIN, days);
                    keys.get(i).add(key);
                    row.add(new Cell(names.get(i), State.HAS, null, label, key.reference()));
                    copies++;
                    last = i;
                }
                case 'C' -> row.add(new Cell(names.get(i), State.COULD, null, null, null));
                default ->
                    row.add(new Cell(names.get(i), State.CANNOT, "it is not in key domain " + DOMAIN, null, null));
            }
        }
        String publicKey = type.startsWith("AES") ? null : hash(label);
        movable.add(new Row(label, publicKey, type, false, row));
        if (copies == 1) {
            alone.add(new SingleCopy(
                    label,
                    publicKey,
                    names.get(last),
                    DOMAIN,
                    cells.contains("C"),
                    "It could be copied to another member."));
        }
    }

    private void fixed(String label, String type, int device, boolean attested) {
        Inventory.Key key = key(label, type, device, NONE, attested ? null : 9L);
        keys.get(device).add(key);
        List<Cell> row = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            row.add(
                    i == device
                            ? new Cell(names.get(i), State.HAS, null, label, key.reference())
                            : new Cell(names.get(i), State.CANNOT, "the key is in no key domain", null, null));
        }
        fixed.add(new Row(label, hash(label), type, false, row));
        alone.add(new SingleCopy(
                label,
                hash(label),
                names.get(device),
                NONE,
                false,
                "It is in no key domain and cannot leave its device."));
    }

    private Inventory inventory() {
        List<Device> devices = new ArrayList<>();
        List<Reader> readers = new ArrayList<>();
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean isMember = Boolean.TRUE.equals(genuine.get(i));
            String reader = "Identiv uTrust 3512 SAM slot " + (i + 1);
            readers.add(new Reader(reader, names.get(i), null, false));
            if (isMember) {
                members.add(new Member(names.get(i), 0, false));
            }
            devices.add(new Device(
                    names.get(i),
                    names.get(i),
                    hash(names.get(i)).toLowerCase(Locale.ROOT),
                    labels.get(i),
                    reader,
                    "3.5",
                    "JCOP 3",
                    new Trust(
                            genuine.get(i),
                            isMember ? null : "it traces to the simulator's root, which is not trusted",
                            List.of()),
                    pins.get(i),
                    new Pin(PinStatus.State.NOT_VERIFIED, 15),
                    memory.get(i),
                    4,
                    isMember
                            ? List.of(new Slot(0, DomainKind.XKEK, UID, false, null, null, null, DOMAIN, null))
                            : List.of(),
                    keys.get(i),
                    List.of(),
                    List.of(),
                    false,
                    null,
                    List.of("protected data objects"),
                    List.of()));
        }
        readers.add(new Reader("Empty reader", null, "there is no device in it", false));
        Place signer = fixed.isEmpty() ? null : new Place(names.get(names.size() - 2), "group-signer");
        List<Domain> domains = new ArrayList<>();
        domains.add(new Domain(DOMAIN, DomainKind.XKEK, UID, null, signer, members, movable));
        if (!fixed.isEmpty()) {
            domains.add(new Domain(NONE, DomainKind.NONE, null, null, null, List.of(), fixed));
        }
        return new Inventory(TAKEN, readers, devices, domains, alone, Map.of());
    }
}
