// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.Cvc;
import io.github.schsm.DeviceException;
import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Attributes;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CkMechanism;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.ModuleQuirk;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.object.ObjectIdentifiers;
import io.github.schsm.bridge.object.ObjectKind;
import io.github.schsm.bridge.object.ObjectSnapshot;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.spi.KeyRequest;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Generation of keys that never leave the token. Every new key gets a CKA_ID, so that what is left of a generation that
 * failed can be found and deleted.
 */
final class KeyGeneration {
    private static final int ID_LENGTH = 8;
    private static final int BITS = 8;
    private static final int MAX_NUMBER = 255;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What modules answer that do not take all the attributes of the standard. */
    private static final Set<Ckr> TEMPLATE_REFUSED = Set.of(
            Ckr.TEMPLATE_INCONSISTENT,
            Ckr.TEMPLATE_INCOMPLETE,
            Ckr.ATTRIBUTE_TYPE_INVALID,
            Ckr.ATTRIBUTE_VALUE_INVALID,
            Ckr.ATTRIBUTE_READ_ONLY);

    /** What modules answer that do not know the curve or the size. */
    private static final Set<Ckr> KIND_REFUSED = Set.of(
            Ckr.CURVE_NOT_SUPPORTED,
            Ckr.DOMAIN_PARAMS_INVALID,
            Ckr.ATTRIBUTE_VALUE_INVALID,
            Ckr.KEY_SIZE_RANGE,
            Ckr.TEMPLATE_INCONSISTENT,
            Ckr.MECHANISM_PARAM_INVALID,
            Ckr.DATA_INVALID);

    private final Pkcs11Token token;

    KeyGeneration(Pkcs11Token token) {
        this.token = token;
    }

    TokenKey generate(KeyRequest request, KeyNumbers numbers) throws SchsmException {
        List<String> wanted = KeyLimits.of(request);
        List<String> unsaid = token.isVendorsModule() ? List.of() : wanted;
        long mechanism = mechanism(request.type());
        boolean hasMechanism = token.link().mechanisms().containsKey(mechanism);
        if (!unsaid.isEmpty()) {
            throw new UnsupportedByDeviceException("PKCS#11 has no words for " + String.join(" and ", unsaid)
                    + ", and " + token.description() + " is reached by PKCS#11 only: leave it out, or use a"
                    + " SmartCard-HSM in a PC/SC reader of this computer");
        }
        if (!hasMechanism) {
            throw new UnsupportedByDeviceException(token.description() + " generates no " + request.type()
                    + " keys: its module has no " + Ck.mechanism(mechanism));
        }
        byte[] id = request.id();
        if (id.length == 0) {
            id = new byte[ID_LENGTH];
            RANDOM.nextBytes(id);
        }
        String label = request.label() == null ? "key-" + HexFormat.of().formatHex(id) : request.label();
        try {
            return request.type() == KeyType.AES && token.has(ModuleQuirk.AES_KEY_ID_FROM_CKA_ID)
                    ? generateNumbered(request, numbers, mechanism, id, label)
                    : generate(request, mechanism, id, label);
        } catch (DeviceException refused) {
            Optional<Ckr> answer = refused.moduleAnswer().map(value -> Ckr.of(value.returnValue()));
            boolean ofKind = answer.filter(KIND_REFUSED::contains).isPresent();
            boolean ofAttributes = !wanted.isEmpty()
                    && answer.filter(TEMPLATE_REFUSED::contains).isPresent();
            if (!ofKind && !ofAttributes) {
                throw refused;
            }
            if (ofAttributes) {
                throw new UnsupportedByDeviceException(
                        token.description() + " does not generate a key with " + String.join(" and ", wanted) + " ("
                                + answer(refused) + "): leave it out, or choose what the device has",
                        refused);
            }
            throw new UnsupportedByDeviceException(
                    token.description() + " generates no " + kind(request) + ": choose another"
                            + (request.curve() == null ? " size" : " curve") + " (" + answer(refused) + ")",
                    refused);
        }
    }

    /** The device's number for the key is the first byte of its CKA_ID: two at once must not get the same. */
    private TokenKey generateNumbered(KeyRequest request, KeyNumbers numbers, long mechanism, byte[] id, String label)
            throws SchsmException {
        synchronized (token.link().numbering()) {
            int number = freeNumber(numbers);
            byte[] numbered = request.id().length == 0 ? id.clone() : Arrays.copyOf(id, id.length + 1);
            if (request.id().length > 0) {
                System.arraycopy(id, 0, numbered, 1, id.length);
            }
            numbered[0] = (byte) number;
            return generate(request, mechanism, numbered, label);
        }
    }

