// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.applet;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import io.github.schsm.simulator.apdu.Refusal;
import io.github.schsm.simulator.apdu.Sw;
import io.github.schsm.simulator.crypto.AesMath;
import io.github.schsm.simulator.crypto.Bytes;
import io.github.schsm.simulator.crypto.CvcWriter;
import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.KeyMaterial;
import io.github.schsm.simulator.crypto.Randomness;
import io.github.schsm.simulator.crypto.RsaMath;
import io.github.schsm.simulator.state.CardKey;
import io.github.schsm.simulator.state.KeyDomainSlot;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.util.BigIntegers;
import org.jspecify.annotations.Nullable;

/**
 * The blob in which a key leaves the device (docs/protocol.md#wrapped-keys): in the clear what identifies KEK and
 * key type, the key under AES-256-CBC, and an AES-CMAC over all of it. Encryption and MAC key come from the KEK.
 */
public final class WrappedKey {
    private static final int TYPE_RSA = 5;
    private static final int TYPE_RSA_CRT = 6;
    private static final int TYPE_EC = 12;
    private static final int TYPE_AES = 15;

    private static final int MAC_LENGTH = 16;
    private static final int SALT_LENGTH = 8;
    private static final int PADDING = 0x80;
    private static final int LONGEST_WITH_PRIMES = 2048;

    private static final byte[] AES_OID = HexFormat.of().parseHex("6086480165030401");

    private WrappedKey() {}

    /** From 3072 bits on an RSA key is wrapped, and taken, without its primes. */
    static boolean isLong(KeyMaterial.Rsa key) {
        return key.bits() > LONGEST_WITH_PRIMES;
    }

    /**
     * Wraps a key.
     *
     * @param withoutA whether the blob leaves coefficient a out where it is p - 3
     */
    public static byte[] seal(byte[] kek, CardKey key, boolean withoutA) {
        ByteArrayOutputStream blob = new ByteArrayOutputStream();
        blob.writeBytes(kcv(kek));
        ByteArrayOutputStream secret = new ByteArrayOutputStream();
        secret.writeBytes(Randomness.bytes(SALT_LENGTH));
        if (key.material() instanceof KeyMaterial.Ec ec) {
            header(blob, TYPE_EC, CvcWriter.ECDSA_SHA_256, key);
            writeEc(secret, ec, withoutA);
        } else if (key.material() instanceof KeyMaterial.Rsa rsa) {
            KeyMaterial.Rsa.Crt crt = isLong(rsa) ? null : rsa.crt();
            header(blob, crt == null ? TYPE_RSA : TYPE_RSA_CRT, CvcWriter.RSA_V1_5_SHA_256, key);
            writeRsa(secret, rsa, crt);
        } else if (key.material() instanceof KeyMaterial.Aes aes) {
            header(blob, TYPE_AES, AES_OID, key);
            secret.writeBytes(Bytes.uint16(aes.value().length));
            secret.writeBytes(aes.value());
        }
        secret.write(PADDING);
        while (secret.size() % AesMath.BLOCK != 0) {
            secret.write(0);
        }
        blob.writeBytes(AesMath.cbc(true, derived(kek, 1), secret.toByteArray()));
        blob.writeBytes(AesMath.cmac(derived(kek, 2), blob.toByteArray()));
        return blob.toByteArray();
    }

    private static void header(ByteArrayOutputStream blob, int type, byte[] oid, CardKey key) {
        blob.write(type);
        field(blob, oid);
        field(blob, key.algorithms());
        field(blob, new byte[0]);
        field(blob, new byte[0]);
    }

    private static void field(ByteArrayOutputStream out, byte[] value) {
        out.writeBytes(Bytes.uint16(value.length));
        out.writeBytes(value);
    }

    private static void writeEc(ByteArrayOutputStream out, KeyMaterial.Ec key, boolean withoutA) {
        List<Tlv> parameters = key.curve().domainParameters();
        out.writeBytes(Bytes.uint16(key.bits()));
        boolean leftOut = withoutA && isMinusThree(parameters);
        field(out, leftOut ? new byte[0] : value(parameters, 0x82));
        field(out, value(parameters, 0x83));
        field(out, value(parameters, 0x81));
        field(out, value(parameters, 0x85));
        field(out, value(parameters, 0x84));
        field(out, BigIntegers.asUnsignedByteArray(key.curve().orderLength(), key.d()));
        field(out, key.point());
    }

