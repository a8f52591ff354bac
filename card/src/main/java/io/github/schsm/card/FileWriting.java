// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.transport.CommandLimits;
import io.github.schsm.codec.Tlv;

/** UPDATE BINARY in parts that fit into one command each. */
final class FileWriting {
    private static final int SHORT_CHUNK = 0xE0;
    /** {@code 54 02 offset} and {@code 53} with its longest length. */
    private static final int OVERHEAD = 4 + 5;
    /** Some readers cut commands at 1,014 bytes and say nothing; so long with all that goes around it. */
    private static final int UNREADABLE_CHUNK = 900;

    private FileWriting() {}

    /** How many bytes of content one command takes: to the input buffer, which nobody can read back, what every reader passes. */
    static int chunk(int fid, CommandLimits limits) {
        if (!limits.extended()) {
            return SHORT_CHUNK;
        }
        int most = limits.maxData(false) - OVERHEAD;
        return fid == Files.INPUT_BUFFER ? Math.min(most, UNREADABLE_CHUNK) : most;
    }

    /** UPDATE BINARY from an offset. */
    static CommandApdu command(int fid, int offset, byte[] content) {
        byte[] data = Tlv.concat(Tlv.of(0x54, new byte[] {(byte) (offset >> 8), (byte) offset}), Tlv.of(0x53, content));
        return new CommandApdu(0x00, 0xD7, fid >> 8, fid & 0xFF, data, CommandApdu.NO_LE, Files.isPrivate(fid));
    }
}
