// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

/** File ids and who may do what with the files behind them (docs/protocol.md#files). */
public final class FileId {
    public static final int NONE = 0;
    public static final int DEVICE_ID = 0x2F02;
    public static final int TOKEN_INFO = 0x2F03;
    public static final int INPUT_BUFFER = 0x2F10;

    private static final int PRKD = 0xC4;
    private static final int CA_DESCRIPTION = 0xC8;
    private static final int DATA_DESCRIPTION = 0xC9;
    private static final int CA_CERTIFICATE = 0xCA;
    private static final int KEY = 0xCC;
    private static final int PROTECTED_DATA = 0xCD;
    private static final int CERTIFICATE = 0xCE;
    private static final int DATA = 0xCF;

    private FileId() {}

    static int of(int high, int low) {
        return high << 8 | low;
    }

    public static int key(int keyId) {
        return of(KEY, keyId);
    }

    public static int caCertificate(int number) {
        return of(CA_CERTIFICATE, number);
    }

    public static int certificate(int keyId) {
        return of(CERTIFICATE, keyId);
    }

    public static boolean isKey(int fid) {
        return fid >> 8 == KEY;
    }

    public static int low(int fid) {
        return fid & 0xFF;
    }

    /** Whether hosts may write and delete it, given the PIN. What belongs to a key cannot belong to key 0. */
    public static boolean isWritable(int fid) {
        return switch (fid >> 8) {
            case PRKD, CERTIFICATE -> low(fid) != 0;
            case CA_DESCRIPTION, DATA_DESCRIPTION, CA_CERTIFICATE, PROTECTED_DATA, DATA -> true;
            default -> fid == TOKEN_INFO || fid == INPUT_BUFFER;
        };
    }

    public static boolean isReadProtected(int fid) {
        return fid >> 8 == PROTECTED_DATA;
    }

    /** Whether it is a key or a description: all that some firmware lists. */
    public static boolean isKeyOrDescription(int fid) {
        return switch (fid >> 8) {
            case KEY, PRKD, CA_DESCRIPTION, DATA_DESCRIPTION -> true;
            default -> false;
        };
    }

    /** Whether ENUMERATE OBJECTS lists the file; keys come from elsewhere. */
    public static boolean isListed(int fid) {
        return fid != TOKEN_INFO;
    }
}