    /** Whether a = p - 3, as on the secp*r1 curves: some firmware has no number there. */
    private static boolean isMinusThree(List<Tlv> parameters) {
        BigInteger p = new BigInteger(1, value(parameters, 0x81));
        return p.subtract(BigInteger.valueOf(3)).equals(new BigInteger(1, value(parameters, 0x82)));
    }

    private static byte[] value(List<Tlv> parameters, int tag) {
        return parameters.stream()
                .filter(parameter -> parameter.tag() == tag)
                .findFirst()
                .orElseThrow()
                .value();
    }

    private static void writeRsa(ByteArrayOutputStream out, KeyMaterial.Rsa key, KeyMaterial.Rsa.@Nullable Crt crt) {
        out.writeBytes(Bytes.uint16(key.bits()));
        if (crt == null) {
            field(out, BigIntegers.asUnsignedByteArray(RsaMath.length(key), key.d()));
        } else {
            int half = (RsaMath.length(key) + 1) / 2;
            field(out, BigIntegers.asUnsignedByteArray(half, crt.dP()));
            field(out, BigIntegers.asUnsignedByteArray(half, crt.dQ()));
            field(out, BigIntegers.asUnsignedByteArray(half, crt.p()));
            field(out, BigIntegers.asUnsignedByteArray(half, crt.qInv()));
            field(out, BigIntegers.asUnsignedByteArray(half, crt.q()));
        }
        field(out, RsaMath.modulus(key));
        field(out, RsaMath.unsigned(key.e()));
    }

    /** Whether the blob names this KEK. */
    static boolean isUnder(byte[] kek, byte[] blob) {
        return Bytes.startsWith(blob, kcv(kek));
    }

