// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import io.github.schsm.SchsmException.Reason;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What functions of a PKCS#11 module answer: the CKR_ values that mean something here, each with what it means to callers,
 * how much is lost with it, and the sentence that explains it. The wrapper knows the names of the others.
 */
public enum Ckr {
    OK(0x0),
    CANCEL(0x1, Reason.PIN_REQUIRED, Text.CANCELED),
    HOST_MEMORY(0x2, Reason.DEVICE, "the module says that this computer's memory is used up"),
    SLOT_ID_INVALID(0x3, Reason.TOKEN_REMOVED, FailureScope.TOKEN, Text.REMOVED),
    GENERAL_ERROR(0x5, Reason.DEVICE, FailureScope.UNCLEAR),
    FUNCTION_FAILED(0x6, Reason.DEVICE, FailureScope.UNCLEAR),
    ARGUMENTS_BAD(0x7, Reason.DEVICE, "the module does not take what it was given, without saying why"),
    NEED_TO_CREATE_THREADS(0x9, Reason.TRANSPORT, "the module wants threads of its own and does not get them"),
    CANT_LOCK(0xA, Reason.TRANSPORT, "the module cannot be used by a program with several threads"),
    ATTRIBUTE_READ_ONLY(0x10, Reason.CONDITIONS_NOT_SATISFIED, "the module does not let this attribute be changed"),
    ATTRIBUTE_SENSITIVE(0x11),
    ATTRIBUTE_TYPE_INVALID(0x12, Reason.INVALID_DATA, "the module does not know one of the attributes"),
    ATTRIBUTE_VALUE_INVALID(0x13, Reason.INVALID_DATA, "the module does not take the value of one of the attributes"),
    ACTION_PROHIBITED(
            0x1B,
            Reason.CONDITIONS_NOT_SATISFIED,
            "the object's attributes do not allow it (CKA_MODIFIABLE, CKA_DESTROYABLE)"),
    DATA_INVALID(0x20, Reason.INVALID_DATA, "the data is refused"),
    DATA_LEN_RANGE(0x21, Reason.INVALID_DATA, "the data has a length that is refused"),
    DEVICE_ERROR(
            0x30,
            Reason.DEVICE,
            FailureScope.UNCLEAR,
            "the token, or the way to it, failed; look at the reader and its driver"),
    DEVICE_MEMORY(0x31, Reason.DEVICE_FULL, Text.FULL),
    DEVICE_REMOVED(0x32, Reason.TOKEN_REMOVED, FailureScope.TOKEN, Text.REMOVED),
    ENCRYPTED_DATA_INVALID(
            0x40, Reason.INVALID_DATA, "the encrypted data is refused: not made for this key, or changed"),
    ENCRYPTED_DATA_LEN_RANGE(0x41, Reason.INVALID_DATA, "the encrypted data has a length that is refused"),
    FUNCTION_CANCELED(0x50, Reason.PIN_REQUIRED, Text.CANCELED),
    FUNCTION_NOT_SUPPORTED(0x54, Reason.ALGORITHM_NOT_ALLOWED, Text.NO_MECHANISM),
    KEY_HANDLE_INVALID(
            0x60,
            Reason.OBJECT_NOT_FOUND,
            FailureScope.OBJECT,
            "the key is not on the token any more; load the key store again"),
    KEY_SIZE_RANGE(0x62, Reason.ALGORITHM_NOT_ALLOWED, "the module or the token does not take keys of this size"),
    KEY_TYPE_INCONSISTENT(0x63, Reason.ALGORITHM_NOT_ALLOWED, "the key is of another type than this takes"),
    KEY_FUNCTION_NOT_PERMITTED(
            0x68,
            Reason.ALGORITHM_NOT_ALLOWED,
            "the key may not be used so; its attributes (CKA_SIGN, CKA_DECRYPT, CKA_DERIVE …) say what for"),
    MECHANISM_INVALID(0x70, Reason.ALGORITHM_NOT_ALLOWED, Text.NO_MECHANISM),
    MECHANISM_PARAM_INVALID(
            0x71,
            Reason.ALGORITHM_NOT_ALLOWED,
            "the module or the token does not take these parameters; choose others"),
    OBJECT_HANDLE_INVALID(
            0x82,
            Reason.OBJECT_NOT_FOUND,
            FailureScope.OBJECT,
            "the object is not on the token any more; load the key store again"),
    OPERATION_ACTIVE(0x90, Reason.DEVICE, FailureScope.OPERATION),
    OPERATION_NOT_INITIALIZED(0x91),
    PIN_INCORRECT(0xA0),
    PIN_INVALID(0xA1, Reason.INVALID_DATA, "the PIN has characters that are refused"),
    PIN_LEN_RANGE(0xA2, Reason.INVALID_DATA, "the PIN has a length that is refused"),
    PIN_EXPIRED(
            0xA3,
            Reason.TRANSPORT_PIN,
            "the PIN must be changed before anything else: by schsm pin change, TokenAdministration.changePin, or a callback handler that takes a NewPinCallback"),
    PIN_LOCKED(0xA4, Reason.PIN_BLOCKED, "the PIN is blocked after too many wrong tries; unblock it with the SO-PIN"),
    SESSION_CLOSED(0xB0, Reason.TOKEN_REMOVED, FailureScope.SESSION, Text.SESSION_LOST),
    SESSION_COUNT(
            0xB1,
            Reason.CONDITIONS_NOT_SATISFIED,
            "the token has no session left; end other programs that use it, or other users of the module in this one"),
    SESSION_HANDLE_INVALID(0xB3, Reason.TOKEN_REMOVED, FailureScope.SESSION, Text.SESSION_LOST),
    SESSION_READ_ONLY(0xB5, Reason.CONDITIONS_NOT_SATISFIED, "the module only lets the token be read"),
    SESSION_EXISTS(0xB6, Reason.CONDITIONS_NOT_SATISFIED, Text.IN_USE),
    SESSION_READ_ONLY_EXISTS(0xB7, Reason.CONDITIONS_NOT_SATISFIED, Text.IN_USE),
    SESSION_READ_WRITE_SO_EXISTS(
            0xB8,
            Reason.CONDITIONS_NOT_SATISFIED,
            "somebody else in this process is logged in as security officer; end that login first"),
    TEMPLATE_INCOMPLETE(0xD0, Reason.INVALID_DATA, "the module wants more attributes for such an object"),
    TEMPLATE_INCONSISTENT(0xD1, Reason.INVALID_DATA, "the module does not take these attributes together"),
    TOKEN_NOT_PRESENT(0xE0, Reason.TOKEN_REMOVED, FailureScope.TOKEN, Text.REMOVED),
    TOKEN_NOT_RECOGNIZED(0xE1, Reason.TOKEN_REMOVED, FailureScope.TOKEN, Text.REMOVED),
    TOKEN_WRITE_PROTECTED(
            0xE2,
            Reason.CONDITIONS_NOT_SATISFIED,
            "the token is write-protected; make and delete objects by its vendor's tools"),
    USER_ALREADY_LOGGED_IN(0x100),
    USER_NOT_LOGGED_IN(0x101, Reason.PIN_REQUIRED, FailureScope.LOGIN, "the PIN must be verified first"),
    USER_PIN_NOT_INITIALIZED(
            0x102,
            Reason.OBJECT_NOT_FOUND,
            "the token has no user PIN yet; set one with the SO-PIN (schsm pin unblock, or its vendor's tools)"),
    USER_TYPE_INVALID(0x103),
    USER_ANOTHER_ALREADY_LOGGED_IN(
            0x104,
            Reason.CONDITIONS_NOT_SATISFIED,
            "somebody else in this process is logged in to the token, as user or as security officer; end that login first"),
    DOMAIN_PARAMS_INVALID(0x130, Reason.ALGORITHM_NOT_ALLOWED, Text.NO_CURVE),
    CURVE_NOT_SUPPORTED(0x140, Reason.ALGORITHM_NOT_ALLOWED, Text.NO_CURVE),
    BUFFER_TOO_SMALL(0x150),
    CRYPTOKI_NOT_INITIALIZED(
            0x190,
            Reason.TRANSPORT,
            FailureScope.MODULE,
            "somebody else in this process has ended the module (C_Finalize); try again"),
    CRYPTOKI_ALREADY_INITIALIZED(0x191),
    PIN_TOO_WEAK(0x1B8, Reason.INVALID_DATA, "the PIN is too weak for the token"),
    FUNCTION_REJECTED(0x200, Reason.PIN_REQUIRED, Text.CANCELED),
    TOKEN_RESOURCE_EXCEEDED(0x201, Reason.DEVICE_FULL, Text.FULL),
    /** Any other: one that explains nothing, a newer one, or a vendor's own. */
    UNKNOWN(-1);

