// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.device;

import io.github.schsm.KeyDomain;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmDevice.FoundDevice;
import io.github.schsm.SchsmDevice.TokenInfo;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(
        name = "devices",
        description = "Lists readers and the devices in them: firmware, whether genuine, PIN tries, key domain slots.")
public final class DevicesCommand extends SchsmCommand {
    @Override
    protected Answer answer(Context context) throws SchsmException {
        Table table = new Table("READER", "DEVICE", "LABEL", "FIRMWARE", "GENUINE", "USER PIN", "KEY DOMAINS");
        List<String> notes = new ArrayList<>();
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (FoundDevice found : context.provider().devices()) {
            SchsmDevice device = found.device();
            if (device == null) {
                table.row(found.reader(), null, null, null, null, null, null);
                String problem = String.valueOf(found.problem());
                notes.add(problem.contains(found.reader()) ? problem : found.reader() + ": " + problem);
                json.add(Answer.json("reader", found.reader())
                        .and("problem", found.problem())
                        .members());
                continue;
            }
            try {
                json.add(describe(found.reader(), device, table, notes));
            } catch (SchsmException unreadable) {
                table.row(found.reader(), device.name(), null, null, null, null, null);
                notes.add(about(device, String.valueOf(unreadable.getMessage())));
                json.add(Answer.json("reader", found.reader())
                        .and("device", device.deviceId())
                        .and("problem", unreadable.getMessage())
                        .members());
            }
        }
        Lines text = json.isEmpty() ? Text.lines("No reader found.") : table.text();
        for (String note : notes) {
            text = Text.lines(text, note);
        }
        return Answer.of(text, Answer.json("devices", json).members());
    }

    private static Map<String, @Nullable Object> describe(
            String reader, SchsmDevice device, Table table, List<String> notes) throws SchsmException {
        TokenInfo info = device.info();
        PinStatus pin = device.administration().userPin();
        Boolean genuine;
        String distrust;
        try {
            distrust = Text.distrust(device.trust(), device.identity());
            genuine = distrust == null;
        } catch (UnsupportedByDeviceException another) {
            // No SmartCard-HSM, so there is nothing to trace.
            distrust = another.getMessage();
            genuine = null;
        } catch (UntrustedDeviceException noCertificateYet) {
            distrust = noCertificateYet.getMessage();
            genuine = false;
        }
        device.defect().ifPresent(notes::add);
        Slots slots = Slots.of(device);
        table.row(
                reader,
                device.name(),
                info.label(),
                info.firmware(),
                genuine == null ? null : genuine ? "yes" : "untrusted",
                Text.pin(pin),
                slots.text());
        if (distrust != null && genuine != null) {
            notes.add(about(device, distrust));
        }
        return Answer.json("reader", reader)
                .and("device", device.deviceId())
                .and("name", device.name())
                .and("keyFingerprint", fingerprint(device))
                .and("label", info.label())
                .and("firmware", info.firmware())
                .and("platform", info.platform())
                .and("genuine", genuine)
                .and("reason", distrust)
                .and("userPin", Text.json(pin))
                .and("keyDomainSlots", slots.number())
                .and("keyDomains", slots.domains().stream().map(Text::json).toList())
                .members();
    }

    /** What tells the device from others with its id; null where there is no device certificate. */
    private static @Nullable String fingerprint(SchsmDevice device) {
        try {
            String fingerprint = device.identity().keyFingerprint();
            return fingerprint.isEmpty() ? null : fingerprint;
        } catch (SchsmException noCertificate) {
            return null;
        }
    }

    private static String about(SchsmDevice device, String message) {
        return message.contains(device.name()) ? message : device.name() + ": " + message;
    }

    /** Key domain slots; old firmware has none, and one that was never initialized refuses to say. */
    private record Slots(int number, List<KeyDomain.Status> domains) {
        static Slots of(SchsmDevice device) throws SchsmException {
            try {
                return new Slots(device.keyDomainSlots(), device.keyDomainStatuses());
            } catch (UnsupportedByDeviceException none) {
                return new Slots(0, List.of());
            }
        }

        String text() {
            return number == 0 ? "no slots" : domains.size() + " of " + number + (number == 1 ? " slot" : " slots");
        }
    }
}
