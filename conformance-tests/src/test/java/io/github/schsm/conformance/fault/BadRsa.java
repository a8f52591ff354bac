// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static io.github.schsm.conformance.fault.BadInput.refused;
import static io.github.schsm.conformance.fault.BadInputWorld.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.StrangeKeys;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.ProviderException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** What cannot be signed or decrypted with RSA. */
final class BadRsa {
    private static final String PSS = "RSASSA-PSS";
    private static final PSSParameterSpec PARAMETERS = pss("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private BadRsa() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(
                digestInfo(),
                signature("SHA256withRSA"),
                signature("SHA384withRSAandMGF1"),
                parameters(signature(PSS)),
                decryption("RSA/ECB/PKCS1Padding", null),
                decryption("RSA/ECB/OAEPPadding", OAEP),
                decryption("RSA/ECB/NoPadding", null),
                unwrapping());
    }

    private static PSSParameterSpec pss(
            String hash, String mgf, AlgorithmParameterSpec mgfParameters, int salt, int trailer) {
        return new PSSParameterSpec(hash, mgf, mgfParameters, salt, trailer);
    }

    private static boolean verifies(String name, BadInputWorld world, byte[] signed) throws Exception {
        Signature verifier = Signature.getInstance(name.equals(PSS) ? "SHA256withRSAandMGF1" : name, Pki.BC);
        verifier.initVerify(world.rsa.getPublic());
        verifier.update(DATA);
        return verifier.verify(signed);
    }

    // Signatures

    private static BadInput<Signature> signature(String name) {
        return keys(new BadInput<>(
                name,
                world -> Signature.getInstance(name, world.provider),
                (signature, world) -> {
                    if (name.equals(PSS)) {
                        signature.setParameter(PARAMETERS);
                    }
                    signature.initSign(world.rsa.getPrivate());
                },
                (signature, world) -> {
                    signature.update(DATA);
                    assertThat(verifies(name, world, signature.sign())).isTrue();
                }));
    }

    private static BadInput<Signature> digestInfo() {
        return keys(new BadInput<Signature>(
                        "NONEwithRSA",
                        world -> Signature.getInstance("NONEwithRSA", world.provider),
                        (signature, world) -> signature.initSign(world.rsa.getPrivate()),
                        (signature, world) -> {
                            ByteArrayOutputStream info = new ByteArrayOutputStream();
                            info.writeBytes(HexFormat.of().parseHex("3031300d060960864801650304020105000420"));
                            info.writeBytes(MessageDigest.getInstance("SHA-256").digest(DATA));
                            signature.update(info.toByteArray());
                            assertThat(verifies("SHA256withRSA", world, signature.sign()))
                                    .isTrue();
                        }))
                .kept("nothing to sign", SignatureException.class, (signature, world) -> signature.sign())
                .kept("more than fits", SignatureException.class, (signature, world) -> signature.update(new byte[118]))
                .kept("more than fits in pieces", SignatureException.class, (signature, world) -> {
                    signature.update(new byte[117]);
                    signature.update((byte) 0);
                });
    }

    private static BadInput<Signature> keys(BadInput<Signature> table) {
        return BadSignatures.common(table)
                .fresh(
                        "EC key of the device",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initSign(world.ec.getPrivate()))
                .fresh(
                        "key for decryption only",
                        InvalidKeyException.class,
                        (signature, world) -> signature.initSign(world.rsaDecryptOnly()))
                .lost("key that was deleted", SignatureException.class, (signature, world) -> {
                    signature.initSign(world.rsaDeleted);
                    signature.update(DATA);
                    signature.sign();
                });
    }

    private static BadInput<Signature> parameters(BadInput<Signature> table) {
        MGF1ParameterSpec sha256 = MGF1ParameterSpec.SHA256;
        return refusedParameters(table, "null", null)
                .fresh("update without parameters", SignatureException.class, (signature, world) -> {
                    signature.initSign(world.rsa.getPrivate());
                    signature.update(DATA);
                })
                .fresh("sign without parameters", SignatureException.class, (signature, world) -> {
                    signature.initSign(world.rsa.getPrivate());
                    signature.sign();
                })
                .kept(
                        "hash that there is not",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("SHA-257", "MGF1", sha256, 32, 1)))
                .kept(
                        "hash that is broken",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("MD5", "MGF1", sha256, 16, 1)))
                .kept(
                        "other mask generation",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("SHA-256", "MGF2", sha256, 32, 1)))
                .kept(
                        "mask generation without a hash",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("SHA-256", "MGF1", null, 32, 1)))
                .kept(
                        "other trailer",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("SHA-256", "MGF1", sha256, 32, 2)))
                .kept(
                        "salt longer than the key has place for",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(pss("SHA-256", "MGF1", sha256, 95, 1)))
                .kept(
                        "parameters of OAEP",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> signature.setParameter(OAEP))
                .lost("key too short for the salt", InvalidKeyException.class, (signature, world) -> {
                    Signature fresh = Signature.getInstance(PSS, world.provider);
                    fresh.setParameter(pss("SHA-512", "MGF1", sha256, 64, 1));
                    fresh.initSign(world.rsa.getPrivate());
                })
                .kept(
                        "parameters in the middle of it",
                        InvalidAlgorithmParameterException.class,
                        (signature, world) -> {
                            signature.update(new byte[0]);
                            signature.update(DATA);
                            try {
                                signature.setParameter(pss("SHA-1", "MGF1", sha256, 32, 1));
                            } finally {
                                assertThat(verifies(PSS, world, signature.sign()))
                                        .isTrue();
                            }
                        });
    }

    private static BadInput<Signature> refusedParameters(
            BadInput<Signature> table, String what, AlgorithmParameterSpec parameters) {
        return table.kept(
                "parameters: " + what,
                InvalidAlgorithmParameterException.class,
                (signature, world) -> signature.setParameter(parameters));
    }

    // Decryption

    private static byte[] encrypted(String name, OAEPParameterSpec parameters, BadInputWorld world) throws Exception {
        return encrypted(name, parameters, world, DATA);
    }

    private static byte[] encrypted(String name, OAEPParameterSpec parameters, BadInputWorld world, byte[] data)
            throws Exception {
        Cipher cipher = Cipher.getInstance(name, "SunJCE");
        cipher.init(Cipher.ENCRYPT_MODE, world.rsa.getPublic(), parameters);
        return cipher.doFinal(data);
    }

    private static byte[] modulus(BadInputWorld world) {
        byte[] modulus = ((RSAPublicKey) world.rsa.getPublic()).getModulus().toByteArray();
        return Arrays.copyOfRange(modulus, modulus.length - 128, modulus.length);
    }

    private static BadInput<Cipher> decryption(String name, OAEPParameterSpec parameters) {
        int mode = Cipher.DECRYPT_MODE;
        boolean isPadded = !name.endsWith("NoPadding");
        BadInput<Cipher> table = new BadInput<Cipher>(
                        name,
                        world -> Cipher.getInstance(name, world.provider),
                        (cipher, world) -> cipher.init(mode, world.rsa.getPrivate(), parameters),
                        (cipher, world) -> assertThat(
                                        new BigInteger(1, cipher.doFinal(encrypted(name, parameters, world))))
                                .isEqualTo(new BigInteger(1, DATA)))
                .fresh(
                        "no key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, (Key) null, parameters))
                .fresh(
                        "software key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, StrangeKeys.PRIVATE, parameters))
                .fresh(
                        "EC key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.ec.getPrivate(), parameters))
                .fresh(
                        "AES key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.aes, parameters))
                .fresh(
                        "key for signatures only",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.rsaSignOnly(), parameters))
                .fresh(
                        "encryption with the private key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(Cipher.ENCRYPT_MODE, world.rsa.getPrivate(), parameters))
                .fresh(
                        "mode 0",
                        InvalidParameterException.class,
                        (cipher, world) -> cipher.init(0, world.rsa.getPrivate(), parameters))
                .fresh(
                        "IV",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(mode, world.rsa.getPrivate(), new IvParameterSpec(new byte[16])))
                .fresh(
                        "parameters of PSS",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(mode, world.rsa.getPrivate(), PARAMETERS))
                .fresh("encoded parameters of EC", InvalidAlgorithmParameterException.class, (cipher, world) -> {
                    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
                    curve.init(new ECGenParameterSpec("secp256r1"));
                    cipher.init(mode, world.rsa.getPrivate(), curve);
                })
                .fresh("update before init", IllegalStateException.class, (cipher, world) -> cipher.update(DATA))
                .fresh("doFinal before init", IllegalStateException.class, (cipher, world) -> cipher.doFinal(DATA))
                .lost("doFinal after init failed", IllegalStateException.class, (cipher, world) -> {
                    cipher.update(DATA);
                    refused(() -> cipher.init(mode, StrangeKeys.PRIVATE, parameters));
                    cipher.doFinal();
                })
                .lost("software key in the middle of it", InvalidKeyException.class, (cipher, world) -> {
                    cipher.update(DATA);
                    cipher.init(mode, StrangeKeys.PRIVATE, parameters);
                })
                .kept("nothing", IllegalBlockSizeException.class, (cipher, world) -> cipher.doFinal())
                .kept(
                        "more than the modulus is long",
                        IllegalBlockSizeException.class,
                        (cipher, world) -> cipher.doFinal(new byte[129]))
                .kept("more than the modulus is long, in pieces", IllegalBlockSizeException.class, (cipher, world) -> {
                    cipher.update(new byte[100]);
                    cipher.update(new byte[100]);
                    cipher.doFinal();
                })
                .kept(
                        "the modulus itself",
                        BadPaddingException.class,
                        (cipher, world) -> cipher.doFinal(modulus(world)))
                .kept("no data", IllegalArgumentException.class, (cipher, world) -> cipher.update(null))
                .kept(
                        "data from a negative offset",
                        IllegalArgumentException.class,
                        (cipher, world) -> cipher.update(DATA, -1, 2))
                .kept(
                        "buffer too small",
                        ShortBufferException.class,
                        (cipher, world) -> cipher.doFinal(encrypted(name, parameters, world), 0, 128, new byte[4], 0))
                .kept("wrap", IllegalStateException.class, (cipher, world) -> cipher.wrap(world.softwareAes))
                .kept(
                        "unwrap",
                        IllegalStateException.class,
                        (cipher, world) -> cipher.unwrap(DATA, "AES", Cipher.SECRET_KEY))
                .lost("key that was deleted", ProviderException.class, (cipher, world) -> {
                    cipher.init(mode, world.rsaDeleted, parameters);
                    cipher.doFinal(new byte[128]);
                })
                .kept("device taken out", ProviderException.class, (cipher, world) -> {
                    byte[] encrypted = encrypted(name, parameters, world);
                    world.without(() -> cipher.doFinal(encrypted));
                });
        if (!isPadded) {
            return table;
        }
        return parameters == null ? padded(table) : withOtherLabel(padded(table));
    }

    private static BadInput<Cipher> padded(BadInput<Cipher> table) {
        return table.kept(
                        "no padding at all",
                        BadPaddingException.class,
                        (cipher, world) -> cipher.doFinal(encrypted("RSA/ECB/NoPadding", null, world)))
                .kept("zero", BadPaddingException.class, (cipher, world) -> cipher.doFinal(new byte[128]))
                .kept("one", BadPaddingException.class, (cipher, world) -> cipher.doFinal(new byte[] {1}))
                .kept("padding of a signature", BadPaddingException.class, (cipher, world) -> {
                    byte[] padded = new byte[128];
                    Arrays.fill(padded, (byte) 0xFF);
                    padded[0] = 0;
                    padded[1] = 1;
                    padded[100] = 0;
                    cipher.doFinal(encrypted("RSA/ECB/NoPadding", null, world, padded));
                })
                .kept("padding of another kind", BadPaddingException.class, (cipher, world) -> {
                    byte[] padded = new byte[128];
                    Arrays.fill(padded, (byte) 0xFF);
                    padded[0] = 0;
                    padded[1] = 3;
                    padded[100] = 0;
                    cipher.doFinal(encrypted("RSA/ECB/NoPadding", null, world, padded));
                });
    }

    /** Not with PKCS#1: some one in 700 of these random blocks is padded as that wants it. */
    private static BadInput<Cipher> withOtherLabel(BadInput<Cipher> table) {
        return table.kept(
                "OAEP with another label",
                BadPaddingException.class,
                (cipher, world) -> cipher.doFinal(encrypted(
                        "RSA/ECB/OAEPPadding",
                        new OAEPParameterSpec(
                                "SHA-256", "MGF1", MGF1ParameterSpec.SHA256, new PSource.PSpecified(DATA)),
                        world)));
    }

    private static BadInput<Cipher> unwrapping() {
        String name = "RSA/ECB/PKCS1Padding";
        SecretKey key = new SecretKeySpec(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, "AES");
        return new BadInput<Cipher>(
                        name + ", unwrapping",
                        world -> Cipher.getInstance(name, world.provider),
                        (cipher, world) -> cipher.init(Cipher.UNWRAP_MODE, world.rsa.getPrivate()),
                        (cipher, world) -> assertThat(cipher.unwrap(
                                        encrypted(name, null, world, key.getEncoded()), "AES", Cipher.SECRET_KEY))
                                .isEqualTo(key))
                .fresh(
                        "unwrap before init",
                        IllegalStateException.class,
                        (cipher, world) -> cipher.unwrap(new byte[128], "AES", Cipher.SECRET_KEY))
                .kept("doFinal", IllegalStateException.class, (cipher, world) -> cipher.doFinal(new byte[128]))
                .kept("wrap", IllegalStateException.class, (cipher, world) -> cipher.wrap(key))
                .kept(
                        "nothing",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(new byte[0], "AES", Cipher.SECRET_KEY))
                .kept(
                        "more than the modulus is long",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(new byte[129], "AES", Cipher.SECRET_KEY))
                .kept(
                        "wrong padding",
                        InvalidKeyException.class,
                        (cipher, world) ->
                                cipher.unwrap(encrypted("RSA/ECB/NoPadding", null, world), "AES", Cipher.SECRET_KEY))
                .kept(
                        "empty key",
                        InvalidKeyException.class,
                        (cipher, world) ->
                                cipher.unwrap(encrypted(name, null, world, new byte[0]), "AES", Cipher.SECRET_KEY))
                .kept(
                        "private key that is none",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(encrypted(name, null, world), "RSA", Cipher.PRIVATE_KEY))
                .kept(
                        "public key that is none",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(encrypted(name, null, world), "RSA", Cipher.PUBLIC_KEY))
                .kept(
                        "private key of an algorithm that there is not",
                        NoSuchAlgorithmException.class,
                        (cipher, world) -> cipher.unwrap(encrypted(name, null, world), "RSB", Cipher.PRIVATE_KEY))
                .kept(
                        "kind of key that there is not",
                        InvalidParameterException.class,
                        (cipher, world) -> cipher.unwrap(new byte[128], "AES", 9))
                .kept("device taken out", InvalidKeyException.class, (cipher, world) -> {
                    byte[] wrapped = encrypted(name, null, world);
                    world.without(() -> cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY));
                });
    }
}
