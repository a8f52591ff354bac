// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.apdu;

import io.github.schsm.DeviceException;
import io.github.schsm.PinException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenAdministration.PinStatus;

/**
 * The one home of status words (docs/protocol.md#status-words): what each means depends on the command that it
 * answers, so both together become the exception that callers can act on.
 */
public final class StatusWords {
    public static final int OK = 0x9000;
    public static final int END_OF_FILE = 0x6282;
    public static final int EXECUTION_ERROR = 0x6400;
    public static final int MEMORY_FAILURE = 0x6581;
    public static final int WRONG_LENGTH = 0x6700;
    public static final int SECURITY_STATUS_NOT_SATISFIED = 0x6982;
    public static final int AUTHENTICATION_METHOD_BLOCKED = 0x6983;
    public static final int REFERENCE_DATA_NOT_USABLE = 0x6984;
    public static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    public static final int COMMAND_NOT_ALLOWED = 0x6986;
    public static final int WRONG_DATA = 0x6A80;
    public static final int FUNCTION_NOT_SUPPORTED = 0x6A81;
    public static final int FILE_NOT_FOUND = 0x6A82;
    public static final int NOT_ENOUGH_MEMORY = 0x6A84;
    public static final int INCORRECT_P1P2 = 0x6A86;
    public static final int REFERENCED_DATA_NOT_FOUND = 0x6A88;
    public static final int OBJECT_EXISTS = 0x6A89;
    public static final int WRONG_P1P2 = 0x6B00;
    public static final int INSTRUCTION_NOT_SUPPORTED = 0x6D00;
    public static final int CLASS_NOT_SUPPORTED = 0x6E00;
    /** The firmware failed and says no more. */
    public static final int NO_DIAGNOSIS = 0x6F00;

    private static final int PAD_TIME_OUT = 0x6400;
    private static final int PAD_CANCELLED = 0x6401;
    private static final int PAD_PINS_DIFFER = 0x6402;
    private static final int PAD_PIN_LENGTH = 0x6403;
    private static final int PAD_WRONG_PARAMETER = 0x6B80;

    private StatusWords() {}

    /** Whether the status word is 63Cx: a wrong PIN, x tries left. */
    public static boolean isTriesLeft(int sw) {
        return (sw & 0xFFF0) == 0x63C0;
    }

    /** The x of 63Cx. */
    static int triesLeft(int sw) {
        return sw & 0x0F;
    }

    /** The status word of a PIN that was not right. */
    public static int wrongPin(int triesLeft) {
        return 0x63C0 | triesLeft;
    }

    /** The tries left after a PIN was refused: 0 if it is blocked, -1 if the answer does not say or is about something else. */
    public static int triesLeftAfter(int sw) {
        if (isTriesLeft(sw)) {
            return triesLeft(sw);
        }
        return sw == AUTHENTICATION_METHOD_BLOCKED ? 0 : -1;
    }

    /**
     * What VERIFY without data says.
     *
     * @param pin the PIN's name, for the message
     * @param sw  the status word
     * @throws DeviceException if it is none of those that VERIFY can answer
     */
    public static PinStatus pinStatus(String pin, int sw) throws DeviceException {
        if (isTriesLeft(sw)) {
            int tries = triesLeft(sw);
            return new PinStatus(tries == 0 ? PinStatus.State.BLOCKED : PinStatus.State.NOT_VERIFIED, tries);
        }
        return switch (sw) {
            case OK -> new PinStatus(PinStatus.State.VERIFIED, -1);
            case AUTHENTICATION_METHOD_BLOCKED -> new PinStatus(PinStatus.State.BLOCKED, 0);
            case REFERENCE_DATA_NOT_USABLE -> new PinStatus(PinStatus.State.TRANSPORT, -1);
            case REFERENCED_DATA_NOT_FOUND -> new PinStatus(PinStatus.State.NOT_INITIALIZED, -1);
            case EXECUTION_ERROR -> new PinStatus(PinStatus.State.KEYS_INSTEAD, -1);
            default -> throw error(CardCommand.VERIFY, pin, sw);
        };
    }

