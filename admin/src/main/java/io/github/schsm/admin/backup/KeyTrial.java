// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.KeyType;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmKey;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** What a key does, to tell which one it is: one use each, and none of a key with a use counter. */
final class KeyTrial {
    private static final Provider SOFTWARE = new BouncyCastleProvider();
    private static final int BLOCK = 16;
    private static final int SHOWN = 8;
    private static final int CHALLENGE = 32;

    /** Any block but the zero block, whose cipher text is what CMAC is made of. */
    private static final byte[] QUESTION =
            Arrays.copyOf(HashAlgorithm.SHA256.digest("schsm check value".getBytes(StandardCharsets.US_ASCII)), BLOCK);

    private final Provider provider;

    KeyTrial(Provider provider) {
        this.provider = provider;
    }

    /**
     * What tells an AES key from others: the first half of what it makes of a fixed block. Empty where the key may not
     * encrypt, or has a use counter.
     */
    Optional<String> checkValue(SchsmKey key) throws SchsmException {
        if (key.key().type() != KeyType.AES
                || key.details().useCounter().isPresent()
                || !(key instanceof SecretKey secret)) {
            return Optional.empty();
        }
        byte[] answer;
        String way;
        if (key.details().allows(KeyAlgorithm.AES_CBC_ENCRYPT)) {
            way = "CBC";
            answer = Failures.typed(() -> encrypt(secret));
        } else if (key.details().allows(KeyAlgorithm.AES_CMAC)) {
            way = "CMAC";
            answer = Failures.typed(() -> mac(secret));
        } else {
            return Optional.empty();
        }
        return Optional.of(way + " " + HexFormat.of().withUpperCase().formatHex(answer, 0, SHOWN));
    }

    private byte[] encrypt(SecretKey key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding", provider);
        AlgorithmParameterSpec zero = new IvParameterSpec(new byte[BLOCK]);
        cipher.init(Cipher.ENCRYPT_MODE, key, zero);
        return cipher.doFinal(QUESTION);
    }

    private byte[] mac(SecretKey key) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("AESCMAC", provider);
        mac.init(key);
        return mac.doFinal(QUESTION);
    }

    /**
     * Whether a private key does what the one of this public key would; empty where it may do nothing that shows it.
     *
     * @throws SchsmException if the device cannot be asked
     */
    Optional<Boolean> belongsTo(SchsmKey key, PublicKey publicKey) throws SchsmException {
        KeyDetails details = key.details();
        if (details.useCounter().isPresent() || !(key instanceof PrivateKey privateKey)) {
            return Optional.empty();
        }
        PublicKey known = PublicKeyNumbers.of(publicKey);
        if (key.key().type() == KeyType.EC) {
            return details.allows(KeyAlgorithm.ECDSA)
                    ? Optional.of(Failures.typed(() -> signs("SHA256withECDSA", privateKey, known)))
                    : Optional.empty();
        }
        if (details.allows(KeyAlgorithm.RSA_RAW) || details.allows(KeyAlgorithm.RSA_PKCS1)) {
            return Optional.of(Failures.typed(() -> signs("SHA256withRSA", privateKey, known)));
        }
        return details.allows(KeyAlgorithm.RSA_DECRYPT_RAW)
                ? Optional.of(Failures.typed(() -> decrypts(privateKey, known)))
                : Optional.empty();
    }

    private boolean signs(String algorithm, PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        byte[] challenge = challenge();
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign(key);
        signer.update(challenge);
        byte[] signature = signer.sign();
        Signature verifier = Signature.getInstance(algorithm, SOFTWARE);
        verifier.initVerify(publicKey);
        verifier.update(challenge);
        return verifier.verify(signature);
    }

    private boolean decrypts(PrivateKey key, PublicKey publicKey) throws GeneralSecurityException {
        byte[] challenge = challenge();
        Cipher encrypting = Cipher.getInstance("RSA/ECB/PKCS1Padding", SOFTWARE);
        encrypting.init(Cipher.ENCRYPT_MODE, publicKey);
        byte[] encrypted = encrypting.doFinal(challenge);
        Cipher decrypting = Cipher.getInstance("RSA/ECB/PKCS1Padding", provider);
        decrypting.init(Cipher.DECRYPT_MODE, key);
        return Arrays.equals(challenge, decrypting.doFinal(encrypted));
    }

    private static byte[] challenge() {
        byte[] challenge = new byte[CHALLENGE];
        new SecureRandom().nextBytes(challenge);
        return challenge;
    }
}
