// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.InventoryReader;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(
        name = "devices",
        description = {
            "Lists readers and the devices in them: firmware, whether genuine, PIN tries, free memory, key domain slots.",
            "Exit status 1 if there is no device."
        },
        footer = {"", "Example:", "  schsm devices", "  schsm devices --json"})
public final class DevicesCommand extends SchsmCommand {
    @Override
    protected String work() {
        return "reading devices";
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        Inventory inventory = InventoryReader.of(context.provider())
                .withoutContents()
                .withListener(progress -> at(progress.toString()))
                .read();
        Table table = new Table("READER", "DEVICE", "LABEL", "FIRMWARE", "GENUINE", "USER PIN", "FREE", "KEY DOMAINS");
        List<String> notes = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (Reader reader : inventory.readers()) {
            Device device = reader.device() == null
                    ? null
                    : inventory.device(reader.device()).orElse(null);
            if (device == null) {
                table.row(reader.name(), null, null, null, null, null, null, null);
                String problem = String.valueOf(reader.problem());
                notes.add(problem.contains(reader.name()) ? problem : reader.name() + ": " + problem);
                json.add(Answer.json("reader", reader.name())
                        .and("problem", reader.problem())
                        .members());
            } else {
                json.add(describe(device, table, notes));
            }
        }
        Lines text = Text.lines(
                json.isEmpty() ? "No reader found." : table.text(),
                new Lines(notes),
                json.isEmpty() || !inventory.devices().isEmpty() ? null : "No device found.");
        return new Answer(
                text,
                Answer.json("devices", json).members(),
                inventory.devices().isEmpty() ? Status.FAILED : Status.DONE);
    }

    private static Map<String, @Nullable Object> describe(Device device, Table table, List<String> notes) {
        Boolean genuine = device.trust().genuine();
        String distrust = device.trust().reason();
        int slots = device.slots() == null ? 0 : device.slots();
        table.row(
                device.reader(),
                device.name(),
                device.label(),
                device.firmware(),
                genuine == null ? null : genuine ? "yes" : "untrusted",
                device.userPin() == null ? null : Text.pin(device.userPin()),
                device.freeMemory() == null ? null : device.freeMemory() + " bytes",
                slots == 0
                        ? "no slots"
                        : device.keyDomains().size() + " of " + slots + (slots == 1 ? " slot" : " slots"));
        if (device.defect() != null) {
            notes.add(device.defect());
        }
        if (distrust != null && genuine != null) {
            notes.add(about(device, distrust));
        }
        device.problems().forEach(problem -> notes.add(about(device, problem)));
        return Answer.json("reader", device.reader())
                .and("device", device.id())
                .and("name", device.name())
                .and("keyFingerprint", device.fingerprint())
                .and("label", device.label())
                .and("firmware", device.firmware())
                .and("platform", device.platform())
                .and("genuine", genuine)
                .and("reason", distrust)
                .and("userPin", device.userPin() == null ? null : Text.json(device.userPin()))
                .and("freeMemory", device.freeMemory())
                .and("keyDomainSlots", slots)
                .and("keyDomains", device.keyDomains().stream().map(Text::json).toList())
                .and("problems", device.problems())
                .members();
    }

    private static String about(Device device, String message) {
        return message.contains(device.name()) || message.contains(device.id())
                ? message
                : device.name() + ": " + message;
    }
}
