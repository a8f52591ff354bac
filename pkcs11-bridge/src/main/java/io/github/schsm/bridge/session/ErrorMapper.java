package io.github.schsm.bridge.session;

import io.github.schsm.AlgorithmNotAllowedException;
import io.github.schsm.ConditionsNotSatisfiedException;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceFullException;
import io.github.schsm.InvalidDataException;
import io.github.schsm.ModuleAnswer;
import io.github.schsm.ObjectNotFoundException;
import io.github.schsm.PinBlockedException;
import io.github.schsm.PinRequiredException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.TokenRemovedException;
import io.github.schsm.TransportException;
import io.github.schsm.TransportPinException;
import io.github.schsm.WrongPinException;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.ReturnValue;
import java.util.HashMap;
import java.util.Map;

/** The one place where a module's answer becomes a typed exception with a sentence. */
public final class ErrorMapper {
    private static final Map<Long, Refusal> KNOWN = known();

    /** What an answer means, and how to say so. */
    private record Refusal(Kind kind, String meaning) {}

    /** What callers tell apart. */
    private enum Kind {
        ALGORITHM,
        DATA,
        CONDITIONS,
        NOT_FOUND,
        FULL,
        PIN_REQUIRED,
        PIN_BLOCKED,
        PIN_TO_BE_CHANGED,
        REMOVED,
        TRANSPORT,
        OTHER
    }

    private ErrorMapper() {}