    /**
     * Whether the answer to MSE: SET of a protocol says that there is no such protocol, but that there may be others;
     * a missing PIN and firmware without any secure messaging are told apart from it.
     */
    public static boolean refusesProtocol(int sw) {
        return sw != SECURITY_STATUS_NOT_SATISFIED && sw != INSTRUCTION_NOT_SUPPORTED && sw != CLASS_NOT_SUPPORTED;
    }

    /**
     * Whether an applet that is not ours may have given this answer to the first command of a transaction. Status
     * words that only a command which was understood can get are left out.
     */
    public static boolean mayBeForeign(int sw) {
        return switch (sw) {
            case OK,
                    END_OF_FILE,
                    MEMORY_FAILURE,
                    WRONG_LENGTH,
                    SECURITY_STATUS_NOT_SATISFIED,
                    AUTHENTICATION_METHOD_BLOCKED,
                    REFERENCE_DATA_NOT_USABLE,
                    WRONG_DATA,
                    FUNCTION_NOT_SUPPORTED,
                    NOT_ENOUGH_MEMORY,
                    REFERENCED_DATA_NOT_FOUND,
                    OBJECT_EXISTS -> false;
            default -> !isTriesLeft(sw);
        };
    }

    /**
     * What an answer other than 9000 means.
     *
     * @param command the command that was answered
     * @param object  what it was about, for the message: {@code "key 5"}, {@code "file CE05"}
     * @param sw      the status word
     */
    public static DeviceException error(CardCommand command, String object, int sw) {
        String name = command.title();
        String prefix = object + ": ";
        if (isTriesLeft(sw)) {
            return triesLeft(sw) == 0
                    ? new PinException(Reason.PIN_BLOCKED, name, sw, prefix + blocked(command))
                    : PinException.wrong(name, sw, triesLeft(sw), object);
        }
        if (command == CardCommand.RESET_RETRY_COUNTER && isUnblockingForbidden(sw)) {
            return new DeviceException(Reason.CONDITIONS_NOT_SATISFIED, name, sw, prefix + UNBLOCKING_FORBIDDEN);
        }
        return switch (sw) {
            case SECURITY_STATUS_NOT_SATISFIED ->
                command == CardCommand.INITIALIZE_DEVICE
                        ? new DeviceException(
                                Reason.CONDITIONS_NOT_SATISFIED, name, sw, prefix + WRONG_INITIALIZATION_CODE)
                        : new PinRequiredException(
                                name, sw, prefix + "the PIN must be verified first; " + PinRequiredException.WAYS);
            case AUTHENTICATION_METHOD_BLOCKED ->
                new PinException(Reason.PIN_BLOCKED, name, sw, prefix + blocked(command));
            case REFERENCE_DATA_NOT_USABLE -> unusable(command, prefix, sw);
            case CONDITIONS_NOT_SATISFIED ->
                new DeviceException(Reason.CONDITIONS_NOT_SATISFIED, name, sw, prefix + conditions(command));
            case WRONG_DATA -> new DeviceException(Reason.INVALID_DATA, name, sw, prefix + wrongData(command));
            case WRONG_LENGTH -> new DeviceException(Reason.INVALID_DATA, name, sw, prefix + wrongLength(command));
            case FUNCTION_NOT_SUPPORTED ->
                new DeviceException(
                        Reason.ALGORITHM_NOT_ALLOWED,
                        name,
                        sw,
                        prefix
                                + (command.usesKey()
                                        ? "the algorithm is not in the key's list, or the device does not have it"
                                        : "the device does not support this function"));
            case FILE_NOT_FOUND -> new DeviceException(Reason.OBJECT_NOT_FOUND, name, sw, prefix + notFound(command));
            case REFERENCED_DATA_NOT_FOUND ->
                new DeviceException(Reason.OBJECT_NOT_FOUND, name, sw, prefix + noReference(command));
            case INCORRECT_P1P2, WRONG_P1P2 ->
                isKeyDomain(command)
                        ? new DeviceException(
                                Reason.OBJECT_NOT_FOUND, name, sw, prefix + "the device has no such key domain slot")
                        : new DeviceException(name, sw, prefix + "the device refuses the command's parameters");
            case OBJECT_EXISTS -> new DeviceException(Reason.OBJECT_EXISTS, name, sw, prefix + exists(command));
            case MEMORY_FAILURE -> full(name, prefix, sw);
            case NOT_ENOUGH_MEMORY -> notEnough(command, prefix, sw);
            case NO_DIAGNOSIS -> new DeviceException(name, sw, prefix + noDiagnosis(command));
            case COMMAND_NOT_ALLOWED -> new DeviceException(name, sw, prefix + notAllowed(command));
            case EXECUTION_ERROR -> new DeviceException(name, sw, prefix + notExecuted(command));
            case INSTRUCTION_NOT_SUPPORTED, CLASS_NOT_SUPPORTED ->
                new DeviceException(name, sw, prefix + unknownInstruction(command));
            default -> new DeviceException(name, sw, prefix + "the device answered an unexpected status word");
        };
    }

