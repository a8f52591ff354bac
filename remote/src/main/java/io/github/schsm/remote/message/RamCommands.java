// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.message;

import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/** What commands say about themselves by their headers, which are plain even where the rest is protected. */
public final class RamCommands {
    /** Commands that may take longer than others: how long at most, with room for the worst luck with primes. */
    private static final Map<Integer, Duration> SLOW = Map.of(
            0x46, Duration.ofMinutes(5),
            0x48, Duration.ofSeconds(30),
            0x50, Duration.ofMinutes(2),
            0x74, Duration.ofSeconds(30));

    /** After these the card may be in a state that a PIN, or keys in its place, brought about. */
    private static final Set<Integer> LOGINS = Set.of(0x20, 0x24, 0x2C, 0x50, 0x5A, 0x82);

    private static final byte[] VERIFY =
            CommandApdu.of(0x00, 0x20, 0x00, 0x81, CommandApdu.NO_LE).encode();
    private static final byte[] SELECT_APPLET = Files.SELECT_APPLET.encode();
    private static final byte[] OFFSET_0 = {0x54, 0x02, 0x00, 0x00};
    private static final byte[] READ_CERTIFICATES = readCertificates(CommandApdu.EXTENDED_LE);

    private static final int SELECT = 0xA4;
    private static final int BY_NAME = 0x04;
    private static final int PROTECTED = 0x0C;
    private static final int HEADER = 4;

    private RamCommands() {}

    /** VERIFY without a PIN: asks for the state. */
    public static byte[] verify() {
        return VERIFY.clone();
    }

    /**
     * READ BINARY of the device's certificates in one answer.
     *
     * @param longest how many bytes there may be in it
     */
    public static byte[] readCertificates(int longest) {
        return CommandApdu.of(
                        0x00, 0xB1, Files.DEVICE_CERTIFICATES >> 8, Files.DEVICE_CERTIFICATES & 0xFF, OFFSET_0, longest)
                .encode();
    }

    /**
     * How long the card may take for a command, by its instruction.
     *
     * @param ordinary for commands that are not slow, and the least for those that are
     */
    public static Duration patience(byte[] command, Duration ordinary) {
        Duration slow = command.length >= HEADER ? SLOW.getOrDefault(command[1] & 0xFF, ordinary) : ordinary;
        return slow.compareTo(ordinary) > 0 ? slow : ordinary;
    }

    /** Whether an applet is selected, which ends every login. */
    public static boolean isSelect(byte[] command) {
        return command.length >= HEADER
                && (command[0] & PROTECTED) == 0
                && (command[1] & 0xFF) == SELECT
                && command[2] == BY_NAME;
    }

    /** Whether the card may be logged in to afterwards; asking for the state changes nothing. */
    public static boolean isLogin(byte[] command) {
        return command.length >= HEADER && LOGINS.contains(command[1] & 0xFF) && !Arrays.equals(command, VERIFY);
    }

    /** Whether it is the SELECT after which the device's certificates are read. */
    public static boolean isSelectOfOurs(byte[] command) {
        return Arrays.equals(command, SELECT_APPLET);
    }

    /** Whether the device's certificates are read from their beginning, in one answer of whatever length. */
    public static boolean isReadOfCertificates(byte[] command) {
        return command.length > HEADER
                && Arrays.equals(command, 0, HEADER, READ_CERTIFICATES, 0, HEADER)
                && endsWithOffset0(command);
    }

    private static boolean endsWithOffset0(byte[] command) {
        int data = command[HEADER] == 0 ? HEADER + 3 : HEADER + 1;
        return command.length >= data + OFFSET_0.length
                && Arrays.equals(command, data, data + OFFSET_0.length, OFFSET_0, 0, OFFSET_0.length);
    }
}