    /**
     * Takes a key out of its blob; it keeps its algorithm list, has no use counter, and belongs to the slot.
     *
     * @throws Refusal with 6A80 for anything wrong
     */
    static CardKey open(byte[] kek, byte[] blob, int slot) throws Refusal {
        int signed = blob.length - MAC_LENGTH;
        if (signed <= 0) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        byte[] mac = AesMath.cmac(derived(kek, 2), Arrays.copyOf(blob, signed));
        if (!MessageDigest.isEqual(mac, Arrays.copyOfRange(blob, signed, blob.length))) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(blob, 0, signed);
            in.position(KeyDomainSlot.KCV_LENGTH);
            int type = in.get();
            field(in);
            byte[] algorithms = field(in);
            field(in);
            field(in);
            if (algorithms.length > CardKey.MAX_ALGORITHMS
                    || in.remaining() == 0
                    || in.remaining() % AesMath.BLOCK != 0) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            byte[] encrypted = new byte[in.remaining()];
            in.get(encrypted);
            ByteBuffer secret = unpadded(AesMath.cbc(false, derived(kek, 1), encrypted));
            KeyMaterial material = switch (type) {
                case TYPE_EC -> readEc(secret);
                case TYPE_RSA, TYPE_RSA_CRT -> readRsa(secret, type == TYPE_RSA_CRT);
                case TYPE_AES -> readAes(secret);
                default -> throw new Refusal(Sw.WRONG_DATA);
            };
            if (secret.hasRemaining()) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            return new CardKey(material, CardKey.UNLIMITED, algorithms, slot, CardKey.NONE);
        } catch (BufferUnderflowException cutOff) {
            throw new Refusal(Sw.WRONG_DATA);
        }
    }

    private static ByteBuffer unpadded(byte[] secret) throws Refusal {
        int end = secret.length - 1;
        while (end >= SALT_LENGTH && secret[end] == 0) {
            end--;
        }
        if (end < SALT_LENGTH || (secret[end] & 0xFF) != PADDING) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return ByteBuffer.wrap(secret, SALT_LENGTH, end - SALT_LENGTH);
    }

    private static KeyMaterial readEc(ByteBuffer in) throws Refusal {
        int bits = Short.toUnsignedInt(in.getShort());
        byte[] a = field(in);
        BigInteger b = number(in);
        BigInteger p = number(in);
        BigInteger n = number(in);
        byte[] generator = field(in);
        BigInteger d = number(in);
        byte[] point = field(in);
        for (EcCurve curve : EcCurve.values()) {
            List<Tlv> parameters = curve.domainParameters();
            if (curve.bits() == bits
                    && p.equals(new BigInteger(1, value(parameters, 0x81)))
                    && isCoefficientA(a, parameters)
                    && b.equals(new BigInteger(1, value(parameters, 0x83)))
                    && n.equals(new BigInteger(1, value(parameters, 0x85)))
                    && Arrays.equals(generator, value(parameters, 0x84))) {
                if (d.signum() == 0 || d.compareTo(n) >= 0) {
                    break;
                }
                KeyMaterial.Ec key = KeyMaterial.Ec.of(curve, d);
                if (!Arrays.equals(key.point(), point)) {
                    break;
                }
                return key;
            }
        }
        throw new Refusal(Sw.WRONG_DATA);
    }

    private static boolean isCoefficientA(byte[] a, List<Tlv> parameters) {
        return new BigInteger(1, a).equals(new BigInteger(1, value(parameters, 0x82)))
                || (a.length == 0 && isMinusThree(parameters));
    }

    private static KeyMaterial readRsa(ByteBuffer in, boolean withPrimes) throws Refusal {
        int bits = Short.toUnsignedInt(in.getShort());
        RsaMath.requireSize(Bytes.uint16(bits));
        KeyMaterial.Rsa key;
        if (withPrimes) {
            BigInteger dP = number(in);
            BigInteger dQ = number(in);
            BigInteger p = number(in);
            BigInteger qInv = number(in);
            BigInteger q = number(in);
            BigInteger n = number(in);
            BigInteger e = number(in);
            BigInteger phi = p.subtract(BigInteger.ONE).multiply(q.subtract(BigInteger.ONE));
            if (p.bitLength() < 2
                    || q.bitLength() < 2
                    || !n.equals(p.multiply(q))
                    || !e.gcd(phi).equals(BigInteger.ONE)
                    || !qInv.multiply(q).mod(p).equals(BigInteger.ONE)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            BigInteger d = e.modInverse(phi);
            if (!dP.equals(d.mod(p.subtract(BigInteger.ONE))) || !dQ.equals(d.mod(q.subtract(BigInteger.ONE)))) {
                throw new Refusal(Sw.WRONG_DATA);
            }
            key = new KeyMaterial.Rsa(n, e, d, new KeyMaterial.Rsa.Crt(p, q, dP, dQ, qInv));
            if (isLong(key)) {
                throw new Refusal(Sw.WRONG_DATA);
            }
        } else {
            BigInteger d = number(in);
            BigInteger n = number(in);
            BigInteger e = number(in);
            key = new KeyMaterial.Rsa(n, e, d, null);
        }
        if (key.bits() != bits || !RsaMath.isConsistent(key)) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        return key;
    }

    private static KeyMaterial readAes(ByteBuffer in) throws Refusal {
        int length = Short.toUnsignedInt(in.getShort());
        if (length != 16 && length != 24 && length != 32) {
            throw new Refusal(Sw.WRONG_DATA);
        }
        byte[] value = new byte[length];
        in.get(value);
        return new KeyMaterial.Aes(value);
    }

    private static BigInteger number(ByteBuffer in) {
        return new BigInteger(1, field(in));
    }

    private static byte[] field(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] value = new byte[length];
        in.get(value);
        return value;
    }

    private static byte[] kcv(byte[] kek) {
        return Arrays.copyOf(Hashes.sha256(kek), KeyDomainSlot.KCV_LENGTH);
    }

    private static byte[] derived(byte[] kek, int counter) {
        return Hashes.sha256(kek, Bytes.uint32(counter));
    }
}