    /**
     * What a reader answers of itself when a PIN is typed on its pad (PC/SC part 10), else what the card's answer means.
     *
     * @param reader the reader's name
     */
    public static DeviceException padError(CardCommand command, String reader, int sw) {
        String where = "reader '" + reader + "': ";
        String name = command.title();
        return switch (sw) {
            case PAD_TIME_OUT ->
                new PinRequiredException(name, sw, where + "nobody entered the PIN in time; try again");
            case PAD_CANCELLED -> new PinRequiredException(name, sw, where + "the entry of the PIN was cancelled");
            case PAD_PINS_DIFFER ->
                new PinRequiredException(
                        name, sw, where + "the two new PINs were not the same; the PIN is what it was before");
            case PAD_PIN_LENGTH ->
                new PinRequiredException(
                        name, sw, where + "the PIN is too short or too long; user PINs have 6 to 16 digits");
            case PAD_WRONG_PARAMETER ->
                new DeviceException(
                        name, sw, where + "its PIN pad does not take such a PIN; enter the PIN at the computer");
            default -> error(command, "user PIN", sw);
        };
    }

    /** Devices differ in how they say that their options forbid it. */
    private static boolean isUnblockingForbidden(int sw) {
        return switch (sw) {
            case SECURITY_STATUS_NOT_SATISFIED,
                    CONDITIONS_NOT_SATISFIED,
                    COMMAND_NOT_ALLOWED,
                    WRONG_DATA,
                    FUNCTION_NOT_SUPPORTED,
                    INCORRECT_P1P2 -> true;
            default -> false;
        };
    }

    private static final String UNBLOCKING_FORBIDDEN =
            "the device was initialized without the option RESET RETRY COUNTER, so that the SO-PIN cannot unblock the user"
                    + " PIN; or with the option that it may only unblock: then keep the user PIN, and set no new one";
    private static final String WRONG_INITIALIZATION_CODE =
            "the initialization code (SO-PIN) is not the one that the device was initialized with";
    private static final String USED_UP = "the key's use counter is used up, it can not be used any more";
    private static final String NO_MATCHING_KEK =
            "no key domain holds the KEK that the key was wrapped with, or the blob was changed";

    private static boolean isKeyDomain(CardCommand command) {
        return command == CardCommand.MANAGE_KEY_DOMAIN
                || command == CardCommand.CREATE_KEY_DOMAIN
                || command == CardCommand.DELETE_KEY_DOMAIN;
    }

    private static DeviceException unusable(CardCommand command, String prefix, int sw) {
        if (command.usesKey()) {
            return new DeviceException(Reason.USE_COUNTER_EXHAUSTED, command.title(), sw, prefix + USED_UP);
        }
        if (command == CardCommand.VERIFY) {
            return new PinException(
                    Reason.TRANSPORT_PIN,
                    command.title(),
                    sw,
                    prefix + "it is a transport PIN and must be changed before anything else: by schsm pin change,"
                            + " TokenAdministration.changePin, or a callback handler that takes a NewPinCallback");
        }
        return new DeviceException(
                Reason.INVALID_DATA, command.title(), sw, prefix + "the data that it refers to is invalid");
    }

