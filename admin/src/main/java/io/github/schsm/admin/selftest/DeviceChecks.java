// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;
import static io.github.schsm.admin.selftest.Check.harmless;

import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.codec.Tlv;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What the device says of itself: its answer to reset, its application, its version. */
final class DeviceChecks {
    private static final Set<String> ATRS = Set.of(
            "3BDE18FF8191FE1FC38031815448534D317380214081071C",
            "3BFE1800008131FE458031815448534D31738021408107FA",
            "3B8E80018031815448534D3173802140810718",
            "3BDE96FF8191FE1FC38031815448534D3173802140810792");
    private static final byte[] OTHER_AID = Probe.hex("A0000000180C000001634200");
    private static final int LONGEST = 2000;

    static final List<Check> ALL = List.of(
            harmless("device.atr", "device", "ATR (contact, JCOP 3)", probe -> {
                String atr =
                        HexFormat.of().withUpperCase().formatHex(probe.wire().atr());
                if (!ATRS.contains(atr)) {
                    throw new Contradiction(
                            new CheckResult.Evidence("answer to reset", "one of those in the table", atr), null);
                }
            }),
            harmless(
                    "device.select-fci",
                    "device",
                    "SELECT of the AID answers FCI `6F { .. }` with P2=00",
                    probe -> requireTemplate(select(probe, 0x00, CommandApdu.SHORT_LE), 0x6F)),
            harmless(
                    "device.select-fcp",
                    "device",
                    "FCP `62 { .. }` with P2=04",
                    probe -> requireTemplate(select(probe, 0x04, CommandApdu.SHORT_LE), 0x62)),
            harmless(
                    "device.select-nothing",
                    "device",
                    "nothing with P2=0C",
                    probe -> select(probe, 0x0C, CommandApdu.NO_LE).sw(0x9000).length(0)),
            harmless(
                    "device.select-without-le",
                    "device",
                    "without Le 9000 and no data",
                    probe -> select(probe, 0x00, CommandApdu.NO_LE).sw(0x9000).length(0)),
            harmless(
                    "device.select-other",
                    "device",
                    "with another AID 6A82",
                    probe -> probe.send(0x00, 0xA4, 0x04, 0x00, OTHER_AID, CommandApdu.SHORT_LE)
                            .sw(0x6A82)
                            .length(0)),
            harmless("device.version", "device", "FCI and FCP contain `82 01 78`", probe -> {
                Exchange selected = probe.select().sw(0x9000);
                Tlv template = Probe.template(selected)
                        .orElseThrow(() -> selected.contradiction("6F { 82 01 78  85 .. }", null));
                Optional<Tlv> kind = template.find(0x82);
                Optional<Tlv> version = template.find(0x85);
                selected.require(
                        kind.filter(tlv -> Arrays.equals(tlv.value(), Probe.bytes(0x78)))
                                .isPresent(),
                        "82 01 78");
                int length = version.map(Tlv::valueLength).orElse(0);
                selected.require(
                        length == 2 || length == 4 || length == 5, "85 with 2, 4, or 5 bytes: options, type, version");
            }),
            harmless(
                    "device.options",
                    "device",
                    "the byte before them the platform type, the first two the options given at initialization",
                    probe -> {
                        if (!probe.isAtLeast(2, 0)) {
                            throw new NotTried("firmware 1.x says its version alone");
                        }
                        Exchange selected = probe.select().sw(0x9000);
                        selected.require(
                                probe.applet().options().isPresent()
                                        && probe.applet().platform().isPresent(),
                                "85 with options, type, and version");
                    }),
            destructive(
                    "device.select-logs-out",
                    "device",
                    Setup.ANY,
                    "Selecting the applet **clears the authentication state**",
                    probe -> {
                        probe.verify(Probe.USER, Probe.NO_DATA).sw(0x9000);
                        probe.select().sw(0x9000);
                        probe.verify(Probe.USER, Probe.NO_DATA).sw(0x63C3);
                    }),
            destructive("device.reset-logs-out", "device", Setup.ANY, "So does a card reset.", probe -> {
                probe.wire().reset();
                probe.select().sw(0x9000);
                probe.verify(Probe.USER, Probe.NO_DATA).sw(0x63C3);
            }),
            destructive(
                    "device.command-limit",
                    "device",
                    Setup.ANY,
                    "command APDU size limits (whole command)",
                    DeviceChecks::measure),
            harmless(
                    "genuine-hardware.defect",
                    "genuine-hardware",
                    "A batch of 2025 (HSM 2, 4.0) shows a cut ATR of 3 bytes, a serial 01A001000000000",
                    probe -> {
                        Optional<String> defect = probe.quirks().defect();
                        if (defect.isPresent()) {
                            throw new Contradiction(
                                    new CheckResult.Evidence(
                                            "answer to reset, name of the reader",
                                            "no sign of a defect",
                                            HexFormat.of()
                                                            .withUpperCase()
                                                            .formatHex(
                                                                    probe.wire().atr()) + ", "
                                                    + probe.wire().reader()),
                                    "genuine-hardware: " + defect.get());
                        }
                    }));

    private DeviceChecks() {}

    private static Exchange select(Probe probe, int p2, int ne) throws SchsmException, NotTried {
        return probe.send(0x00, 0xA4, 0x04, p2, Files.SELECT_APPLET.data(), ne);
    }

    private static void requireTemplate(Exchange selected, int tag) throws Contradiction {
        selected.sw(0x9000);
        selected.require(
                Probe.template(selected).filter(tlv -> tlv.tag() == tag).isPresent(),
                String.format(Locale.ROOT, "%02X { .. }", tag));
    }

    /** The longest command that the input buffer takes, by halving: it forgets what is in it. */
    private static void measure(Probe probe) throws SchsmException, NotTried, Contradiction {
        if (!probe.isExtended()) {
            throw new NotTried("this reader passes short commands only");
        }
        int limit = probe.quirks().commandLimit();
        int taken = 0;
        int refused = LONGEST;
        while (refused - taken > 1) {
            int length = (taken + refused) / 2;
            // Header 4, Lc 3, 54 02 0000, 53 82 and its length.
            byte[] data = new byte[Math.max(0, length - 15)];
            Exchange sent = probe.update(Files.INPUT_BUFFER, 0, data);
            if (sent.sw() == 0x9000) {
                taken = length;
            } else {
                sent.sw(0x6700);
                refused = length;
            }
        }
        if (taken < limit) {
            throw new Contradiction(
                    new CheckResult.Evidence(
                            "UPDATE BINARY of 2F10, longer and longer",
                            "commands of " + limit + " bytes get through",
                            "commands of " + taken + " bytes get through, longer ones do not"),
                    "device: some readers pass 1014 or 478 bytes only");
        }
    }
}
