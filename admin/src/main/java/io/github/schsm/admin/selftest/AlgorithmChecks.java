// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.selftest;

import static io.github.schsm.admin.selftest.Check.destructive;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.selftest.Check.Setup;
import io.github.schsm.admin.selftest.Exchange.Mask;
import io.github.schsm.card.apdu.CommandApdu;
import io.github.schsm.card.files.KeyAttributes;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.encodings.OAEPEncoding;
import org.bouncycastle.crypto.engines.RSABlindedEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;

/** What keys are used for. */
final class AlgorithmChecks {
    private static final byte[] DATA = "what a self-test signs".getBytes(StandardCharsets.US_ASCII);
    private static final List<HashAlgorithm> HASHES = List.of(
            HashAlgorithm.SHA1, HashAlgorithm.SHA224, HashAlgorithm.SHA256, HashAlgorithm.SHA384, HashAlgorithm.SHA512);
    private static final List<byte[]> PREFIXES = List.of(
            Verification.SHA_1, Verification.SHA_224, Verification.SHA_256, Verification.SHA_384, Verification.SHA_512);
    private static final BigInteger HOST_KEY = BigInteger.valueOf(0x1234_5678_9ABCL);
    private static final int MANY = 24;
    private static final int DERIVED = 32;

    static final List<Check> ALL = List.of(
            destructive(
                    "algorithms.ecdsa",
                    "algorithms",
                    Setup.ANY,
                    "ECDSA, hash given (host: cut to the order's leftmost bits; shorter hashes are sent as they are)",
                    probe -> {
                        Probe.Key key = probe.ec();
                        for (HashAlgorithm algorithm : List.of(HashAlgorithm.SHA1, HashAlgorithm.SHA256)) {
                            byte[] hash = algorithm.digest(DATA);
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.ECDSA.id(), hash)
                                    .sw(0x9000);
                            Verification.ecdsa(signed, key.curve(), key.point(), hash);
                        }
                    }),
            destructive(
                    "algorithms.ecdsa-der",
                    "algorithms",
                    Setup.ANY,
                    "come back DER encoded, sometimes with superfluous leading zeros that strict parsers refuse:"
                            + " normalize them",
                    probe -> {
                        Probe.Key key = probe.ec();
                        for (int i = 0; i < 4; i++) {
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.ECDSA.id(), Probe.sha256(DATA))
                                    .sw(0x9000);
                            EcdsaSignature signature = Verification.lenient(signed);
                            signed.require(
                                    Arrays.equals(signature.der(), signed.data()),
                                    "strict DER",
                                    "algorithms: sometimes with superfluous leading zeros");
                        }
                    }),
            destructive(
                    "algorithms.ecdsa-with-hash",
                    "algorithms",
                    Setup.ANY,
                    "71 72 73 74 75 | ECDSA, data hashed on the device",
                    probe -> {
                        Probe.Key key = probe.ec();
                        for (int i = 0; i < HASHES.size(); i++) {
                            byte[] hash = HASHES.get(i).digest(DATA);
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.ECDSA_SHA1.id() + i, DATA)
                                    .sw(0x9000);
                            Verification.ecdsa(signed, key.curve(), key.point(), hash);
                        }
                    }),
            destructive(
                    "algorithms.high-s",
                    "genuine-hardware",
                    Setup.ANY,
                    "Half of the ECDSA signatures have a high S: it is not normalized.",
                    probe -> {
                        Probe.Key key = probe.ec();
                        BigInteger half = key.curve().parameters().getOrder().shiftRight(1);
                        int high = 0;
                        Exchange last = null;
                        for (int i = 0; i < MANY; i++) {
                            last = probe.sign(key.id(), KeyAlgorithm.ECDSA.id(), Probe.sha256(DATA))
                                    .sw(0x9000);
                            high += Verification.lenient(last).s().compareTo(half) > 0 ? 1 : 0;
                        }
                        if (last != null) {
                            last.require(high > 0 && high < MANY, "a high S in some of " + MANY + " signatures");
                        }
                    }),
            destructive(
                    "algorithms.rsa-raw",
                    "algorithms",
                    Setup.ANY,
                    "RSA raw signature: data padded by the host to the modulus length",
                    probe -> rsaRaw(probe, probe.rsa())),
            destructive(
                    "algorithms.rsa-pkcs1",
                    "algorithms",
                    Setup.ANY,
                    "RSA PKCS#1 v1.5, DigestInfo given. Some firmware answers 6400",
                    probe -> {
                        Probe.Key key = probe.rsa();
                        byte[] hash = Probe.sha256(DATA);
                        Exchange signed = probe.sign(
                                        key.id(), KeyAlgorithm.RSA_PKCS1.id(), Probe.concat(Verification.SHA_256, hash))
                                .known(0x6400, "algorithms: some firmware answers 6400")
                                .sw(0x9000);
                        Verification.rsa(signed, rsa(key), Verification.pkcs1(rsa(key), Verification.SHA_256, hash));
                    }),
            destructive(
                    "algorithms.rsa-pkcs1-with-hash",
                    "algorithms",
                    Setup.ANY,
                    "the same, data hashed on the device: SHA-1, 224, 256, 384, 512",
                    probe -> {
                        Probe.Key key = probe.rsa();
                        for (int i = 0; i < HASHES.size(); i++) {
                            byte[] hash = HASHES.get(i).digest(DATA);
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.RSA_PKCS1_SHA1.id() + i, DATA)
                                    .sw(0x9000);
                            Verification.rsa(signed, rsa(key), Verification.pkcs1(rsa(key), PREFIXES.get(i), hash));
                        }
                    }),
            destructive(
                    "algorithms.rsa-pss",
                    "algorithms",
                    Setup.ANY,
                    "RSA-PSS, hash given (20, 28, 32, 48 or 64 bytes: the vendor's test program expects all), salt length ="
                            + " hash length",
                    probe -> {
                        Probe.Key key = probe.rsa();
                        for (HashAlgorithm algorithm : HASHES) {
                            byte[] hash = algorithm.digest(DATA);
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.RSA_PSS.id(), hash)
                                    .sw(0x9000);
                            Verification.pss(signed, rsa(key), algorithm, hash);
                        }
                    }),
            destructive(
                    "algorithms.rsa-pss-with-hash",
                    "algorithms",
                    Setup.ANY,
                    "RSA-PSS, data hashed on the device",
                    probe -> {
                        Probe.Key key = probe.rsa();
                        for (int i = 0; i < HASHES.size(); i++) {
                            Exchange signed = probe.sign(key.id(), KeyAlgorithm.RSA_PSS_SHA1.id() + i, DATA)
                                    .sw(0x9000);
                            Verification.pss(
                                    signed,
                                    rsa(key),
                                    HASHES.get(i),
                                    HASHES.get(i).digest(DATA));
                        }
                    }),
            destructive(
                    "algorithms.rsa-decrypt",
                    "algorithms",
                    Setup.ANY,
                    "RSA decrypt raw / PKCS#1 v1.5 / OAEP (much firmware has only 21: unpad on the host, in constant time)",
                    probe -> {
                        Probe.Key key = probe.rsa();
                        byte[] plain = new byte[Verification.length(rsa(key))];
                        Arrays.fill(plain, 1, plain.length, (byte) 0x5A);
                        probe.decipher(key.id(), KeyAlgorithm.RSA_DECRYPT_RAW.id(), Verification.apply(rsa(key), plain))
                                .sw(0x9000)
                                .data(plain);
                    }),
            destructive(
                    "algorithms.rsa-decrypt-padded",
                    "algorithms",
                    Setup.ANY,
                    "21 / 22 / 23 | RSA decrypt raw / PKCS#1 v1.5 / OAEP",
                    AlgorithmChecks::decryptPadded),
            destructive(
                    "algorithms.ecdh",
                    "algorithms",
                    Setup.ANY,
                    "ECDH: `04 \\|\\| x \\|\\| y` → `04 \\|\\| x \\|\\| y` of the shared point (some firmware answers `04"
                            + " \\|\\| x`)",
                    probe -> {
                        Probe.Key key = probe.ec();
                        EcCurve curve = key.curve();
                        byte[] peer = curve.encode(curve.publicKeyOf(HOST_KEY).getW());
                        byte[] x = curve.multiply(curve.decode(key.point()), HOST_KEY);
                        Exchange agreed = probe.decipher(key.id(), KeyAlgorithm.ECDH.id(), peer)
                                .sw(0x9000);
                        byte[] answer = agreed.data();
                        int length = curve.fieldLength();
                        agreed.require(
                                answer.length > length
                                        && answer[0] == 4
                                        && Arrays.equals(x, Arrays.copyOfRange(answer, 1, 1 + length)),
                                "04 || x of the shared point");
                        agreed.require(
                                answer.length == 1 + 2 * length,
                                "04 || x || y, " + (1 + 2 * length) + " bytes",
                                "algorithms: some firmware answers 04 || x");
                    }),
            destructive(
                    "algorithms.ecdh-off-curve",
                    "status-words",
                    Setup.ANY,
                    "data wrong (padding, blob, point not on the curve)",
                    probe -> {
                        Probe.Key key = probe.ec();
                        EcCurve curve = key.curve();
                        byte[] peer = curve.encode(curve.publicKeyOf(HOST_KEY).getW());
                        peer[peer.length - 1] ^= 1;
                        probe.decipher(key.id(), KeyAlgorithm.ECDH.id(), peer)
                                .sw(0x6A80)
                                .length(0);
                    }),
            destructive(
                            "algorithms.aes-cbc",
                            "algorithms",
                            Setup.ANY,
                            "AES-CBC encrypt / decrypt, no padding, IV zero",
                            probe -> {
                                int kid = probe.aes().id();
                                byte[] block = new byte[16];
                                byte[] plain = new byte[32];
                                byte[] one = probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), block)
                                        .sw(0x9000)
                                        .length(16)
                                        .data();
                                Exchange two = probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), plain)
                                        .sw(0x9000)
                                        .length(32);
                                two.require(
                                        Arrays.equals(one, Arrays.copyOf(two.data(), 16)),
                                        "the same first block: an IV of zeros");
                                // The second block is that of the first block's cipher text.
                                byte[] chained = probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), one)
                                        .sw(0x9000)
                                        .data();
                                two.require(
                                        Arrays.equals(chained, Arrays.copyOfRange(two.data(), 16, 32)),
                                        "a second block that is chained to the first");
                                probe.cipher(kid, KeyAlgorithm.AES_CBC_DECRYPT.id(), two.data())
                                        .sw(0x9000)
                                        .data(plain);
                            })
                    .from(3),
            destructive("algorithms.aes-cmac", "algorithms", Setup.ANY, "AES-CMAC (16 bytes)", probe -> {
                        int kid = probe.aes().id();
                        byte[] message = new byte[16];
                        // RFC 4493 by the key's own encryption of single blocks.
                        byte[] l = probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), new byte[16])
                                .sw(0x9000)
                                .data();
                        byte[] last = doubled(l);
                        for (int i = 0; i < last.length; i++) {
                            last[i] ^= message[i];
                        }
                        byte[] expected = probe.cipher(kid, KeyAlgorithm.AES_CBC_ENCRYPT.id(), last)
                                .sw(0x9000)
                                .data();
                        probe.cipher(kid, KeyAlgorithm.AES_CMAC.id(), message)
                                .sw(0x9000)
                                .length(16)
                                .require(expected.length == 16, "16 bytes")
                                .data(expected);
                    })
                    .from(3),
            destructive(
                            "algorithms.sp800-56c",
                            "algorithms",
                            Setup.ANY,
                            "symmetric derivation, SP 800-56C extract-then-expand: derivation input → 32 bytes",
                            probe -> {
                                int kid = probe.aes().id();
                                Exchange derived = probe.cipher(kid, KeyAlgorithm.DERIVE_SP800_56C.id(), new byte[16])
                                        .sw(0x9000);
                                derived.require(
                                        derived.data().length == DERIVED,
                                        "32 bytes",
                                        Probe.openFirmware() + " answers as many bytes as it got");
                            })
                    .from(3),
            destructive(
                    "algorithms.derive-ec",
                    "commands",
                    Setup.ANY,
                    "`98 \\|\\| value`: new private key d' = d + value mod n",
                    probe -> {
                        Probe.Key key = probe.ec(
                                EcCurve.SECP256R1,
                                KeyAttributes.NONE.withAlgorithms(List.of(KeyAlgorithm.ECDSA, KeyAlgorithm.DERIVE_EC)));
                        int kid = probe.nextKeyId();
                        BigInteger value = BigInteger.valueOf(0x1234_5678L);
                        byte[] encoded = new byte[33];
                        encoded[0] = (byte) 0x98;
                        byte[] number = value.toByteArray();
                        System.arraycopy(number, 0, encoded, encoded.length - number.length, number.length);
                        probe.send(0x80, 0x76, key.id(), kid, encoded, CommandApdu.NO_LE, Mask.BOTH)
                                .sw(0x9000);
                        byte[] hash = Probe.sha256(DATA);
                        Exchange signed =
                                probe.sign(kid, KeyAlgorithm.ECDSA.id(), hash).sw(0x9000);
                        EcCurve curve = key.curve();
                        byte[] point = curve.add(curve.decode(key.point()), value)
                                .orElseThrow(() -> new NotTried("the sum is infinity"));
                        Verification.ecdsa(signed, curve, point, hash);
                    }),
            destructive(
                    "algorithms.long-data",
                    "genuine-hardware",
                    Setup.ANY,
                    "data hashed on the device | up to 1,222 bytes",
                    probe -> {
                        if (!probe.isExtended()) {
                            throw new NotTried("this reader passes short commands only");
                        }
                        Probe.Key key = probe.ec();
                        byte[] data = new byte[Math.min(1000, probe.quirks().commandLimit() - 16)];
                        Exchange signed = probe.sign(key.id(), KeyAlgorithm.ECDSA_SHA256.id(), data)
                                .sw(0x9000);
                        Verification.ecdsa(signed, key.curve(), key.point(), Probe.sha256(data));
                    }));

    private AlgorithmChecks() {}

    static RSAPublicKey rsa(Probe.Key key) throws NotTried {
        if (key.cvc().getPublicKey() instanceof RSAPublicKey rsa) {
            return rsa;
        }
        throw new NotTried("the key is no RSA key");
    }

    static void rsaRaw(Probe probe, Probe.Key key) throws SchsmException, NotTried, Contradiction {
        byte[] padded = Verification.pkcs1(rsa(key), Verification.SHA_256, Probe.sha256(DATA));
        Exchange signed =
                probe.sign(key.id(), KeyAlgorithm.RSA_RAW.id(), padded).sw(0x9000);
        Verification.rsa(signed, rsa(key), padded);
    }

    /** A device that has neither is one that docs/protocol.md tells of. */
    private static void decryptPadded(Probe probe) throws SchsmException, NotTried, Contradiction {
        Probe.Key key = probe.rsa();
        String rare = "algorithms: much firmware has only 21";
        byte[] plain = Probe.hex("00112233445566778899");
        byte[] padded = new byte[Verification.length(rsa(key))];
        Arrays.fill(padded, (byte) 0x77);
        padded[0] = 0;
        padded[1] = 2;
        padded[padded.length - plain.length - 1] = 0;
        System.arraycopy(plain, 0, padded, padded.length - plain.length, plain.length);
        probe.decipher(key.id(), KeyAlgorithm.RSA_DECRYPT_PKCS1.id(), Verification.apply(rsa(key), padded))
                .known(0x6A86, rare)
                .known(0x6A81, rare)
                .sw(0x9000)
                .data(plain);
        OAEPEncoding oaep = new OAEPEncoding(new RSABlindedEngine(), new SHA256Digest());
        oaep.init(true, new RSAKeyParameters(false, rsa(key).getModulus(), rsa(key).getPublicExponent()));
        byte[] encrypted;
        try {
            encrypted = oaep.processBlock(plain, 0, plain.length);
        } catch (InvalidCipherTextException never) {
            throw new NotTried("OAEP: " + never.getMessage());
        }
        probe.decipher(key.id(), KeyAlgorithm.RSA_DECRYPT_OAEP.id(), encrypted)
                .known(0x6A86, rare)
                .known(0x6A81, rare)
                .sw(0x9000)
                .data(plain);
    }

    /** Multiplication by x in the field of AES-CMAC. */
    private static byte[] doubled(byte[] block) {
        byte[] result = new byte[block.length];
        int carry = 0;
        for (int i = block.length - 1; i >= 0; i--) {
            int shifted = (block[i] & 0xFF) << 1 | carry;
            result[i] = (byte) shifted;
            carry = shifted >> 8;
        }
        if (carry != 0) {
            result[result.length - 1] ^= (byte) 0x87;
        }
        return result;
    }
}