    private static DeviceException full(String name, String prefix, int sw) {
        return new DeviceException(
                Reason.DEVICE_FULL,
                name,
                sw,
                prefix + "no memory is left on the device; delete keys or files that are not needed");
    }

    /** What takes no memory can not be short of it: some firmware says so of a use counter. */
    private static DeviceException notEnough(CardCommand command, String prefix, int sw) {
        String name = command.title();
        return switch (command) {
            case SIGN, DECIPHER, SYMMETRIC_CIPHER ->
                new DeviceException(Reason.USE_COUNTER_EXHAUSTED, name, sw, prefix + USED_UP);
            case DERIVE_EC_KEY, DERIVE_XKEK ->
                new DeviceException(
                        Reason.DEVICE_FULL,
                        name,
                        sw,
                        prefix + "no memory is left on the device, or the key's use counter is used up, of which some"
                                + " firmware says the same");
            case INITIALIZE_DEVICE ->
                new DeviceException(
                        Reason.DEVICE_FULL,
                        name,
                        sw,
                        prefix
                                + "it says twice that its memory is full, though all is to be erased; take it out, insert"
                                + " it again and repeat");
            case SELECT,
                    READ_BINARY,
                    ENUMERATE_OBJECTS,
                    VERIFY,
                    WRAP_KEY,
                    GET_CHALLENGE,
                    MSE_SET,
                    SELECT_AUTHENTICATION_KEY,
                    EXTERNAL_AUTHENTICATE,
                    GENERAL_AUTHENTICATE ->
                new DeviceException(
                        name, sw, prefix + "the device says that its memory is full, which this command does not need");
            default -> full(name, prefix, sw);
        };
    }

    private static String noDiagnosis(CardCommand command) {
        return command == CardCommand.UNWRAP_KEY
                ? "the device failed without saying why: the reader may have cut the command off, or its firmware cannot"
                        + " take this key (3.1: none with an algorithm list; 3.3: an RSA key of more than 2048 bits that no"
                        + " device wrapped, once after each reset); take the device out and insert it again, try another"
                        + " reader"
                : "the device's firmware failed without saying why; take the device out and insert it again";
    }

    /**
     * A command after which the device failed, and which some readers cut off.
     *
     * @param length how many bytes it had
     * @param limit  how many at most are sent from now on
     */
    public static DeviceException cutOff(CardCommand command, String object, String reader, int length, int limit) {
        return new DeviceException(
                command.title(),
                NO_DIAGNOSIS,
                object + ": the device failed without saying why; reader '" + reader + "' has probably cut off the "
                        + length + " bytes of the command. Take the device out, insert it again and repeat: what is"
                        + " longer than " + limit + " bytes will be sent in parts");
    }

    private static String blocked(CardCommand command) {
        return command == CardCommand.RESET_RETRY_COUNTER || command == CardCommand.INITIALIZE_DEVICE
                ? "the SO-PIN is blocked"
                : "it is blocked after too many wrong tries; unblock it with the SO-PIN";
    }

    private static String conditions(CardCommand command) {
        return switch (command) {
            case CREATE_KEY_DOMAIN -> "the key domain membership does not verify for this device";
            case DERIVE_XKEK ->
                "the key is no exchange key, or the peer's public key is not attested by a device that"
                        + " is known, or belongs to another key domain";
            case VERIFY_CERTIFICATE -> "the certificate's signature does not verify";
            case WRAP_KEY -> "the key may not be wrapped, or there is no KEK in its key domain";
            case UNWRAP_KEY -> NO_MATCHING_KEK;
            case REGISTER_PUBLIC_KEY ->
                "the public key is not attested by a device that is known, or there is no place for another";
            case EXTERNAL_AUTHENTICATE ->
                "the signature does not verify: it was made with another key, or the device was used for something else"
                        + " since it gave the challenge";
            case SIGN, DECIPHER, SYMMETRIC_CIPHER, DERIVE_EC_KEY -> "the key may not be used so";
            case GENERATE_KEY_PAIR, GENERATE_SYMMETRIC_KEY ->
                "the device does not generate such a key here; the key" + " domain may not fit";
            default -> "the conditions for this command are not satisfied";
        };
    }

