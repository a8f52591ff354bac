// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.crypto;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.Tlv;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Writes card-verifiable certificates and authenticated requests (docs/protocol.md#authenticated-requests): what the
 * factory does once per device, and the device with every key pair it generates.
 */
public final class CvcWriter {
    /** id-TA-ECDSA-SHA-256. */
    public static final byte[] ECDSA_SHA_256 = HexFormat.of().parseHex("04007F00070202020203");
    /** id-TA-RSA-v1-5-SHA-256. */
    public static final byte[] RSA_V1_5_SHA_256 = HexFormat.of().parseHex("04007F00070202020102");

    private static final byte[] ID_ROLE = HexFormat.of().parseHex("2B0601040181C31F030101");
    private static final byte[] ID_KEY_DOMAIN_UID = HexFormat.of().parseHex("2B0601040181C31F030202");

    public static final int ROLE_ROOT = 0xC0;
    public static final int ROLE_DEVICE_ISSUER = 0x80;
    public static final int ROLE_DEVICE = 0x00;

    public static final int TAG_CERTIFICATE = 0x7F21;
    static final int TAG_BODY = 0x7F4E;
    public static final int TAG_PUBLIC_KEY = 0x7F49;
    static final int TAG_SIGNATURE = 0x5F37;
    public static final int TAG_PROFILE = 0x5F29;
    public static final int TAG_CAR = 0x42;
    public static final int TAG_CHR = 0x5F20;
    public static final int TAG_AUTHENTICATED_REQUEST = 0x67;

    private static final Tlv PROFILE = Tlv.of(TAG_PROFILE, new byte[1]);

    private CvcWriter() {}

    /** Makes the signature over the encoded body or request that it is given. */
    public interface Signer {
        byte[] sign(byte[] message);
    }

    /** Who signs with an EC key: plain {@code r || s} over SHA-256. */
    public static Signer ecdsa(EcCurve curve, BigInteger privateKey) {
        return message -> EcMath.signPlain(curve, privateKey, Hashes.sha256(message));
    }

    /**
     * A certificate.
     *
     * @param publicKey the 7F49 object
     * @param role      {@link #ROLE_ROOT}, {@link #ROLE_DEVICE_ISSUER} or {@link #ROLE_DEVICE}
     */
    public static Tlv certificate(
            String car, Tlv publicKey, String chr, int role, LocalDate effective, LocalDate expiration, Signer issuer) {
        Tlv body = Tlv.of(
                TAG_BODY,
                PROFILE,
                reference(TAG_CAR, car),
                publicKey,
                reference(TAG_CHR, chr),
                Tlv.of(0x7F4C, Tlv.of(0x06, ID_ROLE), Tlv.of(0x53, new byte[] {(byte) role})),
                Tlv.of(0x5F25, date(effective)),
                Tlv.of(0x5F24, date(expiration)));
        return signed(body, issuer);
    }

    /**
     * A request for a new key.
     *
     * @param car          inner authority reference as the host gave it, if it did
     * @param publicKey    the 7F49 object
     * @param chr          the holder reference as the host gave it
     * @param keyDomainUid for an exchange key: the UID of its key domain
     * @param subject      signs with the new key
     */
    public static Tlv request(
            Optional<byte[]> car, Tlv publicKey, byte[] chr, Optional<byte[]> keyDomainUid, Signer subject) {
        List<Tlv> body = new ArrayList<>();
        body.add(PROFILE);
        car.ifPresent(reference -> body.add(Tlv.of(TAG_CAR, reference)));
        body.add(publicKey);
        body.add(Tlv.of(TAG_CHR, chr));
        keyDomainUid.ifPresent(uid ->
                body.add(Tlv.of(0x65, Tlv.of(0x73, Tlv.of(0x06, ID_KEY_DOMAIN_UID), Tlv.of(0x80, uid)))));
        return signed(Tlv.of(TAG_BODY, body.toArray(Tlv[]::new)), subject);
    }

    /** The device's attestation of a request: the outer signature covers the request and the outer reference. */
    public static Tlv authenticated(Tlv request, String outerCar, Signer device) {
        Tlv car = reference(TAG_CAR, outerCar);
        byte[] signature = device.sign(Tlv.concat(request, car));
        return Tlv.of(TAG_AUTHENTICATED_REQUEST, request, car, Tlv.of(TAG_SIGNATURE, signature));
    }

    /** An EC public key with all domain parameters, as requests and roots have it. */
    public static Tlv explicitKey(EcCurve curve, byte[] point) {
        List<Tlv> parts = new ArrayList<>();
        parts.add(Tlv.of(0x06, ECDSA_SHA_256));
        for (Tlv parameter : curve.domainParameters()) {
            if (parameter.tag() == 0x87) {
                parts.add(Tlv.of(0x86, point));
            }
            parts.add(parameter);
        }
        return Tlv.of(TAG_PUBLIC_KEY, parts.toArray(Tlv[]::new));
    }

    /** An EC public key whose parameters come from the root, as device and issuer certificates have it. */
    public static Tlv implicitKey(byte[] point) {
        return Tlv.of(TAG_PUBLIC_KEY, Tlv.of(0x06, ECDSA_SHA_256), Tlv.of(0x86, point));
    }

    /** An RSA public key. */
    public static Tlv rsaKey(byte[] modulus, byte[] exponent) {
        return Tlv.of(TAG_PUBLIC_KEY, Tlv.of(0x06, RSA_V1_5_SHA_256), Tlv.of(0x81, modulus), Tlv.of(0x82, exponent));
    }

    private static Tlv signed(Tlv body, Signer signer) {
        return Tlv.of(TAG_CERTIFICATE, body, Tlv.of(TAG_SIGNATURE, signer.sign(body.encoded())));
    }

    private static Tlv reference(int tag, String reference) {
        return Tlv.of(tag, reference.getBytes(StandardCharsets.US_ASCII));
    }

    /** YYMMDD, one unpacked decimal digit per byte. */
    private static byte[] date(LocalDate date) {
        int number = date.getYear() % 100 * 10000 + date.getMonthValue() * 100 + date.getDayOfMonth();
        byte[] digits = new byte[6];
        for (int i = 5; i >= 0; i--) {
            digits[i] = (byte) (number % 10);
            number /= 10;
        }
        return digits;
    }
}
