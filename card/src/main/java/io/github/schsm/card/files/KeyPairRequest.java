// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.files;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What GENERATE ASYMMETRIC KEY PAIR takes: the body of a certificate request without the public point
 * (docs/protocol.md#key-generation). The inner authority is the holder itself, as the vendor's key manager has it: some
 * firmware looks it up when the key is a group signer's.
 *
 * @param publicKey  the algorithm and its parameters, a 7F49 object
 * @param car        inner authority reference, 8 to 16 characters
 * @param chr        holder reference, 8 to 16 characters
 * @param outerCar   outer authority reference; without it the device gives its own
 * @param attributes the key's attributes
 */
public record KeyPairRequest(
        Tlv publicKey, String car, String chr, Optional<String> outerCar, KeyAttributes attributes) {
    private static final int PUBLIC_KEY = 0x7F49;
    private static final int OID = 0x06;
    private static final BigInteger OLD_RSA = BigInteger.valueOf(2048);
    private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("04007F00070202020203");
    private static final byte[] RSA_SHA256 = HexFormat.of().parseHex("04007F00070202020102");
    /** First parameter of an EC key, which no RSA key has. */
    private static final int PRIME = 0x81;

    private static final int PUBLIC_EXPONENT = 0x82;
    private static final int KEY_SIZE = 0x02;

    /**
     * An EC key pair.
     *
     * @param curve      its curve
     * @param chr        its holder reference: the CHR of the device
     * @param attributes its attributes
     */
    public static KeyPairRequest ec(EcCurve curve, String chr, KeyAttributes attributes) {
        List<Tlv> parameters = new ArrayList<>();
        parameters.add(Tlv.of(OID, ECDSA_SHA256));
        parameters.addAll(curve.domainParameters());
        Tlv publicKey = Tlv.of(PUBLIC_KEY, parameters.toArray(Tlv[]::new));
        return new KeyPairRequest(publicKey, chr, chr, Optional.empty(), attributes);
    }

    /**
     * An RSA key pair.
     *
     * @param bits       length of its modulus: 1024, 1536, 2048, 3072 or 4096
     * @param exponent   its public exponent, positive
     * @param chr        its holder reference: the CHR of the device
     * @param attributes its attributes
     */
    public static KeyPairRequest rsa(int bits, BigInteger exponent, String chr, KeyAttributes attributes) {
        Tlv publicKey = Tlv.of(
                PUBLIC_KEY,
                Tlv.of(OID, RSA_SHA256),
                Tlv.of(PUBLIC_EXPONENT, unsigned(exponent)),
                Tlv.of(KEY_SIZE, new byte[] {(byte) (bits >> 8), (byte) bits}));
        return new KeyPairRequest(publicKey, chr, chr, Optional.empty(), attributes);
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    /** The curve of an EC key. */
    public Optional<EcCurve> curve() throws MalformedDataException {
        return publicKey.find(PRIME).isPresent()
                ? Optional.of(EcCurve.fromDomainParameters(publicKey))
                : Optional.empty();
    }

    /** The size of an RSA key. */
    public int rsaBits() throws MalformedDataException {
        return new BigInteger(1, publicKey.require(KEY_SIZE).value()).intValue();
    }

    /** The public exponent of an RSA key. */
    public BigInteger rsaExponent() throws MalformedDataException {
        return new BigInteger(1, publicKey.require(PUBLIC_EXPONENT).value());
    }

    /** Whether it is for an RSA key of more than 2048 bits. */
    public boolean isLongRsa() throws MalformedDataException {
        Optional<Tlv> size = publicKey.find(KEY_SIZE);
        return size.isPresent() && new BigInteger(1, size.get().value()).compareTo(OLD_RSA) > 0;
    }

    /** The command data. */
    public byte[] encode() {
        return encode(List.of(text(0x42, car)));
    }

    /** The same without the inner authority reference, which firmware from 2 on can do without. */
    public byte[] encodeShort() {
        return encode(List.of());
    }

    private byte[] encode(List<Tlv> authority) {
        List<Tlv> body = new ArrayList<>();
        body.add(Tlv.of(0x5F29, new byte[] {0}));
        body.addAll(authority);
        body.add(publicKey);
        body.add(text(0x5F20, chr));
        outerCar.ifPresent(reference -> body.add(text(0x45, reference)));
        body.addAll(attributes.encode());
        return Tlv.concat(body.toArray(Tlv[]::new));
    }

    private static Tlv text(int tag, String reference) {
        return Tlv.of(tag, reference.getBytes(StandardCharsets.ISO_8859_1));
    }
}
