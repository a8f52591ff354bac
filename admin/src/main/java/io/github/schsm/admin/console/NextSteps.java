// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.console;

import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Key;
import io.github.schsm.admin.inventory.Inventory.SingleCopy;
import io.github.schsm.codec.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The commands that would do what comes next, for people to copy into a shell. Labels come from devices, and what is pasted
 * is executed: what a shell could take for more than text is quoted, and what cannot be quoted safely is left out.
 */
final class NextSteps {
    private static final Pattern PLAIN = Pattern.compile("(?:--)?[A-Za-z0-9_./][A-Za-z0-9_.,:/@+=#-]*");
    /** What stands in double quotes for both shells of Windows. */
    private static final Pattern WINDOWS = Pattern.compile("[\\p{L}\\p{N} _.,:/@+=#-]+");

    private static final int MOST = 128;
    private static final int UID_DIGITS = 8;

    private final List<String> command;
    private final boolean windows;

    NextSteps(List<String> command) {
        this(command, System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows"));
    }

    NextSteps(List<String> command, boolean windows) {
        this.command = command;
        this.windows = windows;
    }

    List<Map<String, String>> forKey(
            Inventory inventory, Picture.RowAt at, @Nullable Key key, @Nullable SingleCopy single) {
        List<Map<String, String>> steps = new ArrayList<>();
        Cell holder = at.row().cells().stream()
                .filter(cell -> cell.state() == Inventory.State.HAS)
                .findFirst()
                .orElse(null);
        if (holder == null || key == null) {
            return steps;
        }
        String device = holder.device();
        copies(steps, at, holder, single);
        if (at.row().exchangeKey()) {
            step(steps, "See whether a migration has left it behind", "cleanup", "--device", device, "--dry-run");
            return steps;
        }
        Long days = KeyWords.daysLeft(key);
        if (!key.type().equals("AES") && (days == null || days <= KeyWords.SOON_DAYS)) {
            step(
                    steps,
                    days == null ? "Ask for a certificate" : "Ask for the next certificate",
                    "csr",
                    "--device",
                    device,
                    "--label",
                    value(key.label()),
                    "--subject",
                    "CN=NAME",
                    "--out",
                    "request.pem");
        }
        if (inventory.devices().size() > 1 || key.attestation().attested()) {
            step(steps, "See all about it", "show", "--device", device, value(key.label()));
        }
        return steps;
    }

    private void copies(List<Map<String, String>> steps, Picture.RowAt at, Cell holder, @Nullable SingleCopy single) {
        List<String> lacking = at.row().cells().stream()
                .filter(cell -> cell.state() == Inventory.State.COULD)
                .map(Cell::device)
                .toList();
        if (lacking.isEmpty() || at.row().exchangeKey()) {
            return;
        }
        step(
                steps,
                single == null ? "Copy it to " + Shown.text(lacking.get(0)) : "Make the second copy",
                "migrate",
                "--from",
                holder.device(),
                "--to",
                lacking.get(0),
                "--label",
                value(String.valueOf(holder.label())));
        String uid = at.domain().uid() == null ? at.domain().kcv() : at.domain().uid();
        if (at.domain().kind() != DomainKind.NONE && uid != null && uid.length() >= UID_DIGITS) {
            step(
                    steps,
                    "Bring all keys of the domain to all members",
                    "domain",
                    "sync",
                    "--domain",
                    uid.substring(0, UID_DIGITS));
        }
    }

    List<Map<String, String>> forDevice(Device device) {
        List<Map<String, String>> steps = new ArrayList<>();
        PinStatus.State pin = device.userPin() == null ? null : device.userPin().state();
        if (pin == PinStatus.State.BLOCKED) {
            step(steps, "Give the PIN its tries again (takes the SO-PIN)", "pin", "unblock", "--device", device.name());
        } else if (pin == PinStatus.State.TRANSPORT) {
            step(steps, "Change the transport PIN", "pin", "change", "--device", device.name());
        }
        step(steps, "List its keys", "keys", "--device", device.name());
        return steps;
    }

    private void step(List<Map<String, String>> steps, String why, String... arguments) {
        String line = line(arguments);
        steps.add(Map.of(
                "why",
                why,
                "line",
                line == null ? "" : line,
                "note",
                line == null
                        ? "Its name has characters that cannot be typed safely into a shell; rename it first."
                        : ""));
    }

    /** What would be an option, or the name of a file with options, is none of the texts that can be quoted. */
    static String value(String text) {
        return text.startsWith("-") || text.startsWith("@") ? "" : text;
    }

    /** A line for a shell; null if an argument cannot stand in one. */
    @Nullable
    String line(String... arguments) {
        List<String> words = new ArrayList<>();
        for (String argument : command) {
            words.add(argument);
        }
        words.addAll(List.of(arguments));
        List<String> quoted = new ArrayList<>();
        for (String word : words) {
            String safe = quoted(word);
            if (safe == null) {
                return null;
            }
            quoted.add(safe);
        }
        return String.join(" ", quoted);
    }

    private @Nullable String quoted(String word) {
        if (PLAIN.matcher(word).matches()) {
            return word;
        }
        // A line end would start what comes after it, and what turns text around shows another command than it is.
        if (word.isEmpty()
                || word.length() > MOST
                || !PrintableText.of(word).equals(word)
                || !PrintableText.isWhole(word)) {
            return null;
        }
        if (windows) {
            return WINDOWS.matcher(word).matches() ? '"' + word + '"' : null;
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
