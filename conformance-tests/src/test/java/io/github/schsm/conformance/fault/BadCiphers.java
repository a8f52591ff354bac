// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.fault;

import static io.github.schsm.conformance.fault.BadInput.refused;
import static io.github.schsm.conformance.fault.BadInputWorld.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.UnwrapSpec;
import io.github.schsm.WrapSpec;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.conformance.bench.StrangeKeys;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.ProviderException;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** Encryption, wrapping and MACs that cannot be. */
final class BadCiphers {
    private static final String NO_PADDING = "AES/CBC/NoPadding";
    private static final String PKCS5 = "AES/CBC/PKCS5Padding";
    private static final int ENCRYPT = Cipher.ENCRYPT_MODE;
    private static final int DECRYPT = Cipher.DECRYPT_MODE;
    private static final byte[] BLOCKS =
            "two whole blocks of sixteen byte".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private BadCiphers() {}

    static Stream<BadInput<?>> tables() {
        return Stream.of(
                decryption(aes(NO_PADDING, ENCRYPT), NO_PADDING),
                padded(decryption(aes(PKCS5, ENCRYPT), PKCS5)),
                decryptionOf(aes(NO_PADDING, DECRYPT), NO_PADDING),
                decryptionOf(aes(PKCS5, DECRYPT), PKCS5),
                wrapping(),
                unwrapping(),
                mac());
    }

    private static IvParameterSpec iv() {
        return new IvParameterSpec(new byte[16]);
    }

    private static byte[] crypt(String name, int mode, Key key, byte[] data, BadInputWorld world) throws Exception {
        Cipher cipher = Cipher.getInstance(name, world.provider);
        cipher.init(mode, key, iv());
        return cipher.doFinal(data);
    }