    private static Map<Long, Refusal> known() {
        Map<Long, Refusal> known = new HashMap<>();
        String mechanism =
                "the module or the token does not have this mechanism; choose another algorithm, or a module that"
                        + " has it";
        known.put(ReturnValue.MECHANISM_INVALID, new Refusal(Kind.ALGORITHM, mechanism));
        known.put(ReturnValue.FUNCTION_NOT_SUPPORTED, new Refusal(Kind.ALGORITHM, mechanism));
        known.put(
                ReturnValue.MECHANISM_PARAM_INVALID,
                new Refusal(Kind.ALGORITHM, "the module or the token does not take these parameters; choose others"));
        known.put(
                ReturnValue.KEY_FUNCTION_NOT_PERMITTED,
                new Refusal(
                        Kind.ALGORITHM,
                        "the key may not be used so; its attributes (CKA_SIGN, CKA_DECRYPT, CKA_DERIVE …) say what for"));
        known.put(
                ReturnValue.KEY_TYPE_INCONSISTENT,
                new Refusal(Kind.ALGORITHM, "the key is of another type than this takes"));
        known.put(
                ReturnValue.KEY_SIZE_RANGE,
                new Refusal(Kind.ALGORITHM, "the module or the token does not take keys of this size"));
        known.put(
                ReturnValue.CURVE_NOT_SUPPORTED,
                new Refusal(Kind.ALGORITHM, "the module or the token does not have this curve; choose another"));
        known.put(
                ReturnValue.DOMAIN_PARAMS_INVALID,
                new Refusal(Kind.ALGORITHM, "the module or the token does not have this curve; choose another"));
        known.put(ReturnValue.DATA_INVALID, new Refusal(Kind.DATA, "the data is refused"));
        known.put(ReturnValue.DATA_LEN_RANGE, new Refusal(Kind.DATA, "the data has a length that is refused"));
        known.put(
                ReturnValue.ENCRYPTED_DATA_INVALID,
                new Refusal(Kind.DATA, "the encrypted data is refused: not made for this key, or changed"));
        known.put(
                ReturnValue.ENCRYPTED_DATA_LEN_RANGE,
                new Refusal(Kind.DATA, "the encrypted data has a length that is refused"));
        known.put(
                ReturnValue.TEMPLATE_INCOMPLETE,
                new Refusal(Kind.DATA, "the module wants more attributes for such an object"));
        known.put(
                ReturnValue.TEMPLATE_INCONSISTENT,
                new Refusal(Kind.DATA, "the module does not take these attributes together"));
        known.put(
                ReturnValue.ATTRIBUTE_TYPE_INVALID,
                new Refusal(Kind.DATA, "the module does not know one of the attributes"));
        known.put(
                ReturnValue.ATTRIBUTE_VALUE_INVALID,
                new Refusal(Kind.DATA, "the module does not take the value of one of the attributes"));
        known.put(
                ReturnValue.ATTRIBUTE_READ_ONLY,
                new Refusal(Kind.CONDITIONS, "the module does not let this attribute be changed"));
        known.put(
                ReturnValue.ACTION_PROHIBITED,
                new Refusal(
                        Kind.CONDITIONS, "the object's attributes do not allow it (CKA_MODIFIABLE, CKA_DESTROYABLE)"));
        known.put(
                ReturnValue.TOKEN_WRITE_PROTECTED,
                new Refusal(
                        Kind.CONDITIONS,
                        "the token is write-protected; make and delete objects by its vendor's tools"));
        known.put(
                ReturnValue.SESSION_READ_ONLY, new Refusal(Kind.CONDITIONS, "the module only lets the token be read"));
        known.put(
                ReturnValue.SESSION_COUNT,
                new Refusal(
                        Kind.CONDITIONS,
                        "the token has no session left; end other programs that use it, or other users of the module in"
                                + " this one"));
        known.put(
                ReturnValue.SESSION_EXISTS,
                new Refusal(
                        Kind.CONDITIONS,
                        "somebody else in this process has a session of the token; end that one first"));
        known.put(
                ReturnValue.SESSION_READ_ONLY_EXISTS,
                new Refusal(
                        Kind.CONDITIONS,
                        "somebody else in this process has a session of the token; end that one first"));
        known.put(
                ReturnValue.USER_ANOTHER_ALREADY_LOGGED_IN,
                new Refusal(
                        Kind.CONDITIONS,
                        "somebody else in this process is logged in to the token, as user or as security officer; end"
                                + " that login first"));
        known.put(
                ReturnValue.SESSION_READ_WRITE_SO_EXISTS,
                new Refusal(
                        Kind.CONDITIONS,
                        "somebody else in this process is logged in as security officer; end that login first"));
        known.put(
                ReturnValue.OBJECT_HANDLE_INVALID,
                new Refusal(Kind.NOT_FOUND, "the object is not on the token any more; load the key store again"));
        known.put(
                ReturnValue.KEY_HANDLE_INVALID,
                new Refusal(Kind.NOT_FOUND, "the key is not on the token any more; load the key store again"));
        String full = "no memory is left on the token; delete keys or certificates that are not needed";
        known.put(ReturnValue.DEVICE_MEMORY, new Refusal(Kind.FULL, full));
        known.put(ReturnValue.TOKEN_RESOURCE_EXCEEDED, new Refusal(Kind.FULL, full));
        known.put(ReturnValue.USER_NOT_LOGGED_IN, new Refusal(Kind.PIN_REQUIRED, "the PIN must be verified first"));
        String cancelled = "the entry of the PIN was cancelled, or nobody entered it in time; try again";
        known.put(ReturnValue.CANCEL, new Refusal(Kind.PIN_REQUIRED, cancelled));
        known.put(ReturnValue.FUNCTION_CANCELED, new Refusal(Kind.PIN_REQUIRED, cancelled));
        known.put(ReturnValue.FUNCTION_REJECTED, new Refusal(Kind.PIN_REQUIRED, cancelled));
        known.put(
                ReturnValue.PIN_LOCKED,
                new Refusal(
                        Kind.PIN_BLOCKED, "the PIN is blocked after too many wrong tries; unblock it with the SO-PIN"));
        known.put(
                ReturnValue.PIN_EXPIRED,
                new Refusal(
                        Kind.PIN_TO_BE_CHANGED,
                        "the PIN must be changed before anything else: by schsm pin change,"
                                + " TokenAdministration.changePin, or a callback handler that takes a NewPinCallback"));
        known.put(ReturnValue.PIN_INVALID, new Refusal(Kind.DATA, "the PIN has characters that are refused"));
        known.put(ReturnValue.PIN_LEN_RANGE, new Refusal(Kind.DATA, "the PIN has a length that is refused"));
        known.put(ReturnValue.PIN_TOO_WEAK, new Refusal(Kind.DATA, "the PIN is too weak for the token"));
        known.put(
                ReturnValue.USER_PIN_NOT_INITIALIZED,
                new Refusal(
                        Kind.NOT_FOUND,
                        "the token has no user PIN yet; set one with the SO-PIN (schsm pin unblock, or its vendor's tools)"));
        String removed = "the token was removed, or something else reset it";
        known.put(ReturnValue.DEVICE_REMOVED, new Refusal(Kind.REMOVED, removed));
        known.put(ReturnValue.TOKEN_NOT_PRESENT, new Refusal(Kind.REMOVED, removed));
        known.put(ReturnValue.TOKEN_NOT_RECOGNIZED, new Refusal(Kind.REMOVED, removed));
        known.put(ReturnValue.SLOT_ID_INVALID, new Refusal(Kind.REMOVED, removed));
        String lost = "the session was lost, because the token was removed or somebody else in this process closed it;"
                + " try again";
        known.put(ReturnValue.SESSION_HANDLE_INVALID, new Refusal(Kind.REMOVED, lost));
        known.put(ReturnValue.SESSION_CLOSED, new Refusal(Kind.REMOVED, lost));
        known.put(
                ReturnValue.CRYPTOKI_NOT_INITIALIZED,
                new Refusal(
                        Kind.TRANSPORT, "somebody else in this process has ended the module (C_Finalize); try again"));
        known.put(
                ReturnValue.CANT_LOCK,
                new Refusal(Kind.TRANSPORT, "the module cannot be used by a program with several threads"));
        known.put(
                ReturnValue.NEED_TO_CREATE_THREADS,
                new Refusal(Kind.TRANSPORT, "the module wants threads of its own and does not get them"));
        known.put(
                ReturnValue.HOST_MEMORY,
                new Refusal(Kind.OTHER, "the module says that this computer's memory is used up"));
        known.put(
                ReturnValue.DEVICE_ERROR,
                new Refusal(Kind.OTHER, "the token, or the way to it, failed; look at the reader and its driver"));
        known.put(
                ReturnValue.ARGUMENTS_BAD,
                new Refusal(Kind.OTHER, "the module does not take what it was given, without saying why"));
        return Map.copyOf(known);
    }

