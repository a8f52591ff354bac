// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Place;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.KeySummary;
import io.github.schsm.admin.inventory.ShellLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A device in words for people. Levels are good, warn, bad and none: the page has a color and a mark for each. */
record DeviceWords(Device device) {
    private static final String GOOD = "good";
    private static final String WARN = "warn";
    private static final String BAD = "bad";
    private static final String NONE = "none";

    private static final int FEW_TRIES = 1;
    private static final int KILOBYTE = 1_024;

    String firmware() {
        String version = device.firmware().isEmpty() ? "unknown" : Shown.text(device.firmware());
        return device.platform().isEmpty() ? version : version + " (" + Shown.text(device.platform()) + ")";
    }

    String genuine() {
        Boolean genuine = device.trust().genuine();
        if (genuine == null) {
            return "no SmartCard-HSM";
        }
        return genuine
                ? "genuine"
                : "not genuine: " + Shown.text(String.valueOf(device.trust().reason()));
    }

    String genuineLevel() {
        Boolean genuine = device.trust().genuine();
        return genuine == null ? NONE : genuine ? GOOD : BAD;
    }

    String pin() {
        return pin(device.userPin());
    }

    private static String pin(@Nullable Pin pin) {
        if (pin == null) {
            return "unknown";
        }
        String tries = pin.triesLeft() == null
                ? ""
                : pin.triesLeft() == 1 ? ", 1 try left" : ", " + pin.triesLeft() + " tries left";
        return switch (pin.state()) {
            case VERIFIED -> "verified" + tries;
            case NOT_VERIFIED -> tries.isEmpty() ? "set" : tries.substring(", ".length());
            case BLOCKED -> "blocked";
            case TRANSPORT -> "transport PIN, to be changed" + tries;
            case NOT_INITIALIZED -> "none: not initialized";
            case KEYS_INSTEAD -> "none: registered keys instead";
        };
    }

    String pinLevel() {
        Pin pin = device.userPin();
        if (pin == null) {
            return NONE;
        }
        return switch (pin.state()) {
            case BLOCKED -> BAD;
            case TRANSPORT, NOT_INITIALIZED -> WARN;
            case KEYS_INSTEAD -> GOOD;
            case VERIFIED, NOT_VERIFIED -> pin.triesLeft() == null ? NONE : pin.triesLeft() <= FEW_TRIES ? WARN : GOOD;
        };
    }

    /** The level of the device as a whole. */
    String worst() {
        List<String> levels =
                List.of(genuineLevel(), pinLevel(), device.problems().isEmpty() ? NONE : WARN);
        return levels.contains(BAD) ? BAD : levels.contains(WARN) ? WARN : levels.contains(GOOD) ? GOOD : NONE;
    }

    String memory() {
        Long free = device.freeMemory();
        if (free == null) {
            return "";
        }
        return free < 10 * KILOBYTE ? free + " bytes free" : String.format(Locale.ROOT, "%,d KB free", free / KILOBYTE);
    }

    /** Names and values in turn. */
    List<List<String>> facts() {
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("Label", device.label().isEmpty() ? "none" : Shown.text(device.label())));
        facts.add(List.of("Reader", Shown.text(device.reader())));
        facts.add(List.of("Genuine", genuine()));
        facts.add(List.of("Firmware", firmware()));
        facts.add(List.of("User PIN", pin()));
        facts.add(List.of("SO-PIN", pin(device.soPin())));
        facts.add(List.of("Memory", memory().isEmpty() ? "unknown" : memory()));
        facts.add(List.of("Keys", Integer.toString(device.keys().size())));
        facts.add(List.of("Data objects", Integer.toString(device.dataObjects().size())));
        for (Slot slot : device.keyDomains()) {
            facts.add(List.of("Slot " + slot.slot(), Shown.text(slot.domain()) + kek(slot)));
        }
        if (device.fingerprint() != null) {
            facts.add(List.of("Key fingerprint", Shown.text(device.fingerprint())));
        }
        if (device.defect() != null) {
            facts.add(List.of("Known defect", Shown.text(device.defect())));
        }
        device.problems().forEach(problem -> facts.add(List.of("Problem", Shown.text(problem))));
        device.notSeen().forEach(unseen -> facts.add(List.of("Not seen", Shown.text(unseen))));
        return facts;
    }

    /** What could be done next. */
    List<KeySummary.Step> nextSteps(ShellLine shell) {
        PinStatus.State pin = device.userPin() == null ? null : device.userPin().state();
        List<KeySummary.Step> steps = new ArrayList<>();
        if (pin == PinStatus.State.BLOCKED) {
            steps.add(new KeySummary.Step(
                    "give the PIN its tries again, by the SO-PIN",
                    shell.line("pin", "unblock", "--device", device.name())));
        } else if (pin == PinStatus.State.TRANSPORT) {
            steps.add(new KeySummary.Step(
                    "change the transport PIN", shell.line("pin", "change", "--device", device.name())));
        }
        steps.add(new KeySummary.Step("list its keys", shell.line("keys", "--device", device.name())));
        return steps;
    }

    private static String kek(Slot slot) {
        if (slot.sharesMissing() != null && slot.sharesMissing() > 0) {
            return ", " + slot.sharesMissing() + " of " + slot.shares() + " shares missing";
        }
        if (slot.kind() == DomainKind.XKEK) {
            return slot.kekPresent() ? ", a KEK is agreed" : "";
        }
        return slot.kekPresent() ? "" : ", no KEK";
    }

    /** What is to be said of a key domain, in a line. */
    static String about(Domain domain) {
        List<String> parts = new ArrayList<>();
        if (domain.uid() != null) {
            parts.add("UID " + Shown.text(domain.uid()));
        }
        if (domain.kcv() != null) {
            parts.add("KCV " + Shown.text(domain.kcv()));
        }
        if (domain.kind() == DomainKind.NONE) {
            parts.add("These keys never leave their device.");
        } else {
            int members = domain.members().size();
            parts.add(members + (members == 1 ? " member" : " members"));
        }
        Place signer = domain.groupSigner();
        if (signer != null) {
            parts.add("group signer " + Shown.text(signer.label()) + " on " + Shown.text(signer.device()));
        } else if (domain.kind() == DomainKind.XKEK) {
            parts.add("its group signer is on no device here");
        }
        return String.join(" · ", parts);
    }
}
