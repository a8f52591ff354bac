// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a line of the audit log tells of; in the log the names are {@code key.generate} and so on. */
public enum AuditEvent {
    /** A key was generated. */
    KEY_GENERATE(Kind.CHANGE),
    /** A key was made from another one on the device. */
    KEY_DERIVE(Kind.CHANGE),
    /** A key was given another label. */
    KEY_RENAME(Kind.CHANGE),
    /** A key was deleted. */
    KEY_DELETE(Kind.CHANGE),
    /** A key was wrapped: it left the device under the KEK of its key domain. */
    KEY_WRAP(Kind.CHANGE),
    /** A wrapped key was imported. */
    KEY_UNWRAP(Kind.CHANGE),
    /** A software key was imported. */
    KEY_IMPORT(Kind.CHANGE),
    /** A certificate was stored with a key. */
    CERTIFICATE_STORE(Kind.CHANGE),
    /** A certificate was stored that belongs to no key. */
    CERTIFICATE_ADD(Kind.CHANGE),
    /** A certificate that belongs to no key was given another label. */
    CERTIFICATE_RENAME(Kind.CHANGE),
    /** A certificate was deleted that belonged to no key. */
    CERTIFICATE_DELETE(Kind.CHANGE),
    /** A data object was stored. */
    DATA_STORE(Kind.CHANGE),
    /** A data object was deleted. */
    DATA_DELETE(Kind.CHANGE),
    /** What a broken operation had left was removed. */
    LEFTOVER_REMOVE(Kind.CHANGE),
    /** What was left of exchange keys was looked for, and removed where there was any. */
    LEFTOVER_CLEAN(Kind.CHANGE),
    /** An XKEK key domain was created. */
    DOMAIN_CREATE_XKEK(Kind.CHANGE),
    /** A DKEK key domain was created. */
    DOMAIN_CREATE_DKEK(Kind.CHANGE),
    /** A share of a DKEK was imported. */
    DOMAIN_IMPORT_SHARE(Kind.CHANGE),
    /** The KEK of a key domain was deleted. */
    DOMAIN_CLEAR_KEK(Kind.CHANGE),
    /** A key domain was deleted. */
    DOMAIN_DELETE(Kind.CHANGE),
    /** A KEK was agreed on with another device. */
    DOMAIN_AGREE(Kind.CHANGE),
    /** The user PIN was changed. */
    PIN_CHANGE(Kind.CHANGE),
    /** The SO-PIN was changed. */
    PIN_CHANGE_SO(Kind.CHANGE),
    /** The user PIN was unblocked. */
    PIN_UNBLOCK(Kind.CHANGE),
    /** A PIN was refused, or is blocked. */
    PIN_REFUSED(Kind.CHANGE),
    /** The device was initialized: everything on it was erased. */
    DEVICE_INITIALIZE(Kind.CHANGE),
    /** The device was given another label. */
    DEVICE_LABEL(Kind.CHANGE),
    /** A public key was registered for authentication. */
    PKA_REGISTER(Kind.CHANGE),
    /** A registered public key was replaced. */
    PKA_REPLACE(Kind.CHANGE),
    /** The holder of a registered public key authenticated. */
    PKA_AUTHENTICATE(Kind.CHANGE),
    /** A key signed. */
    USE_SIGN(Kind.USE),
    /** A key decrypted. */
    USE_DECRYPT(Kind.USE),
    /** A key agreed on a secret. */
    USE_AGREE(Kind.USE),
    /** An AES key encrypted or decrypted. */
    USE_CIPHER(Kind.USE),
    /** An AES key made a CMAC. */
    USE_MAC(Kind.USE),
    /** Another key was derived from an AES key. */
    USE_DERIVE(Kind.USE),
    /** The user PIN was verified. */
    SESSION_LOGIN(Kind.USE),
    /** The login was ended. */
    SESSION_LOGOUT(Kind.USE),
    /** A key's use counter was read, to compare it with the uses in the log. */
    COUNTER_OBSERVE(Kind.LOG),
    /** A file of the log begins. */
    LOG_BEGIN(Kind.LOG),
    /** The end of the log had been cut off. */
    LOG_GAP(Kind.LOG),
    /** The file beside the log that says where it ends was missing or damaged: lines may be missing before. */
    LOG_HEAD_LOST(Kind.LOG),
    /** The rest of a line was cut off that a process had not finished. */
    LOG_RECOVER(Kind.LOG),
    /** An old file was removed, because only so many are kept. */
    LOG_REMOVED(Kind.LOG);

    /** What kind of thing an event is. */
    public enum Kind {
        /** Something on a device changes, a try of a PIN included. */
        CHANGE,
        /** A key is used. */
        USE,
        /** Something about the log. */
        LOG
    }

    private final Kind kind;

    AuditEvent(Kind kind) {
        this.kind = kind;
    }

    /** What kind of thing it is. */
    public Kind kind() {
        return kind;
    }

    /** As it stands in the log, e.g. {@code key.generate}. */
    public String id() {
        String name = name().toLowerCase(Locale.ROOT);
        int dot = name.indexOf('_');
        return name.substring(0, dot) + "." + name.substring(dot + 1).replace('_', '-');
    }

    /** The event of that name in a log. */
    public static Optional<AuditEvent> of(String id) {
        return Arrays.stream(values()).filter(event -> event.id().equals(id)).findFirst();
    }
}
