// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.Ckr;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Template;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * A token for a {@link FakeModule}: objects, two PINs with their counters, and what it is able to do. The methods here
 * are what happens behind the bridge's back (another program, the factory); they may be called while the token is in a
 * slot, and by any thread.
 */
public final class FakeToken {
    /** The user PIN at the start. */
    public static final String USER_PIN = "648219";

    /** The SO-PIN at the start. */
    public static final String SO_PIN = "3537363231383830";

    private static final int TRIES = 3;
    private static final int OCTET_STRING = 0x04;

    /** A key pair that is made whatever is asked for. */
    @Nullable
    KeyPair pairInstead;

    /** The length of AES keys whatever is asked for; 0 for what is asked for. */
    int bytesInstead;

    public String serial;
    String label;
    String manufacturer = "Example";
    String model = "Fake";
    Optional<Long> statedMaxSessions = Optional.empty();
    long maxSessions = Long.MAX_VALUE;
    int capacity = Integer.MAX_VALUE;
    public int largestInput = Integer.MAX_VALUE;
    boolean writeProtected;
    public boolean loginRequired = true;
    public boolean reportsTries = true;
    public boolean userPinInitialized = true;
    public boolean userPinToBeChanged;
    boolean keepsPublicKeys = true;
    boolean bareEcPoints;
    boolean joinsPins;
    long minPin;
    long maxPin;

    /** The numbers of keys on the device, where the first byte of an AES key's CKA_ID is its number; else null. */
    @Nullable
    Set<Integer> keyNumbers;

    /** What is typed on the reader's own pad; null while there is none. An empty answer is the cancel button. */
    @Nullable
    Supplier<Optional<String>> pad;

    public final Pin user = new Pin(USER_PIN);
    public final Pin so = new Pin(SO_PIN);
    final Map<Long, Cryptoki.MechanismInfo> mechanisms = new LinkedHashMap<>();
    final Set<Long> unchangeable = new HashSet<>();

    private final List<FakeObject> objects = new ArrayList<>();

    /** Who is logged in, a CKU_ value: one state for all sessions of the application. */
    @Nullable
    Long loggedIn;

    /** A PIN and its counter. */
    public static final class Pin {
        private String value;
        private int left = TRIES;
        private final List<String> presented = new ArrayList<>();

        private Pin(String value) {
            this.value = value;
        }

        /** CKR_OK, CKR_PIN_INCORRECT or CKR_PIN_LOCKED. */
        synchronized long verify(String presentedPin) {
            presented.add(presentedPin);
            if (left == 0) {
                return Ckr.PIN_LOCKED.value();
            }
            if (!value.equals(presentedPin)) {
                left--;
                return Ckr.PIN_INCORRECT.value();
            }
            left = TRIES;
            return Ckr.OK.value();
        }

        /** The device behind a module gets both one after the other, and cuts them at its own length. */
        synchronized long setJoined(String both) {
            presented.add(both);
            if (left == 0) {
                return Ckr.PIN_LOCKED.value();
            }
            if (!both.startsWith(value)) {
                left--;
                return Ckr.PIN_INCORRECT.value();
            }
            set(both.substring(value.length()));
            return Ckr.OK.value();
        }

        public synchronized void set(String newValue) {
            value = newValue;
            left = TRIES;
        }

        public synchronized int left() {
            return left;
        }

        /** Sets the tries that are left, of three. */
        public synchronized void left(int tries) {
            left = tries;
        }

        /** The PINs that were presented, right and wrong ones, in order. */
        public synchronized List<String> presented() {
            return List.copyOf(presented);
        }
    }

