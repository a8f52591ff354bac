// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.cryptoki;

import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_C_INITIALIZE_ARGS;
import iaik.pkcs.pkcs11.wrapper.CK_DATE;
import iaik.pkcs.pkcs11.wrapper.CK_ECDH1_DERIVE_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_RSA_PKCS_OAEP_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_RSA_PKCS_PSS_PARAMS;
import iaik.pkcs.pkcs11.wrapper.CK_SLOT_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_TOKEN_INFO;
import iaik.pkcs.pkcs11.wrapper.CK_VERSION;
import iaik.pkcs.pkcs11.wrapper.PKCS11;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import io.github.schsm.TransportException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xipki.pkcs11.wrapper.StaticLogger;

/**
 * A module loaded by the IAIK PKCS#11 Wrapper, by its lowest layer: the layers above it keep states of their own and
 * correct what modules answer. Texts and PINs pass it as bytes, one in each {@code char}, so that none is converted on
 * the way.
 */
public final class IaikCryptoki implements Cryptoki {
    private static final long CKF_OS_LOCKING_OK = 0x2L;
    private static final long CKF_RW_SESSION = 0x2L;
    private static final long CKF_SERIAL_SESSION = 0x4L;
    private static final long CKD_NULL = 0x1L;
    private static final long CKZ_DATA_SPECIFIED = 0x1L;
    private static final int LABEL_LENGTH = 32;
    private static final int FOUND_AT_ONCE = 256;
    private static final int MOST_ATTEMPTS = 3;

    private final Path file;
    private final PKCS11 module;
    private final WrapperLibrary.Link link;
    private volatile boolean ended;

    private IaikCryptoki(Path file, WrapperLibrary.Link link) {
        this.file = file;
        this.link = link;
        this.module = link;
    }

    /**
     * Loads a module, which stays loaded until {@link #end}.
     *
     * @param file a PKCS#11 module: what happens with another library is undefined
     * @throws IOException        if it cannot be loaded
     * @throws TransportException if the wrapper itself cannot
     */
    public static IaikCryptoki load(Path file) throws IOException, CryptokiException, TransportException {
        StaticLogger.setLogger(WrapperLogger.INSTANCE);
        return new IaikCryptoki(file, open(file));
    }

    private static WrapperLibrary.Link open(Path file) throws IOException, CryptokiException, TransportException {
        try {
            return WrapperLibrary.connect(file);
        } catch (IOException | TransportException | RuntimeException asDeclared) {
            throw asDeclared;
        } catch (Exception undeclared) { // its native part throws this one past the signature
            if (undeclared instanceof PKCS11Exception refused) {
                throw new CryptokiException("C_GetFunctionList", refused.getErrorCode());
            }
            throw new IOException(undeclared);
        }
    }

