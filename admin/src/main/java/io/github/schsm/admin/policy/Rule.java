// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.policy;

import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Certificate;
import io.github.schsm.admin.inventory.Inventory.CertificateKind;
import io.github.schsm.admin.inventory.Inventory.ChainLink;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.LooseCertificate;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Slot;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A rule of a policy. What it is called in the document is its class's name with a small first letter. */
public sealed interface Rule {
    /** Its name in a policy's document, e.g. {@code secondCopy}. */
    default String id() {
        String name = getClass().getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /** What it demands, in a sentence without its end. */
    String title();

    /** Applies it. */
    void check(Checks checks);

    /** Everything on each device could be read. */
    record FullyRead() implements Rule {
        @Override
        public String title() {
            return "every device can be read, with all that is on it";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                device.problems().forEach(problem -> checks.notChecked(device, problem));
                if (device.trust().genuine() == null) {
                    device.notSeen()
                            .forEach(hidden -> checks.notChecked(device, "not seen without the PIN: " + hidden));
                }
            }
        }
    }

    /**
     * Devices are there.
     *
     * @param devices their names or ids
     */
    record ExpectedDevices(List<String> devices) implements Rule {
        /** Copies the list. */
        public ExpectedDevices {
            devices = List.copyOf(devices);
        }

        @Override
        public String title() {
            return "the devices " + String.join(", ", devices) + " are in reach, and no others";
        }

        @Override
        public void check(Checks checks) {
            for (String expected : devices) {
                checks.count();
                if (checks.inventory().devices().stream()
                        .noneMatch(there ->
                                there.name().equals(expected) || there.id().equals(expected))) {
                    checks.add(Verdict.NOT_CHECKED, expected, null, null, "the device is not in reach");
                }
            }
            for (Device there : checks.devices()) {
                if (!devices.contains(there.name()) && !devices.contains(there.id())) {
                    checks.violated(there, "the device is none of the expected ones");
                }
            }
        }
    }

