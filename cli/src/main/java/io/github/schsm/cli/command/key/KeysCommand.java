// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.key;

import io.github.schsm.Cvc;
import io.github.schsm.KeyDetails;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Leaving;
import io.github.schsm.cli.command.Connected;
import io.github.schsm.cli.command.Context;
import io.github.schsm.cli.command.SchsmCommand;
import io.github.schsm.cli.report.Answer;
import io.github.schsm.cli.report.Lines;
import io.github.schsm.cli.report.Status;
import io.github.schsm.cli.report.Table;
import io.github.schsm.cli.report.Text;
import io.github.schsm.codec.EcCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "keys",
        description =
                "Lists a device's keys: type, key domain, allowed algorithms, uses left, certificate, and whether a key"
                        + " can leave the device, and under what.",
        footer = {"", "Example:", "  schsm keys --device ZZSIM000001", "  schsm keys --all-devices"})
public final class KeysCommand extends SchsmCommand {
    @Option(
            names = "--all-devices",
            description = "List the keys of all devices in reach; with --device ID,ID of those. Exit status 1 if one of"
                    + " them cannot be read.")
    private boolean allDevices;

    @Override
    protected String work() {
        return allDevices ? "reading devices" : super.work();
    }

    @Override
    protected Answer answer(Context context) throws Exception {
        if (allDevices) {
            return ofAll(context.inventory()
                    .only(context.named())
                    .withListener(progress -> at(progress.toString()))
                    .read());
        }
        Connected connected = context.openToSee();
        SchsmDevice device = connected.device();
        Table table = new Table("LABEL", "ID", "TYPE", "DOMAIN", "ALGORITHMS", "USES LEFT", "CERTIFICATE", "LEAVES");
        Leaving leaving = Leaving.of(device);
        List<Map<String, @Nullable Object>> json = new ArrayList<>();
        for (TokenKey key : device.keys()) {
            KeyDetails details = device.details(key);
            String type = type(key, details);
            Integer domain = boxed(details.keyDomain());
            Long uses = boxed(details.useCounter());
            Integer wrappingKey = boxed(details.wrappingKey());
            List<String> algorithms = details.algorithmNames().orElse(null);
            String certificate = certificate(device, key);
            Leaving.Way way = leaving.of(details);
            table.row(
                    key.label(),
                    Text.hex(key.id()),
                    wrappingKey == null ? type : type + ", wrapping key " + wrappingKey,
                    domain,
                    algorithms == null ? "any" : String.join(" ", algorithms),
                    uses,
                    certificate,
                    way.text());
            EcCurve curve = details.curve();
            json.add(Answer.json("label", key.label())
                    .and("id", Text.hex(key.id()))
                    .and("reference", key.reference())
                    .and("type", key.type().name())
                    .and("curve", curve == null ? null : curve.curveName())
                    .and("size", details.size() == 0 ? null : details.size())
                    .and("keyDomain", domain)
                    .and("algorithms", algorithms)
                    .and("useCounter", uses)
                    .and("wrappingKey", wrappingKey)
                    .and("certificate", certificate)
                    .and("canLeave", way.can())
                    .and("leavesUnder", Text.json(way))
                    .members());
        }
        return Answer.of(
                json.isEmpty() ? Text.lines("Device " + connected.id() + " has no keys.") : table.text(),
                Answer.json("device", connected.id()).and("keys", json).members());
    }

    private static Answer ofAll(Inventory inventory) {
        Table table = new Table(
                "DEVICE", "LABEL", "ID", "TYPE", "DOMAIN", "ALGORITHMS", "USES LEFT", "CERTIFICATE", "LEAVES");
        List<Map<String, @Nullable Object>> devices = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        int keys = 0;
        for (Inventory.Device device : inventory.devices()) {
            List<Map<String, @Nullable Object>> json = new ArrayList<>();
            for (Inventory.Key key : device.keys()) {
                json.add(row(device, key, table));
            }
            keys += json.size();
            device.problems().forEach(problem -> notes.add(device.name() + ": " + problem));
            devices.add(Answer.json("device", device.name()).and("keys", json).members());
        }
        List<String> missing = new ArrayList<>();
        for (Inventory.Reader reader : inventory.readers()) {
            if (reader.device() == null) {
                missing.add(reader.name() + ": " + reader.problem());
            }
        }
        notes.addAll(missing);
        boolean none = devices.isEmpty();
        return new Answer(
                Text.lines(
                        none ? "No device found." : keys == 0 ? "The devices have no keys." : table.text(),
                        new Lines(notes)),
                Answer.json("devices", devices).and("problems", notes).members(),
                none || inventory.hasFailures() ? Status.FAILED : Status.DONE);
    }

    private static Map<String, @Nullable Object> row(Inventory.Device device, Inventory.Key key, Table table) {
        String certificate =
                key.certificate() == null ? null : word(key.certificate().kind());
        List<String> algorithms = key.algorithms();
        table.row(
                device.name(),
                key.label(),
                key.id(),
                key.wrappingKey() == null ? key.kind() : key.kind() + ", wrapping key " + key.wrappingKey(),
                key.keyDomain(),
                algorithms == null ? "any" : String.join(" ", algorithms),
                key.useCounter(),
                certificate,
                key.leaving().text());
        Map<String, @Nullable Object> under = device.keyDomains().stream()
                .filter(slot -> key.leaving().under() != null
                        && slot.slot() == key.leaving().under())
                .findFirst()
                .map(Text::json)
                .orElse(null);
        return Answer.json("label", key.label())
                .and("id", key.id())
                .and("reference", key.reference())
                .and("type", key.type())
                .and("curve", key.curve())
                .and("size", key.size())
                .and("keyDomain", key.keyDomain())
                .and("algorithms", algorithms)
                .and("useCounter", key.useCounter())
                .and("wrappingKey", key.wrappingKey())
                .and("certificate", certificate)
                .and("canLeave", key.leaving().can())
                .and("leavesUnder", under)
                .and("publicKey", key.publicKey())
                .members();
    }

    private static String word(Inventory.CertificateKind kind) {
        return switch (kind) {
            case X509 -> "X.509";
            case CVC -> "CVC";
            case REQUEST -> "request";
            case UNREADABLE -> "unreadable";
        };
    }

    public static String type(TokenKey key, KeyDetails details) {
        EcCurve curve = details.curve();
        if (curve != null) {
            return curve.curveName();
        }
        return details.size() == 0 ? key.type().name() : key.type().name() + "-" + details.size();
    }

    /** What takes the place of the certificate. */
    static @Nullable String certificate(SchsmDevice device, TokenKey key) throws SchsmException {
        if (!key.type().isPrivate()) {
            return null;
        }
        byte[] stored = device.certificate(key).orElse(null);
        if (stored == null) {
            return null;
        }
        if (stored.length > 0 && stored[0] == 0x30) {
            return "X.509";
        }
        try {
            return switch (Cvc.parse(stored).kind()) {
                case CERTIFICATE -> "CVC";
                case REQUEST, AUTHENTICATED_REQUEST -> "request";
            };
        } catch (MalformedDataException unknown) {
            return "unreadable";
        }
    }

    private static @Nullable Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
