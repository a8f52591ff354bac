// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.inventory.KeySummary;
import io.github.schsm.admin.inventory.ShellLine;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = {
            "Shows a key in words: what it may do, on which devices it is and could be, who attests it, until when its"
                    + " certificate is valid, and what could be done next.",
            "All devices in reach are read; --device says which key is meant where several have its label."
        },
        footer = {"", "Example:", "  schsm show code-signing", "  schsm show tls --device ZZSIM000001"})
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ShowCommand extends SchsmCommand {
    @Parameters(
            paramLabel = "LABEL",
            description = "The key's label, or the SHA-256 of its public key in hexadecimal digits.")
    private String label;

    private record Found(Domain domain, Row row) {}

    @Override
    protected String work() {
        return "reading devices";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        Inventory inventory = context.inventory()
                .withListener(progress -> at(progress.toString()))
                .read();
        Found found = find(inventory, devices(inventory, context));
        KeySummary summary = KeySummary.of(inventory, found.domain(), found.row());
        return Answer.of(text(summary), JsonDocuments.members(summary));
    }

    /** The devices that --device names; all if it names none. */
    private static @Nullable List<String> devices(Inventory inventory, Context context) throws CliException {
        List<String> named = context.named();
        if (named.isEmpty()) {
            return null;
        }
        List<String> devices = new ArrayList<>();
        for (Device device : inventory.devices()) {
            if (named.stream().anyMatch(device::isCalled)) {
                devices.add(device.name());
            }
        }
        if (devices.isEmpty()) {
            throw new CliException("device " + String.join(", ", named) + " is not there" + problems(inventory));
        }
        return devices;
    }

    private static String problems(Inventory inventory) {
        List<String> there = inventory.devices().stream().map(Device::name).toList();
        return there.isEmpty() ? ": there is no device" : "; there are: " + String.join(", ", there);
    }

    private Found find(Inventory inventory, @Nullable List<String> devices) throws CliException {
        List<Found> found = new ArrayList<>();
        TreeSet<String> others = new TreeSet<>();
        for (Domain domain : inventory.domains()) {
            for (Row row : domain.keys()) {
                boolean there = devices == null || row.holders().stream().anyMatch(devices::contains);
                if (there && isMeant(row, devices)) {
                    found.add(new Found(domain, row));
                } else if (there) {
                    others.add(row.label());
                }
            }
        }
        String where = devices == null ? "here" : "on device " + String.join(", ", devices);
        if (found.isEmpty()) {
            throw new CliException("no key \"" + label + "\" " + where
                    + (inventory.devices().isEmpty()
                            ? problems(inventory)
                            : others.isEmpty() ? ": there are no keys" : "; there are: " + String.join(", ", others)));
        }
        if (found.size() > 1) {
            throw new CliException("several keys are called \"" + label + "\" " + where + ": "
                    + String.join(
                            "; ",
                            found.stream()
                                    .map(one -> String.join(", ", one.row().holders())
                                            + (one.row().publicKey() == null
                                                    ? ""
                                                    : " has " + one.row().publicKey()))
                                    .toList())
                    + "; choose one with --device, or give the SHA-256 of its public key");
        }
        return found.get(0);
    }

    private boolean isMeant(Row row, @Nullable List<String> devices) {
        return label.equalsIgnoreCase(row.publicKey())
                || row.cells().stream()
                        .filter(cell -> devices == null || devices.contains(cell.device()))
                        .anyMatch(cell -> label.equals(cell.label()));
    }

    private static Lines text(KeySummary key) {
        List<String> lines = new ArrayList<>();
        lines.add("Key \"" + key.label() + "\", " + key.type() + ", in " + key.domain());
        lines.add("Limits: " + key.limits());
        key.useCounters().forEach((device, uses) -> lines.add("Uses left on " + device + ": " + uses));
        for (Cell cell : key.copies()) {
            lines.add("Device " + cell.device() + ": " + state(cell.state())
                    + (cell.reason() == null ? "" : " (" + cell.reason() + ")"));
        }
        lines.add("Attestation: " + key.attestation());
        lines.add("Certificate: " + key.certificate());
        if (key.publicKey() != null) {
            lines.add("SHA-256 of the public key: " + key.publicKey());
        }
        for (KeySummary.Step step : key.nextSteps()) {
            lines.add("Next: " + step.text());
            lines.add("  " + (step.command().isEmpty() ? "(" + ShellLine.WHY_NONE + ")" : step.command()));
        }
        return Text.lines(new Lines(lines));
    }

    private static String state(State state) {
        return switch (state) {
            case HAS -> "has it";
            case COULD -> "could have it";
            case CANNOT -> "cannot have it";
        };
    }
}
