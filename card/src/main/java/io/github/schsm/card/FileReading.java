// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.apdu.CardCommand;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.apdu.ResponseApdu;
import io.github.schsm.card.apdu.StatusWords;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.transport.CommandLimits;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * READ BINARY of a whole file: one command where extended length works, else one for each {@value #CHUNK} bytes or less. Some
 * readers cut a long answer off without saying so; as nearly every file is a TLV object, its length tells, and the rest
 * is fetched.
 */
final class FileReading {
    private static final int CHUNK = 0xE0;
    private static final int MAX_FILE = 65_536;

    private FileReading() {}

    /** How a command gets to the device here. */
    @FunctionalInterface
    interface Channel<E extends Exception> {
        ResponseApdu send(CardCommand name, CommandApdu command) throws SchsmException, E;
    }

    /** READ BINARY from an offset. */
    static CommandApdu command(int fid, int offset, int ne) {
        byte[] data = {0x54, 0x02, (byte) (offset >> 8), (byte) offset};
        return new CommandApdu(0x00, 0xB1, fid >> 8, fid & 0xFF, data, ne, Files.isPrivate(fid));
    }

    static <E extends Exception> byte[] read(int fid, CommandLimits limits, Channel<E> channel)
            throws SchsmException, E {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        if (limits.extended()) {
            ResponseApdu whole = channel.send(CardCommand.READ_BINARY, command(fid, 0, limits.maxAnswer()));
            if (whole.sw() == StatusWords.WRONG_LENGTH) {
                limits.shortOnly();
            } else {
                requireData(fid, whole);
                file.writeBytes(whole.data());
                if (file.size() < limits.maxAnswer() && expectedLength(fid, file.toByteArray()) <= file.size()) {
                    return file.toByteArray();
                }
                if (fid == Files.DEVICE_CERTIFICATES && file.size() >= CHUNK) {
                    // Said once, for all answers: over a secure channel one that was cut off is of no use.
                    limits.answersEndAt(file.size());
                }
            }
        }
        while (file.size() < MAX_FILE) {
            int chunk = Math.min(CHUNK, limits.maxAnswer());
            ResponseApdu part = channel.send(CardCommand.READ_BINARY, command(fid, file.size(), chunk));
            requireData(fid, part);
            file.writeBytes(part.data());
            if (part.dataLength() < chunk || part.sw() == StatusWords.END_OF_FILE) {
                break;
            }
        }
        return file.toByteArray();
    }

    /** The same for a file that is no TLV object: only the device can tell that there is no more. */
    static <E extends Exception> byte[] readToTheEnd(int fid, CommandLimits limits, Channel<E> channel)
            throws SchsmException, E {
        byte[] file = {};
        while (file.length < MAX_FILE) {
            int ne = limits.extended() ? limits.maxAnswer() : Math.min(CHUNK, limits.maxAnswer());
            ResponseApdu part = channel.send(CardCommand.READ_BINARY, command(fid, file.length, ne));
            if (part.sw() == StatusWords.WRONG_LENGTH && limits.extended()) {
                limits.shortOnly();
                continue;
            }
            requireData(fid, part);
            byte[] longer = Arrays.copyOf(file, file.length + part.dataLength());
            System.arraycopy(part.data(), 0, longer, file.length, part.dataLength());
            Arrays.fill(file, (byte) 0);
            file = longer;
            if (part.dataLength() == 0 || part.sw() == StatusWords.END_OF_FILE) {
                break;
            }
        }
        return file;
    }

    /** The first bytes of a file, fewer if it has fewer: what was written a moment ago. */
    static <E extends Exception> byte[] readStart(int fid, int length, CommandLimits limits, Channel<E> channel)
            throws SchsmException, E {
        byte[] start = new byte[length];
        int at = 0;
        while (at < length) {
            int most = limits.extended() ? limits.maxAnswer() : Math.min(CHUNK, limits.maxAnswer());
            ResponseApdu part = channel.send(CardCommand.READ_BINARY, command(fid, at, Math.min(most, length - at)));
            if (part.sw() == StatusWords.WRONG_LENGTH && limits.extended()) {
                limits.shortOnly();
                continue;
            }
            requireData(fid, part);
            if (part.dataLength() == 0) {
                break;
            }
            int count = Math.min(part.dataLength(), length - at);
            System.arraycopy(part.data(), 0, start, at, count);
            at += count;
        }
        byte[] read = Arrays.copyOf(start, at);
        Arrays.fill(start, (byte) 0);
        return read;
    }

    private static void requireData(int fid, ResponseApdu response) throws DeviceException {
        if (!response.isOk() && response.sw() != StatusWords.END_OF_FILE) {
            throw StatusWords.error(CardCommand.READ_BINARY, Files.name(fid), response.sw());
        }
    }

    /** How long the file should be by what its objects say: one, or the certificates of the device. */
    private static int expectedLength(int fid, byte[] file) {
        int end = objectEnd(file, 0);
        int start = 0;
        while (fid == Files.DEVICE_CERTIFICATES && start < end && end < file.length) {
            start = end;
            end = objectEnd(file, start);
        }
        return end;
    }

    /** Where the object that starts there says it ends; its start if there is none, or not enough of it to tell. */
    static int objectEnd(byte[] file, int start) {
        int at = start;
        if (file.length - at < 2) {
            return start;
        }
        if ((file[at++] & 0x1F) == 0x1F) {
            while (at < file.length && (file[at] & 0x80) != 0) {
                at++;
            }
            at++;
        }
        if (at >= file.length) {
            return start;
        }
        int length = file[at++] & 0xFF;
        if (length >= 0x80) {
            int count = length & 0x7F;
            if (count == 0 || count > 2 || count > file.length - at) {
                return start;
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | (file[at++] & 0xFF);
            }
        }
        return at + length;
    }
}
