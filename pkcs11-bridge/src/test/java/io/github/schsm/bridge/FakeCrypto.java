// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge;

import io.github.schsm.bridge.cryptoki.Ck;
import io.github.schsm.bridge.cryptoki.CkMechanism;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** What the mechanisms of a {@link FakeModule} calculate, by Bouncy Castle through the JCA. */
public final class FakeCrypto {
    private static final Provider PROVIDER = new BouncyCastleProvider();
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Mechanisms that hash on the token: the hash, and the mechanism that takes the hash. */
    private static final Map<Long, Hashing> HASHING = Map.of(
            Ck.CKM_ECDSA_SHA1, new Hashing("SHA-1", Ck.CKM_ECDSA),
            Ck.CKM_ECDSA_SHA224, new Hashing("SHA-224", Ck.CKM_ECDSA),
            Ck.CKM_ECDSA_SHA256, new Hashing("SHA-256", Ck.CKM_ECDSA),
            Ck.CKM_ECDSA_SHA384, new Hashing("SHA-384", Ck.CKM_ECDSA),
            Ck.CKM_ECDSA_SHA512, new Hashing("SHA-512", Ck.CKM_ECDSA));

    private static final Map<Long, String> RSA_HASHING = Map.of(
            Ck.CKM_SHA1_RSA_PKCS, "SHA1withRSA",
            Ck.CKM_SHA224_RSA_PKCS, "SHA224withRSA",
            Ck.CKM_SHA256_RSA_PKCS, "SHA256withRSA",
            Ck.CKM_SHA384_RSA_PKCS, "SHA384withRSA",
            Ck.CKM_SHA512_RSA_PKCS, "SHA512withRSA");

    private static final Map<Long, String> HASHES = Map.of(
            Ck.CKM_SHA_1, "SHA-1",
            Ck.CKM_SHA224, "SHA-224",
            Ck.CKM_SHA256, "SHA-256",
            Ck.CKM_SHA384, "SHA-384",
            Ck.CKM_SHA512, "SHA-512");

    private static final Map<Long, String> MASKS = Map.of(
            Ck.CKG_MGF1_SHA1, "SHA-1",
            Ck.CKG_MGF1_SHA224, "SHA-224",
            Ck.CKG_MGF1_SHA256, "SHA-256",
            Ck.CKG_MGF1_SHA384, "SHA-384",
            Ck.CKG_MGF1_SHA512, "SHA-512");

    private record Hashing(String hash, long mechanism) {}

    private FakeCrypto() {}

    static KeyPair ec(EcCurve curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", PROVIDER);
        generator.initialize(new ECGenParameterSpec(curve.curveName()), RANDOM);
        return generator.generateKeyPair();
    }