    /** A token with every mechanism and no objects. */
    public FakeToken(String label, String serial) {
        this.label = label;
        this.serial = serial;
        long hardware = Ck.CKF_HW;
        mechanism(Ck.CKM_RSA_PKCS_KEY_PAIR_GEN, 1024, 4096, hardware | Ck.CKF_GENERATE_KEY_PAIR);
        mechanism(Ck.CKM_RSA_PKCS, 1024, 4096, hardware | Ck.CKF_SIGN | Ck.CKF_DECRYPT);
        mechanism(Ck.CKM_RSA_X_509, 1024, 4096, hardware | Ck.CKF_SIGN | Ck.CKF_DECRYPT);
        mechanism(Ck.CKM_RSA_PKCS_OAEP, 1024, 4096, hardware | Ck.CKF_DECRYPT);
        for (long type : List.of(
                Ck.CKM_RSA_PKCS_PSS,
                Ck.CKM_SHA1_RSA_PKCS,
                Ck.CKM_SHA224_RSA_PKCS,
                Ck.CKM_SHA256_RSA_PKCS,
                Ck.CKM_SHA384_RSA_PKCS,
                Ck.CKM_SHA512_RSA_PKCS)) {
            mechanism(type, 1024, 4096, hardware | Ck.CKF_SIGN);
        }
        mechanism(Ck.CKM_EC_KEY_PAIR_GEN, 192, 521, hardware | Ck.CKF_GENERATE_KEY_PAIR);
        for (long type : List.of(
                Ck.CKM_ECDSA,
                Ck.CKM_ECDSA_SHA1,
                Ck.CKM_ECDSA_SHA224,
                Ck.CKM_ECDSA_SHA256,
                Ck.CKM_ECDSA_SHA384,
                Ck.CKM_ECDSA_SHA512)) {
            mechanism(type, 192, 521, hardware | Ck.CKF_SIGN);
        }
        mechanism(Ck.CKM_ECDH1_DERIVE, 192, 521, hardware | Ck.CKF_DERIVE);
        mechanism(Ck.CKM_AES_KEY_GEN, 16, 32, hardware | Ck.CKF_GENERATE);
        mechanism(Ck.CKM_AES_ECB, 16, 32, hardware | Ck.CKF_ENCRYPT | Ck.CKF_DECRYPT);
        mechanism(Ck.CKM_AES_CBC, 16, 32, hardware | Ck.CKF_ENCRYPT | Ck.CKF_DECRYPT);
        mechanism(Ck.CKM_AES_CMAC, 16, 32, hardware | Ck.CKF_SIGN);
    }

    /** Adds a mechanism, or replaces what it is capable of. */
    FakeToken mechanism(long type, long minKeySize, long maxKeySize, long flags) {
        mechanisms.put(type, new Cryptoki.MechanismInfo(minKeySize, maxKeySize, flags));
        return this;
    }

    /** Takes mechanisms away. */
    public FakeToken withoutMechanisms(Long... types) {
        mechanisms.keySet().removeAll(Arrays.asList(types));
        return this;
    }

    /** Keeps these mechanisms only. */
    FakeToken onlyMechanisms(Long... types) {
        mechanisms.keySet().retainAll(Arrays.asList(types));
        return this;
    }

    /**
     * Allows that many sessions.
     *
     * @param stated whether the token information says so
     */
    public FakeToken maxSessions(long most, boolean stated) {
        maxSessions = most;
        statedMaxSessions = stated ? Optional.of(most) : Optional.empty();
        return this;
    }

    /** Gives it a pad: the PIN is typed there. An empty answer is the cancel button. */
    public FakeToken pad(Supplier<Optional<String>> typed) {
        pad = typed;
        return this;
    }

    /** Refuses to change this attribute of any object. */
    public FakeToken unchangeable(long type) {
        unchangeable.add(type);
        return this;
    }

    /** The token's flags, a CKF_ value. */
    long flags() {
        long flags = Ck.CKF_RNG | Ck.CKF_TOKEN_INITIALIZED;
        flags |= loginRequired ? Ck.CKF_LOGIN_REQUIRED : 0;
        flags |= userPinInitialized ? Ck.CKF_USER_PIN_INITIALIZED : 0;
        flags |= writeProtected ? Ck.CKF_WRITE_PROTECTED : 0;
        flags |= pad != null ? Ck.CKF_PROTECTED_AUTHENTICATION_PATH : 0;
        flags |= userPinToBeChanged ? Ck.CKF_USER_PIN_TO_BE_CHANGED : 0;
        if (reportsTries) {
            flags |= triesFlags(
                    user.left(), Ck.CKF_USER_PIN_COUNT_LOW, Ck.CKF_USER_PIN_FINAL_TRY, Ck.CKF_USER_PIN_LOCKED);
            flags |= triesFlags(so.left(), Ck.CKF_SO_PIN_COUNT_LOW, Ck.CKF_SO_PIN_FINAL_TRY, Ck.CKF_SO_PIN_LOCKED);
        }
        return flags;
    }