    /** {@code C_Initialize}, unless somebody in this process has done it. Returns whether it was done here. */
    public boolean initialize() throws CryptokiException {
        CK_C_INITIALIZE_ARGS arguments = new CK_C_INITIALIZE_ARGS();
        arguments.flags = CKF_OS_LOCKING_OK;
        try {
            run("C_Initialize", () -> module.C_Initialize(arguments, false));
            return true;
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.CRYPTOKI_ALREADY_INITIALIZED)) {
                throw refused;
            }
            return false;
        }
    }

    @Override
    public void finish() throws CryptokiException {
        run("C_Finalize", () -> module.C_Finalize(null));
    }

    @Override
    public void end() {
        ended = true;
        link.end();
    }

    @Override
    public void reinitialize() throws CryptokiException {
        try {
            finish();
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.CRYPTOKI_NOT_INITIALIZED)) {
                throw refused;
            }
        }
        initialize();
    }

    // Slots and tokens

    @Override
    public Info info() throws CryptokiException {
        CK_INFO info = get("C_GetInfo", module::C_GetInfo);
        return new Info(
                text(info.manufacturerID),
                text(info.libraryDescription),
                version(info.libraryVersion),
                version(info.cryptokiVersion));
    }

    @Override
    public List<Long> slots(boolean tokenPresent) throws CryptokiException {
        for (int attempt = 1; ; attempt++) {
            try {
                return list(get("C_GetSlotList", () -> module.C_GetSlotList(tokenPresent)));
            } catch (CryptokiException refused) {
                // There were fewer slots when the module was asked how many there are.
                if (!refused.is(Ckr.BUFFER_TOO_SMALL) || attempt == MOST_ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    @Override
    public SlotInfo slotInfo(long slot) throws CryptokiException {
        CK_SLOT_INFO info = get("C_GetSlotInfo", () -> module.C_GetSlotInfo(slot));
        return new SlotInfo(slot, text(info.slotDescription), text(info.manufacturerID), info.flags);
    }

    @Override
    public CkTokenInfo tokenInfo(long slot) throws CryptokiException {
        CK_TOKEN_INFO info = get("C_GetTokenInfo", () -> module.C_GetTokenInfo(slot));
        return new CkTokenInfo(
                text(info.label),
                text(info.manufacturerID),
                text(info.model),
                text(info.serialNumber),
                info.flags,
                info.ulMaxSessionCount > 0 ? Optional.of(info.ulMaxSessionCount) : Optional.empty(),
                version(info.firmwareVersion),
                info.ulMinPinLen,
                info.ulMaxPinLen);
    }

    @Override
    public Map<Long, MechanismInfo> mechanisms(long slot) throws CryptokiException {
        Map<Long, MechanismInfo> mechanisms = new LinkedHashMap<>();
        for (long type : list(get("C_GetMechanismList", () -> module.C_GetMechanismList(slot)))) {
            try {
                CK_MECHANISM_INFO info = get("C_GetMechanismInfo", () -> module.C_GetMechanismInfo(slot, type));
                mechanisms.put(type, new MechanismInfo(info.ulMinKeySize, info.ulMaxKeySize, info.flags));
            } catch (CryptokiException refused) {
                if (!refused.is(Ckr.MECHANISM_INVALID)) {
                    throw refused;
                }
            }
        }
        return mechanisms;
    }

    @Override
    public void initToken(long slot, byte @Nullable [] soPin, String label) throws CryptokiException {
        byte[] padded =
                Arrays.copyOf((label + " ".repeat(LABEL_LENGTH)).getBytes(StandardCharsets.UTF_8), LABEL_LENGTH);
        secretly(soPin, pin -> run("C_InitToken", () -> module.C_InitToken(slot, pin, chars(padded), false)));
    }

    // Sessions and PINs

    @Override
    public long openSession(long slot, boolean readWrite) throws CryptokiException {
        long flags = CKF_SERIAL_SESSION | (readWrite ? CKF_RW_SESSION : 0);
        return get("C_OpenSession", () -> module.C_OpenSession(slot, flags, null, null));
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        run("C_CloseSession", () -> module.C_CloseSession(session));
    }

    @Override
    public long sessionState(long session) throws CryptokiException {
        return get("C_GetSessionInfo", () -> module.C_GetSessionInfo(session)).state;
    }

    @Override
    public void login(long session, long user, byte @Nullable [] pin) throws CryptokiException {
        secretly(pin, secret -> run("C_Login", () -> module.C_Login(session, user, secret, false)));
    }

    @Override
    public void logout(long session) throws CryptokiException {
        run("C_Logout", () -> module.C_Logout(session));
    }

    @Override
    public void initPin(long session, byte @Nullable [] pin) throws CryptokiException {
        secretly(pin, secret -> run("C_InitPIN", () -> module.C_InitPIN(session, secret, false)));
    }

    @Override
    public void setPin(long session, byte @Nullable [] oldPin, byte @Nullable [] newPin) throws CryptokiException {
        secretly(
                oldPin,
                before -> secretly(
                        newPin, after -> run("C_SetPIN", () -> module.C_SetPIN(session, before, after, false))));
    }

    // Objects

    @Override
    public List<Long> find(long session, Template template) throws CryptokiException {
        run("C_FindObjectsInit", () -> module.C_FindObjectsInit(session, attributes(template), false));
        Set<Long> found = new LinkedHashSet<>();
        boolean done = false;
        try {
            boolean more = true;
            while (more) {
                more = found.addAll(list(get("C_FindObjects", () -> module.C_FindObjects(session, FOUND_AT_ONCE))));
            }
            done = true;
        } finally {
            endSearch(session, done);
        }
        return List.copyOf(found);
    }

    /** What went wrong before is what callers have to know. */
    private void endSearch(long session, boolean soFarGood) throws CryptokiException {
        try {
            run("C_FindObjectsFinal", () -> module.C_FindObjectsFinal(session));
        } catch (CryptokiException refused) {
            if (soFarGood) {
                throw refused;
            }
        }
    }

    @Override
    public Attributes attributes(long session, long object, List<Long> types) throws CryptokiException {
        CK_ATTRIBUTE[] wanted =
                types.stream().map(type -> attribute(type, null)).toArray(CK_ATTRIBUTE[]::new);
        if (wanted.length == 0) {
            return new Attributes(Map.of());
        }
        boolean all = true;
        try {
            run("C_GetAttributeValue", () -> module.C_GetAttributeValue(session, object, wanted, false));
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.ATTRIBUTE_SENSITIVE)
                    && !refused.is(Ckr.ATTRIBUTE_TYPE_INVALID)
                    && !refused.is(Ckr.BUFFER_TOO_SMALL)) {
                throw refused;
            }
            all = false;
        }
        Map<Long, byte[]> values = new LinkedHashMap<>();
        for (CK_ATTRIBUTE attribute : wanted) {
            // The wrapper puts nulls in the place of what there is not, but for a single attribute: that it leaves
            // alone.
            if (attribute != null && (all || attribute.pValue != null || wanted.length > 1)) {
                byte[] value = attribute.pValue == null ? new byte[0] : bytes(attribute.pValue);
                if (value != null) {
                    values.put(attribute.type, value);
                }
            }
        }
        return new Attributes(values);
    }

    @Override
    public void setAttributes(long session, long object, Template template) throws CryptokiException {
        run("C_SetAttributeValue", () -> module.C_SetAttributeValue(session, object, attributes(template), false));
    }

    @Override
    public long createObject(long session, Template template) throws CryptokiException {
        return get("C_CreateObject", () -> module.C_CreateObject(session, attributes(template), false));
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        run("C_DestroyObject", () -> module.C_DestroyObject(session, object));
    }

    // Keys

    @Override
    public long generateKey(long session, CkMechanism mechanism, Template template) throws CryptokiException {
        return get(
                "C_GenerateKey",
                () -> module.C_GenerateKey(session, mechanism(mechanism), attributes(template), false));
    }

    @Override
    public KeyPairHandles generateKeyPair(long session, CkMechanism mechanism, Template publicKey, Template privateKey)
            throws CryptokiException {
        long[] handles = get(
                "C_GenerateKeyPair",
                () -> module.C_GenerateKeyPair(
                        session, mechanism(mechanism), attributes(publicKey), attributes(privateKey), false));
        return new KeyPairHandles(handles[0], handles[1]);
    }

    @Override
    public long deriveKey(long session, CkMechanism mechanism, long baseKey, Template template)
            throws CryptokiException {
        return get(
                "C_DeriveKey",
                () -> module.C_DeriveKey(session, mechanism(mechanism), baseKey, attributes(template), false));
    }

    // Operations

    @Override
    public void signInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        run("C_SignInit", () -> module.C_SignInit(session, mechanism(mechanism), key, false));
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return get("C_Sign", () -> module.C_Sign(session, data));
    }

    @Override
    public void signUpdate(long session, byte[] part) throws CryptokiException {
        run("C_SignUpdate", () -> module.C_SignUpdate(session, part));
    }

    @Override
    public byte[] signFinal(long session) throws CryptokiException {
        return get("C_SignFinal", () -> module.C_SignFinal(session));
    }

    @Override
    public void encryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        run("C_EncryptInit", () -> module.C_EncryptInit(session, mechanism(mechanism), key, false));
    }

    @Override
    public byte[] encrypt(long session, byte[] data) throws CryptokiException {
        return get("C_Encrypt", () -> module.C_Encrypt(session, data));
    }

    @Override
    public void decryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        run("C_DecryptInit", () -> module.C_DecryptInit(session, mechanism(mechanism), key, false));
    }

    @Override
    public byte[] decrypt(long session, byte[] data) throws CryptokiException {
        return get("C_Decrypt", () -> module.C_Decrypt(session, data));
    }

    @Override
    public byte[] random(long session, int length) throws CryptokiException {
        byte[] bytes = new byte[length];
        run("C_GenerateRandom", () -> module.C_GenerateRandom(session, bytes));
        return bytes;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    // Java's values and the wrapper's

    private static CK_ATTRIBUTE[] attributes(Template template) {
        return template.values().entrySet().stream()
                .map(entry -> attribute(entry.getKey(), entry.getValue()))
                .toArray(CK_ATTRIBUTE[]::new);
    }

    private static CK_ATTRIBUTE attribute(long type, @Nullable Object value) {
        CK_ATTRIBUTE attribute = new CK_ATTRIBUTE();
        attribute.type = type;
        attribute.pValue = value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : value;
        return attribute;
    }

    /** What the wrapper made of a value, by the attribute's type, as the bytes that it was; null for what it has none. */
    private static byte @Nullable [] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        if (value instanceof Long number) {
            return numbers(number);
        }
        if (value instanceof long[] numbers) {
            return numbers(numbers);
        }
        if (value instanceof Boolean flag) {
            return new byte[] {(byte) (flag ? 1 : 0)};
        }
        if (value instanceof char[] text) {
            return bytes(text);
        }
        if (value instanceof CK_DATE date) {
            return (new String(date.year) + new String(date.month) + new String(date.day))
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
        return null;
    }

    private static byte[] numbers(long... numbers) {
        ByteBuffer buffer = ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.nativeOrder());
        buffer.asLongBuffer().put(numbers);
        return buffer.array();
    }

    /** Never null: without a mechanism the wrapper ends the JVM. */
    private static CK_MECHANISM mechanism(CkMechanism mechanism) {
        CK_MECHANISM made = new CK_MECHANISM();
        made.mechanism = mechanism.type();
        made.pParameter = parameter(mechanism);
        return made;
    }

    private static @Nullable Object parameter(CkMechanism mechanism) {
        if (mechanism instanceof CkMechanism.Bytes bytes) {
            return bytes.parameter();
        }
        if (mechanism instanceof CkMechanism.Pss pss) {
            CK_RSA_PKCS_PSS_PARAMS parameters = new CK_RSA_PKCS_PSS_PARAMS();
            parameters.hashAlg = pss.hash();
            parameters.mgf = pss.mgf();
            parameters.sLen = pss.saltLength();
            return parameters;
        }
        if (mechanism instanceof CkMechanism.Oaep oaep) {
            CK_RSA_PKCS_OAEP_PARAMS parameters = new CK_RSA_PKCS_OAEP_PARAMS();
            parameters.hashAlg = oaep.hash();
            parameters.mgf = oaep.mgf();
            parameters.source = CKZ_DATA_SPECIFIED;
            parameters.pSourceData = oaep.label();
            return parameters;
        }
        if (mechanism instanceof CkMechanism.Ecdh ecdh) {
            CK_ECDH1_DERIVE_PARAMS parameters = new CK_ECDH1_DERIVE_PARAMS();
            parameters.kdf = CKD_NULL;
            parameters.pPublicData = ecdh.publicPoint();
            return parameters;
        }
        return null;
    }

    private static List<Long> list(long @Nullable [] numbers) {
        return numbers == null ? List.of() : Arrays.stream(numbers).boxed().toList();
    }

    /** A text that the standard pads with blanks, and some modules with zeros; not UTF-8 in some modules, either. */
    private static String text(char @Nullable [] padded) {
        if (padded == null) {
            return "";
        }
        int length = new String(padded).indexOf('\0');
        return new String(padded, 0, length < 0 ? padded.length : length).strip();
    }

    private static String version(@Nullable CK_VERSION version) {
        return version == null ? "" : Byte.toUnsignedInt(version.major) + "." + Byte.toUnsignedInt(version.minor);
    }

    private static byte[] bytes(char[] chars) {
        byte[] bytes = new byte[chars.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) chars[i];
        }
        return bytes;
    }

    private static char[] chars(byte[] bytes) {
        char[] chars = new char[bytes.length];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) Byte.toUnsignedInt(bytes[i]);
        }
        return chars;
    }

    // Calls

    private interface Call<T extends @Nullable Object> {
        T run() throws PKCS11Exception;
    }

    private interface Action {
        void run() throws PKCS11Exception;
    }

    private interface WithSecret {
        void run(char @Nullable [] secret) throws CryptokiException;
    }

    private <T> T get(String function, Call<T> call) throws CryptokiException {
        if (ended) {
            throw new CryptokiException(function, Ckr.CRYPTOKI_NOT_INITIALIZED);
        }
        try {
            return call.run();
        } catch (PKCS11Exception refused) {
            throw new CryptokiException(function, refused.getErrorCode());
        }
    }

    private void run(String function, Action action) throws CryptokiException {
        get(function, () -> {
            action.run();
            return function;
        });
    }

    private static void secretly(byte @Nullable [] secret, WithSecret use) throws CryptokiException {
        char[] chars = secret == null ? null : chars(secret);
        try {
            use.run(chars);
        } finally {
            if (chars != null) {
                Arrays.fill(chars, '\0');
            }
        }
    }
}
