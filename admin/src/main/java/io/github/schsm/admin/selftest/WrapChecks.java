// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.card.files.Files;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Wrapped keys under a DKEK that the test knows: what is in them, and those that the test makes itself. */
final class WrapChecks {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LONG_RSA = 3072;
    private static final byte[] AES_KEY = Probe.sha256(Probe.bytes(3));
    private static final byte[] NOTHING = {};

    static final List<Check> ALL = List.of(
            destructive(
                    "dkek-shares.device", "key-domains", Setup.DKEK, "KCV = first 8 bytes of SHA-256(KEK)", probe -> {
                        Exchange state = probe.domain(0x00, 0, Probe.NO_DATA).sw(0x9000);
                        byte[] kcv = Arrays.copyOf(Probe.sha256(probe.kek()), 8);
                        state.require(
                                state.data().length >= 10
                                        && Arrays.equals(kcv, Arrays.copyOfRange(state.data(), 2, 10)),
                                "the KCV of the shares");
                    }),
            destructive("wrapped-keys.ec", "wrapped-keys", Setup.DKEK, "a, b, p, n (order), G, d, Q", probe -> {
                Probe.Key key = probe.ec();
                Exchange wrapped = probe.wrap(key.id()).sw(0x9000);
                List<byte[]> fields = open(probe, wrapped, WrappedKeyBlob.EC);
                wrapped.require(fields.size() == 7, "7 numbers");
                EcCurve curve = key.curve();
                wrapped.require(Arrays.equals(fields.get(6), key.point()), "the public point at the end");
                byte[] made = curve.encode(
                        curve.publicKeyOf(new BigInteger(1, fields.get(5))).getW());
                wrapped.require(Arrays.equals(made, key.point()), "the private key before it");
            }),
            destructive(
                    "wrapped-keys.coefficient",
                    "devices-that-differ",
                    Setup.DKEK,
                    "blobs of secp*r1 keys carry coefficient a with length 0 (take them)",
                    probe -> {
                        Exchange wrapped = probe.wrap(probe.ec().id()).sw(0x9000);
                        List<byte[]> fields = open(probe, wrapped, WrappedKeyBlob.EC);
                        wrapped.require(
                                fields.get(0).length != 0,
                                "a coefficient a that is not empty",
                                Probe.openFirmware() + ": blobs of secp*r1 keys carry coefficient a with length 0");
                    }),
            destructive(
                            "wrapped-keys.rsa",
                            "wrapped-keys",
                            Setup.DKEK,
                            "RSA up to 2048 bits is type 6, **3072 and 4096 are type 5**",
                            probe -> {
                                Probe.Key key = probe.rsa();
                                Exchange wrapped = probe.wrap(key.id()).sw(0x9000);
                                List<byte[]> fields = open(probe, wrapped, WrappedKeyBlob.RSA_CRT);
                                wrapped.require(fields.size() == 7, "7 numbers");
                                wrapped.require(
                                        new BigInteger(1, fields.get(5))
                                                .equals(AlgorithmChecks.rsa(key).getModulus()),
                                        "the modulus before the exponent");
                            })
                    .checked(),
            destructive(
                            "wrapped-keys.aes",
                            "wrapped-keys",
                            Setup.DKEK,
                            "key size here is in **bytes**, then the key bytes themselves without a length",
                            probe -> {
                                int kid = probe.aes().id();
                                Exchange wrapped = probe.wrap(kid).sw(0x9000);
                                byte[] data = plain(probe, wrapped, WrappedKeyBlob.AES);
                                wrapped.require(
                                        data.length == 2 + 32 && (data[0] << 8 | data[1]) == 32, "0020 and 32 bytes");
                                byte[] block = new byte[16];
                                byte[] expected = cbc(Arrays.copyOfRange(data, 2, data.length), block);
                                probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), block)
                                        .sw(0x9000)
                                        .data(expected);
                            })
                    .from(3),
            destructive(
                            "wrapped-keys.middle-fields",
                            "wrapped-keys",
                            Setup.DKEK,
                            "Middle fields of keys without attributes are empty.",
                            probe -> {
                                Exchange wrapped = probe.wrap(probe.ec().id()).sw(0x9000);
                                WrappedKeyBlob blob = WrappedKeyBlob.parse(wrapped.data());
                                wrapped.require(
                                        blob.allowedAlgorithms().length == 0 && blob.accessConditions().length == 0,
                                        "no algorithms and no access conditions");
                            })
                    .checked(),
            destructive(
                    "wrapped-keys.round-trip",
                    "wrapped-keys",
                    Setup.DKEK,
                    "UNWRAP writes neither C4kk nor CEkk.",
                    probe -> {
                        Probe.Key key = probe.ec();
                        byte[] blob = probe.wrap(key.id()).sw(0x9000).data();
                        int kid = probe.nextKeyId();
                        probe.unwrap(kid, blob).sw(0x9000);
                        probe.select(Files.keyCertificate(kid)).sw(0x6A82);
                        probe.select(Files.keyDescription(kid)).sw(0x6A82);
                        byte[] hash = Probe.sha256(Probe.bytes(4));
                        Exchange signed =
                                probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                        Verification.ecdsa(signed, key.curve(), key.point(), hash);
                    }),
            destructive(
                    "wrapped-keys.list", "wrapped-keys", Setup.DKEK, "the key keeps its allowed algorithms", probe -> {
                        Probe.Key key = probe.newEc(
                                EcCurve.SECP256R1,
                                KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)));
                        byte[] blob = probe.wrap(key.id()).sw(0x9000).data();
                        int kid = probe.nextKeyId();
                        probe.unwrap(kid, blob)
                                .known(0x6F00, "wrapped-keys: 6F00 on firmware 3.1 for any key with a 91 list")
                                .sw(0x9000);
                        Exchange selected = probe.select(Files.key(kid)).sw(0x9000);
                        selected.require(
                                KeyAttributes.parse(selected.data())
                                        .algorithms()
                                        .map(List.of(0x70, 0x92)::equals)
                                        .orElse(false),
                                "91 02 7092");
                    }),
            destructive(
                    "wrapped-keys.no-counter",
                    "wrapped-keys",
                    Setup.DKEK,
                    "The use counter is not in the blob: a migrated key starts without one.",
                    probe -> {
                        Probe.Key key = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE.withUseCounter(5));
                        byte[] blob = probe.wrap(key.id()).sw(0x9000).data();
                        int kid = probe.nextKeyId();
                        probe.unwrap(kid, blob).sw(0x9000);
                        Exchange selected = probe.select(Files.key(kid)).sw(0x9000);
                        selected.require(
                                KeyAttributes.parse(selected.data())
                                        .useCounter()
                                        .isEmpty(),
                                "no use counter");
                    }),
            destructive(
                    "wrapped-keys.host-ec",
                    "dkek-shares",
                    Setup.DKEK,
                    "With all DKEK shares a host can make blobs",
                    probe -> {
                        EcCurve curve = EcCurve.SECP256R1;
                        BigInteger d = new BigInteger(1, AES_KEY);
                        byte[] point = curve.encode(curve.publicKeyOf(d).getW());
                        int kid = probe.nextKeyId();
                        byte[] made = blob(probe, WrappedKeyBlob.EC, ec(curve, d, point));
                        probe.unwrap(kid, made).sw(0x9000);
                        byte[] hash = Probe.sha256(Probe.bytes(5));
                        Exchange signed =
                                probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                        Verification.ecdsa(signed, curve, point, hash);
                    }),
            destructive(
                            "wrapped-keys.host-aes",
                            "dkek-shares",
                            Setup.DKEK,
                            "With all DKEK shares a host can make blobs",
                            probe -> {
                                int kid = probe.nextKeyId();
                                byte[] data = Probe.concat(Probe.bytes(0, AES_KEY.length), AES_KEY);
                                probe.unwrap(kid, blob(probe, WrappedKeyBlob.AES, data))
                                        .sw(0x9000);
                                byte[] block = new byte[16];
                                probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), block)
                                        .sw(0x9000)
                                        .data(cbc(AES_KEY, block));
                            })
                    .from(3),
            destructive(
                    "wrapped-keys.host-rsa",
                    "dkek-shares",
                    Setup.DKEK,
                    "this is how software keys (PKCS#12) are imported",
                    probe -> importRsa(probe, rsa(2048), true, probe.nextKeyId())),
            destructive(
                            "wrapped-keys.host-long-rsa",
                            "genuine-hardware",
                            Setup.DKEK,
                            "RSA-4096 blobs made by a host import once per session on 3.3",
                            probe -> {
                                KeyPair pair = rsa(LONG_RSA);
                                probe.wire().reset();
                                probe.select();
                                probe.verify(Probe.USER, Probe.testPin()).sw(0x9000);
                                importRsa(probe, pair, false, probe.nextKeyId());
                                importRsa(probe, pair, false, probe.nextKeyId());
                            })
                    .from(3),
            destructive(
                    "wrapped-keys.damaged",
                    "wrapped-keys",
                    Setup.DKEK,
                    "a damaged or wrongly typed blob: 6A80",
                    probe -> {
                        byte[] blob = probe.wrap(probe.ec().id()).sw(0x9000).data();
                        blob[blob.length - 20] ^= 1;
                        probe.unwrap(probe.nextKeyId(), blob)
                                .known(0x6400, "wrapped-keys: elsewhere 6A82, 6400 or 6985")
                                .known(0x6A82, "wrapped-keys: elsewhere 6A82, 6400 or 6985")
                                .known(0x6985, "wrapped-keys: elsewhere 6A82, 6400 or 6985")
                                .sw(0x6A80);
                    }),
            destructive(
                    "wrapped-keys.unknown-kcv",
                    "wrapped-keys",
                    Setup.DKEK,
                    "On unwrap, no domain with that KCV: **6A88** on genuine firmware 4.1",
                    probe -> {
                        byte[] blob = probe.wrap(probe.ec().id()).sw(0x9000).data();
                        blob[0] ^= 1;
                        probe.unwrap(probe.nextKeyId(), blob)
                                .known(0x6A80, "wrapped-keys: a damaged or wrongly typed blob: 6A80")
                                .sw(0x6A88);
                    }),
            destructive(
                            "wrapped-keys.id-in-use",
                            "wrapped-keys",
                            Setup.DKEK,
                            "key id in use: 6A89 [assumed]",
                            probe -> {
                                int kid = probe.ec().id();
                                byte[] blob = probe.wrap(kid).sw(0x9000).data();
                                probe.unwrap(kid, blob).sw(0x6A89);
                            })
                    .assumed(),
            destructive(
                    "wrapped-keys.list-on-slots",
                    "algorithms",
                    Setup.SLOTS,
                    "on devices initialized with `97` (key domain slots) only with 92 listed",
                    probe -> {
                        DomainChecks.free(probe, 1);
                        probe.domain(0x01, 1, Probe.bytes(1)).sw(0x9000);
                        probe.domain(0x00, 1, AES_KEY).sw(0x9000);
                        Probe.Key closed = probe.newEc(EcCurve.SECP256R1, KeyAttributes.NONE.withKeyDomain(1));
                        probe.wrap(closed.id()).refused();
                        Probe.Key movable = probe.newEc(
                                EcCurve.SECP256R1,
                                KeyAttributes.NONE
                                        .withKeyDomain(1)
                                        .withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.WRAP)));
                        probe.wrap(movable.id()).sw(0x9000);
                        DomainChecks.free(probe, 1);
                    }));

    private WrapChecks() {}

    /** What is wrapped, after KCV, type and MAC have been found good. */
    private static byte[] plain(Probe probe, Exchange wrapped, int type) throws Contradiction {
        try {
            WrappedKeyBlob blob = WrappedKeyBlob.parse(wrapped.data());
            wrapped.require(blob.type() == type, "a wrapped key of type " + type);
            return blob.unwrap(probe.kek());
        } catch (MalformedDataException rubbish) {
            throw wrapped.contradiction("a wrapped key as docs/protocol.md has it", rubbish.getMessage());
        } catch (SchsmException wrongMac) {
            throw wrapped.contradiction("a MAC that verifies under the KEK", wrongMac.getMessage());
        }
    }

    private static List<byte[]> open(Probe probe, Exchange wrapped, int type) throws Contradiction {
        ByteBuffer rest = ByteBuffer.wrap(plain(probe, wrapped, type));
        List<byte[]> fields = new ArrayList<>();
        wrapped.require(rest.remaining() >= 2, "a key size");
        rest.getShort();
        while (rest.remaining() >= 2) {
            int length = rest.getShort() & 0xFFFF;
            wrapped.require(length <= rest.remaining(), "numbers that are whole");
            byte[] field = new byte[length];
            rest.get(field);
            fields.add(field);
        }
        return fields;
    }

    private static byte[] blob(Probe probe, int type, byte[] data) {
        return WrappedKeyBlob.wrap(probe.kek(), type, NOTHING, NOTHING, data, RANDOM)
                .encode();
    }

    private static byte[] ec(EcCurve curve, BigInteger d, byte[] point) throws MalformedDataException {
        List<Tlv> parameters = curve.domainParameters();
        byte[] p = parameters.get(0).value();
        byte[] a = parameters.get(1).value();
        byte[] b = parameters.get(2).value();
        byte[] g = parameters.get(3).value();
        byte[] n = parameters.get(4).value();
        return numbers(curve.bits(), a, b, p, n, g, unsigned(d), point);
    }

    private static byte[] numbers(int size, byte[]... numbers) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(Probe.bytes(size >> 8, size));
        for (byte[] number : numbers) {
            data.writeBytes(Probe.bytes(number.length >> 8, number.length));
            data.writeBytes(number);
        }
        return data.toByteArray();
    }

    private static KeyPair rsa(int bits) throws NotTried {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException noRsa) {
            throw new NotTried("this JDK makes no RSA key: " + noRsa.getMessage());
        }
    }

    private static void importRsa(Probe probe, KeyPair pair, boolean primes, int kid)
            throws SchsmException, NotTried, Contradiction {
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) pair.getPrivate();
        RSAPublicKey publicKey = (RSAPublicKey) pair.getPublic();
        int bits = key.getModulus().bitLength();
        byte[] data = primes
                ? numbers(
                        bits,
                        unsigned(key.getPrimeExponentP()),
                        unsigned(key.getPrimeExponentQ()),
                        unsigned(key.getPrimeP()),
                        unsigned(key.getCrtCoefficient()),
                        unsigned(key.getPrimeQ()),
                        unsigned(key.getModulus()),
                        unsigned(key.getPublicExponent()))
                : numbers(
                        bits,
                        unsigned(key.getPrivateExponent()),
                        unsigned(key.getModulus()),
                        unsigned(key.getPublicExponent()));
        probe.unwrap(kid, blob(probe, primes ? WrappedKeyBlob.RSA_CRT : WrappedKeyBlob.RSA, data))
                .known(0x6F00, "genuine-hardware: blobs made by a host import once per session on 3.3")
                .sw(0x9000);
        byte[] padded = Verification.pkcs1(publicKey, Verification.SHA_256, Probe.sha256(Probe.bytes(6)));
        Exchange signed = probe.sign(kid, KeyAlgorithm.RSA_RAW.id(), padded).sw(0x9000);
        Verification.rsa(signed, publicKey, padded);
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static byte[] cbc(byte[] key, byte[] data) throws NotTried {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[16]));
            return cipher.doFinal(data);
        } catch (GeneralSecurityException noAes) {
            throw new NotTried("this JDK has no AES: " + noAes.getMessage());
        }
    }
}
