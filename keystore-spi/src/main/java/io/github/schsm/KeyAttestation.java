// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.DeviceTrust.VerifiedKey;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.LocalDate;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device's word that a key was generated in it: the authenticated request that key generation made, with the
 * certificates of the device (docs/protocol.md#authenticated-requests and docs/protocol.md#xkek-agreement). It can be
 * kept in a file and verified by anybody, without the device.
 *
 * <p>Until {@link #verify(DeviceTrust)} returned, all of it is only what somebody claims. And what it says is where the
 * key was made: neither what it may be used for nor that it is in no other device by now, if it may be wrapped.
 *
 * @param publicKey the key, the request and the device's certificates
 */
public record KeyAttestation(AttestedPublicKey publicKey) {
    /** Checks that nothing is missing. */
    public KeyAttestation {
        Objects.requireNonNull(publicKey, "publicKey");
    }

    /** The attestation that came with a public key. */
    public static KeyAttestation of(AttestedPublicKey publicKey) {
        return new KeyAttestation(publicKey);
    }

    /**
     * A request, as a key store has it for a key without an X.509 certificate, and the certificates of the device that
     * made it.
     *
     * @throws InvalidRequestException if it is not an authenticated request of that device
     */
    public static KeyAttestation of(Cvc request, DeviceIdentity device) throws InvalidRequestException {
        if (!request.isAttestedBy(device)) {
            throw new InvalidRequestException(request + " is no request that device " + device.deviceId()
                    + " authenticated: the certificates of "
                    + request.outerCar().orElse("the device that made it") + " are needed");
        }
        return new KeyAttestation(AttestedPublicKey.of(request, device));
    }

    /**
     * The attestation of a key on a token.
     *
     * @throws UntrustedDeviceException if the key has none, or none any more; the message says why and what to do
     * @throws SchsmException          if the token cannot be read
     */
    public static KeyAttestation of(SchsmKey key) throws SchsmException {
        return key.attestation();
    }

    /**
     * A file with an attestation, in any form of a public key file.
     *
     * @throws MalformedDataException if it is none
     * @see AttestedPublicKey#parse(byte[])
     */
    public static KeyAttestation parse(byte[] publicKeyFile) throws MalformedDataException {
        return of(AttestedPublicKey.parse(publicKeyFile));
    }

    /** The public key file. */
    public byte[] encode() {
        return publicKey.encode();
    }

    /** Whether the key is an EC or an RSA key. */
    public KeyType type() {
        return publicKey.request().isEc() ? KeyType.EC : KeyType.RSA;
    }

    /** The curve of an EC key. */
    public Optional<EcCurve> curve() {
        return publicKey.request().curve();
    }

    /** Bits of the curve's field or of the modulus. */
    public int size() {
        return publicKey instanceof RSAPublicKey rsa
                ? rsa.getModulus().bitLength()
                : curve().map(EcCurve::bits).orElse(0);
    }

    /** The public exponent of an RSA key. */
    public Optional<BigInteger> publicExponent() {
        return publicKey instanceof RSAPublicKey rsa ? Optional.of(rsa.getPublicExponent()) : Optional.empty();
    }

    /** The holder reference in the request: the name under which the device made the key. */
    public String chr() {
        return publicKey.request().chr();
    }

    /** The UID of the key domain of an exchange key, at least 32 bytes. Other keys' domains are not attested. */
    public Optional<byte[]> keyDomainUid() {
        return publicKey.keyDomainUid();
    }

    /** The key identifier that X.509 certificates for the key usually have: RFC 5280 section 4.2.1.2 (1), 20 bytes. */
    public byte[] subjectKeyIdentifier() {
        byte[] bits = PublicKeyNumbers.bits(publicKey);
        try {
            return MessageDigest.getInstance("SHA-1").digest(bits);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Whether an X.509 certificate is for this very key; who issued it is not looked at. */
    public boolean isFor(X509Certificate certificate) {
        return PublicKeyNumbers.areEqual(publicKey, certificate.getPublicKey());
    }

    /** Whether the request's inner signature was made with the key itself: proof that its private half exists. */
    public boolean isSignedByKey() {
        return publicKey.request().isSelfSigned();
    }

    /** Whether the request's outer signature was made by the device whose certificate comes with it. */
    public boolean isSignedByDevice() {
        return publicKey.request().isAttestedBy(publicKey.identity())
                && publicKey.request().isSignedBy(publicKey.identity().deviceCertificate());
    }

    /**
     * Verifies every link from the key to a trusted root; needs no device. Expired certificates are accepted.
     *
     * @throws UntrustedDeviceException if one does not hold; {@link UntrustedDeviceException#link()} says which
     */
    public VerifiedKey verify(DeviceTrust trust) throws UntrustedDeviceException {
        return verify(trust, null);
    }

    /**
     * The same, and that the certificates were valid on a day.
     *
     * @param day the day; null to accept expired certificates, or for today where the trust requires dates
     * @throws UntrustedDeviceException if a link does not hold; {@link UntrustedDeviceException#link()} says which
     */
    public VerifiedKey verify(DeviceTrust trust, @Nullable LocalDate day) throws UntrustedDeviceException {
        return trust.verify(publicKey, day);
    }

    @Override
    public String toString() {
        return "attestation of " + publicKey;
    }
}