    /** Every device traces to a trusted root. */
    record TrustedDevice() implements Rule {
        @Override
        public String title() {
            return "every device traces to a trusted root";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                Boolean genuine = device.trust().genuine();
                if (genuine == null) {
                    checks.notChecked(device, "it is no SmartCard-HSM, and has nothing that could be traced");
                } else if (!genuine) {
                    checks.violated(
                            device,
                            "it is not trusted: "
                                    + Objects.requireNonNullElse(device.trust().reason(), "unknown why"));
                }
            }
        }
    }

    /**
     * A device's certificates are still valid.
     *
     * @param days for how many more days
     */
    record DeviceCertificate(int days) implements Rule {
        @Override
        public String title() {
            return "the certificates of every device are valid for " + days + " more days";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                Optional<ChainLink> first = device.trust().chain().stream()
                        .filter(link -> link.expires() != null)
                        .min(Comparator.comparing(ChainLink::expires));
                LocalDate expires = first.map(ChainLink::expires).orElse(null);
                if (expires == null) {
                    checks.notChecked(device, "it has no certificate with a date");
                } else if (expires.isBefore(checks.today().plusDays(days))) {
                    checks.violated(
                            device,
                            "the certificate of " + first.map(ChainLink::holder).orElse("") + " "
                                    + (expires.isBefore(checks.today()) ? "ended" : "ends") + " on " + expires);
                }
            }
        }
    }

    /**
     * Firmware is new enough.
     *
     * @param least the oldest version, e.g. {@code 3.4}
     */
    record Firmware(String least) implements Rule {
        /** Refuses what is no version. */
        public Firmware {
            if (!least.matches("[0-9]{1,4}(\\.[0-9]{1,4}){0,3}")) {
                throw new IllegalArgumentException("\"" + least + "\" is no version such as 3.4");
            }
        }

        @Override
        public String title() {
            return "every device has firmware " + least + " or newer";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                if (!device.firmware().matches("[0-9]{1,4}(\\.[0-9]{1,4}){0,3}")) {
                    checks.notChecked(device, "its firmware version is not known");
                } else if (Arrays.compare(numbers(device.firmware()), numbers(least)) < 0) {
                    checks.violated(device, "it has firmware " + device.firmware());
                }
            }
        }

        private static int[] numbers(String version) {
            return Arrays.stream(version.split("\\.", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
        }
    }

    /**
     * PINs have tries left.
     *
     * @param least how many
     */
    record PinTries(int least) implements Rule {
        @Override
        public String title() {
            return "user PIN and SO-PIN have at least " + least + (least == 1 ? " try" : " tries") + " left";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                check(checks, device, "user PIN", device.userPin(), true);
                check(checks, device, "SO-PIN", device.soPin(), false);
            }
        }

        private void check(Checks checks, Device device, String what, @Nullable Pin pin, boolean isNeeded) {
            Integer left = pin == null ? null : pin.triesLeft();
            if (pin != null && pin.state() == PinStatus.State.BLOCKED) {
                checks.violated(device, "the " + what + " is blocked");
            } else if (left != null && left < least) {
                checks.violated(device, "the " + what + " has " + left + (left == 1 ? " try" : " tries") + " left");
            } else if (left == null && isNeeded && (pin == null || pin.state() == PinStatus.State.NOT_VERIFIED)) {
                checks.notChecked(device, "the tries left for the " + what + " are not known");
            }
        }
    }

    /** No device still has its transport PIN, and none is uninitialized. */
    record TransportPin() implements Rule {
        @Override
        public String title() {
            return "every device is initialized, and its transport PIN has been changed";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                Pin pin = device.userPin();
                if (pin == null) {
                    checks.notChecked(device, "the state of the user PIN is not known");
                } else if (pin.state() == PinStatus.State.TRANSPORT) {
                    checks.violated(device, "the transport PIN has not been changed");
                } else if (pin.state() == PinStatus.State.NOT_INITIALIZED) {
                    checks.violated(device, "the device is not initialized");
                }
            }
        }
    }

    /**
     * DKEKs are made of enough shares, and complete.
     *
     * @param least how many
     */
    record DkekShares(int least) implements Rule {
        @Override
        public String title() {
            return "every DKEK is complete, and made of at least " + least + (least == 1 ? " share" : " shares");
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                for (Slot slot : device.keyDomains()) {
                    if (slot.kind() == DomainKind.DKEK) {
                        check(checks, device, slot);
                    }
                }
            }
        }

        private void check(Checks checks, Device device, Slot slot) {
            String what = "the DKEK in slot " + slot.slot();
            Integer shares = slot.shares();
            Integer missing = slot.sharesMissing();
            if (shares == null) {
                checks.notChecked(device, "of how many shares " + what + " is made is not known");
                return;
            }
            if (shares < least) {
                checks.violated(device, what + " is made of " + shares + (shares == 1 ? " share" : " shares"));
            }
            if (missing != null && missing > 0) {
                checks.violated(device, what + " is incomplete: " + missing + " of " + shares + " shares are missing");
            }
        }
    }

    /** The group signer of every XKEK key domain has a second copy. */
    record GroupSignerBackup() implements Rule {
        @Override
        public String title() {
            return "the group signer of every XKEK key domain has a second copy";
        }

        @Override
        public void check(Checks checks) {
            for (Domain domain : checks.inventory().domains()) {
                if (domain.kind() != DomainKind.XKEK) {
                    continue;
                }
                checks.count();
                Place place = domain.groupSigner();
                if (place == null) {
                    checks.add(
                            Verdict.NOT_CHECKED,
                            null,
                            null,
                            null,
                            "the group signer of " + domain.name() + " is on none of the devices in reach");
                } else if (copies(checks.inventory(), place) < 2) {
                    checks.add(
                            Verdict.VIOLATED,
                            place.device(),
                            place.label(),
                            null,
                            "the group signer of " + domain.name()
                                    + " has no second copy: without it no device can join anymore");
                }
            }
        }

        private static long copies(Inventory inventory, Place place) {
            return inventory.domains().stream()
                    .flatMap(domain -> domain.keys().stream())
                    .filter(row -> row.cells().stream()
                            .anyMatch(cell -> cell.device().equals(place.device())
                                    && place.label().equals(cell.label())))
                    .mapToLong(Inventory.Row::copies)
                    .max()
                    .orElse(0);
        }
    }

    /**
     * Keys have copies.
     *
     * @param copies on how many devices each is wanted, at least 2
     * @param keys   which keys
     */
    record SecondCopy(int copies, Which keys) implements Rule {
        /** Which keys are meant. */
        public enum Which {
            /** Those that can leave their device. */
            THAT_CAN_LEAVE,
            /** All, those that cannot leave their device included. */
            ALL
        }

        @Override
        public String title() {
            return (keys == Which.ALL ? "every key" : "every key that can leave its device") + " is on at least "
                    + copies + " devices";
        }

        @Override
        public void check(Checks checks) {
            checks.inventory().domains().stream()
                    .flatMap(domain -> domain.keys().stream())
                    .filter(row -> !row.exchangeKey())
                    .forEach(row -> check(checks, row));
        }

        private void check(Checks checks, Inventory.Row row) {
            Set<@Nullable Boolean> leaving = row.cells().stream()
                    .filter(cell -> cell.state() == Inventory.State.HAS)
                    .flatMap(cell -> checks.inventory().key(cell).stream())
                    .map(key -> key.leaving().can())
                    .collect(Collectors.toSet());
            if (keys == Which.THAT_CAN_LEAVE && leaving.equals(Set.of(false))) {
                return;
            }
            checks.count();
            if (row.copies() >= copies) {
                return;
            }
            String holder = row.holders().isEmpty() ? null : row.holders().get(0);
            boolean isKnown = keys == Which.ALL || leaving.contains(true);
            checks.add(
                    isKnown ? Verdict.VIOLATED : Verdict.NOT_CHECKED,
                    holder,
                    row.label(),
                    row.publicKey(),
                    "the key is on " + (row.copies() == 1 ? "one device" : row.copies() + " devices") + " only"
                            + (isKnown ? "" : ", and whether it can leave is not known"));
        }
    }

    /**
     * Keys leave their device only under what is allowed.
     *
     * @param allowed under what
     */
    record Leaving(Set<Way> allowed) implements Rule {
        /** How a key can leave. */
        public enum Way {
            /** Not at all. */
            NO,
            /** Under a KEK that two devices agree on. */
            XKEK,
            /** Under a key that is made of shares, which people have. */
            DKEK
        }

        /** Copies the set. */
        public Leaving {
            allowed = Set.copyOf(new TreeSet<>(allowed));
        }

        @Override
        public String title() {
            return "keys leave their device "
                    + new TreeSet<>(allowed)
                            .stream()
                                    .map(way -> way == Way.NO ? "not at all" : "under a KEK of kind " + way)
                                    .collect(Collectors.joining(", or "));
        }

        @Override
        public void check(Checks checks) {
            checks.eachKey(key -> true, (device, key) -> check(checks, device, key));
        }

        private void check(Checks checks, Device device, Inventory.Key key) {
            if (allowed.size() == Way.values().length) {
                return;
            }
            Boolean can = key.leaving().can();
            if (can == null) {
                checks.add(
                        Verdict.NOT_CHECKED,
                        device,
                        key,
                        "whether the key can leave is not known: "
                                + key.leaving().text());
                return;
            }
            Way way = can ? way(device, key) : Way.NO;
            if (way == null) {
                checks.add(Verdict.NOT_CHECKED, device, key, "under what the key can leave is not known");
            } else if (!allowed.contains(way)) {
                checks.add(
                        Verdict.VIOLATED,
                        device,
                        key,
                        way == Way.NO
                                ? "the key cannot leave"
                                : "the key can leave: " + key.leaving().text());
            }
        }

        private static @Nullable Way way(Device device, Inventory.Key key) {
            return device.keyDomains().stream()
                    .filter(slot -> Objects.equals(slot.slot(), key.leaving().under()))
                    .map(slot -> slot.kind() == DomainKind.XKEK ? Way.XKEK : Way.DKEK)
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * Keys are strong enough.
     *
     * @param curves  the curves that EC keys may be on, by their names as {@code schsm keys} shows them
     * @param rsaBits the shortest RSA key
     * @param aesBits the shortest AES key
     */
    record KeyStrength(List<String> curves, int rsaBits, int aesBits) implements Rule {
        /** Copies the list. */
        public KeyStrength {
            curves = List.copyOf(curves);
        }

        @Override
        public String title() {
            return "EC keys are on " + String.join(", ", curves) + "; RSA keys have at least " + rsaBits
                    + " bits, AES keys " + aesBits;
        }

        @Override
        public void check(Checks checks) {
            checks.eachKey(key -> true, (device, key) -> check(checks, device, key));
        }

        private void check(Checks checks, Device device, Inventory.Key key) {
            Integer size = key.size();
            boolean ec = key.type().equals("EC");
            if (ec ? key.curve() == null : size == null) {
                checks.add(Verdict.NOT_CHECKED, device, key, "curve or size of the key is not known");
            } else if (ec && !curves.contains(key.curve())) {
                checks.add(Verdict.VIOLATED, device, key, "the key is on " + key.curve());
            } else if (!ec && size != null && size < (key.type().equals("RSA") ? rsaBits : aesBits)) {
                checks.add(Verdict.VIOLATED, device, key, "the key is " + key.kind());
            }
        }
    }

    /** Every key pair was generated in the device that has it, and the device says so. */
    record Attestation() implements Rule {
        @Override
        public String title() {
            return "every key pair is attested by the device that has it";
        }

        @Override
        public void check(Checks checks) {
            checks.eachKey(key -> !key.type().equals("AES"), (device, key) -> {
                if (!key.attestation().attested()) {
                    checks.add(
                            Verdict.VIOLATED,
                            device,
                            key,
                            Objects.requireNonNullElse(key.attestation().reason(), "the key is not attested"));
                }
            });
        }
    }

    /**
     * Only known keys are there, and all of them.
     *
     * @param keys the known keys
     */
    record ExpectedKeys(List<Expected> keys) implements Rule {
        /**
         * A known key.
         *
         * @param label     its label; null for any
         * @param publicKey SHA-256 of its public key, as in the inventory; null for any
         * @param device    the device it is on; null for any
         */
        public record Expected(
                @Nullable String label,
                @Nullable String publicKey,
                @Nullable String device) {
            /** Refuses one that says nothing. */
            public Expected {
                if (label == null && publicKey == null) {
                    throw new IllegalArgumentException("an expected key has a label or a publicKey");
                }
            }

            boolean is(Device of, Inventory.Key key) {
                return (label == null || label.equals(key.label()))
                        && (publicKey == null || publicKey.equalsIgnoreCase(key.publicKey()))
                        && (device == null || device.equals(of.name()) || device.equals(of.id()));
            }

            String words() {
                return (label == null ? "with public key " + publicKey : "\"" + label + "\"")
                        + (device == null ? "" : " on " + device);
            }
        }

        /** Copies the list. */
        public ExpectedKeys {
            keys = List.copyOf(keys);
        }

        @Override
        public String title() {
            return "there are the " + keys.size() + " expected keys, and no others but exchange keys";
        }

        @Override
        public void check(Checks checks) {
            boolean[] found = new boolean[keys.size()];
            checks.eachKey(key -> !key.exchangeKey(), (device, key) -> {
                boolean known = false;
                for (int i = 0; i < found.length; i++) {
                    if (keys.get(i).is(device, key)) {
                        found[i] = true;
                        known = true;
                    }
                }
                if (!known) {
                    checks.add(Verdict.VIOLATED, device, key, "the key is none of the expected ones");
                }
            });
            IntStream.range(0, found.length)
                    .filter(i -> !found[i])
                    .mapToObj(keys::get)
                    .forEach(missing -> checks.add(
                            Verdict.VIOLATED,
                            missing.device(),
                            missing.label(),
                            missing.publicKey(),
                            "the key " + missing.words() + " is expected, and on none of the devices in reach"));
        }
    }

    /**
     * Certificates stay valid.
     *
     * @param least for how many more days
     */
    record CertificateDays(int least) implements Rule {
        @Override
        public String title() {
            return "every X.509 certificate is valid for at least " + least + " more days";
        }

        @Override
        public void check(Checks checks) {
            for (Device device : checks.devices()) {
                for (Inventory.Key key : device.keys()) {
                    check(checks, device, key.label(), key.publicKey(), key.certificate());
                }
                for (LooseCertificate loose : device.certificates()) {
                    check(checks, device, loose.label(), null, loose.certificate());
                }
            }
        }

        private void check(
                Checks checks,
                Device device,
                String label,
                @Nullable String publicKey,
                @Nullable Certificate certificate) {
            if (certificate == null || certificate.kind() == CertificateKind.REQUEST) {
                return;
            }
            checks.count();
            Long left = certificate.daysLeft();
            if (certificate.kind() == CertificateKind.UNREADABLE) {
                checks.add(Verdict.NOT_CHECKED, device.name(), label, publicKey, "the certificate cannot be read");
            } else if (left != null && left < 0) {
                checks.add(
                        Verdict.VIOLATED,
                        device.name(),
                        label,
                        publicKey,
                        "the certificate ended on " + certificate.notAfter());
            } else if (left != null && left < least) {
                checks.add(
                        Verdict.VIOLATED,
                        device.name(),
                        label,
                        publicKey,
                        "the certificate ends in " + left + (left == 1 ? " day" : " days") + ", on "
                                + certificate.notAfter());
            }
        }
    }
}
