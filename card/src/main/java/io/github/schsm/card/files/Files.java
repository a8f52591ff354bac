// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.card.apdu.CommandApdu;
import java.util.HexFormat;

/** The device's files (docs/protocol.md#files) and the commands that need nothing but a name. */
public final class Files {
    /** Device certificate and device issuer certificate. */
    public static final int DEVICE_CERTIFICATES = 0x2F02;
    /** CIAInfo / TokenInfo. */
    public static final int TOKEN_INFO = 0x2F03;
    /** Data of commands that do not fit into one APDU. */
    public static final int INPUT_BUFFER = 0x2F10;
    /** Trusted configuration. */
    public static final int TRUSTED_CONFIGURATION = 0xCB00;

    private static final byte[] AID = HexFormat.of().parseHex("E82B0601040181C31F0201");

    public static final CommandApdu SELECT_APPLET = CommandApdu.of(0x00, 0xA4, 0x04, 0x00, AID, CommandApdu.SHORT_LE);

    /** High bytes of file identifiers; the low byte is the key id or a running number. */
    private static final int KEY = 0xCC00;

    private static final int KEY_DESCRIPTION = 0xC400;
    private static final int CERTIFICATE_DESCRIPTION = 0xC800;
    private static final int DATA_DESCRIPTION = 0xC900;
    private static final int CA_CERTIFICATE = 0xCA00;
    private static final int PRIVATE_DATA = 0xCD00;
    private static final int KEY_CERTIFICATE = 0xCE00;
    private static final int PUBLIC_DATA = 0xCF00;

    private Files() {}

    /** CCkk: a key. */
    public static int key(int kid) {
        return KEY | id(kid);
    }

    /** C4kk: the PKCS#15 description of a key. */
    public static int keyDescription(int kid) {
        return KEY_DESCRIPTION | id(kid);
    }

    /** CEkk: the certificate, or the request, of a key. */
    public static int keyCertificate(int kid) {
        return KEY_CERTIFICATE | id(kid);
    }

    /** CAii: a CA certificate. */
    public static int caCertificate(int number) {
        return CA_CERTIFICATE | id(number);
    }

    /** C8ii: the PKCS#15 description of a CA certificate. */
    public static int certificateDescription(int number) {
        return CERTIFICATE_DESCRIPTION | id(number);
    }

    /** C9ii: the PKCS#15 description of a data object. */
    public static int dataDescription(int number) {
        return DATA_DESCRIPTION | id(number);
    }

    /** CDii: a data object that needs the PIN. */
    public static int privateData(int number) {
        return PRIVATE_DATA | id(number);
    }

    /** CFii: a data object that everybody can read. */
    public static int publicData(int number) {
        return PUBLIC_DATA | id(number);
    }

    /** Whether reading it takes the PIN. */
    public static boolean isPrivate(int fid) {
        return (fid & 0xFF00) == PRIVATE_DATA;
    }

    /** "file CE05", for messages. */
    public static String name(int fid) {
        return "file " + HexFormat.of().withUpperCase().toHexDigits((short) fid);
    }

    private static int id(int id) {
        if (id < 0 || id > 0xFF) {
            throw new IllegalArgumentException("id " + id + "; 0 to 255");
        }
        return id;
    }
}
