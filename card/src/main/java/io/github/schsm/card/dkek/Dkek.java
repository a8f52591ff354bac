// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyType;
import io.github.schsm.card.files.WrappedKeyBlob;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.codec.Tlv;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.RSADigestSigner;
import org.bouncycastle.util.BigIntegers;

/**
 * A DKEK in the hands of a host that has all its shares (docs/protocol.md#wrapped-keys): it wraps software keys as a
 * device would, so that devices with this DKEK take them. {@link #close} wipes it.
 */
public final class Dkek implements AutoCloseable {
    /** A DKEK has 32 bytes, like each of its shares. */
    public static final int LENGTH = DkekShareFile.SHARE_LENGTH;

    private static final byte[] ECDSA_SHA_256 = HexFormat.of().parseHex("04007F00070202020203");
    private static final byte[] RSA_V1_5_SHA_256 = HexFormat.of().parseHex("04007F00070202020102");
    private static final byte[] AES = HexFormat.of().parseHex("6086480165030401");
    /** Longer RSA keys are wrapped without their primes. */
    private static final int LONGEST_WITH_PRIMES = 2048;

    private static final int MOST_ALGORITHMS = 16;

    /** Whom the request of a software key names as its holder; no device has such an id. */
    private static final String REQUEST_CHR = "ZZSOFTWARE00001";

    private final byte[] key;

    private Dkek(byte[] key) {
        this.key = key;
    }

    /**
     * The DKEK that shares make: the sum of them, bit by bit.
     *
     * @param shares 32 bytes each, at least one; the caller's to wipe
     */
    public static Dkek of(List<byte[]> shares) {
        if (shares.isEmpty()) {
            throw new IllegalArgumentException("a DKEK is made of one share at least");
        }
        byte[] sum = new byte[LENGTH];
        for (byte[] share : shares) {
            if (share.length != LENGTH) {
                throw new IllegalArgumentException("a DKEK share of " + share.length + " bytes; 32 are expected");
            }
            for (int i = 0; i < LENGTH; i++) {
                sum[i] ^= share[i];
            }
        }
        return new Dkek(sum);
    }

    /** Its check value, 8 bytes: devices show it, and it says nothing of the DKEK. */
    public byte[] kcv() {
        return WrappedKeyBlob.kcv(key);
    }

    /** The DKEK itself, 32 bytes; the caller's to wipe. */
    public byte[] bytes() {
        return key.clone();
    }

    /**
     * Wraps a key as a device does.
     *
     * @param allowed what the key may be used for; empty for no list
     * @param random  for the first bytes of what is encrypted
     * @throws InvalidRequestException if the list is longer than devices take
     */
    public WrappedKeyBlob wrap(SoftwareKey software, List<KeyAlgorithm> allowed, SecureRandom random)
            throws InvalidRequestException {
        byte[] data = keyData(software);
        try {
            return WrappedKeyBlob.wrap(key, type(software), oid(software), list(allowed), data, random);
        } finally {
            Arrays.fill(data, (byte) 0);
        }
    }

    private static byte[] list(List<KeyAlgorithm> allowed) throws InvalidRequestException {
        if (allowed.size() > MOST_ALGORITHMS) {
            throw new InvalidRequestException(
                    "a key has at most " + MOST_ALGORITHMS + " allowed algorithms, not " + allowed.size());
        }
        byte[] list = new byte[allowed.size()];
        for (int i = 0; i < list.length; i++) {
            list[i] = (byte) allowed.get(i).id();
        }
        return list;
    }

    /** The kind of a key. */
    public static KeyType keyType(SoftwareKey software) {
        if (software instanceof SoftwareKey.Rsa) {
            return KeyType.RSA;
        }
        return software instanceof SoftwareKey.Ec ? KeyType.EC : KeyType.AES;
    }

    private static int type(SoftwareKey software) {
        if (software instanceof SoftwareKey.Rsa) {
            return software.size() > LONGEST_WITH_PRIMES ? WrappedKeyBlob.RSA : WrappedKeyBlob.RSA_CRT;
        }
        return software instanceof SoftwareKey.Ec ? WrappedKeyBlob.EC : WrappedKeyBlob.AES;
    }

    private static byte[] oid(SoftwareKey software) {
        if (software instanceof SoftwareKey.Aes) {
            return AES;
        }
        return software instanceof SoftwareKey.Ec ? ECDSA_SHA_256 : RSA_V1_5_SHA_256;
    }

    private static byte[] keyData(SoftwareKey software) {
        Wiped out = new Wiped();
        try {
            if (software instanceof SoftwareKey.Ec ec) {
                out.writeEc(ec);
            } else if (software instanceof SoftwareKey.Rsa rsa) {
                out.writeRsa(rsa);
            } else if (software instanceof SoftwareKey.Aes aes) {
                out.number(aes.value().length);
                out.writeBytes(aes.value());
            }
            return out.toByteArray();
        } finally {
            out.wipe();
        }
    }

