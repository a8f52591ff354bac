// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CkMechanism;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.codec.EcCurve;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * A PKCS#11 module in memory, as the standard has it: slots whose tokens come and go, sessions with a maximum, one login
 * state for all sessions on a token, private objects that are not there before it, operations with a state between their
 * Init and their end, handles that mean nothing any more after the token was out. What real modules do otherwise is
 * set by the fields of {@link FakeToken} and by the {@link #script() script}, which makes any call of any function
 * answer anything.
 *
 * <p>An answer of the script that says that the session is gone is true: it is closed then.
 *
 * <p>It also watches its caller: a session that two threads use at once, or that was left with an operation going on, is
 * written down in {@link #misuses()}.
 */
public final class FakeModule implements Cryptoki {
    private static final int MIN_PIN = 4;
    private static final int MAX_PIN = 16;

    private final FakeScript script = new FakeScript();
    private final Object lock = new Object();
    private final Map<Long, Slot> slots = new TreeMap<>();
    private final Map<Long, Session> sessions = new LinkedHashMap<>();
    private final Map<Long, Long> slotOfDead = new HashMap<>();
    private final Map<Long, Handle> handles = new HashMap<>();
    private final Map<Long, String> busy = new HashMap<>();
    private final List<String> misuses = new ArrayList<>();
    private long nextHandle = 100;
    private long nextSession = 1;
    private int mostSessions;
    private int logins;
    private boolean initialized = true;
    private boolean keepsHandlesAtLogout;
    private boolean keepsOperationsAfterErrors;
    private boolean leavesEveryOtherSession;
    private long slotShiftAtReinitialize;
    private Optional<Long> lost = Optional.empty();
    private Optional<Long> answerOfDeadSessions = Optional.empty();

    private static final class Slot {
        private final String description;
        private @Nullable FakeToken token;

        private Slot(String description) {
            this.description = description;
        }
    }

    private static final class Session {
        private final long slot;
        private final FakeToken token;
        private final boolean readWrite;
        private final List<FakeObject> objects = new ArrayList<>();
        private @Nullable Operation operation;

        private Session(long slot, FakeToken token, boolean readWrite) {
            this.slot = slot;
            this.token = token;
            this.readWrite = readWrite;
        }
    }

    private record Handle(FakeToken token, FakeObject object) {}

    private enum Kind {
        SIGN,
        ENCRYPT,
        DECRYPT
    }

    private static final class Operation {
        private final Kind kind;
        private final CkMechanism mechanism;
        private final FakeObject key;
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
        private boolean inParts;
        private boolean authenticated;

        private Operation(Kind kind, CkMechanism mechanism, FakeObject key) {
            this.kind = kind;
            this.mechanism = mechanism;
            this.key = key;
            this.authenticated = !key.flag(Ck.CKA_ALWAYS_AUTHENTICATE);
        }
    }

    /** What a function answers in place of CKR_OK. */
    private static final class Answer extends Exception {
        private static final long serialVersionUID = 1L;
        private final long value;

        private Answer(Ckr value) {
            this(value.value());
        }

        private Answer(long value) {
            super(Ckr.name(value));
            this.value = value;
        }
    }

    private interface Body<T> {
        T run() throws Answer;
    }

    private interface SessionBody<T> {
        T run(Session session) throws Answer;
    }

    public String manufacturer = "Example";

    /** What kind of slots it has, besides CKF_TOKEN_PRESENT. */
    long slotFlags = Ck.CKF_REMOVABLE_DEVICE;

    /** A module without slots. */
    FakeModule() {}

    /** A module with tokens in slots 0, 1, … */
    static FakeModule with(FakeToken... tokens) {
        FakeModule module = new FakeModule();
        for (int i = 0; i < tokens.length; i++) {
            module.insert(i, tokens[i]);
        }
        return module;
    }

    // What tests do to it, and ask it.

    /** What shall go wrong, and the calls that there were. */
    public FakeScript script() {
        return script;
    }

    /** Adds an empty slot. */
    void addSlot(long id, String description) {
        synchronized (lock) {
            slots.put(id, new Slot(description));
        }
    }

    /** Puts a token into a slot, which is added if it is not there. Its objects have new handles, nobody is logged in. */
    public void insert(long slot, FakeToken token) {
        synchronized (lock) {
            slots.computeIfAbsent(slot, id -> new Slot("Fake Reader " + id)).token = token;
        }
    }

    /** Pulls the token out of a slot, in whatever is going on. Its sessions, handles and login are gone. */
    public FakeToken pull(long slot) {
        synchronized (lock) {
            Slot emptied = slots.get(slot);
            FakeToken token = emptied == null ? null : emptied.token;
            if (emptied == null || token == null) {
                throw new IllegalStateException("there is no token in slot " + slot);
            }
            emptied.token = null;
            forget(token);
            return token;
        }
    }

    /** Whether no token is in the slot. */
    boolean isEmpty(long slot) {
        synchronized (lock) {
            Slot asked = slots.get(slot);
            return asked == null || asked.token == null;
        }
    }

    /** Who is logged in to the token in that slot, a CKU_ value. */
    public Optional<Long> tokenLogin(long slot) {
        synchronized (lock) {
            Slot asked = slots.get(slot);
            return asked == null || asked.token == null ? Optional.empty() : Optional.ofNullable(asked.token.loggedIn);
        }
    }

    /** Removes a slot as some modules do with a reader that was unplugged; a token in it is pulled first. */
    void removeSlot(long slot) {
        synchronized (lock) {
            Slot removed = slots.get(slot);
            if (removed != null && removed.token != null) {
                pull(slot);
            }
            slots.remove(slot);
        }
    }

    /** The module's other side is gone (a server, the PC/SC service): every function answers this until reinitialized. */
    void lose(long answer) {
        synchronized (lock) {
            lost = Optional.of(answer);
            slots.values().forEach(slot -> {
                if (slot.token != null) {
                    forget(slot.token);
                }
            });
        }
    }

    /** The slots have other numbers after {@code C_Initialize}. */
    void shiftSlotsAtReinitialize(long shift) {
        slotShiftAtReinitialize = shift;
    }

    /** Handles of private objects stay valid after a logout, and their use answers CKR_USER_NOT_LOGGED_IN. */
    public void keepHandlesAtLogout() {
        keepsHandlesAtLogout = true;
    }

    /** An operation stays active when one of its functions answers an error: what some modules do. */
    void keepOperationsAfterErrors() {
        keepsOperationsAfterErrors = true;
    }

    /** When a token is pulled the first of its sessions is left, the second ends, and so on, as OpenSC has it. */
    void leaveEveryOtherSession() {
        leavesEveryOtherSession = true;
    }

    /** What sessions of a token that was pulled answer, in place of CKR_DEVICE_REMOVED and CKR_SESSION_HANDLE_INVALID. */
    void answerOfDeadSessions(long value) {
        answerOfDeadSessions = Optional.of(value);
    }

    /** Sessions that are open now. */
    public int openSessions() {
        synchronized (lock) {
            return sessions.size();
        }
    }

    /** The most sessions that were open at once. */
    int mostSessions() {
        synchronized (lock) {
            return mostSessions;
        }
    }

    /** Operations that are begun and not ended. */
    public int activeOperations() {
        synchronized (lock) {
            return (int) sessions.values().stream()
                    .filter(session -> session.operation != null)
                    .count();
        }
    }

    /** Session objects, such as derived secrets, that nobody has destroyed. */
    public int sessionObjects() {
        synchronized (lock) {
            return sessions.values().stream()
                    .mapToInt(session -> session.objects.size())
                    .sum();
        }
    }

    /** Logins that were accepted; those for one operation only not among them. */
    public int logins() {
        synchronized (lock) {
            return logins;
        }
    }

    /** What the caller did that the standard forbids. */
    List<String> misuses() {
        synchronized (lock) {
            return List.copyOf(misuses);
        }
    }

    // Cryptoki.

    @Override
    public Info info() throws CryptokiException {
        return call("C_GetInfo", () -> new Info(manufacturer, "PKCS#11 module in memory", "1.0", "2.40"));
    }

    @Override
    public List<Long> slots(boolean tokenPresent) throws CryptokiException {
        return call(
                "C_GetSlotList",
                () -> slots.entrySet().stream()
                        .filter(slot -> !tokenPresent || slot.getValue().token != null)
                        .map(Map.Entry::getKey)
                        .toList());
    }

    @Override
    public SlotInfo slotInfo(long slot) throws CryptokiException {
        return call("C_GetSlotInfo", () -> {
            Slot found = slot(slot);
            long present = found.token == null ? 0 : Ck.CKF_TOKEN_PRESENT;
            return new SlotInfo(slot, found.description, "Example", present | slotFlags);
        });
    }

    @Override
    public CkTokenInfo tokenInfo(long slot) throws CryptokiException {
        return call("C_GetTokenInfo", () -> {
            FakeToken token = token(slot);
            return new CkTokenInfo(
                    token.label,
                    token.manufacturer,
                    token.model,
                    token.serial,
                    token.flags(),
                    token.statedMaxSessions,
                    "1.0",
                    token.minPin,
                    token.maxPin);
        });
    }

    @Override
    public Map<Long, MechanismInfo> mechanisms(long slot) throws CryptokiException {
        List<Long> types = call(
                "C_GetMechanismList", () -> List.copyOf(token(slot).mechanisms.keySet()));
        Map<Long, MechanismInfo> all = new LinkedHashMap<>();
        for (long type : types) {
            all.put(type, call("C_GetMechanismInfo", () -> mechanism(token(slot), type)));
        }
        return all;
    }

    @Override
    public void initToken(long slot, byte @Nullable [] soPin, String label) throws CryptokiException {
        call("C_InitToken", () -> {
            FakeToken token = token(slot);
            if (sessions.values().stream().anyMatch(session -> session.token == token)) {
                throw new Answer(Ckr.SESSION_EXISTS);
            }
            accept(token.so.verify(typed(token, soPin)));
            token.clear();
            token.label = label;
            token.userPinInitialized = false;
            forget(token);
            return null;
        });
    }

    @Override
    public long openSession(long slot, boolean readWrite) throws CryptokiException {
        return call("C_OpenSession", () -> {
            FakeToken token = token(slot);
            long open = sessions.values().stream()
                    .filter(session -> session.token == token)
                    .count();
            if (open >= token.maxSessions) {
                throw new Answer(Ckr.SESSION_COUNT);
            }
            if (!readWrite && Long.valueOf(Ck.CKU_SO).equals(token.loggedIn)) {
                throw new Answer(Ckr.SESSION_READ_WRITE_SO_EXISTS);
            }
            long handle = nextSession++;
            sessions.put(handle, new Session(slot, token, readWrite));
            mostSessions = Math.max(mostSessions, sessions.size());
            return handle;
        });
    }

    @Override
    public void closeSession(long session) throws CryptokiException {
        inSession("C_CloseSession", session, open -> {
            close(session);
            return null;
        });
    }

    /** {@code C_CloseAllSessions}, by somebody else in this process. */
    void closeAllSessions(long slot) throws CryptokiException {
        call("C_CloseAllSessions", () -> {
            FakeToken token = token(slot);
            openOn(token).forEach(this::close);
            return null;
        });
    }

    @Override
    public long sessionState(long session) throws CryptokiException {
        return inSession("C_GetSessionInfo", session, open -> {
            Long user = open.token.loggedIn;
            if (user == null) {
                return open.readWrite ? Ck.CKS_RW_PUBLIC_SESSION : Ck.CKS_RO_PUBLIC_SESSION;
            }
            if (user == Ck.CKU_SO) {
                return Ck.CKS_RW_SO_FUNCTIONS;
            }
            return open.readWrite ? Ck.CKS_RW_USER_FUNCTIONS : Ck.CKS_RO_USER_FUNCTIONS;
        });
    }

    @Override
    public void login(long session, long user, byte @Nullable [] pin) throws CryptokiException {
        inSession("C_Login", session, open -> {
            FakeToken token = open.token;
            if (user == Ck.CKU_CONTEXT_SPECIFIC) {
                Operation operation = open.operation;
                if (operation == null || !operation.key.flag(Ck.CKA_ALWAYS_AUTHENTICATE)) {
                    throw new Answer(Ckr.OPERATION_NOT_INITIALIZED);
                }
                accept(token.user.verify(typed(token, pin)));
                operation.authenticated = true;
                return null;
            }
            if (user != Ck.CKU_USER && user != Ck.CKU_SO) {
                throw new Answer(Ckr.USER_TYPE_INVALID);
            }
            if (token.loggedIn != null) {
                throw new Answer(
                        token.loggedIn == user
                                ? Ckr.USER_ALREADY_LOGGED_IN.value()
                                : Ckr.USER_ANOTHER_ALREADY_LOGGED_IN.value());
            }
            if (user == Ck.CKU_SO) {
                if (sessions.values().stream().anyMatch(other -> other.token == token && !other.readWrite)) {
                    throw new Answer(Ckr.SESSION_READ_ONLY_EXISTS);
                }
                accept(token.so.verify(typed(token, pin)));
            } else {
                if (!token.userPinInitialized) {
                    throw new Answer(Ckr.USER_PIN_NOT_INITIALIZED);
                }
                accept(token.user.verify(typed(token, pin)));
            }
            token.loggedIn = user;
            logins++;
            return null;
        });
    }

    @Override
    public void logout(long session) throws CryptokiException {
        inSession("C_Logout", session, open -> {
            if (open.token.loggedIn == null) {
                throw new Answer(Ckr.USER_NOT_LOGGED_IN);
            }
            loggedOut(open.token);
            return null;
        });
    }

    @Override
    public void initPin(long session, byte @Nullable [] pin) throws CryptokiException {
        inSession("C_InitPIN", session, open -> {
            if (!Long.valueOf(Ck.CKU_SO).equals(open.token.loggedIn)) {
                throw new Answer(Ckr.USER_NOT_LOGGED_IN);
            }
            open.token.user.set(newPin(typed(open.token, pin)));
            open.token.userPinInitialized = true;
            return null;
        });
    }

    @Override
    public void setPin(long session, byte @Nullable [] oldPin, byte @Nullable [] newPin) throws CryptokiException {
        inSession("C_SetPIN", session, open -> {
            requireWritable(open);
            FakeToken token = open.token;
            FakeToken.Pin changed = Long.valueOf(Ck.CKU_SO).equals(token.loggedIn) ? token.so : token.user;
            String old = typed(token, oldPin);
            String replacement = newPin(typed(token, newPin));
            if (token.joinsPins) {
                accept(changed.setJoined(old + replacement));
            } else {
                accept(changed.verify(old));
                changed.set(replacement);
            }
            token.userPinToBeChanged &= changed != token.user;
            return null;
        });
    }

    @Override
    public List<Long> find(long session, Template template) throws CryptokiException {
        List<Long> found = new ArrayList<>();
        inSession("C_FindObjectsInit", session, open -> {
            for (FakeObject object : open.token.objects()) {
                if (isVisible(open.token, object) && object.matches(template)) {
                    found.add(handle(open.token, object));
                }
            }
            for (FakeObject object : open.objects) {
                if (isVisible(open.token, object) && object.matches(template)) {
                    found.add(handle(open.token, object));
                }
            }
            return null;
        });
        try {
            inSession("C_FindObjects", session, open -> null);
        } finally {
            inSession("C_FindObjectsFinal", session, open -> null);
        }
        return found;
    }

    @Override
    public Attributes attributes(long session, long object, List<Long> types) throws CryptokiException {
        return inSession(
                "C_GetAttributeValue", session, open -> object(open, object).reveal(types));
    }

    @Override
    public void setAttributes(long session, long object, Template template) throws CryptokiException {
        inSession("C_SetAttributeValue", session, open -> {
            FakeObject changed = object(open, object);
            requireWritable(open, changed);
            if (template.values().keySet().stream()
                    .anyMatch(type -> open.token.unchangeable.contains(type) || type == Ck.CKA_CLASS)) {
                throw new Answer(Ckr.ATTRIBUTE_READ_ONLY);
            }
            changed.with(template);
            return null;
        });
    }

    @Override
    public long createObject(long session, Template template) throws CryptokiException {
        return inSession("C_CreateObject", session, open -> {
            long type = template.value(Ck.CKA_CLASS).map(Long.class::cast).orElse(-1L);
            FakeObject made;
            if (type == Ck.CKO_SECRET_KEY) {
                made = open.token.secretKey((byte[]) required(template, Ck.CKA_VALUE), template);
            } else if (type == Ck.CKO_CERTIFICATE) {
                required(template, Ck.CKA_CERTIFICATE_TYPE);
                required(template, Ck.CKA_SUBJECT);
                required(template, Ck.CKA_VALUE);
                made = FakeObject.plain().with(template).withDefault(Ck.CKA_PRIVATE, false);
            } else if (type == Ck.CKO_DATA) {
                made = FakeObject.plain()
                        .with(template)
                        .withDefault(Ck.CKA_PRIVATE, false)
                        .withDefault(Ck.CKA_VALUE, new byte[0])
                        .withDefault(Ck.CKA_APPLICATION, "")
                        .withDefault(Ck.CKA_OBJECT_ID, new byte[0]);
            } else if (type == Ck.CKO_PUBLIC_KEY) {
                required(template, Ck.CKA_KEY_TYPE);
                made = FakeObject.plain().with(template).withDefault(Ck.CKA_PRIVATE, false);
            } else if (type == -1) {
                throw new Answer(Ckr.TEMPLATE_INCOMPLETE);
            } else {
                throw new Answer(Ckr.TEMPLATE_INCONSISTENT);
            }
            return keep(open, made);
        });
    }

    @Override
    public void destroyObject(long session, long object) throws CryptokiException {
        inSession("C_DestroyObject", session, open -> {
            FakeObject destroyed = object(open, object);
            if (!open.objects.remove(destroyed)) {
                requireWritable(open, destroyed);
                open.token.remove(destroyed);
            }
            handles.remove(object);
            return null;
        });
    }

    @Override
    public long generateKey(long session, CkMechanism mechanism, Template template) throws CryptokiException {
        return inSession("C_GenerateKey", session, open -> {
            require(open.token, mechanism, Ck.CKM_AES_KEY_GEN);
            long length = (Long) required(template, Ck.CKA_VALUE_LEN);
            if (length != 16 && length != 24 && length != 32) {
                throw new Answer(Ckr.KEY_SIZE_RANGE);
            }
            byte[] id = (byte[]) required(template, Ck.CKA_ID);
            if (open.token.keyNumbers != null && (id[0] == 0 || !open.token.keyNumbers.add(id[0] & 0xFF))) {
                throw new Answer(Ckr.DEVICE_ERROR);
            }
            if (open.token.bytesInstead == 0) {
                return keep(open, open.token.secretKey(FakeCrypto.random((int) length), template));
            }
            FakeObject other = open.token.secretKey(FakeCrypto.random(open.token.bytesInstead), template);
            return keep(open, other.with(Ck.CKA_VALUE_LEN, open.token.bytesInstead));
        });
    }

    @Override
    public KeyPairHandles generateKeyPair(long session, CkMechanism mechanism, Template publicKey, Template privateKey)
            throws CryptokiException {
        return inSession("C_GenerateKeyPair", session, open -> {
            FakeToken token = open.token;
            KeyPair asked = keyPair(token, mechanism, publicKey);
            KeyPair pair = token.pairInstead == null ? asked : token.pairInstead;
            FakeObject secret = token.privateKey(pair.getPrivate(), pair.getPublic(), privateKey);
            FakeObject publicObject = token.publicKey(pair.getPublic(), publicKey);
            long privateHandle = keep(open, secret);
            if (!token.keepsPublicKeys) {
                publicObject.with(Ck.CKA_TOKEN, false);
            }
            try {
                return new KeyPairHandles(keep(open, publicObject), privateHandle);
            } catch (Answer noRoom) {
                token.remove(secret);
                throw noRoom;
            }
        });
    }

    private static KeyPair keyPair(FakeToken token, CkMechanism mechanism, Template publicKey) throws Answer {
        try {
            if (mechanism.type() == Ck.CKM_EC_KEY_PAIR_GEN) {
                require(token, mechanism, Ck.CKM_EC_KEY_PAIR_GEN);
                byte[] parameters = (byte[]) required(publicKey, Ck.CKA_EC_PARAMS);
                EcCurve curve = EcCurve.named(
                                ASN1ObjectIdentifier.getInstance(parameters).getId())
                        .orElseThrow(() -> new Answer(Ckr.CURVE_NOT_SUPPORTED));
                return FakeCrypto.ec(curve);
            }
            require(token, mechanism, Ck.CKM_RSA_PKCS_KEY_PAIR_GEN);
            long bits = (Long) required(publicKey, Ck.CKA_MODULUS_BITS);
            MechanismInfo range = mechanism(token, mechanism.type());
            if (bits < range.minKeySize() || bits > range.maxKeySize()) {
                throw new Answer(Ckr.KEY_SIZE_RANGE);
            }
            byte[] exponent = publicKey
                    .value(Ck.CKA_PUBLIC_EXPONENT)
                    .map(byte[].class::cast)
                    .orElse(new byte[] {1, 0, 1});
            return FakeCrypto.rsa((int) bits, new BigInteger(1, exponent));
        } catch (GeneralSecurityException | IllegalArgumentException refused) {
            throw new Answer(Ckr.DOMAIN_PARAMS_INVALID);
        }
    }

    @Override
    public long deriveKey(long session, CkMechanism mechanism, long baseKey, Template template)
            throws CryptokiException {
        return inSession("C_DeriveKey", session, open -> {
            require(open.token, mechanism, Ck.CKM_ECDH1_DERIVE);
            FakeObject key = key(open, baseKey, Ck.CKA_DERIVE);
            if (!(mechanism instanceof CkMechanism.Ecdh ecdh)) {
                throw new Answer(Ckr.MECHANISM_PARAM_INVALID);
            }
            if (key.number(Ck.CKA_KEY_TYPE) != Ck.CKK_EC) {
                throw new Answer(Ckr.KEY_TYPE_INCONSISTENT);
            }
            try {
                byte[] secret = FakeCrypto.agree(key, ecdh.publicPoint());
                FakeObject derived = FakeObject.secretKey(secret).with(template);
                derived.with(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                        .withDefault(Ck.CKA_KEY_TYPE, Ck.CKK_GENERIC_SECRET)
                        .withDefault(Ck.CKA_PRIVATE, true)
                        .withDefault(Ck.CKA_SENSITIVE, true)
                        .withDefault(Ck.CKA_EXTRACTABLE, false)
                        .with(Ck.CKA_VALUE, secret)
                        .with(Ck.CKA_VALUE_LEN, secret.length);
                return keep(open, derived);
            } catch (GeneralSecurityException | IllegalArgumentException badPoint) {
                throw new Answer(Ckr.MECHANISM_PARAM_INVALID);
            }
        });
    }

    @Override
    public void signInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        begin("C_SignInit", session, Kind.SIGN, mechanism, key, Ck.CKA_SIGN, Ck.CKF_SIGN);
    }

    @Override
    public byte[] sign(long session, byte[] data) throws CryptokiException {
        return finish("C_Sign", session, Kind.SIGN, data);
    }

    @Override
    public void signUpdate(long session, byte[] part) throws CryptokiException {
        inOperation("C_SignUpdate", session, Kind.SIGN, (open, operation) -> {
            requireSize(open.token, part);
            if (operation.mechanism.type() == Ck.CKM_ECDSA || operation.mechanism.type() == Ck.CKM_RSA_PKCS) {
                throw new Answer(Ckr.FUNCTION_NOT_SUPPORTED);
            }
            operation.inParts = true;
            operation.parts.writeBytes(part);
            return new byte[0];
        });
    }

    @Override
    public byte[] signFinal(long session) throws CryptokiException {
        return inOperation("C_SignFinal", session, Kind.SIGN, (open, operation) -> {
            open.operation = null;
            return compute(operation, operation.parts.toByteArray());
        });
    }

    @Override
    public void encryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        begin("C_EncryptInit", session, Kind.ENCRYPT, mechanism, key, Ck.CKA_ENCRYPT, Ck.CKF_ENCRYPT);
    }

    @Override
    public byte[] encrypt(long session, byte[] data) throws CryptokiException {
        return finish("C_Encrypt", session, Kind.ENCRYPT, data);
    }

    @Override
    public void decryptInit(long session, CkMechanism mechanism, long key) throws CryptokiException {
        begin("C_DecryptInit", session, Kind.DECRYPT, mechanism, key, Ck.CKA_DECRYPT, Ck.CKF_DECRYPT);
    }

    @Override
    public byte[] decrypt(long session, byte[] data) throws CryptokiException {
        return finish("C_Decrypt", session, Kind.DECRYPT, data);
    }

    @Override
    public byte[] random(long session, int length) throws CryptokiException {
        return inSession("C_GenerateRandom", session, open -> FakeCrypto.random(length));
    }

    @Override
    public void reinitialize() throws CryptokiException {
        call("C_Finalize", () -> {
            slots.values().forEach(slot -> {
                if (slot.token != null) {
                    forget(slot.token);
                }
            });
            slotOfDead.clear();
            initialized = false;
            return null;
        });
        call("C_Initialize", () -> {
            initialized = true;
            lost = Optional.empty();
            Map<Long, Slot> shifted = new TreeMap<>();
            slots.forEach((id, slot) -> shifted.put(id + slotShiftAtReinitialize, slot));
            slots.clear();
            slots.putAll(shifted);
            return null;
        });
    }

    // Calls.

    private <T> T call(String function, Body<T> body) throws CryptokiException {
        Optional<Long> planned = script.begin(function);
        if (planned.isPresent()) {
            throw new CryptokiException(function, planned.get());
        }
        T result;
        synchronized (lock) {
            try {
                requireReachable(function);
                result = body.run();
            } catch (Answer refused) {
                throw new CryptokiException(function, refused.value);
            }
        }
        Optional<Long> afterwards = script.end(function);
        if (afterwards.isPresent()) {
            throw new CryptokiException(function, afterwards.get());
        }
        return result;
    }

    private void requireReachable(String function) throws Answer {
        if (function.equals("C_Initialize") || function.equals("C_Finalize")) {
            return;
        }
        if (!initialized) {
            throw new Answer(Ckr.CRYPTOKI_NOT_INITIALIZED);
        }
        if (lost.isPresent()) {
            throw new Answer(lost.get());
        }
    }

    private <T> T inSession(String function, long handle, SessionBody<T> body) throws CryptokiException {
        enter(function, handle);
        try {
            return call(function, () -> body.run(session(handle)));
        } catch (CryptokiException refused) {
            if (refused.is(Ckr.SESSION_HANDLE_INVALID) || refused.is(Ckr.SESSION_CLOSED)) {
                synchronized (lock) {
                    close(handle);
                }
            }
            throw refused;
        } finally {
            leave(handle);
        }
    }

    private void enter(String function, long session) {
        synchronized (lock) {
            String other = busy.put(session, function);
            if (other != null) {
                misuses.add(function + " in session " + session + " while another thread is in " + other);
            }
        }
    }

    private void leave(long session) {
        synchronized (lock) {
            busy.remove(session);
        }
    }

    private interface OperationBody {
        byte[] run(Session session, Operation operation) throws Answer;
    }

    /** A function of an operation that is begun; an error ends the operation, also one that the script asks for. */
    private byte[] inOperation(String function, long handle, Kind kind, OperationBody body) throws CryptokiException {
        boolean done = false;
        try {
            byte[] result = inSession(function, handle, open -> {
                Operation operation = open.operation;
                if (operation == null || operation.kind != kind) {
                    throw new Answer(Ckr.OPERATION_NOT_INITIALIZED);
                }
                if (!operation.authenticated) {
                    throw new Answer(Ckr.USER_NOT_LOGGED_IN);
                }
                return body.run(open, operation);
            });
            done = true;
            return result;
        } finally {
            if (!done && !keepsOperationsAfterErrors) {
                synchronized (lock) {
                    Session open = sessions.get(handle);
                    if (open != null) {
                        open.operation = null;
                    }
                }
            }
        }
    }

    private void begin(
            String function, long session, Kind kind, CkMechanism mechanism, long key, long usage, long capability)
            throws CryptokiException {
        inSession(function, session, open -> {
            if (open.operation != null) {
                misuses.add(function + " in session " + session + " while an operation is active");
                throw new Answer(Ckr.OPERATION_ACTIVE);
            }
            MechanismInfo capable = mechanism(open.token, mechanism.type());
            if (!capable.has(capability)) {
                throw new Answer(Ckr.MECHANISM_INVALID);
            }
            FakeObject used = key(open, key, usage);
            if (used.number(Ck.CKA_KEY_TYPE) != keyType(mechanism.type())) {
                throw new Answer(Ckr.KEY_TYPE_INCONSISTENT);
            }
            open.operation = new Operation(kind, mechanism, used);
            return null;
        });
    }

    private static long keyType(long mechanism) {
        if (mechanism >= Ck.CKM_ECDSA && mechanism <= Ck.CKM_ECDSA_SHA512) {
            return Ck.CKK_EC;
        }
        return mechanism >= Ck.CKM_AES_KEY_GEN && mechanism <= Ck.CKM_AES_CMAC ? Ck.CKK_AES : Ck.CKK_RSA;
    }

    private byte[] finish(String function, long session, Kind kind, byte[] data) throws CryptokiException {
        return inOperation(function, session, kind, (open, operation) -> {
            requireSize(open.token, data);
            if (operation.inParts) {
                throw new Answer(Ckr.OPERATION_ACTIVE);
            }
            open.operation = null;
            return compute(operation, data);
        });
    }

    private static byte[] compute(Operation operation, byte[] data) throws Answer {
        boolean opens = operation.kind == Kind.DECRYPT;
        try {
            return operation.kind == Kind.SIGN
                    ? FakeCrypto.sign(operation.mechanism, operation.key, data)
                    : FakeCrypto.cipher(operation.mechanism, operation.key, !opens, data);
        } catch (GeneralSecurityException | RuntimeException refused) {
            throw new Answer(opens ? Ckr.ENCRYPTED_DATA_INVALID.value() : Ckr.DATA_INVALID.value());
        }
    }

    // What the functions have in common; the caller holds the lock.

    private Slot slot(long id) throws Answer {
        Slot slot = slots.get(id);
        if (slot == null) {
            throw new Answer(Ckr.SLOT_ID_INVALID);
        }
        return slot;
    }

    private FakeToken token(long slot) throws Answer {
        FakeToken token = slot(slot).token;
        if (token == null) {
            throw new Answer(Ckr.TOKEN_NOT_PRESENT);
        }
        return token;
    }

    private Session session(long handle) throws Answer {
        Session session = sessions.get(handle);
        if (session != null) {
            return session;
        }
        Long slot = slotOfDead.get(handle);
        if (slot == null) {
            throw new Answer(Ckr.SESSION_HANDLE_INVALID);
        }
        Slot now = slots.get(slot);
        boolean absent = now == null || now.token == null;
        throw new Answer(
                answerOfDeadSessions.orElse(absent ? Ckr.DEVICE_REMOVED.value() : Ckr.SESSION_HANDLE_INVALID.value()));
    }

    private List<Long> openOn(FakeToken token) {
        return sessions.entrySet().stream()
                .filter(open -> open.getValue().token == token)
                .map(Map.Entry::getKey)
                .toList();
    }

    private void close(long handle) {
        Session closed = sessions.remove(handle);
        if (closed == null) {
            return;
        }
        closed.objects.forEach(object -> handles.values().removeIf(known -> known.object() == object));
        if (openOn(closed.token).isEmpty()) {
            loggedOut(closed.token);
        }
    }

    /** The token is out, or the module lost it: its sessions, handles and login are gone. */
    private void forget(FakeToken token) {
        int number = 0;
        for (long session : openOn(token)) {
            if (leavesEveryOtherSession && number++ % 2 == 0) {
                continue;
            }
            Session dead = sessions.remove(session);
            if (dead != null) {
                slotOfDead.put(session, dead.slot);
            }
        }
        handles.values().removeIf(handle -> handle.token() == token);
        token.loggedIn = null;
    }

    private void loggedOut(FakeToken token) {
        token.loggedIn = null;
        if (!keepsHandlesAtLogout) {
            handles.values()
                    .removeIf(
                            handle -> handle.token() == token && handle.object().isPrivate());
        }
        sessions.values().stream().filter(open -> open.token == token).forEach(open -> {
            open.operation = null;
            open.objects.removeIf(FakeObject::isPrivate);
        });
    }

    private static boolean isVisible(FakeToken token, FakeObject object) {
        return !object.isPrivate() || isUser(token);
    }

    private static boolean isUser(FakeToken token) {
        return !token.loginRequired || Long.valueOf(Ck.CKU_USER).equals(token.loggedIn);
    }

    private long handle(FakeToken token, FakeObject object) {
        for (Map.Entry<Long, Handle> known : handles.entrySet()) {
            if (known.getValue().object() == object) {
                return known.getKey();
            }
        }
        long handle = nextHandle++;
        handles.put(handle, new Handle(token, object));
        return handle;
    }

    private FakeObject object(Session session, long handle) throws Answer {
        Handle known = handles.get(handle);
        if (known == null
                || known.token() != session.token
                || !(session.objects.contains(known.object())
                        || session.token.objects().contains(known.object()))) {
            throw new Answer(Ckr.OBJECT_HANDLE_INVALID);
        }
        if (!isVisible(session.token, known.object())) {
            throw new Answer(keepsHandlesAtLogout ? Ckr.USER_NOT_LOGGED_IN.value() : Ckr.OBJECT_HANDLE_INVALID.value());
        }
        return known.object();
    }

    private FakeObject key(Session session, long handle, long usage) throws Answer {
        FakeObject key;
        try {
            key = object(session, handle);
        } catch (Answer refused) {
            throw refused.value == Ckr.OBJECT_HANDLE_INVALID.value() ? new Answer(Ckr.KEY_HANDLE_INVALID) : refused;
        }
        requireUsablePin(session.token);
        if (!key.flag(usage)) {
            throw new Answer(Ckr.KEY_FUNCTION_NOT_PERMITTED);
        }
        return key;
    }

    private long keep(Session session, FakeObject made) throws Answer {
        if (made.isPrivate() && !isUser(session.token)) {
            throw new Answer(Ckr.USER_NOT_LOGGED_IN);
        }
        if (!made.isTokenObject()) {
            session.objects.add(made);
            return handle(session.token, made);
        }
        requireUsablePin(session.token);
        requireWritable(session);
        if (session.token.objects().size() >= session.token.capacity) {
            throw new Answer(Ckr.DEVICE_MEMORY);
        }
        session.token.add(made);
        return handle(session.token, made);
    }

    private static void requireWritable(Session session, FakeObject object) throws Answer {
        if (object.isTokenObject()) {
            requireWritable(session);
        }
    }

    private static void requireWritable(Session session) throws Answer {
        if (session.token.writeProtected) {
            throw new Answer(Ckr.TOKEN_WRITE_PROTECTED);
        }
        if (!session.readWrite) {
            throw new Answer(Ckr.SESSION_READ_ONLY);
        }
    }

    private static void requireUsablePin(FakeToken token) throws Answer {
        if (token.userPinToBeChanged && token.loggedIn != null) {
            throw new Answer(Ckr.PIN_EXPIRED);
        }
    }

    private static void requireSize(FakeToken token, byte[] data) throws Answer {
        if (data.length > token.largestInput) {
            throw new Answer(Ckr.DATA_LEN_RANGE);
        }
    }

    private static MechanismInfo mechanism(FakeToken token, long type) throws Answer {
        MechanismInfo info = token.mechanisms.get(type);
        if (info == null) {
            throw new Answer(Ckr.MECHANISM_INVALID);
        }
        return info;
    }

    private static void require(FakeToken token, CkMechanism mechanism, long expected) throws Answer {
        if (mechanism.type() != expected) {
            throw new Answer(Ckr.MECHANISM_INVALID);
        }
        mechanism(token, expected);
    }

    private static Object required(Template template, long type) throws Answer {
        return template.value(type).orElseThrow(() -> new Answer(Ckr.TEMPLATE_INCOMPLETE));
    }

    private static void accept(long verified) throws Answer {
        if (verified != Ckr.OK.value()) {
            throw new Answer(verified);
        }
    }

    /** The PIN that was given, or the one typed on the pad. */
    private static String typed(FakeToken token, byte @Nullable [] pin) throws Answer {
        if (pin != null) {
            return new String(pin, StandardCharsets.UTF_8);
        }
        if (token.pad == null) {
            throw new Answer(Ckr.ARGUMENTS_BAD);
        }
        return token.pad.get().orElseThrow(() -> new Answer(Ckr.FUNCTION_CANCELED));
    }

    private static String newPin(String pin) throws Answer {
        if (pin.length() < MIN_PIN || pin.length() > MAX_PIN) {
            throw new Answer(Ckr.PIN_LEN_RANGE);
        }
        return pin;
    }
}
