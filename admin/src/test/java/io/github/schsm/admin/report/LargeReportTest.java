// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.DeviceTrust;
import io.github.schsm.TokenAdministration.PinStatus;
import io.github.schsm.admin.inventory.Inventory;
import io.github.schsm.admin.inventory.Inventory.Attestation;
import io.github.schsm.admin.inventory.Inventory.Cell;
import io.github.schsm.admin.inventory.Inventory.Device;
import io.github.schsm.admin.inventory.Inventory.Domain;
import io.github.schsm.admin.inventory.Inventory.DomainKind;
import io.github.schsm.admin.inventory.Inventory.Leaves;
import io.github.schsm.admin.inventory.Inventory.Member;
import io.github.schsm.admin.inventory.Inventory.Pin;
import io.github.schsm.admin.inventory.Inventory.Reader;
import io.github.schsm.admin.inventory.Inventory.Row;
import io.github.schsm.admin.inventory.Inventory.Slot;
import io.github.schsm.admin.inventory.Inventory.State;
import io.github.schsm.admin.inventory.Inventory.Trust;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** As many devices and keys as anybody has: they are written, and read back. */
@Tag("once")
class LargeReportTest {
    private static final int DEVICES = 32;
    private static final int KEYS = 1000;
    private static final String DOMAIN = "XKEK 62AEA0ED";

    private static Inventory.Key key(int number, String device) {
        return new Inventory.Key(
                "key-" + number,
                "01",
                Integer.toString(number),
                "EC",
                "secp256r1",
                256,
                String.format(Locale.ROOT, "%064X", number),
                List.of("ECDSA", "WRAP"),
                null,
                0,
                DOMAIN,
                null,
                new Leaves(true, 0, DOMAIN),
                false,
                null,
                null,
                new Attestation(false, null, "copied to " + device, List.of()),
                null);
    }

    private static Inventory inventory() {
        List<Reader> readers = new ArrayList<>();
        List<Device> devices = new ArrayList<>();
        List<Member> members = new ArrayList<>();
        for (int d = 0; d < DEVICES; d++) {
            String name = String.format(Locale.ROOT, "DECC%07d", d);
            List<Inventory.Key> keys = new ArrayList<>();
            for (int k = 0; k < KEYS; k++) {
                keys.add(key(k, name));
            }
            readers.add(new Reader("Reader " + d, name, null, false));
            members.add(new Member(name, 0, false));
            devices.add(new Device(
                    name,
                    name,
                    null,
                    "",
                    "Reader " + d,
                    "3.5",
                    "JCOP 3",
                    new Trust(false, "not asked", List.of()),
                    new Pin(PinStatus.State.NOT_VERIFIED, 3),
                    null,
                    80_000L,
                    4,
                    List.of(new Slot(0, DomainKind.XKEK, "62AEA0ED", false, null, null, null, DOMAIN, null)),
                    keys,
                    List.of(),
                    List.of(),
                    false,
                    null,
                    List.of(),
                    List.of()));
        }
        List<Row> rows = new ArrayList<>();
        for (int k = 0; k < KEYS; k++) {
            List<Cell> cells = new ArrayList<>();
            for (Device device : devices) {
                cells.add(new Cell(device.name(), State.HAS, null, "key-" + k, Integer.toString(k)));
            }
            rows.add(new Row("key-" + k, String.format(Locale.ROOT, "%064X", k), "secp256r1", false, cells));
        }
        return new Inventory(
                Instant.parse("2026-11-29T22:00:00Z"),
                readers,
                devices,
                List.of(new Domain(DOMAIN, DomainKind.XKEK, "62AEA0ED", null, null, members, rows)),
                List.of(),
                Map.of());
    }

    @Test
    void aPageOfManyDevicesAndKeysIsWrittenAndReadBack() throws Exception {
        SignedReport report = SignedReport.unsigned(Report.builder(inventory()));

        byte[] page = report.html();

        assertThat(page).hasSizeLessThan(40_000_000);
        ReportVerification verified = ReportVerification.of("report", page, DeviceTrust.parse("simulator"), List.of());
        assertThat(verified.problems())
                .containsExactly("it is not signed: nothing proves who made it, or that it is" + " unchanged");
        assertThat(verified.report().inventory().devices()).hasSize(DEVICES);
        assertThat(new String(page, StandardCharsets.US_ASCII)).contains("key-999");
    }
}
