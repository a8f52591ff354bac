// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.apdu;

import java.util.Arrays;

/**
 * A command APDU (ISO 7816-4, cases 1 to 4, short and extended).
 *
 * @param data     never null; empty for cases 1 and 2
 * @param ne       how many bytes the host wants at most; {@value #NO_LE} without Le, 256 or 65536 for "all there are"
 * @param extended whether length fields are extended ones
 */
public record Command(int cla, int ins, int p1, int p2, byte[] data, int ne, boolean extended) {
    public static final int NO_LE = -1;
    /** The class bits of a command of secure messaging whose header is authenticated. */
    public static final int PROTECTED = 0x0C;

    private static final int HEADER = 4;
    public static final int SHORT_ALL = 256;
    public static final int EXTENDED_ALL = 65536;

    /**
     * Takes a command APDU apart.
     *
     * @throws Refusal with 6700 if the lengths don't add up
     */
    public static Command parse(byte[] apdu) throws Refusal {
        if (apdu.length < HEADER) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int body = apdu.length - HEADER;
        if (body == 0) {
            return of(apdu, 0, 0, NO_LE, false);
        }
        int first = apdu[HEADER] & 0xFF;
        if (body == 1) {
            return of(apdu, 0, 0, first == 0 ? SHORT_ALL : first, false);
        }
        if (first != 0) {
            return withData(apdu, HEADER + 1, first, false);
        }
        if (body < 3) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int second = number(apdu, HEADER + 1);
        if (body == 3) {
            return of(apdu, 0, 0, second == 0 ? EXTENDED_ALL : second, true);
        }
        return withData(apdu, HEADER + 3, second, true);
    }

    private static Command withData(byte[] apdu, int start, int length, boolean extended) throws Refusal {
        int behind = apdu.length - start - length;
        if (length == 0 || behind < 0) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        if (behind == 0) {
            return of(apdu, start, length, NO_LE, extended);
        }
        if (behind != (extended ? 2 : 1)) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
        int le = extended ? number(apdu, start + length) : apdu[start + length] & 0xFF;
        int all = extended ? EXTENDED_ALL : SHORT_ALL;
        return of(apdu, start, length, le == 0 ? all : le, extended);
    }

    private static Command of(byte[] apdu, int start, int length, int ne, boolean extended) {
        return new Command(
                apdu[0] & 0xFF,
                apdu[1] & 0xFF,
                apdu[2] & 0xFF,
                apdu[3] & 0xFF,
                Arrays.copyOfRange(apdu, start, start + length),
                ne,
                extended);
    }

    private static int number(byte[] apdu, int at) {
        return (apdu[at] & 0xFF) << 8 | (apdu[at + 1] & 0xFF);
    }

    /** Class and instruction in one number, what the dispatcher goes by. */
    public int instruction() {
        return cla << 8 | ins;
    }

    /** Whether it is one of secure messaging with an authenticated header, class 0C or 8C. */
    public boolean isProtected() {
        return (cla & ~0x80) == PROTECTED;
    }

    /** P1 and P2 in one number. */
    public int p1p2() {
        return p1 << 8 | p2;
    }

    /** Whether Le says "all there are" rather than a number. */
    public boolean wantsAll() {
        return ne == (extended ? EXTENDED_ALL : SHORT_ALL);
    }

    public void requireP1P2(int expected) throws Refusal {
        if (p1p2() != expected) {
            throw new Refusal(Sw.WRONG_P1_P2);
        }
    }

    public void requireNoData() throws Refusal {
        if (data.length != 0) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
    }

    public void requireData() throws Refusal {
        if (data.length == 0) {
            throw new Refusal(Sw.WRONG_LENGTH);
        }
    }
}