    /**
     * A number that no key on the device has. Where only the module can be asked it shows no numbers, but for keys whose
     * CKA_ID begins with theirs; the others got the lowest that were free, so the highest is the best guess.
     */
    private int freeNumber(KeyNumbers numbers) throws SchsmException {
        OptionalInt free = numbers.free();
        if (free.isPresent()) {
            return free.getAsInt();
        }
        Set<Integer> taken = token.keys().stream()
                .map(TokenKey::id)
                .filter(shown -> shown.length > 0)
                .map(shown -> Byte.toUnsignedInt(shown[0]))
                .collect(Collectors.toSet());
        for (int number = MAX_NUMBER; number > 0; number--) {
            if (!taken.contains(number)) {
                return number;
            }
        }
        throw new InvalidRequestException("the keys of " + token.description()
                + " have CKA_IDs that begin with every byte there is, and its module takes that byte for the number of a"
                + " new AES key: delete a key first, or use a SmartCard-HSM in a PC/SC reader of this computer");
    }

    private static String kind(KeyRequest request) {
        EcCurve curve = request.curve();
        return curve == null ? request.type() + " key of " + request.size() + " bits" : "EC key on " + curve;
    }

    private static String answer(DeviceException refused) {
        return refused.moduleAnswer().map(ModuleAnswer::toString).orElse("");
    }

    private static long mechanism(KeyType type) {
        return switch (type) {
            case EC -> Ck.CKM_EC_KEY_PAIR_GEN;
            case RSA -> Ck.CKM_RSA_PKCS_KEY_PAIR_GEN;
            case AES -> Ck.CKM_AES_KEY_GEN;
            case UNKNOWN -> throw new IllegalArgumentException("a key of unknown kind is not generated");
        };
    }

    private TokenKey generate(KeyRequest request, long mechanism, byte[] id, String label) throws SchsmException {
        Rollback undo =
                new Rollback(token, new Template().with(Ck.CKA_TOKEN, true).with(Ck.CKA_ID, id));
        return undo.guard(() -> token.link().withSession(SessionAccess.USER_WRITE, session -> {
            session.mayRepeat(true);
            session.requireLogin();
            session.about("generation of the " + kind(request) + " \"" + label + "\"", mechanism);
            undo.begin(session);
            long handle = request.type().isPrivate()
                    ? pair(session, request, mechanism, id, label)
                    : secret(session, request, mechanism, id, label);
            requireKept(session, handle, label);
            TokenObjects.KeyEntry made = token.table()
                    .contents(session)
                    .withHandle(handle)
                    .orElseThrow(() -> new InvalidRequestException(
                            "the new key \"" + label + "\" is not in " + token.description() + " any more"));
            requireAsAsked(session, request, made);
            return made.key();
        }));
    }

    private long pair(Session session, KeyRequest request, long mechanism, byte[] id, String label)
            throws CryptokiException {
        EcCurve curve = request.curve();
        Template publicKey = withAttributes(request, named(id, label).with(Ck.CKA_VERIFY, true));
        if (curve == null) {
            publicKey
                    .with(Ck.CKA_ENCRYPT, true)
                    .with(Ck.CKA_MODULUS_BITS, request.size())
                    .with(Ck.CKA_PUBLIC_EXPONENT, exponent(request));
        } else {
            publicKey.with(Ck.CKA_EC_PARAMS, ObjectIdentifiers.encode(curve.oid()));
        }
        CkMechanism plain = new CkMechanism.Plain(mechanism);
        Cryptoki.KeyPairHandles handles = keptInside(
                () -> privateKey(curve, id, label),
                privateKey -> session.module().generateKeyPair(session.handle(), plain, publicKey, privateKey));
        token.table()
                .refresh(session, curve == null ? ObjectKind.RSA_PUBLIC : ObjectKind.EC_PUBLIC, handles.publicKey());
        token.table()
                .refresh(session, curve == null ? ObjectKind.RSA_PRIVATE : ObjectKind.EC_PRIVATE, handles.privateKey());
        return handles.privateKey();
    }

    private static Template named(byte[] id, String label) {
        return new Template().with(Ck.CKA_TOKEN, true).with(Ck.CKA_LABEL, label).with(Ck.CKA_ID, id);
    }

    private static Template privateKey(@Nullable EcCurve curve, byte[] id, String label) {
        return named(id, label)
                .with(Ck.CKA_PRIVATE, true)
                .with(Ck.CKA_SIGN, true)
                .with(curve == null ? Ck.CKA_DECRYPT : Ck.CKA_DERIVE, true);
    }

    private interface Generation<T> {
        T from(Template key) throws CryptokiException;
    }

    /** Not all modules take the attributes that keep a key inside; what those make is {@linkplain #requireKept looked at}. */
    private static <T> T keptInside(Supplier<Template> key, Generation<T> generation) throws CryptokiException {
        try {
            return generation.from(key.get().with(Ck.CKA_SENSITIVE, true).with(Ck.CKA_EXTRACTABLE, false));
        } catch (CryptokiException refused) {
            if (!TEMPLATE_REFUSED.contains(refused.ckr())) {
                throw refused;
            }
            return generation.from(key.get());
        }
    }

