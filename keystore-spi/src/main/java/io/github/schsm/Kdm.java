// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A key domain membership: the group signer's word that a device belongs to the group, that is, may have the XKEK
 * key domain whose UID is the x-coordinate of the group signer's public point (docs/protocol.md#key-domain-membership).
 */
public final class Kdm {
    private static final String WHAT = "KDM";
    private static final byte[] OID = HexFormat.of().parseHex("2B0601040181C31F040201");
    private static final int TAG_SIGNATURE = 0x54;
    /** Keys whose UID begins with fewer given bytes can be made. */
    private static final int FEWEST_UID_BYTES = 16;

    private final Tlv encoded;
    private final DeviceIdentity identity;
    private final Cvc groupSigner;
    private final byte[] signature;

    private Kdm(Tlv encoded, DeviceIdentity identity, Cvc groupSigner, byte[] signature) {
        this.encoded = encoded;
        this.identity = identity;
        this.groupSigner = groupSigner;
        this.signature = signature;
    }

    /**
     * Makes a device a member of the group. The device's certificate chain is verified first against what the group
     * signer's provider trusts. Programs should show {@link DeviceIdentity#deviceId()} and the UID to somebody
     * before.
     *
     * @param groupSigner a key pair on brainpoolP256r1 in any device, as its key pair generator or key store gave it
     * @param device      the identity of the device that becomes a member
     * @throws UntrustedDeviceException if the device does not trace to a trusted root
     * @throws InvalidRequestException  if the key pair is not one of a SmartCard-HSM, or on another curve
     * @throws SchsmException           if the group signer's device refuses
     */
    public static Kdm issue(KeyPair groupSigner, DeviceIdentity device) throws SchsmException {
        if (!(groupSigner.getPrivate() instanceof SchsmEcPrivateKey signer)) {
            throw new InvalidRequestException(
                    "a group signer is a key in a SmartCard-HSM; this is " + describe(groupSigner.getPrivate())
                            + ": generate one with KeyPairGenerator EC of the SCHSM provider");
        }
        if (!(groupSigner.getPublic() instanceof AttestedPublicKey attested)) {
            throw new InvalidRequestException("the group signer's public key has no authenticated request: take it from"
                    + " the key pair generator, or from the certificate of its key store entry before an X.509"
                    + " certificate replaces the request");
        }
        Cvc request = attested.request();
        if (request.curve().filter(EcCurve.BRAINPOOLP256R1::equals).isEmpty()) {
            throw new InvalidRequestException("a group signer is on brainpoolP256r1, this one is on "
                    + request.curve().map(EcCurve::curveName).orElse("no curve: an RSA key"));
        }
        signer.trust().verify(device);
        byte[] der = signer.sign(KeyAlgorithm.ECDSA, signed(device));
        byte[] signature = EcdsaSignature.parse(der).plain(EcCurve.BRAINPOOLP256R1.orderLength());
        Cvc issuer = device.issuerCertificate().orElse(device.deviceCertificate());
        Tlv object = Tlv.of(
                0x30,
                Tlv.of(0x06, OID),
                Tlv.of(0x61, issuer.getEncoded()),
                Tlv.of(0x62, device.deviceCertificate().getEncoded()),
                Tlv.of(0x63, request.getEncoded()),
                Tlv.of(TAG_SIGNATURE, signature));
        Kdm kdm = new Kdm(object, device, request, signature);
        kdm.verify();
        return kdm;
    }

    private static String describe(Object key) {
        return "a " + key.getClass().getSimpleName();
    }

    /**
     * A KDM file's content.
     *
     * @throws MalformedDataException if it is none
     */
    public static Kdm parse(byte[] kdmFile) throws MalformedDataException {
        Tlv object = Tlv.parse(kdmFile).expect(0x30);
        List<Tlv> parts = object.children();
        if (parts.isEmpty()
                || parts.get(0).tag() != 0x06
                || !Arrays.equals(parts.get(0).value(), OID)) {
            throw new MalformedDataException(
                    WHAT,
                    "it does not start with the identifier of a static key domain membership; memberships for firmware"
                            + " before 3.4 have another form, which is not published and not supported");
        }
        Cvc request = Cvc.parse(object.require(0x63).require(Cvc.TAG_AUTHENTICATED_REQUEST));
        if (request.curve().isEmpty()) {
            throw new MalformedDataException(WHAT, "the group signer's key is not an EC key");
        }
        return new Kdm(
                object,
                PublicKeyFile.identity(PublicKeyFile.certificates(object.require(0x62), object.require(0x61))),
                request,
                object.require(TAG_SIGNATURE).value());
    }

    /** A KDM file's content. */
    public byte[] encode() {
        return encoded.encoded();
    }

    /** The device that is a member. */
    public DeviceIdentity identity() {
        return identity;
    }

    /**
     * The group signer's authenticated request. In which device it was made is only what the request says
     * ({@link Cvc#outerCar}), unless {@link #isGroupSignerOfMember}: a KDM does not bring that device's certificates.
     */
    public Cvc groupSigner() {
        return groupSigner;
    }