    static KeyPair rsa(int bits, BigInteger exponent) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(bits, exponent), RANDOM);
        return generator.generateKeyPair();
    }

    public static byte[] random(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    /** What {@code C_Sign} gives: {@code r || s}, an RSA signature, a MAC. */
    static byte[] sign(CkMechanism mechanism, FakeObject key, byte[] data) throws GeneralSecurityException {
        long type = mechanism.type();
        if (type == Ck.CKM_AES_CMAC) {
            Mac mac = Mac.getInstance("AESCMAC", PROVIDER);
            mac.init(new SecretKeySpec(secret(key), "AES"));
            return mac.doFinal(data);
        }
        PrivateKey privateKey = key.privateKey().orElseThrow();
        Hashing hashing = HASHING.get(type);
        if (hashing != null) {
            byte[] hash = MessageDigest.getInstance(hashing.hash()).digest(data);
            return sign(new CkMechanism.Plain(hashing.mechanism()), key, hash);
        }
        if (type == Ck.CKM_ECDSA) {
            int order = ((ECKey) privateKey).getParams().getOrder().bitLength();
            byte[] der = signature("NONEwithECDSA", privateKey, data);
            return EcdsaSignature.parse(der).plain((order + 7) / 8);
        }
        if (type == Ck.CKM_RSA_PKCS) {
            return rsa("RSA/ECB/PKCS1Padding", Cipher.ENCRYPT_MODE, privateKey, data);
        }
        if (type == Ck.CKM_RSA_X_509) {
            return rsa("RSA/ECB/NoPadding", Cipher.ENCRYPT_MODE, privateKey, data);
        }
        String hashed = RSA_HASHING.get(type);
        if (hashed != null) {
            return signature(hashed, privateKey, data);
        }
        if (mechanism instanceof CkMechanism.Pss pss && type == Ck.CKM_RSA_PKCS_PSS) {
            Signature signature = Signature.getInstance("RAWRSASSA-PSS", PROVIDER);
            signature.initSign(privateKey);
            signature.setParameter(new PSSParameterSpec(
                    hash(pss.hash()), "MGF1", new MGF1ParameterSpec(mask(pss.mgf())), pss.saltLength(), 1));
            signature.update(data);
            return signature.sign();
        }
        throw new GeneralSecurityException("not a mechanism that signs");
    }

    /** What {@code C_Encrypt} and {@code C_Decrypt} give. */
    static byte[] cipher(CkMechanism mechanism, FakeObject key, boolean encrypt, byte[] data)
            throws GeneralSecurityException {
        int mode = encrypt ? Cipher.ENCRYPT_MODE : Cipher.DECRYPT_MODE;
        long type = mechanism.type();
        if (type == Ck.CKM_AES_ECB) {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, new SecretKeySpec(secret(key), "AES"));
            return cipher.doFinal(data);
        }
        if (mechanism instanceof CkMechanism.Bytes iv && (type == Ck.CKM_AES_CBC || type == Ck.CKM_AES_CBC_PAD)) {
            Cipher cipher = Cipher.getInstance(type == Ck.CKM_AES_CBC ? "AES/CBC/NoPadding" : "AES/CBC/PKCS5Padding");
            cipher.init(mode, new SecretKeySpec(secret(key), "AES"), new IvParameterSpec(iv.parameter()));
            return cipher.doFinal(data);
        }
        PrivateKey privateKey = key.privateKey().orElseThrow();
        if (type == Ck.CKM_RSA_X_509) {
            return rsa("RSA/ECB/NoPadding", mode, privateKey, data);
        }
        if (type == Ck.CKM_RSA_PKCS) {
            return rsa("RSA/ECB/PKCS1Padding", mode, privateKey, data);
        }
        if (mechanism instanceof CkMechanism.Oaep oaep && type == Ck.CKM_RSA_PKCS_OAEP) {
            byte[] label = oaep.label();
            Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding", PROVIDER);
            cipher.init(
                    mode,
                    privateKey,
                    new OAEPParameterSpec(
                            hash(oaep.hash()),
                            "MGF1",
                            new MGF1ParameterSpec(mask(oaep.mgf())),
                            label == null ? PSource.PSpecified.DEFAULT : new PSource.PSpecified(label)));
            return cipher.doFinal(data);
        }
        throw new GeneralSecurityException("not a mechanism that decrypts");
    }

    /** ECDH without key derivation function. */
    static byte[] agree(FakeObject key, byte[] point) throws GeneralSecurityException {
        PrivateKey privateKey = key.privateKey().orElseThrow();
        EcCurve curve = EcCurve.of(((ECKey) privateKey).getParams()).orElseThrow();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH", PROVIDER);
        agreement.init(privateKey);
        agreement.doPhase(curve.publicKey(point), true);
        byte[] secret = agreement.generateSecret();
        return secret.length == curve.fieldLength() ? secret : leftPadded(secret, curve.fieldLength());
    }

    private static byte[] leftPadded(byte[] bytes, int length) {
        byte[] padded = new byte[length];
        System.arraycopy(bytes, 0, padded, length - bytes.length, bytes.length);
        return padded;
    }

    private static byte[] secret(FakeObject key) {
        return key.secret().orElseThrow();
    }

    private static byte[] signature(String algorithm, PrivateKey key, byte[] data) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm, PROVIDER);
        signature.initSign(key);
        signature.update(data);
        return signature.sign();
    }

    private static byte[] rsa(String transformation, int mode, PrivateKey key, byte[] data)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(transformation, PROVIDER);
        cipher.init(mode, key);
        byte[] result = cipher.doFinal(data);
        int modulus = (((RSAKey) key).getModulus().bitLength() + 7) / 8;
        return transformation.contains("NoPadding") ? leftPadded(result, modulus) : result;
    }

    private static String hash(long mechanism) throws GeneralSecurityException {
        return known(HASHES.get(mechanism));
    }

    private static String mask(long generator) throws GeneralSecurityException {
        return known(MASKS.get(generator));
    }

    private static String known(String name) throws GeneralSecurityException {
        if (name == null) {
            throw new GeneralSecurityException("unknown hash");
        }
        return name;
    }
}
