// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.token;

import io.github.schsm.DeviceException;
import io.github.schsm.DeviceException.ModuleAnswer;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CkMechanism;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import io.github.schsm.bridge.cryptoki.Hashes;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.bridge.object.ObjectSnapshot;
import io.github.schsm.bridge.object.TokenObjects;
import io.github.schsm.bridge.session.ErrorMapper;
import io.github.schsm.bridge.session.Session;
import io.github.schsm.bridge.session.SessionAccess;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Uses of keys. Data is cut into pieces that every module takes at once (the SmartCard-HSM's own refuses 4,088 bytes),
 * and the pieces are chained here.
 */
final class KeyOperations {
    private static final int BLOCK = 16;
    private static final int PIECE = 4080;
    private static final int RANDOM_PIECE = 1024;
    private static final int DER_SEQUENCE = 0x30;
    private static final int DER_OCTET_STRING = 0x04;
    private static final int POINT = 0x04;
    /** Shorter than the shortest order, so that no curve cuts it. */
    private static final int HASH_LENGTH = 20;

    /** What modules answer to parameters of a padding that they do not have. */
    private static final Set<Ckr> PARAMETERS_REFUSED =
            Set.of(Ckr.MECHANISM_PARAM_INVALID, Ckr.MECHANISM_INVALID, Ckr.ARGUMENTS_BAD);

    /** What modules answer to data that was decrypted and has no padding. */
    private static final Set<Ckr> WRONG_PADDING =
            Set.of(Ckr.ENCRYPTED_DATA_INVALID, Ckr.ENCRYPTED_DATA_LEN_RANGE, Ckr.DATA_INVALID, Ckr.DATA_LEN_RANGE);

    /** What some answer to it as well, and to anything else. */
    private static final Set<Ckr> PERHAPS_WRONG_PADDING = Set.of(Ckr.GENERAL_ERROR, Ckr.FUNCTION_FAILED);

    /** How often a signature on secp521r1 is tried that a module refuses, by mistake in one of 256. */
    private static final int P521_ATTEMPTS = 6;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Pkcs11Token token;

    KeyOperations(Pkcs11Token token) {
        this.token = token;
    }

    /** The mechanism for an algorithm, if the token has it for the key; messages tell of it from now on. */
    private Algorithms.Row require(Session session, TokenObjects.KeyEntry entry, KeyAlgorithm algorithm, String what)
            throws SchsmException {
        Set<KeyAlgorithm> available = Algorithms.available(entry, token.link().mechanisms());
        Algorithms.Row row = Algorithms.row(algorithm);
        if (row == null || !available.contains(algorithm)) {
            throw new UnsupportedByDeviceException(entry.key() + " cannot be used for " + algorithm + " in "
                    + token.description() + ", which "
                    + (row == null ? "PKCS#11 has no mechanism for" : "takes " + row.name()) + "; there is "
                    + Algorithms.names(available));
        }
        session.about(what + " with " + entry.key(), row.mechanism());
        return row;
    }

    /** For keys that want a login for each use: after …Init, before the rest. */
    private static void loginIfWanted(Session session, ObjectSnapshot object) throws CryptokiException, SchsmException {
        if (object.attributes().flag(Ck.CKA_ALWAYS_AUTHENTICATE).orElse(false)) {
            session.loginForKey();
        }
    }

    byte[] sign(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        return token.withKey(SessionAccess.USER, key, (session, entry, object) -> {
            Algorithms.Row row = require(session, entry, algorithm, "signing");
            CkMechanism mechanism = algorithm == KeyAlgorithm.RSA_PSS
                    ? Hashes.pss(parameters, input)
                    : new CkMechanism.Plain(row.mechanism());
            if (key.type() == KeyType.EC) {
                EcCurve curve = entry.curve();
                byte[] data = algorithm == KeyAlgorithm.ECDSA && curve != null
                        ? EcdsaSignature.truncate(input, curve.orderLength())
                        : input;
                return ecdsa(session, object, mechanism, data, curve).der();
            }
            try {
                return sign(session, object, mechanism, input);
            } catch (CryptokiException refused) {
                if (algorithm == KeyAlgorithm.RSA_PSS && PARAMETERS_REFUSED.contains(refused.ckr())) {
                    throw new DeviceException(
                            Reason.ALGORITHM_NOT_ALLOWED,
                            ErrorMapper.answer(token.link().module().name(), refused),
                            token.description() + " does not sign by CKM_RSA_PKCS_PSS with these parameters");
                }
                throw refused;
            }
        });
    }

    private static byte[] sign(Session session, ObjectSnapshot object, CkMechanism mechanism, byte[] data)
            throws CryptokiException, SchsmException {
        session.module().signInit(session.handle(), mechanism, object.handle());
        loginIfWanted(session, object);
        return session.module().sign(session.handle(), data);
    }

    /**
     * Signs with an EC key. OpenSC tells the curve by the length of the card's answer and takes those of secp521r1 whose
     * two numbers are short, one in 16, for signatures on a curve of 512 bits, which it then refuses; it tries twice
     * itself. Nothing is wrong with the key or the data: another signature is all that helps. Source:
     * {@code sc_hsm_decode_ecdsa_signature} of OpenSC 0.23.
     */
    private static EcdsaSignature ecdsa(
            Session session, ObjectSnapshot object, CkMechanism mechanism, byte[] data, @Nullable EcCurve curve)
            throws CryptokiException, SchsmException {
        for (int attempt = 1; ; attempt++) {
            try {
                return ecdsa(sign(session, object, mechanism, data), curve);
            } catch (CryptokiException refused) {
                boolean maybeMisread = curve == EcCurve.SECP521R1
                        && refused.function().equals("C_Sign")
                        && refused.is(Ckr.DATA_INVALID);
                if (!maybeMisread || attempt == P521_ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    /** The standard's form is r || s; some modules pass on the DER that their cards give. */
    private static EcdsaSignature ecdsa(byte[] signature, @Nullable EcCurve curve) throws MalformedDataException {
        boolean plain = curve == null
                ? signature.length % 2 == 0 && signature.length > 0 && signature[0] != DER_SEQUENCE
                : signature.length == 2 * curve.orderLength();
        if (!plain) {
            return EcdsaSignature.parse(signature);
        }
        BigInteger r = new BigInteger(1, signature, 0, signature.length / 2);
        BigInteger s = new BigInteger(1, signature, signature.length / 2, signature.length / 2);
        if (r.signum() == 0 || s.signum() == 0) {
            throw new MalformedDataException("ECDSA signature", "a number is zero");
        }
        return new EcdsaSignature(r, s);
    }

    byte[] decrypt(TokenKey key, KeyAlgorithm algorithm, @Nullable AlgorithmParameterSpec parameters, byte[] input)
            throws SchsmException {
        boolean pads = algorithm != KeyAlgorithm.RSA_DECRYPT_RAW;
        try {
            return token.withKey(SessionAccess.USER, key, (session, entry, object) -> {
                Algorithms.Row row = require(session, entry, algorithm, "decryption");
                CkMechanism mechanism = algorithm == KeyAlgorithm.RSA_DECRYPT_OAEP
                        ? Hashes.oaep(parameters)
                        : new CkMechanism.Plain(row.mechanism());
                session.module().decryptInit(session.handle(), mechanism, object.handle());
                loginIfWanted(session, object);
                try {
                    return session.module().decrypt(session.handle(), input);
                } catch (CryptokiException refused) {
                    if (pads && WRONG_PADDING.contains(refused.ckr())) {
                        throw wrongPadding(
                                ErrorMapper.answer(token.link().module().name(), refused));
                    }
                    throw refused;
                }
            });
        } catch (DeviceException failed) {
            // Only now: a token that was reset or is gone may say the same, and then works again or is known to be
            // gone.
            ModuleAnswer answer = failed.moduleAnswer().orElse(null);
            if (pads
                    && answer != null
                    && answer.function().equals("C_Decrypt")
                    && PERHAPS_WRONG_PADDING.contains(Ckr.of(answer.returnValue()))) {
                throw wrongPadding(answer);
            }
            throw failed;
        }
    }

    /** Modules have many words for it. */
    private static DeviceException wrongPadding(ModuleAnswer answer) {
        return new DeviceException(
                Reason.INVALID_DATA, answer, "the data does not decrypt: wrong padding, other key, or changed data");
    }

    // Agreement

    byte[] agree(TokenKey key, ECPublicKey peer) throws SchsmException {
        EcCurve curve = EcCurve.of(peer.getParams())
                .orElseThrow(() -> new InvalidRequestException("the peer's key is on none of the known curves"));
        byte[] point = curve.encode(peer.getW());
        return token.withKey(SessionAccess.USER, key, (session, entry, object) -> {
            Algorithms.Row row = require(session, entry, KeyAlgorithm.ECDH, "agreement");
            long secret = derive(session, object, row.mechanism(), point, curve.fieldLength());
            try {
                byte[] value = session.module()
                        .attributes(session.handle(), secret, List.of(Ck.CKA_VALUE))
                        .bytes(Ck.CKA_VALUE)
                        .orElseThrow(() -> new UnsupportedByDeviceException(token.description()
                                + " agrees on a secret with " + key
                                + ", but does not give it away: CKA_VALUE of the derived key cannot be read"));
                return coordinate(value, curve);
            } finally {
                destroy(session, secret);
            }
        });
    }

    /** A secret must not stay in a session that is used on: that there is none is believed when it is said twice. */
    private static void destroy(Session session, long secret) throws CryptokiException {
        for (int left = 2; left > 0; left--) {
            try {
                session.module().destroyObject(session.handle(), secret);
                return;
            } catch (CryptokiException refused) {
                if (!refused.is(Ckr.OBJECT_HANDLE_INVALID)) {
                    throw refused;
                }
            }
        }
    }

    private static long derive(Session session, ObjectSnapshot object, long mechanism, byte[] point, int length)
            throws CryptokiException {
        Template template = new Template()
                .with(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                .with(Ck.CKA_KEY_TYPE, Ck.CKK_GENERIC_SECRET)
                .with(Ck.CKA_TOKEN, false)
                .with(Ck.CKA_SENSITIVE, false)
                .with(Ck.CKA_EXTRACTABLE, true)
                .with(Ck.CKA_VALUE_LEN, length);
        try {
            return derive(session, object, mechanism, point, template);
        } catch (CryptokiException refused) {
            if (!refused.is(Ckr.MECHANISM_PARAM_INVALID) && !isOctetString(point)) {
                throw refused;
            }
            try {
                // Modules of version 2.20 and before want the point as CKA_EC_POINT has it.
                return derive(
                        session,
                        object,
                        mechanism,
                        Tlv.of(DER_OCTET_STRING, point).encoded(),
                        template);
            } catch (CryptokiException refusedToo) {
                refused.addSuppressed(refusedToo);
                throw refused;
            }
        }
    }

    private static long derive(Session session, ObjectSnapshot object, long mechanism, byte[] point, Template template)
            throws CryptokiException {
        return session.module()
                .deriveKey(session.handle(), new CkMechanism.Ecdh(mechanism, point), object.handle(), template);
    }

    /** One point of 256 begins like an OCTET STRING: SoftHSM2, which takes both, then takes the one for the other. */
    private static boolean isOctetString(byte[] point) {
        try {
            return Tlv.parse(point).tag() == DER_OCTET_STRING;
        } catch (MalformedDataException notAtAll) {
            return false;
        }
    }

    /** x, also where the module gives it without leading zeros or with y. */
    private static byte[] coordinate(byte[] value, EcCurve curve) throws MalformedDataException {
        int length = curve.fieldLength();
        try {
            if (value.length <= length && value.length > 0) {
                byte[] x = new byte[length];
                System.arraycopy(value, 0, x, length - value.length, value.length);
                return x;
            }
            if (value.length == 1 + 2 * length && value[0] == POINT) {
                return Arrays.copyOfRange(value, 1, 1 + length);
            }
            throw new MalformedDataException(
                    "secret of ECDH on " + curve, value.length + " bytes; " + length + " are expected");
        } finally {
            Arrays.fill(value, (byte) 0);
        }
    }

    // AES

    byte[] cipher(TokenKey key, boolean encrypt, byte[] iv, byte[] data) throws SchsmException {
        KeyAlgorithm algorithm = encrypt ? KeyAlgorithm.AES_CBC_ENCRYPT : KeyAlgorithm.AES_CBC_DECRYPT;
        return token.withKey(SessionAccess.USER, key, (session, entry, object) -> {
            Algorithms.Row row = require(session, entry, algorithm, encrypt ? "encryption" : "decryption");
            byte[] result = new byte[data.length];
            byte[] chaining = iv.clone();
            for (int at = 0; at < data.length; at += PIECE) {
                byte[] piece = Arrays.copyOfRange(data, at, Math.min(data.length, at + PIECE));
                byte[] output = cbc(session, object, row.mechanism(), encrypt, chaining, piece);
                byte[] last = encrypt ? output : piece;
                chaining = Arrays.copyOfRange(last, last.length - BLOCK, last.length);
                System.arraycopy(output, 0, result, at, output.length);
                Arrays.fill(piece, (byte) 0);
                Arrays.fill(output, (byte) 0);
            }
            return result;
        });
    }

    private static byte[] cbc(
            Session session, ObjectSnapshot object, long mechanism, boolean encrypt, byte[] iv, byte[] data)
            throws CryptokiException, SchsmException {
        Cryptoki module = session.module();
        CkMechanism withIv = new CkMechanism.Bytes(mechanism, iv);
        byte[] output;
        if (encrypt) {
            module.encryptInit(session.handle(), withIv, object.handle());
            loginIfWanted(session, object);
            output = module.encrypt(session.handle(), data);
        } else {
            module.decryptInit(session.handle(), withIv, object.handle());
            loginIfWanted(session, object);
            output = module.decrypt(session.handle(), data);
        }
        if (output.length != data.length) {
            throw new MalformedDataException(
                    "answer to AES-CBC", output.length + " bytes; " + data.length + " are expected");
        }
        return output;
    }

    byte[] mac(TokenKey key, byte[] data) throws SchsmException {
        return token.withKey(SessionAccess.USER, key, (session, entry, object) -> {
            Algorithms.Row row = require(session, entry, KeyAlgorithm.AES_CMAC, "a MAC");
            CkMechanism mechanism = new CkMechanism.Plain(row.mechanism());
            byte[] mac;
            if (data.length == 0) {
                // SoftHSM takes no null pointer for nothing, and the wrapper gives nothing else.
                mac = macInParts(session, object, mechanism, data);
            } else {
                mac = data.length > PIECE
                        ? longMac(session, entry, object, mechanism, data)
                        : sign(session, object, mechanism, data);
            }
            if (mac.length != BLOCK) {
                throw new MalformedDataException(
                        "answer to AES-CMAC", mac.length + " bytes; " + BLOCK + " are expected");
            }
            return mac;
        });
    }

    /** All but the end by AES-CBC, where the key may be used for that: few modules take parts of what they sign. */
    private byte[] longMac(
            Session session, TokenObjects.KeyEntry entry, ObjectSnapshot object, CkMechanism mechanism, byte[] data)
            throws CryptokiException, SchsmException {
        if (!Algorithms.available(entry, token.link().mechanisms()).contains(KeyAlgorithm.AES_CBC_ENCRYPT)) {
            return macInParts(session, object, mechanism, data);
        }
        byte[] rest = data.clone();
        try {
            int at = 0;
            while (rest.length - at > PIECE) {
                // At least one whole block has to be left for CMAC, to take the chaining value.
                int length = Math.min(PIECE, (rest.length - at - BLOCK) / BLOCK * BLOCK);
                byte[] piece = Arrays.copyOfRange(rest, at, at + length);
                byte[] output = cbc(session, object, Ck.CKM_AES_CBC, true, new byte[BLOCK], piece);
                Arrays.fill(piece, (byte) 0);
                at += length;
                for (int i = 0; i < BLOCK; i++) {
                    rest[at + i] ^= output[length - BLOCK + i];
                }
            }
            byte[] last = Arrays.copyOfRange(rest, at, rest.length);
            try {
                return sign(session, object, mechanism, last);
            } finally {
                Arrays.fill(last, (byte) 0);
            }
        } finally {
            Arrays.fill(rest, (byte) 0);
        }
    }

    private static byte[] macInParts(Session session, ObjectSnapshot object, CkMechanism mechanism, byte[] data)
            throws CryptokiException, SchsmException {
        Cryptoki module = session.module();
        module.signInit(session.handle(), mechanism, object.handle());
        loginIfWanted(session, object);
        for (int at = 0; at < data.length; at += PIECE) {
            byte[] piece = Arrays.copyOfRange(data, at, Math.min(data.length, at + PIECE));
            try {
                module.signUpdate(session.handle(), piece);
            } finally {
                Arrays.fill(piece, (byte) 0);
            }
        }
        return module.signFinal(session.handle());
    }

    // The rest

    byte[] random(int length) throws SchsmException {
        return token.link().withSession(SessionAccess.PUBLIC, session -> {
            byte[] result = new byte[length];
            for (int at = 0; at < length; at += RANDOM_PIECE) {
                byte[] piece = session.module().random(session.handle(), Math.min(RANDOM_PIECE, length - at));
                System.arraycopy(piece, 0, result, at, piece.length);
                Arrays.fill(piece, (byte) 0);
            }
            return result;
        });
    }

    /**
     * Finds out the public half of an EC key that no object tells, or only a certificate that may be another key's, by
     * using the key: two signatures leave one key with which both verify.
     */
    TokenObjects.KeyEntry recoverPublicKey(Session session, TokenObjects.KeyEntry entry, ObjectSnapshot object)
            throws CryptokiException, SchsmException {
        EcCurve curve = entry.curve();
        if (!entry.isPublicKeyUnproven()
                || curve == null
                || !Algorithms.available(entry, token.link().mechanisms()).contains(KeyAlgorithm.ECDSA)
                || object.attributes().flag(Ck.CKA_ALWAYS_AUTHENTICATE).orElse(false)) {
            return entry;
        }
        byte[] firstHash = hash();
        byte[] secondHash = hash();
        CkMechanism mechanism = new CkMechanism.Plain(Ck.CKM_ECDSA);
        EcdsaSignature first = ecdsa(session, object, mechanism, firstHash, curve);
        EcdsaSignature second = ecdsa(session, object, mechanism, secondHash, curve);
        for (byte[] point : curve.recover(firstHash, first)) {
            if (curve.verify(point, secondHash, second.plain(curve.orderLength()))) {
                PublicKey found = curve.publicKey(point);
                token.table().recovered(session, object, found);
                Optional<TokenObjects.KeyEntry> complete =
                        token.table().contents(session).withHandle(object.handle());
                return complete.orElse(entry);
            }
        }
        return entry;
    }

    private static byte[] hash() {
        byte[] hash = new byte[HASH_LENGTH];
        RANDOM.nextBytes(hash);
        return hash;
    }
}