    /** The correct operation is checked by the opposite one, on another engine. */
    private static BadInput<Cipher> aes(String name, int mode) {
        return new BadInput<>(
                        name + (mode == ENCRYPT ? ", encryption" : ", decryption"),
                        world -> Cipher.getInstance(name, world.provider),
                        (cipher, world) -> cipher.init(mode, world.aes, iv()),
                        (cipher, world) -> {
                            if (mode == ENCRYPT) {
                                assertThat(crypt(name, DECRYPT, world.aes, cipher.doFinal(BLOCKS), world))
                                        .isEqualTo(BLOCKS);
                            } else {
                                assertThat(cipher.doFinal(crypt(name, ENCRYPT, world.aes, BLOCKS, world)))
                                        .isEqualTo(BLOCKS);
                            }
                        })
                .fresh("no key", InvalidKeyException.class, (cipher, world) -> cipher.init(mode, (Key) null, iv()))
                .fresh(
                        "software key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, StrangeKeys.AES, iv()))
                .fresh(
                        "EC key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.ec.getPrivate(), iv()))
                .fresh(
                        "KEK",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.keks().source(), iv()))
                .fresh(
                        "key for CMAC only",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(mode, world.cmacOnly(), iv()))
                .fresh(
                        "IV of 12 bytes",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(mode, world.aes, new IvParameterSpec(new byte[12])))
                .fresh(
                        "empty IV",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(mode, world.aes, new IvParameterSpec(new byte[0])))
                .fresh(
                        "parameters of GCM",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(mode, world.aes, new GCMParameterSpec(128, new byte[16])))
                .fresh("encoded parameters of EC", InvalidAlgorithmParameterException.class, (cipher, world) -> {
                    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
                    curve.init(new ECGenParameterSpec("secp256r1"));
                    cipher.init(mode, world.aes, curve);
                })
                .fresh("mode 0", InvalidParameterException.class, (cipher, world) -> cipher.init(0, world.aes, iv()))
                .fresh(
                        "WRAP_MODE",
                        UnsupportedOperationException.class,
                        (cipher, world) -> cipher.init(Cipher.WRAP_MODE, world.aes, iv()))
                .fresh(
                        "UNWRAP_MODE",
                        UnsupportedOperationException.class,
                        (cipher, world) -> cipher.init(Cipher.UNWRAP_MODE, world.aes, iv()))
                .fresh("update before init", IllegalStateException.class, (cipher, world) -> cipher.update(BLOCKS))
                .fresh("doFinal before init", IllegalStateException.class, (cipher, world) -> cipher.doFinal(BLOCKS))
                .lost("update after init failed", IllegalStateException.class, (cipher, world) -> {
                    refused(() -> cipher.init(mode, StrangeKeys.AES, iv()));
                    cipher.update(BLOCKS);
                })
                .lost("doFinal after init failed", IllegalStateException.class, (cipher, world) -> {
                    cipher.update(new byte[5]);
                    refused(() -> cipher.init(mode, world.aes, new IvParameterSpec(new byte[3])));
                    cipher.doFinal();
                })
                .lost("software key in the middle of it", InvalidKeyException.class, (cipher, world) -> {
                    cipher.update(new byte[5]);
                    cipher.init(mode, StrangeKeys.AES, iv());
                })
                .kept("no data", IllegalArgumentException.class, (cipher, world) -> cipher.update(null))
                .kept(
                        "data from a negative offset",
                        IllegalArgumentException.class,
                        (cipher, world) -> cipher.update(BLOCKS, -1, 2))
                .kept(
                        "more data than there is",
                        IllegalArgumentException.class,
                        (cipher, world) -> cipher.doFinal(BLOCKS, 30, 3))
                .kept("same buffer for both", IllegalArgumentException.class, (cipher, world) -> {
                    ByteBuffer buffer = ByteBuffer.allocate(64);
                    cipher.doFinal(buffer, buffer);
                })
                .kept("additional data", IllegalStateException.class, (cipher, world) -> {
                    try {
                        cipher.updateAAD(DATA);
                    } catch (UnsupportedOperationException noAead) {
                        throw new IllegalStateException(noAead);
                    }
                })
                .kept("wrap", IllegalStateException.class, (cipher, world) -> cipher.wrap(world.softwareAes))
                .kept(
                        "unwrap",
                        IllegalStateException.class,
                        (cipher, world) -> cipher.unwrap(BLOCKS, "AES", Cipher.SECRET_KEY))
                .kept(
                        "buffer without any place",
                        ShortBufferException.class,
                        (cipher, world) -> cipher.doFinal(new byte[64], 0, 64, new byte[0], 0))
                .kept(
                        "buffer too small for an update",
                        ShortBufferException.class,
                        (cipher, world) -> cipher.update(new byte[2048], 0, 2048, new byte[100], 0))
                .lost("key that was deleted", ProviderException.class, (cipher, world) -> {
                    cipher.init(mode, world.deletedAes, iv());
                    cipher.doFinal(BLOCKS);
                })
                .kept(
                        "device taken out before doFinal",
                        ProviderException.class,
                        (cipher, world) -> world.without(() -> cipher.doFinal(BLOCKS)))
                .lost(
                        "device taken out before update",
                        ProviderException.class,
                        (cipher, world) -> world.without(() -> cipher.update(new byte[4096])));
    }

    private static BadInput<Cipher> decryption(BadInput<Cipher> table, String name) {
        if (name.equals(NO_PADDING)) {
            table.kept(
                            "part of a block",
                            IllegalBlockSizeException.class,
                            (cipher, world) -> cipher.doFinal(new byte[17]))
                    .kept("part of a block in pieces", IllegalBlockSizeException.class, (cipher, world) -> {
                        cipher.update(new byte[1000]);
                        cipher.update(new byte[1000]);
                        cipher.doFinal(new byte[1]);
                    });
        }
        return table;
    }

    private static BadInput<Cipher> padded(BadInput<Cipher> table) {
        return table.kept(
                        "buffer without place for the padding",
                        ShortBufferException.class,
                        (cipher, world) -> cipher.doFinal(BLOCKS, 0, 32, new byte[47], 0))
                .kept("buffer too small, then a larger one", ShortBufferException.class, (cipher, world) -> {
                    cipher.update(BLOCKS);
                    refused(() -> cipher.doFinal(new byte[47], 0));
                    byte[] out = new byte[48];
                    assertThat(cipher.doFinal(out, 0)).isEqualTo(48);
                    assertThat(crypt(PKCS5, DECRYPT, world.aes, out, world)).isEqualTo(BLOCKS);
                    cipher.doFinal(BLOCKS, 0, 32, new byte[0], 0);
                });
    }

    private static BadInput<Cipher> decryptionOf(BadInput<Cipher> table, String name) {
        table.fresh("no IV", InvalidKeyException.class, (cipher, world) -> cipher.init(DECRYPT, world.aes))
                .fresh(
                        "no IV, said so",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(DECRYPT, world.aes, (AlgorithmParameterSpec) null))
                .fresh(
                        "no encoded parameters",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) -> cipher.init(DECRYPT, world.aes, (AlgorithmParameters) null))
                .fresh(
                        "key for encryption only",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(DECRYPT, world.encryptOnly(), iv()));
        if (name.equals(NO_PADDING)) {
            table.kept(
                    "part of a block",
                    IllegalBlockSizeException.class,
                    (cipher, world) -> cipher.doFinal(new byte[33]));
        } else {
            // One exception for everything, or the padding could be guessed byte by byte.
            table.kept("part of a block", BadPaddingException.class, (cipher, world) -> cipher.doFinal(new byte[33]));
            for (int last : new int[] {0, 17, 255}) {
                table.kept("padding of " + last, BadPaddingException.class, (cipher, world) -> {
                    byte[] plain = BLOCKS.clone();
                    plain[31] = (byte) last;
                    cipher.doFinal(crypt(NO_PADDING, ENCRYPT, world.aes, plain, world));
                });
            }
            table.kept("padding that is not all alike", BadPaddingException.class, (cipher, world) -> {
                byte[] plain = BLOCKS.clone();
                Arrays.fill(plain, 28, 32, (byte) 4);
                plain[29] = 3;
                cipher.doFinal(crypt(NO_PADDING, ENCRYPT, world.aes, plain, world));
            });
        }
        return table;
    }

