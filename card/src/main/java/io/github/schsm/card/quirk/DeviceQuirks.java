// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.quirk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What differs by device (docs/protocol.md#devices-that-differ and docs/protocol.md#genuine-hardware): a row for each
 * difference says which devices have it, by what was seen of them, and what is different. What differs by reader is a
 * {@link ReaderQuirk}; what came with a firmware version is a {@link io.github.schsm.mechanism.Feature}, and is told of
 * only when a device refuses.
 *
 * @param commandLimit           how many bytes a command may have
 * @param unwrapsLongRsaOnce     whether a long RSA key that a host wrapped is taken once, and the next one only after a
 *                               reset of the card; what devices wrapped is taken in a row
 * @param callsNoPinTransportPin whether the user PIN of a device that was never initialized is said to be a transport PIN
 * @param answers                answers that mean something else than their status word
 * @param defect                 what is wrong with it, for people
 */
public record DeviceQuirks(
        int commandLimit,
        boolean unwrapsLongRsaOnce,
        boolean callsNoPinTransportPin,
        List<AnswerQuirk> answers,
        Optional<String> defect) {
    private static final int JCOP_3 = 1232;
    private static final int JCOP_4 = 1454;
    private static final int SHORTEST_ATR = 3;

    /** No difference; commands as long as the least of the known platforms takes. */
    private static final DeviceQuirks NONE = new DeviceQuirks(JCOP_3, false, false, List.of(), Optional.empty());

    private static final List<Row> ROWS = List.of(
            // which devices                                              what is different
            row(atr("3BFE1800008131FE458031815448534D31738021408107FA"), device -> device.withCommandLimit(JCOP_4)),
            row(atr("3B8E80018031815448534D3173802140810718"), device -> device.withCommandLimit(JCOP_4)),
            row(atr("3BDE96FF8191FE1FC38031815448534D3173802140810792"), device -> device.withCommandLimit(JCOP_4)),
            row(firmware(3, 3), DeviceQuirks::withOneLongRsaKey),
            row(firmwareBefore(2, 0), DeviceQuirks::withNoPinCalledTransportPin),
            row(seen -> true, device -> device.withAnswer(AnswerQuirk.TIDIES_MEMORY)),
            row(seen -> true, device -> device.withAnswer(AnswerQuirk.DOMAIN_IS_GONE)),
            row(DeviceQuirks::hasShortAtr, device -> device.withDefect("an answer to reset of at most 3 bytes")),
            row(readerNamed("01A001000000000"), device -> device.withDefect("serial number 01A001000000000")));

    /**
     * What tells devices apart.
     *
     * @param atr    answer to reset
     * @param reader the reader's name, which for USB devices holds the serial number
     * @param applet what the applet says; nothing before it was selected
     */
    public record Seen(byte[] atr, String reader, AppletInfo applet) {
        public Seen {
            atr = atr.clone();
        }

        @Override
        public byte[] atr() {
            return atr.clone();
        }
    }

    private record Row(Predicate<Seen> devices, UnaryOperator<DeviceQuirks> difference) {}

    public DeviceQuirks {
        answers = List.copyOf(answers);
    }

    /** What is different about a device. */
    public static DeviceQuirks of(Seen seen) {
        DeviceQuirks quirks = NONE;
        for (Row row : ROWS) {
            if (row.devices.test(seen)) {
                quirks = row.difference.apply(quirks);
            }
        }
        return quirks;
    }

    // Which devices

    private static Row row(Predicate<Seen> devices, UnaryOperator<DeviceQuirks> difference) {
        return new Row(devices, difference);
    }

    private static Predicate<Seen> atr(String hex) {
        byte[] atr = HexFormat.of().parseHex(hex);
        return seen -> Arrays.equals(seen.atr, atr);
    }

    private static boolean hasShortAtr(Seen seen) {
        return seen.atr.length <= SHORTEST_ATR;
    }

    private static Predicate<Seen> readerNamed(String part) {
        return seen -> seen.reader.contains(part);
    }

    private static Predicate<Seen> firmware(int major, int minor) {
        FirmwareVersion wanted = new FirmwareVersion(major, minor);
        // Not equals: a record's own is linked at first use, which a program's start shows.
        return seen -> seen.applet
                .version()
                .filter(version -> version.compareTo(wanted) == 0)
                .isPresent();
    }

    private static Predicate<Seen> firmwareBefore(int major, int minor) {
        return seen -> seen.applet
                .version()
                .filter(version -> !version.isAtLeast(major, minor))
                .isPresent();
    }

    // What is different

    private DeviceQuirks withCommandLimit(int bytes) {
        return new DeviceQuirks(bytes, unwrapsLongRsaOnce, callsNoPinTransportPin, answers, defect);
    }

    private DeviceQuirks withOneLongRsaKey() {
        return new DeviceQuirks(commandLimit, true, callsNoPinTransportPin, answers, defect);
    }

    private DeviceQuirks withNoPinCalledTransportPin() {
        return new DeviceQuirks(commandLimit, unwrapsLongRsaOnce, true, answers, defect);
    }

    private DeviceQuirks withAnswer(AnswerQuirk answer) {
        List<AnswerQuirk> more = new ArrayList<>(answers);
        more.add(answer);
        return new DeviceQuirks(commandLimit, unwrapsLongRsaOnce, callsNoPinTransportPin, more, defect);
    }

    private DeviceQuirks withDefect(String sign) {
        Optional<String> told =
                Optional.of(sign + " is known of a batch with a defect (Nitrokey HSM 2, firmware 4.0, 2025)"
                        + " that stops answering after some 240 commands; ask who sold it for another one");
        return new DeviceQuirks(commandLimit, unwrapsLongRsaOnce, callsNoPinTransportPin, answers, told);
    }
}