    /** Whether the member's own device attested the group signer, which can be verified with its certificates. */
    public boolean isGroupSignerOfMember() {
        return groupSigner.isAttestedBy(identity) && groupSigner.isSignedBy(identity.deviceCertificate());
    }

    /**
     * Checks that this is the membership in the key domain that is meant. Anyone who can change the file can put another
     * group signer in it, whose domain a device then joins: so compare the UID with what the group signer's holder says
     * by another way.
     *
     * @param expected the UID, or its first bytes, at least 16
     * @throws KeyDomainException      if it is another
     * @throws InvalidRequestException if there are less than 16 bytes, or more than a UID has
     */
    public void requireUid(byte[] expected) throws KeyDomainException, InvalidRequestException {
        byte[] uid = uid();
        if (expected.length < FEWEST_UID_BYTES || expected.length > 2 * uid.length) {
            throw new InvalidRequestException("the expected UID "
                    + HexFormat.of().withUpperCase().formatHex(expected) + " has " + 2 * expected.length
                    + " hexadecimal digits; a key domain's has " + 2 * uid.length + ", of which at least "
                    + 2 * FEWEST_UID_BYTES + " are needed, because a key for fewer can be made: ask the group signer's"
                    + " holder for the whole UID");
        }
        // Some firmware says x || y of the group signer's point.
        byte[] whole = groupSigner.publicPoint();
        byte[] known = Arrays.copyOfRange(whole, 1, 1 + expected.length);
        if (!Arrays.equals(known, expected)) {
            HexFormat hex = HexFormat.of().withUpperCase();
            throw new KeyDomainException("the KDM is for key domain " + hex.formatHex(uid) + ", not for "
                    + hex.formatHex(expected) + " as expected: nothing was done");
        }
    }

    /** The key domain's UID: the x-coordinate of the group signer's public point, 32 bytes. */
    public byte[] uid() {
        return groupSigner.publicX();
    }

    /** The group signer's signature, {@code r || s}, 64 bytes. */
    public byte[] signature() {
        return signature.clone();
    }

    /** The name under which a KDM is saved by default: {@code <device CHR>-<UID>.kdm}. */
    public String fileName() {
        return identity.chr() + "-" + HexFormat.of().withUpperCase().formatHex(uid()) + ".kdm";
    }

    /**
     * Verifies what can be verified without a device: that the group signer's request is signed with the group
     * signer's key and, if it came from the very device, by that device, and that this key signed for the device. A
     * device that signed its certificate itself may share its name, so of such a one the name alone says nothing.
     *
     * @throws KeyDomainException if it did not
     */
    public void verify() throws KeyDomainException {
        EcCurve curve = groupSigner.curve().orElseThrow();
        if (!groupSigner.isSelfSigned()) {
            throw new KeyDomainException(
                    "the group signer's request in the KDM is not signed with the group signer's key: it was changed");
        }
        Cvc device = identity.deviceCertificate();
        // Who gives certificates to devices gives each another CHR; those that signed their own may share one.
        boolean ofThisDevice = identity.issuerCertificate().isPresent()
                && (groupSigner.outerCar().filter(device.chr()::equals).isPresent()
                        || groupSigner.car().filter(device.chr()::equals).isPresent());
        if (ofThisDevice
                && !(groupSigner.outerCar().filter(device.chr()::equals).isPresent()
                        && groupSigner.isSignedBy(device))) {
            throw new KeyDomainException("the group signer's request in the KDM is said to be attested by device "
                    + identity.deviceId() + ", which did not sign it: it was changed");
        }
        if (!device.isEc() || !curve.verify(groupSigner.publicPoint(), signed(identity), signature)) {
            throw new KeyDomainException("the KDM for device " + identity.deviceId()
                    + " is not signed by the group signer of key domain "
                    + HexFormat.of().withUpperCase().formatHex(uid()));
        }
    }

    /**
     * Verifies that this KDM is good for a device: that it is for this very device, by its public key, and is signed.
     *
     * @throws KeyDomainException if it is for another one, or was changed
     */
    public void verifyFor(DeviceIdentity device) throws KeyDomainException {
        if (!identity.isSameDevice(device)) {
            boolean sameName = identity.deviceId().equals(device.deviceId());
            throw new KeyDomainException("the KDM is for device "
                    + (sameName ? identity.uniqueName() : identity.deviceId()) + ", this is device "
                    + (sameName ? device.uniqueName() + ", another one of that name" : device.deviceId())
                    + ": ask the group signer for one for this device");
        }
        if (!identity.equals(device)) {
            throw new KeyDomainException("the certificates in the KDM are not those that device " + device.deviceId()
                    + " has: it was changed, or made for earlier certificates of this device; ask the group signer for a"
                    + " new one");
        }
        verify();
    }

    /** The hash of {@code 54 || x}, x being the device's public x-coordinate: what a group signer signs. */
    private static byte[] signed(DeviceIdentity device) {
        return HashAlgorithm.SHA256.digest(
                new byte[] {(byte) TAG_SIGNATURE}, device.deviceCertificate().publicX());
    }

    @Override
    public String toString() {
        return "membership of " + identity + " in key domain "
                + HexFormat.of().withUpperCase().formatHex(uid());
    }
}