    private static final long VENDOR_DEFINED = 0x80000000L;
    private static final Map<Long, Ckr> BY_VALUE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Ckr::value, Function.identity()));

    private final long value;
    private final Reason reason;
    private final FailureScope scope;
    private final String text;

    Ckr(long value) {
        this(value, Reason.DEVICE, FailureScope.NOTHING);
    }

    Ckr(long value, Reason reason, FailureScope scope) {
        this(value, reason, scope, Text.UNEXPLAINED);
    }

    Ckr(long value, Reason reason, String text) {
        this(value, reason, FailureScope.NOTHING, text);
    }

    Ckr(long value, Reason reason, FailureScope scope, String text) {
        this.value = value;
        this.reason = reason;
        this.scope = scope;
        this.text = text;
    }

    /** Sentences for several values. */
    private static final class Text {
        private static final String UNEXPLAINED = "the module failed without saying why; its configuration and its own"
                + " log may tell (e.g. SOFTHSM2_CONF, OPENSC_DEBUG)";
        private static final String NO_MECHANISM =
                "the module or the token does not have this mechanism; choose another"
                        + " algorithm, or a module that has it";
        private static final String NO_CURVE = "the module or the token does not have this curve; choose another";
        private static final String IN_USE =
                "somebody else in this process has a session of the token; end that one first";
        private static final String FULL =
                "no memory is left on the token; delete keys or certificates that are not needed";
        private static final String CANCELED =
                "the entry of the PIN was cancelled, or nobody entered it in time; try again";
        private static final String REMOVED = "the token was removed, or something else reset it";
        private static final String SESSION_LOST =
                "the session was lost, because the token was removed or somebody else"
                        + " in this process closed it; try again";
    }

    /** The constant for a value. */
    public static Ckr of(long value) {
        return BY_VALUE.getOrDefault(value, UNKNOWN);
    }

    /** The number. */
    public long value() {
        return value;
    }

    /** What it means to callers; {@link Reason#DEVICE} where there is nothing more specific. */
    public Reason reason() {
        return reason;
    }

    /** How much is lost. */
    public FailureScope scope() {
        return scope;
    }

    /** What it means, as a sentence that says what to do about it. */
    public String text() {
        return text;
    }

    /** A value's name, e.g. {@code CKR_PIN_INCORRECT}; of an unknown one what says so. */
    public static String symbol(long value) {
        Ckr known = of(value);
        String name = known == UNKNOWN ? Ck.returnValue(value) : "CKR_" + known.name();
        if (!name.startsWith("CKR_0X")) {
            return name;
        }
        return value < VENDOR_DEFINED ? "an unknown CKR_ value" : "a CKR_ value of the vendor's";
    }

    /** A value's name and number, e.g. {@code CKR_PIN_INCORRECT (0xA0)}; of an unknown one the number. */
    public static String name(long value) {
        return String.format(Locale.ROOT, "%s (0x%X)", symbol(value), value);
    }
}