    private static byte[] exponent(KeyRequest request) {
        BigInteger exponent = Objects.requireNonNull(request.publicExponent(), "publicExponent");
        byte[] bytes = exponent.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private long secret(Session session, KeyRequest request, long mechanism, byte[] id, String label)
            throws CryptokiException {
        CkMechanism plain = new CkMechanism.Plain(mechanism);
        long handle = keptInside(
                () -> withAttributes(request, secretKey(request, id, label)),
                key -> session.module().generateKey(session.handle(), plain, key));
        token.table().refresh(session, ObjectKind.AES, handle);
        return handle;
    }

    private static Template secretKey(KeyRequest request, byte[] id, String label) {
        return named(id, label)
                .with(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                .with(Ck.CKA_KEY_TYPE, Ck.CKK_AES)
                .with(Ck.CKA_PRIVATE, true)
                .with(Ck.CKA_VALUE_LEN, request.size() / BITS)
                .with(Ck.CKA_ENCRYPT, true)
                .with(Ck.CKA_DECRYPT, true)
                .with(Ck.CKA_SIGN, true);
    }

    /** The vendor's own; asked for only where the module is the vendor's. */
    private static Template withAttributes(KeyRequest request, Template template) {
        List<KeyAlgorithm> list = request.allowedAlgorithms();
        if (!list.isEmpty()) {
            byte[] ids = new byte[list.size()];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = (byte) list.get(i).id();
            }
            template.with(Ck.CKA_SC_HSM_ALGORITHM_LIST, ids);
        }
        request.useCounter().ifPresent(uses -> template.with(Ck.CKA_SC_HSM_KEY_USE_COUNTER, uses));
        request.keyDomain().ifPresent(slot -> template.with(Ck.CKA_SC_HSM_KEY_DOMAIN, new byte[] {(byte) slot}));
        request.wrappingKey().ifPresent(key -> template.with(Ck.CKA_SC_HSM_WRAPPING_KEY_ID, new byte[] {(byte) key}));
        return template;
    }

    /** A module that does not take the attributes that keep a key inside may make one that leaves. */
    private void requireKept(Session session, long handle, String label) throws CryptokiException, SchsmException {
        Attributes made = session.module().attributes(session.handle(), handle, List.of(Ck.CKA_EXTRACTABLE));
        if (made.flag(Ck.CKA_EXTRACTABLE).orElse(false)) {
            throw new UnsupportedByDeviceException(token.description() + " made the key \"" + label
                    + "\" so that it may leave the token (CKA_EXTRACTABLE is true): it was deleted again");
        }
    }

    /** What the module says that it made, compared with what it was asked for. */
    private void requireAsAsked(Session session, KeyRequest request, TokenObjects.KeyEntry made)
            throws CryptokiException, SchsmException {
        EcCurve curve = request.curve();
        BigInteger exponent = request.publicExponent();
        if (made.key().type() != request.type()) {
            throw another(made.key().type() + " key", kind(request));
        }
        if (curve != null && made.curve() != null && !curve.equals(made.curve())) {
            throw another("EC key on " + made.curve(), kind(request));
        }
        if (made.publicKey() instanceof RSAPublicKey rsa) {
            if (rsa.getModulus().bitLength() != request.size()) {
                throw another("RSA key of " + rsa.getModulus().bitLength() + " bits", kind(request));
            }
            if (exponent != null && !rsa.getPublicExponent().equals(exponent)) {
                throw new UnsupportedByDeviceException(token.description() + " makes RSA keys with public exponent "
                        + rsa.getPublicExponent() + " only, not with " + exponent + ": the new key was deleted again");
            }
        }
        ObjectSnapshot object = made.object();
        if (request.type() == KeyType.AES && object != null) {
            long length = object.attributes().number(Ck.CKA_VALUE_LEN).orElse((long) request.size() / BITS);
            if (length != request.size() / BITS) {
                throw another("AES key of " + BITS * length + " bits", kind(request));
            }
        }
        if (token.isVendorsModule() && !made.publicKeys().isEmpty()) {
            requireRequest(session, made);
        }
    }

    /** The request that the device made, where the module gives it away: for this very key, and signed with it. */
    private void requireRequest(Session session, TokenObjects.KeyEntry made) throws CryptokiException, SchsmException {
        byte[] encoded = session.module()
                .attributes(
                        session.handle(), made.publicKeys().get(0).handle(), List.of(Ck.CKA_SC_HSM_PUBLIC_KEY_REQUEST))
                .bytes(Ck.CKA_SC_HSM_PUBLIC_KEY_REQUEST)
                .orElse(new byte[0]);
        if (encoded.length == 0) {
            return;
        }
        Cvc request = Cvc.parse(Tlv.parseFirst(encoded));
        if (!request.isSelfSigned() || !request.getPublicKey().equals(made.publicKey())) {
            throw another(
                    "key with a request (CHR " + request.chr() + ") that is not signed with it", "key with its own");
        }
    }

    private DeviceException another(String answered, String asked) {
        return new DeviceException(
                new ModuleAnswer(token.link().module().name(), "C_GenerateKey", Ckr.OK.value(), "CKR_OK"),
                token.description() + " made an " + answered + " where an " + asked
                        + " was asked for: the new key is not used and was deleted again");
    }
}