    // Wrapping

    private static BadInput<Cipher> wrapping() {
        return new BadInput<Cipher>(
                        "XKEK, wrapping",
                        world -> Cipher.getInstance("XKEK", world.provider),
                        (cipher, world) ->
                                cipher.init(Cipher.WRAP_MODE, world.keks().source()),
                        (cipher, world) -> assertThat(WrappedKeyBlob.parse(cipher.wrap(world.movable()))
                                        .kcv())
                                .isEqualTo(world.group().source().domain().kcv()))
                .fresh(
                        "no key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(Cipher.WRAP_MODE, (Key) null))
                .fresh(
                        "software key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(Cipher.WRAP_MODE, world.softwareAes))
                .fresh(
                        "AES key of the device",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(Cipher.WRAP_MODE, world.aes))
                .fresh(
                        "EC key of the device",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(Cipher.WRAP_MODE, world.ec.getPrivate()))
                .fresh(
                        "ENCRYPT_MODE",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(ENCRYPT, world.keks().source()))
                .fresh(
                        "DECRYPT_MODE",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.init(DECRYPT, world.keks().source()))
                .fresh(
                        "mode 7",
                        InvalidParameterException.class,
                        (cipher, world) -> cipher.init(7, world.keks().source()))
                .fresh(
                        "IV",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) ->
                                cipher.init(Cipher.WRAP_MODE, world.keks().source(), iv()))
                .fresh(
                        "UnwrapSpec",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) ->
                                cipher.init(Cipher.WRAP_MODE, world.keks().source(), UnwrapSpec.label("x")))
                .fresh("encoded parameters", InvalidAlgorithmParameterException.class, (cipher, world) -> {
                    AlgorithmParameters parameters = AlgorithmParameters.getInstance("AES");
                    parameters.init(iv());
                    cipher.init(Cipher.WRAP_MODE, world.keks().source(), parameters);
                })
                .fresh("wrap before init", IllegalStateException.class, (cipher, world) -> cipher.wrap(world.movable()))
                .lost("wrap after init failed", IllegalStateException.class, (cipher, world) -> {
                    refused(() -> cipher.init(Cipher.WRAP_MODE, world.softwareAes));
                    cipher.wrap(world.movable());
                })
                .kept("no key to wrap", InvalidKeyException.class, (cipher, world) -> cipher.wrap(null))
                .kept(
                        "software key to wrap",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.wrap(world.softwareEc.getPrivate()))
                .kept(
                        "key that is in no domain",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.wrap(world.ec.getPrivate()))
                .kept(
                        "key that may not be wrapped",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.wrap(world.exchange().getPrivate()))
                .kept("key that was deleted", InvalidKeyException.class, (cipher, world) -> cipher.wrap(world.deleted))
                .kept(
                        "KEK itself",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.wrap(world.keks().source()))
                .kept(
                        "key of another device",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.wrap(world.exchangeOfTarget().getPrivate()))
                .kept(
                        "unwrap",
                        IllegalStateException.class,
                        (cipher, world) -> cipher.unwrap(BLOCKS, "EC", Cipher.PRIVATE_KEY))
                .kept("update", IllegalStateException.class, (cipher, world) -> cipher.update(BLOCKS))
                .kept("doFinal", IllegalStateException.class, (cipher, world) -> cipher.doFinal(BLOCKS))
                .kept(
                        "device taken out",
                        InvalidKeyException.class,
                        (cipher, world) -> world.without(() -> cipher.wrap(world.movable())));
    }

    private static byte[] wrapped(BadInputWorld world) throws Exception {
        Cipher cipher = Cipher.getInstance("XKEK", world.provider);
        cipher.init(Cipher.WRAP_MODE, world.keks().source());
        return cipher.wrap(world.movable());
    }

    private static byte[] changed(byte[] blob, int index) {
        byte[] changed = blob.clone();
        changed[index < 0 ? blob.length + index : index] ^= 1;
        return changed;
    }