    private static long triesFlags(int left, long low, long last, long locked) {
        return switch (left) {
            case 0 -> locked;
            case 1 -> low | last;
            case TRIES -> 0;
            default -> low;
        };
    }

    /** Another application logs out, or resets the card: nobody is logged in, and the sessions stay. */
    public synchronized void logoutByOther() {
        loggedIn = null;
    }

    /** A snapshot of the objects. */
    public List<FakeObject> objects() {
        synchronized (objects) {
            return List.copyOf(objects);
        }
    }

    /** The objects of that class with that label. */
    public List<FakeObject> objects(long objectClass, String objectLabel) {
        return objects().stream()
                .filter(object -> object.number(Ck.CKA_CLASS) == objectClass
                        && object.text(Ck.CKA_LABEL).equals(objectLabel))
                .toList();
    }

    /** What is on the token, one line for each object: for comparison before and after. */
    List<String> contents() {
        return objects().stream()
                .map(object -> object.number(Ck.CKA_CLASS) + " \"" + object.text(Ck.CKA_LABEL) + "\" "
                        + Arrays.toString(object.value(Ck.CKA_ID)) + " "
                        + Arrays.hashCode(object.value(Ck.CKA_VALUE)))
                .sorted()
                .toList();
    }

    public void add(FakeObject object) {
        synchronized (objects) {
            objects.add(object);
        }
    }

    public void remove(FakeObject object) {
        synchronized (objects) {
            objects.remove(object);
        }
    }

    public void clear() {
        synchronized (objects) {
            objects.clear();
        }
    }

