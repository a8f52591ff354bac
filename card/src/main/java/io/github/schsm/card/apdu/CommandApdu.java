// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * A command APDU (ISO 7816-4). Whether it goes out short or extended is decided by what it holds: data of more than
 * 255 bytes or an expected answer of more than 256 need the extended form, everything else is short, because some
 * readers cannot do extended length at all.
 *
 * @param cla       class byte
 * @param ins       instruction byte
 * @param p1        first parameter byte
 * @param p2        second parameter byte
 * @param data      command data, at most 65,535 bytes; may be empty
 * @param ne        bytes expected at most: -1 for none (no Le), 1 to 256 (short Le), up to 65,536 (extended Le;
 *                  65,536 is written 0000)
 * @param sensitive whether data or answer are secret and must not be shown
 */
public record CommandApdu(int cla, int ins, int p1, int p2, byte[] data, int ne, boolean sensitive) {
    /** No Le: no answer but the status word is expected. */
    public static final int NO_LE = -1;
    /** Le 00: whatever a short answer can hold. */
    public static final int SHORT_LE = 256;
    /** Le 0000: whatever an extended answer can hold. */
    public static final int EXTENDED_LE = 65_536;

    private static final int HEADER = 4;
    private static final int MAX_SHORT_DATA = 255;
    private static final int MAX_DATA = 65_535;
    private static final int SHOWN = 48;
    private static final byte[] NONE = {};

    public CommandApdu {
        requireByte("CLA", cla);
        requireByte("INS", ins);
        requireByte("P1", p1);
        requireByte("P2", p2);
        if (data.length > MAX_DATA) {
            throw new IllegalArgumentException(
                    "command data of " + data.length + " bytes; an APDU takes at most " + MAX_DATA);
        }
        if (ne != NO_LE && (ne < 1 || ne > EXTENDED_LE)) {
            throw new IllegalArgumentException("Ne " + ne + "; -1 (none) or 1 to " + EXTENDED_LE);
        }
        data = data.clone();
    }

    /** A command that nobody has to keep secret. */
    public static CommandApdu of(int cla, int ins, int p1, int p2, byte[] data, int ne) {
        return new CommandApdu(cla, ins, p1, p2, data, ne, false);
    }

    /** A command without data. */
    public static CommandApdu of(int cla, int ins, int p1, int p2, int ne) {
        return new CommandApdu(cla, ins, p1, p2, NONE, ne, false);
    }

    private static void requireByte(String name, int value) {
        if (value < 0 || value > 0xFF) {
            throw new IllegalArgumentException(name + " " + value + " is no byte");
        }
    }

    @Override
    public byte[] data() {
        return data.clone();
    }

    /** How many bytes of data the command has (Nc). */
    public int dataLength() {
        return data.length;
    }

    /** Whether only the extended form can carry it. */
    public boolean needsExtended() {
        return data.length > MAX_SHORT_DATA || ne > SHORT_LE;
    }

    /** How many bytes go over the wire. */
    public int encodedLength() {
        boolean extended = needsExtended();
        int length = HEADER;
        if (data.length > 0) {
            length += (extended ? 3 : 1) + data.length;
        }
        if (ne != NO_LE) {
            length += extended ? (data.length > 0 ? 2 : 3) : 1;
        }
        return length;
    }

    /** The same command with another Ne. */
    public CommandApdu withNe(int newNe) {
        return new CommandApdu(cla, ins, p1, p2, data, newNe, sensitive);
    }

    /** The same command without its data: what is sent after the data went to the input buffer. */
    public CommandApdu withoutData() {
        return new CommandApdu(cla, ins, p1, p2, NONE, ne, sensitive);
    }

    /** The bytes that go over the wire; a fresh array that the caller wipes if the command is sensitive. */
    public byte[] encode() {
        byte[] apdu = new byte[encodedLength()];
        apdu[0] = (byte) cla;
        apdu[1] = (byte) ins;
        apdu[2] = (byte) p1;
        apdu[3] = (byte) p2;
        int at = HEADER;
        boolean extended = needsExtended();
        if (extended) {
            apdu[at++] = 0;
        }
        if (data.length > 0) {
            if (extended) {
                apdu[at++] = (byte) (data.length >> 8);
            }
            apdu[at++] = (byte) data.length;
            System.arraycopy(data, 0, apdu, at, data.length);
            at += data.length;
        }
        if (ne != NO_LE) {
            if (extended) {
                apdu[at++] = (byte) (ne >> 8);
            }
            apdu[at++] = (byte) ne;
        }
        return apdu;
    }

    /** Overwrites the data that this command holds. It cannot be sent afterwards. */
    public void wipe() {
        Arrays.fill(data, (byte) 0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommandApdu that
                && cla == that.cla
                && ins == that.ins
                && p1 == that.p1
                && p2 == that.p2
                && ne == that.ne
                && sensitive == that.sensitive
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (cla << 24 | ins << 16 | p1 << 8 | p2) + 31 * ne + Arrays.hashCode(data);
    }

    /** Header, length, data and Le in groups, e.g. {@code 00 B1 2F02 04 54020000 0000}; of a secret only the header. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of().withUpperCase();
        StringBuilder text = new StringBuilder(64)
                .append(hex.toHexDigits((byte) cla))
                .append(' ')
                .append(hex.toHexDigits((byte) ins))
                .append(' ')
                .append(hex.toHexDigits((byte) p1))
                .append(hex.toHexDigits((byte) p2));
        if (sensitive) {
            return text.append(" ***").toString();
        }
        if (data.length > 0) {
            text.append(' ')
                    .append(
                            needsExtended()
                                    ? hex.toHexDigits((short) data.length)
                                    : hex.toHexDigits((byte) data.length));
            text.append(' ').append(shortened(data));
        }
        if (ne != NO_LE) {
            text.append(' ').append(needsExtended() ? hex.toHexDigits((short) ne) : hex.toHexDigits((byte) ne));
        }
        return text.toString();
    }

    static String shortened(byte[] bytes) {
        HexFormat hex = HexFormat.of().withUpperCase();
        return bytes.length <= SHOWN
                ? hex.formatHex(bytes)
                : hex.formatHex(bytes, 0, SHOWN) + "..(" + bytes.length + " bytes)";
    }
}
