// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.doctor;

import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.card.quirk.ReaderQuirk;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.mechanism.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The devices in reach: known defects, limits of firmware and readers, and PINs that do not work. */
final class DeviceExamination {
    private static final Pattern VERSION = Pattern.compile("([0-9]+)\\.([0-9]+)");

    private final Surroundings surroundings;

    DeviceExamination(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    List<Finding> findings(SchsmConfiguration settings) {
        Inventory inventory;
        try {
            inventory = surroundings.devices().read(settings.text());
        } catch (SchsmException unreadable) {
            return List.of(Finding.problem(
                    "devices",
                    "no device can be read: " + unreadable.getMessage(),
                    "check terminal, device, and reader in the configuration"));
        } catch (RuntimeException unexpected) {
            return List.of(Finding.problem(
                    "devices",
                    "no device can be read: " + unexpected.getClass().getSimpleName() + ": " + unexpected.getMessage(),
                    "see the findings above; if all is well there, report this as a defect of SCHSM"));
        }
        List<Finding> findings = new ArrayList<>();
        for (Reader reader : inventory.readers()) {
            if (reader.failed()) {
                findings.add(Finding.problem(
                        "devices", "reader '" + reader.name() + "': " + reader.problem(), "insert the card again"));
            }
        }
        if (inventory.devices().isEmpty()) {
            findings.add(Finding.warning(
                    "devices", "there is no device in a reader", "plug a device in; schsm watch shows when it comes"));
        }
        inventory.devices().forEach(device -> examine(device, findings));
        return findings;
    }

    private static void examine(Device device, List<Finding> findings) {
        String who = "device " + device.name();
        int before = findings.size();
        if (device.defect() != null) {
            findings.add(Finding.problem(
                    "device.defect", who + " has a known defect: " + device.defect(), "do not keep anything on it"));
        }
        device.problems()
                .forEach(problem -> findings.add(Finding.problem(
                        "device.unreadable", who + ": " + problem, "insert the card again; see docs/protocol.md")));
        firmware(device, who, findings);
        ReaderQuirk reader = ReaderQuirk.of(device.reader());
        if (!reader.name().isEmpty()) {
            findings.add(Finding.warning(
                    "device.reader",
                    "reader '" + device.reader() + "' passes "
                            + (reader.extended() ? "" : "short commands only, ") + "at most " + reader.maxData()
                            + " bytes of data in a command" + (reader.losesWrites() ? ", and loses longer ones" : ""),
                    "none needed: commands are cut for it; some long ones (keys on long curves, secure channels) need"
                            + " another reader"));
        }
        if (Boolean.FALSE.equals(device.trust().genuine())) {
            findings.add(Finding.warning(
                    "device.trust",
                    who + " does not trace to a trusted root: " + device.trust().reason(),
                    "if it is meant to be trusted, name its root: trust = production, test, simulator or file:PATH"));
        }
        pin(device, who, findings);
        if (findings.size() == before) {
            findings.add(Finding.ok(
                    "device", who + ", firmware " + device.firmware() + ", in reader '" + device.reader() + "'"));
        }
    }

    private static void firmware(Device device, String who, List<Finding> findings) {
        Matcher version = VERSION.matcher(device.firmware());
        if (!version.matches()) {
            return;
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        List<String> missing = new ArrayList<>();
        for (Feature feature : Feature.values()) {
            if (feature.isNewerThan(major, minor)) {
                missing.add(feature.missing(major, minor));
            }
        }
        if (!missing.isEmpty()) {
            findings.add(Finding.warning(
                    "device.firmware",
                    who + " has old firmware: " + String.join("; ", missing),
                    "firmware cannot be updated: take a newer device for these"));
        }
        if (major == 3 && minor == 1) {
            findings.add(Finding.warning(
                    "device.firmware",
                    who + ": firmware 3.1 takes no wrapped key that has an algorithm list (6F00)",
                    "generate keys that are to move to it without --allow, or take a newer device"));
        }
        if (major == 3 && minor == 3) {
            findings.add(Finding.warning(
                    "device.firmware",
                    who + ": firmware 3.3 takes one long RSA key that a host wrapped, then wants a reset",
                    "none needed: the card is reset between them"));
        }
    }

    private static void pin(Device device, String who, List<Finding> findings) {
        Pin pin = device.userPin();
        if (pin == null) {
            return;
        }
        if (pin.state() == PinStatus.State.BLOCKED) {
            findings.add(Finding.problem(
                    "device.pin", who + ": the user PIN is blocked", "unblock it: schsm pin unblock, with the SO-PIN"));
        } else if (pin.state() == PinStatus.State.TRANSPORT) {
            findings.add(Finding.warning(
                    "device.pin", who + " has a transport PIN", "change it before first use: schsm pin change"));
        } else if (pin.state() == PinStatus.State.NOT_INITIALIZED) {
            findings.add(
                    Finding.warning("device.pin", who + " was never initialized", "initialize it: schsm initialize"));
        } else if (pin.triesLeft() != null && pin.triesLeft() == 1) {
            findings.add(Finding.warning(
                    "device.pin",
                    who + ": only one try is left for the user PIN",
                    "type it yourself: schsm pin verify; a PIN from a file or the environment is not sent now"));
        }
    }
}