    /** Puts an EC key pair on the token. The private key object comes back. */
    public FakeObject addEcKey(String keyLabel, byte[] id, EcCurve curve) {
        try {
            return addKeyPair(keyLabel, id, FakeCrypto.ec(curve));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts an RSA key pair on the token. The private key object comes back. */
    FakeObject addRsaKey(String keyLabel, byte[] id, int bits) {
        try {
            return addKeyPair(keyLabel, id, FakeCrypto.rsa(bits, RSAKeyGenParameterSpec.F4));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts a key pair on the token: a private and a public key object. The private key object comes back. */
    public FakeObject addKeyPair(String keyLabel, byte[] id, KeyPair pair) {
        Template named = new Template()
                .with(Ck.CKA_TOKEN, true)
                .with(Ck.CKA_LABEL, keyLabel)
                .with(Ck.CKA_ID, id);
        add(publicKey(pair.getPublic(), named));
        FakeObject privateKey = privateKey(pair.getPrivate(), pair.getPublic(), named);
        add(privateKey);
        return privateKey;
    }

    /** Puts an AES key on the token. */
    FakeObject addAesKey(String keyLabel, byte[] id, int bits) {
        return addSecretKey(keyLabel, id, FakeCrypto.random(bits / Byte.SIZE));
    }

    /** Puts an AES key on the token. */
    FakeObject addSecretKey(String keyLabel, byte[] id, byte[] value) {
        FakeObject key = secretKey(
                value,
                new Template()
                        .with(Ck.CKA_TOKEN, true)
                        .with(Ck.CKA_LABEL, keyLabel)
                        .with(Ck.CKA_ID, id));
        add(key);
        return key;
    }

    /** Puts a certificate on the token. */
    FakeObject addCertificate(String certificateLabel, byte[] id, byte[] subject, byte[] der) {
        FakeObject certificate = FakeObject.plain()
                .with(Ck.CKA_CLASS, Ck.CKO_CERTIFICATE)
                .with(Ck.CKA_TOKEN, true)
                .with(Ck.CKA_PRIVATE, false)
                .with(Ck.CKA_CERTIFICATE_TYPE, Ck.CKC_X_509)
                .with(Ck.CKA_LABEL, certificateLabel)
                .with(Ck.CKA_ID, id)
                .with(Ck.CKA_SUBJECT, subject)
                .with(Ck.CKA_VALUE, der);
        add(certificate);
        return certificate;
    }

    /** Puts a data object on the token. */
    FakeObject addData(String dataLabel, String application, boolean isPrivate, byte[] content) {
        FakeObject data = FakeObject.plain()
                .with(Ck.CKA_CLASS, Ck.CKO_DATA)
                .with(Ck.CKA_TOKEN, true)
                .with(Ck.CKA_PRIVATE, isPrivate)
                .with(Ck.CKA_LABEL, dataLabel)
                .with(Ck.CKA_APPLICATION, application)
                .with(Ck.CKA_OBJECT_ID, new byte[0])
                .with(Ck.CKA_VALUE, content);
        add(data);
        return data;
    }

    /** A public key object, as this token makes it. */
    public FakeObject publicKey(PublicKey key, Template template) {
        FakeObject object = FakeObject.plain().with(template);
        object.withDefault(Ck.CKA_PRIVATE, false)
                .withDefault(Ck.CKA_VERIFY, true)
                .with(Ck.CKA_CLASS, Ck.CKO_PUBLIC_KEY);
        publicAttributes(object, key, true);
        return object;
    }

    /** A private key object, as this token makes it. */
    FakeObject privateKey(PrivateKey key, PublicKey publicKey, Template template) {
        FakeObject object = FakeObject.privateKey(key).with(template);
        object.with(Ck.CKA_CLASS, Ck.CKO_PRIVATE_KEY)
                .withDefault(Ck.CKA_PRIVATE, true)
                .withDefault(Ck.CKA_SENSITIVE, true)
                .withDefault(Ck.CKA_EXTRACTABLE, false)
                .withDefault(Ck.CKA_SIGN, true)
                .withDefault(Ck.CKA_DECRYPT, key instanceof RSAPrivateCrtKey)
                .withDefault(Ck.CKA_DERIVE, !(key instanceof RSAPrivateCrtKey))
                .with(Ck.CKA_LOCAL, true);
        publicAttributes(object, publicKey, false);
        return object;
    }

    private void publicAttributes(FakeObject object, PublicKey key, boolean withPoint) {
        if (key instanceof ECPublicKey ec) {
            EcCurve curve = EcCurve.of(ec.getParams()).orElseThrow();
            byte[] point = curve.encode(ec.getW());
            object.with(Ck.CKA_KEY_TYPE, Ck.CKK_EC).with(Ck.CKA_EC_PARAMS, oid(curve));
            if (withPoint) {
                object.with(
                        Ck.CKA_EC_POINT,
                        bareEcPoints ? point : Tlv.of(OCTET_STRING, point).encoded());
            }
        } else if (key instanceof RSAPublicKey rsa) {
            object.with(Ck.CKA_KEY_TYPE, Ck.CKK_RSA)
                    .with(Ck.CKA_MODULUS, unsigned(rsa.getModulus()))
                    .with(Ck.CKA_PUBLIC_EXPONENT, unsigned(rsa.getPublicExponent()));
            if (withPoint) {
                object.with(Ck.CKA_MODULUS_BITS, rsa.getModulus().bitLength());
            }
        }
    }

    /** An AES key object, as this token makes it. */
    FakeObject secretKey(byte[] value, Template template) {
        FakeObject object = FakeObject.secretKey(value).with(template);
        return object.with(Ck.CKA_CLASS, Ck.CKO_SECRET_KEY)
                .withDefault(Ck.CKA_KEY_TYPE, Ck.CKK_AES)
                .withDefault(Ck.CKA_PRIVATE, true)
                .withDefault(Ck.CKA_SENSITIVE, true)
                .withDefault(Ck.CKA_EXTRACTABLE, false)
                .withDefault(Ck.CKA_ENCRYPT, true)
                .withDefault(Ck.CKA_DECRYPT, true)
                .withDefault(Ck.CKA_SIGN, true)
                .with(Ck.CKA_VALUE, value)
                .with(Ck.CKA_VALUE_LEN, value.length)
                .with(Ck.CKA_LOCAL, true);
    }

    /** CKA_EC_PARAMS of a named curve. */
    static byte[] oid(EcCurve curve) {
        try {
            return new ASN1ObjectIdentifier(curve.oid()).getEncoded();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }
}