    private static final Refusal UNEXPLAINED = new Refusal(
            Kind.OTHER,
            "the module failed without saying why; its configuration and its own log may tell (e.g. SOFTHSM2_CONF, OPENSC_DEBUG)");

    /** What a module answered. */
    public static ModuleAnswer answer(String module, CryptokiException refused) {
        return new ModuleAnswer(module, refused.function(), refused.value(), ReturnValue.symbol(refused.value()));
    }

    /** What {@code C_GetTokenInfo} said, for what is refused because of that before anything is asked. */
    static ModuleAnswer flag(String module, String flag) {
        return new ModuleAnswer(module, "C_GetTokenInfo", ReturnValue.OK, "CKR_OK with " + flag);
    }

    /**
     * An exception.
     *
     * @param module the module's name
     * @param what   what it is about, for the message: {@code "signing with key 'x' by CKM_ECDSA"}; may be empty
     */
    public static SchsmException of(String module, String what, CryptokiException refused) {
        Refusal refusal = KNOWN.getOrDefault(refused.value(), UNEXPLAINED);
        ModuleAnswer answer = answer(module, refused);
        String message = message(module, what, refusal.meaning());
        return switch (refusal.kind()) {
            case REMOVED -> new TokenRemovedException(message + " (" + answer + ")", refused);
            case TRANSPORT -> new TransportException(message + " (" + answer + ")", refused);
            case ALGORITHM -> new AlgorithmNotAllowedException(answer, message);
            case DATA -> new InvalidDataException(answer, message);
            case CONDITIONS -> new ConditionsNotSatisfiedException(answer, message);
            case NOT_FOUND -> new ObjectNotFoundException(answer, message);
            case FULL -> new DeviceFullException(answer, message);
            case PIN_REQUIRED -> new PinRequiredException(answer, message);
            case PIN_BLOCKED -> new PinBlockedException(answer, message);
            case PIN_TO_BE_CHANGED -> new TransportPinException(answer, message);
            case OTHER -> new DeviceException(answer, message);
        };
    }

    /**
     * An exception for an answer to a PIN.
     *
     * @param pin       {@code "user PIN"} or {@code "SO-PIN"}
     * @param triesLeft 0, 1, or -1 for unknown
     */
    public static SchsmException ofPin(
            String module, String what, String pin, int triesLeft, CryptokiException refused) {
        if (!refused.is(ReturnValue.PIN_INCORRECT)) {
            return of(module, what, refused);
        }
        ModuleAnswer answer = answer(module, refused);
        if (triesLeft == 0) {
            String meaning = "the " + pin + " was wrong and is blocked now";
            return new PinBlockedException(
                    answer,
                    message(module, what, "SO-PIN".equals(pin) ? meaning : meaning + "; unblock it with the SO-PIN"));
        }
        return new WrongPinException(answer, triesLeft, pin);
    }

    /** The token was removed while a function was under way. */
    static SchsmException removed(String module, String what, CryptokiException refused) {
        String meaning =
                "the token was removed, or something else reset it, while it was used; whether it did what it was"
                        + " told is not known";
        return new TokenRemovedException(
                message(module, what, meaning) + " (" + answer(module, refused) + ")", refused);
    }

    /** The token is nowhere. */
    static SchsmException missing(String module, String token, TokenMissingException missing) {
        CryptokiException refused = missing.answer();
        if (missing.isOneOfSeveral()) {
            return new TokenNotPresentException(
                    message(
                            module,
                            token,
                            "it is not in the slot where it was, and several others say the same of themselves, so nothing"
                                    + " tells which of them it is; put it back, or choose one by device = slot:<id>"),
                    missing);
        }
        String meaning = missing.isModuleLost()
                ? "the module has no slot with it; see that the token is connected, and that the service or server the module"
                        + " speaks to runs (pcscd, p11-kit server)"
                : "it is in none of the module's slots; connect it and try again";
        ModuleAnswer answer = refused == null
                ? new ModuleAnswer(module, "C_GetSlotList", ReturnValue.OK, "CKR_OK without it")
                : answer(module, refused);
        return new TokenNotPresentException(message(module, token, meaning) + " (" + answer + ")", missing);
    }

    /** The thread was interrupted while it waited; its flag is set again. */
    static SchsmException interrupted(String what, InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return new TransportException("interrupted while waiting for " + what, interrupted);
    }

    private static String message(String module, String what, String meaning) {
        return module + ": " + (what.isEmpty() ? "" : what + ": ") + meaning;
    }
}