    /** Large enough that it never grows: what it grew out of would stay in memory. */
    private static final class Wiped extends ByteArrayOutputStream {
        private static final int LARGEST = 4096;

        Wiped() {
            super(LARGEST);
        }

        void number(int number) {
            write(number >> Byte.SIZE);
            write(number);
        }

        void field(byte[] value) {
            number(value.length);
            writeBytes(value);
        }

        void field(int length, BigInteger value) {
            byte[] bytes = BigIntegers.asUnsignedByteArray(length, value);
            field(bytes);
            Arrays.fill(bytes, (byte) 0);
        }

        void writeEc(SoftwareKey.Ec ec) {
            number(ec.size());
            for (int tag : new int[] {0x82, 0x83, 0x81, 0x85, 0x84}) {
                field(parameter(ec.curve(), tag));
            }
            field(ec.curve().orderLength(), ec.d());
            field(ec.curve().encode(ec.pair().getW()));
        }

        void writeRsa(SoftwareKey.Rsa rsa) {
            int length = rsa.size() / Byte.SIZE;
            number(rsa.size());
            if (rsa.size() > LONGEST_WITH_PRIMES) {
                field(length, rsa.d());
            } else {
                for (BigInteger number : List.of(rsa.dP(), rsa.dQ(), rsa.p(), rsa.qInv(), rsa.q())) {
                    field(length / 2, number);
                }
            }
            field(length, rsa.n());
            field(BigIntegers.asUnsignedByteArray(rsa.e()));
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }

    private static byte[] parameter(EcCurve curve, int tag) {
        return curve.domainParameters().stream()
                .filter(parameter -> parameter.tag() == tag)
                .findFirst()
                .orElseThrow()
                .value();
    }

    /**
     * A request for a key pair, signed with the key itself and by no device: what is stored with a key that came without
     * a certificate, so that its public key is known.
     *
     * @param software an EC or RSA key
     * @return a card-verifiable request, 7F21
     */
    public static byte[] request(SoftwareKey software) {
        Tlv body = Tlv.of(
                0x7F4E,
                Tlv.of(0x5F29, new byte[] {0}),
                publicKey(software),
                Tlv.of(0x5F20, REQUEST_CHR.getBytes(StandardCharsets.US_ASCII)));
        return Tlv.of(0x7F21, body, Tlv.of(0x5F37, sign(software, body.encoded())))
                .encoded();
    }

    private static Tlv publicKey(SoftwareKey software) {
        Tlv algorithm = Tlv.of(0x06, oid(software));
        if (software instanceof SoftwareKey.Rsa rsa) {
            return Tlv.of(
                    0x7F49,
                    algorithm,
                    Tlv.of(0x81, BigIntegers.asUnsignedByteArray(rsa.n())),
                    Tlv.of(0x82, BigIntegers.asUnsignedByteArray(rsa.e())));
        }
        SoftwareKey.Ec ec = ec(software);
        return Tlv.of(
                0x7F49,
                algorithm,
                Tlv.of(0x81, parameter(ec.curve(), 0x81)),
                Tlv.of(0x82, parameter(ec.curve(), 0x82)),
                Tlv.of(0x83, parameter(ec.curve(), 0x83)),
                Tlv.of(0x84, parameter(ec.curve(), 0x84)),
                Tlv.of(0x85, parameter(ec.curve(), 0x85)),
                Tlv.of(0x86, ec.curve().encode(ec.pair().getW())),
                Tlv.of(0x87, parameter(ec.curve(), 0x87)));
    }

    private static SoftwareKey.Ec ec(SoftwareKey software) {
        if (software instanceof SoftwareKey.Ec ec) {
            return ec;
        }
        throw new IllegalArgumentException("a secret key has no request");
    }

    private static byte[] sign(SoftwareKey software, byte[] data) {
        if (software instanceof SoftwareKey.Rsa rsa) {
            RSADigestSigner signer = new RSADigestSigner(new SHA256Digest());
            signer.init(true, new RSAKeyParameters(true, rsa.n(), rsa.d()));
            signer.update(data, 0, data.length);
            try {
                return signer.generateSignature();
            } catch (CryptoException tooShort) {
                throw new IllegalStateException("an RSA key of 1024 bits at least signs SHA-256", tooShort);
            }
        }
        SoftwareKey.Ec ec = ec(software);
        return ec.curve().sign(ec.d(), HashAlgorithm.SHA256.digest(data));
    }

    /** Wipes it. */
    @Override
    public void close() {
        Arrays.fill(key, (byte) 0);
    }

    /** Only the check value. */
    @Override
    public String toString() {
        return "DKEK with KCV " + HexFormat.of().withUpperCase().formatHex(kcv());
    }
}
