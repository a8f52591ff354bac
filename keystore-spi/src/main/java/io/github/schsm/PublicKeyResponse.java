// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.Tlv;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The response to a {@link PublicKeyChallenge}: the holder's signature over device and challenge. As bytes a SEQUENCE
 * of the words "SCHSM public key response 1", the other three parts of the challenge, and the signature.
 *
 * @param challenge the challenge
 * @param signature {@code r || s}, each as long as the order of the key's curve
 */
public record PublicKeyResponse(PublicKeyChallenge challenge, byte[] signature) {
    private static final String MARK = "SCHSM public key response 1";
    private static final String WHAT = "response to a public key challenge";
    private static final int PARTS = 5;
    private static final int MAX_SIGNATURE = 132;

    /** Checks that it is complete. */
    public PublicKeyResponse {
        Objects.requireNonNull(challenge, "challenge");
        signature = signature.clone();
    }

    @Override
    public byte[] signature() {
        return signature.clone();
    }

    /**
     * Signs a challenge. Doing so lets others use the device that the challenge names: show
     * {@link PublicKeyChallenge#deviceId()} and ask before.
     *
     * @param challenge the challenge
     * @param key       the private key that is registered with the device: an EC key of a SmartCard-HSM, or of any provider
     *                  that is registered
     * @throws InvalidRequestException if it is no EC key, or its provider does not sign with it
     * @throws SchsmException          if the device that holds it refuses
     */
    public static PublicKeyResponse sign(PublicKeyChallenge challenge, PrivateKey key) throws SchsmException {
        byte[] data = challenge.signedData();
        if (!(key instanceof ECKey ec)) {
            throw new InvalidRequestException(
                    "public key authentication needs an EC private key whose curve is known; this is a "
                            + key.getAlgorithm() + " key");
        }
        EcCurve curve = EcCurve.of(ec.getParams())
                .orElseThrow(() -> new InvalidRequestException("the key is on none of the known curves"));
        byte[] der = key instanceof SchsmEcPrivateKey ours ? sign(ours, data) : signElsewhere(key, data);
        return new PublicKeyResponse(challenge, EcdsaSignature.parse(der).plain(curve.orderLength()));
    }

    /** By the algorithm that the key's list allows. */
    private static byte[] sign(SchsmEcPrivateKey key, byte[] data) throws SchsmException {
        if (!key.details().allows(KeyAlgorithm.ECDSA) && key.details().allows(KeyAlgorithm.ECDSA_SHA256)) {
            return key.sign(KeyAlgorithm.ECDSA_SHA256, data);
        }
        byte[] hash = EcdsaSignature.truncate(
                HashAlgorithm.SHA256.digest(data), key.curve().orderLength());
        return key.sign(KeyAlgorithm.ECDSA, hash);
    }

    private static byte[] signElsewhere(PrivateKey key, byte[] data) throws InvalidRequestException {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(data);
            return signature.sign();
        } catch (GeneralSecurityException refused) {
            throw new InvalidRequestException(
                    "no registered provider signs SHA256withECDSA with this key: " + refused.getMessage(), refused);
        }
    }

    /** The bytes to hand back. */
    public byte[] encode() {
        Tlv[] parts = Arrays.copyOf(challenge.parts(MARK), PARTS);
        parts[PARTS - 1] = Tlv.of(PublicKeyChallenge.OCTET_STRING, signature);
        return Tlv.of(PublicKeyChallenge.SEQUENCE, parts).encoded();
    }

    /**
     * Reads what {@link #encode} gave.
     *
     * @throws MalformedDataException if it is no response
     */
    public static PublicKeyResponse parse(byte[] encoded) throws MalformedDataException {
        List<Tlv> parts = Tlv.parse(encoded).expect(PublicKeyChallenge.SEQUENCE).children();
        PublicKeyChallenge challenge = PublicKeyChallenge.parse(WHAT, MARK, PARTS, parts);
        byte[] signature =
                parts.get(PARTS - 1).expect(PublicKeyChallenge.OCTET_STRING).value();
        if (signature.length == 0 || signature.length % 2 != 0 || signature.length > MAX_SIGNATURE) {
            throw new MalformedDataException(WHAT, "a signature of " + signature.length + " bytes");
        }
        return new PublicKeyResponse(challenge, signature);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKeyResponse that
                && challenge.equals(that.challenge)
                && Arrays.equals(signature, that.signature);
    }

    @Override
    public int hashCode() {
        return Objects.hash(challenge, Arrays.hashCode(signature));
    }

    @Override
    public String toString() {
        return "response to the " + challenge;
    }
}