    private static BadInput<Cipher> unwrapping() {
        return new BadInput<Cipher>(
                        "XKEK, unwrapping",
                        world -> Cipher.getInstance(
                                "XKEK", world.group().target().provider()),
                        (cipher, world) ->
                                cipher.init(Cipher.UNWRAP_MODE, world.keks().target(), UnwrapSpec.label("unwrapped")),
                        (cipher, world) -> {
                            assertThat(cipher.unwrap(wrapped(world), "EC", Cipher.PRIVATE_KEY))
                                    .isNotNull();
                            world.group().target().keyStore().deleteEntry("unwrapped");
                        })
                .fresh(
                        "WrapSpec",
                        InvalidAlgorithmParameterException.class,
                        (cipher, world) ->
                                cipher.init(Cipher.UNWRAP_MODE, world.keks().target(), WrapSpec.withoutUseCounter()))
                .fresh(
                        "unwrap before init",
                        IllegalStateException.class,
                        (cipher, world) -> cipher.unwrap(wrapped(world), "EC", Cipher.PRIVATE_KEY))
                .kept("wrap", IllegalStateException.class, (cipher, world) -> cipher.wrap(world.movable()))
                .kept(
                        "nothing",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(new byte[0], "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "something else",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(BLOCKS, "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "100 kB",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(new byte[100_000], "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "blob that is cut off",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(Arrays.copyOf(wrapped(world), 100), "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "blob of another KEK",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(changed(wrapped(world), 0), "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "blob with a changed key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(changed(wrapped(world), 100), "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "blob with a changed MAC",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(changed(wrapped(world), -1), "EC", Cipher.PRIVATE_KEY))
                .kept(
                        "blob of another type of key",
                        NoSuchAlgorithmException.class,
                        (cipher, world) -> cipher.unwrap(wrapped(world), "AES", Cipher.SECRET_KEY))
                .kept(
                        "private key as a secret key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(wrapped(world), "EC", Cipher.SECRET_KEY))
                .kept(
                        "private key as a public key",
                        InvalidKeyException.class,
                        (cipher, world) -> cipher.unwrap(wrapped(world), "EC", Cipher.PUBLIC_KEY))
                .kept(
                        "kind of key that there is not",
                        InvalidParameterException.class,
                        (cipher, world) -> cipher.unwrap(wrapped(world), "EC", 9))
                .kept("doFinal", IllegalStateException.class, (cipher, world) -> cipher.doFinal());
    }

    // MAC

    private static BadInput<Mac> mac() {
        return new BadInput<Mac>(
                        "AESCMAC",
                        world -> Mac.getInstance("AESCMAC", world.provider),
                        (mac, world) -> mac.init(world.cmacOnly()),
                        (mac, world) -> {
                            Mac other = Mac.getInstance("AESCMAC", world.provider);
                            other.init(world.cmacOnly());
                            assertThat(mac.doFinal(DATA)).hasSize(16).isEqualTo(other.doFinal(DATA));
                        })
                .fresh("no key", InvalidKeyException.class, (mac, world) -> mac.init(null))
                .fresh("software key", InvalidKeyException.class, (mac, world) -> mac.init(StrangeKeys.AES))
                .fresh("EC key", InvalidKeyException.class, (mac, world) -> mac.init(world.ec.getPrivate()))
                .fresh(
                        "KEK",
                        InvalidKeyException.class,
                        (mac, world) -> mac.init(world.keks().source()))
                .fresh(
                        "key for encryption only",
                        InvalidKeyException.class,
                        (mac, world) -> mac.init(world.encryptOnly()))
                .fresh("IV", InvalidAlgorithmParameterException.class, (mac, world) -> mac.init(world.aes, iv()))
                .fresh("update before init", IllegalStateException.class, (mac, world) -> mac.update(DATA))
                .fresh("doFinal before init", IllegalStateException.class, (mac, world) -> mac.doFinal())
                .lost("doFinal after init failed", IllegalStateException.class, (mac, world) -> {
                    mac.update(DATA);
                    refused(() -> mac.init(StrangeKeys.AES));
                    mac.doFinal();
                })
                .lost("update and doFinal after init failed", IllegalStateException.class, (mac, world) -> {
                    refused(() -> mac.init(StrangeKeys.AES));
                    mac.update(DATA);
                    mac.doFinal();
                })
                .lost("software key in the middle of it", InvalidKeyException.class, (mac, world) -> {
                    mac.update(DATA);
                    mac.init(StrangeKeys.AES);
                })
                .kept(
                        "data from a negative offset",
                        IllegalArgumentException.class,
                        (mac, world) -> mac.update(DATA, -1, 2))
                .kept("more data than there is", IllegalArgumentException.class, (mac, world) -> mac.update(DATA, 3, 3))
                .kept("buffer too small", ShortBufferException.class, (mac, world) -> mac.doFinal(new byte[15], 0))
                .lost("key that was deleted", ProviderException.class, (mac, world) -> {
                    mac.init(world.deletedAes);
                    mac.doFinal(DATA);
                })
                .kept(
                        "device taken out",
                        ProviderException.class,
                        (mac, world) -> world.without(() -> mac.doFinal(DATA)));
    }
}