    private static String wrongData(CardCommand command) {
        return switch (command) {
            case INITIALIZE_DEVICE -> "a value is not accepted, or " + WRONG_INITIALIZATION_CODE;
            case UNWRAP_KEY -> "the blob was changed or is not one of this device's kind, or " + NO_MATCHING_KEK;
            case CREATE_KEY_DOMAIN -> "the key domain membership does not verify for this device";
            case REGISTER_PUBLIC_KEY -> "the device refuses the public key; some take EC keys of at most 256 bits only";
            case SIGN -> "the device refuses the data (padding, or a hash of another length than it takes)";
            case DERIVE_XKEK -> "the peer's public key is not accepted";
            case DECIPHER -> "the device refuses the data (padding, or a point that is not on the key's curve)";
            default -> "the device refuses the data";
        };
    }

    private static String wrongLength(CardCommand command) {
        return switch (command) {
            case VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER ->
                "the PIN has a length that the device refuses;" + " user PINs have 6 to 16 bytes, the SO-PIN 8";
            default -> "the device refuses the data's length";
        };
    }

    private static String notFound(CardCommand command) {
        return command == CardCommand.UNWRAP_KEY ? NO_MATCHING_KEK : "it is not on the device";
    }

    private static String noReference(CardCommand command) {
        return switch (command) {
            case MANAGE_KEY_DOMAIN, DELETE_KEY_DOMAIN -> "the slot is free, there is no key domain in it";
            case CREATE_KEY_DOMAIN ->
                "the key domain membership is not for this device, or its group signer is not known";
            case VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER -> "the device is not initialized";
            case UNWRAP_KEY ->
                "no key domain of the device holds the KEK that the key was wrapped with: agree on it, or import its"
                        + " shares, first";
            case WRAP_KEY ->
                "there is no such key on the device, or its firmware cannot wrap the keys of an XKEK key domain";
            case SIGN, DECIPHER, SYMMETRIC_CIPHER, DERIVE_EC_KEY -> "there is no such key on the device";
            case GENERATE_KEY_PAIR, GENERATE_SYMMETRIC_KEY ->
                "there is no key domain in the slot that the key is to be in";
            case SELECT, READ_BINARY, UPDATE_BINARY, DELETE_FILE -> "it is not on the device";
            case DERIVE_XKEK -> "the peer's device certificate, or a key domain of the exchange key, is not known";
            case SELECT_AUTHENTICATION_KEY -> "it is not registered with the device";
            case REGISTER_PUBLIC_KEY -> "the device does not know the key's device, or there is no key in this place";
            case EXTERNAL_AUTHENTICATE -> "the device was reset or selected since it gave the challenge";
            case MSE_SET, VERIFY_CERTIFICATE -> "the device does not know this public key";
            default -> "what it refers to is not on the device";
        };
    }

    private static String notAllowed(CardCommand command) {
        return command == CardCommand.REGISTER_PUBLIC_KEY
                ? "the device was initialized so that registered keys can not be replaced"
                : "the device does not allow it";
    }

    private static String exists(CardCommand command) {
        return switch (command) {
            case DELETE_KEY_DOMAIN -> "there are keys in the key domain; delete or move them first";
            case REGISTER_PUBLIC_KEY -> "it is registered with the device already";
            case CREATE_KEY_DOMAIN, MANAGE_KEY_DOMAIN -> "the slot holds a key domain already";
            default -> "it is on the device already";
        };
    }

    private static String notExecuted(CardCommand command) {
        return switch (command) {
            case UNWRAP_KEY -> NO_MATCHING_KEK;
            case VERIFY, CHANGE_REFERENCE_DATA, RESET_RETRY_COUNTER ->
                "the device has no such PIN, or could not execute it; registered keys may stand in the PIN's place";
            default -> "the device could not execute it";
        };
    }

    private static String unknownInstruction(CardCommand command) {
        return switch (command) {
            case MANAGE_KEY_DOMAIN, CREATE_KEY_DOMAIN, DELETE_KEY_DOMAIN, WRAP_KEY, UNWRAP_KEY ->
                "the device was" + " initialized without DKEK and key domains, or its firmware has none";
            default -> "the device's firmware does not know this command";
        };
    }
}
