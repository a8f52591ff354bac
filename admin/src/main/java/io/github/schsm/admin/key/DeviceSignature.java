// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.DeviceTrust;
import io.github.schsm.DeviceTrust.VerifiedDevice;
import io.github.schsm.MalformedDataException;
import io.github.schsm.UntrustedDeviceException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.util.HexFormat;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;

/**
 * How keys of devices sign what this program writes down, and how that is verified: the manifest of a backup, the record of a
 * ceremony, a report, the seal of an audit log. Each has a form of its own in which it keeps the parts of its signature. The
 * algorithms, and when a signature is that of a genuine device, are the same for all.
 *
 * @param algorithm as the JCA calls it: {@code SHA256withECDSA} or {@code SHA256withRSA}
 * @param value     the signature, in DER or PKCS#1 v1.5
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares them
public record DeviceSignature(String algorithm, byte[] value) {
    private static final String ECDSA = "SHA256withECDSA";
    private static final String RSA = "SHA256withRSA";
    private static final HexFormat HEX = HexFormat.of();
    private static final Provider VERIFIER = new BouncyCastleProvider();

    /**
     * Whose key made a signature.
     *
     * @param device the genuine device that attests the key; null if none does
     * @param reason why none does; null if one does
     */
    public record Attester(
            @Nullable VerifiedDevice device, @Nullable String reason) {
        /** The unique name of the device; null if there is none. */
        public @Nullable String name() {
            return device == null ? null : device.identity().uniqueName();
        }
    }

    /** The algorithm that a key signs with, of type EC or RSA. */
    public static String algorithm(PrivateKey key) {
        return key.getAlgorithm().startsWith("RSA") ? RSA : ECDSA;
    }

    /**
     * Signs with a key of a device.
     *
     * @param key      of type EC or RSA
     * @param provider the provider of the device
     * @throws GeneralSecurityException if the key does not sign
     */
    public static DeviceSignature sign(byte[] content, PrivateKey key, Provider provider)
            throws GeneralSecurityException {
        String algorithm = algorithm(key);
        Signature signer = Signature.getInstance(algorithm, provider);
        signer.initSign(key);
        signer.update(content);
        return new DeviceSignature(algorithm, signer.sign());
    }

    /**
     * A signature that was read from a file.
     *
     * @param what      what it is, to name it in the error
     * @param algorithm what the file says
     * @param value     what the file says
     * @throws MalformedDataException if the algorithm is not one of these signatures
     */
    public static DeviceSignature of(String what, String algorithm, byte[] value) throws MalformedDataException {
        if (!Set.of(ECDSA, RSA).contains(algorithm)) {
            throw new MalformedDataException(
                    what,
                    "its algorithm is \"" + PrintableText.of(algorithm) + "\", " + ECDSA + " or " + RSA
                            + " is expected");
        }
        return new DeviceSignature(algorithm, value);
    }

    /**
     * Whether it is a signature of this content by this key. No device is needed for that.
     *
     * @param key the public key by its numbers ({@link PublicKeyNumbers})
     */
    public boolean holds(byte[] content, PublicKey key) {
        try {
            Signature verifier = Signature.getInstance(algorithm, VERIFIER);
            verifier.initVerify(key);
            verifier.update(content);
            return verifier.verify(value);
        } catch (GeneralSecurityException | IllegalArgumentException isNone) {
            // Bouncy Castle has the second for some values that are no numbers of a signature.
            return false;
        }
    }

    /**
     * The genuine device whose key this is, as the key's public key file proves it.
     *
     * @param key         the public key by its numbers
     * @param attestation the content of the public key file; null if there is none
     * @param trust       the roots that a device may trace to
     * @throws MalformedDataException if the file is no public key file
     */
    public static Attester attester(PublicKey key, byte @Nullable [] attestation, DeviceTrust trust)
            throws MalformedDataException {
        if (attestation == null) {
            return new Attester(null, "no device attests the key");
        }
        AttestedPublicKey attested = AttestedPublicKey.parse(attestation);
        if (!PublicKeyNumbers.areEqual(attested, key)) {
            return new Attester(null, "the attestation is of another key");
        }
        try {
            return new Attester(trust.verify(attested).device(), null);
        } catch (UntrustedDeviceException notGenuine) {
            return new Attester(null, String.valueOf(notGenuine.getMessage()));
        }
    }

    /**
     * Bytes that a file has in hexadecimal.
     *
     * @param what what they are, to name them in the error
     * @throws MalformedDataException if there are other characters
     */
    public static byte[] bytes(String what, String hex) throws MalformedDataException {
        try {
            return HEX.parseHex(hex);
        } catch (IllegalArgumentException noDigits) {
            throw new MalformedDataException(what, "it is not hexadecimal: " + noDigits.getMessage());
        }
    }
}
