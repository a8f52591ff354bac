// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.EcdsaSignature;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.mechanism.Mechanism;
import io.github.schsm.mechanism.Mechanism.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Verifies signatures of files, in software and with a public key only: no device takes part.
 *
 * @param algorithm the standard name of the algorithm that was used
 * @param good      whether the signature is the key's for these data
 */
public record SignatureVerification(String algorithm, boolean good) {
    private static final int CHUNK = 1 << 16;
    /** What is signed without a hash is short. */
    private static final int MOST_WITHOUT_HASH = 1 << 16;

    /**
     * Verifies.
     *
     * @param key       an EC or RSA key
     * @param algorithm any that a device's key signs with, as the JCA calls it; null for SHA-256 with ECDSA or with RSA and
     *                  PKCS#1 padding. {@code RSASSA-PSS} alone does not say its parameters: name one with a hash
     * @param data      what was signed, read to its end
     * @param signature of an EC key DER or {@code r || s}, whichever it is; where the algorithm's name ends with
     *                  {@code inP1363Format} {@code r || s} only
     * @throws InvalidRequestException if the algorithm is none for this key
     * @throws IOException             if the data cannot be read
     */
    public static SignatureVerification of(
            PublicKey key, @Nullable String algorithm, InputStream data, byte[] signature)
            throws GeneralSecurityException, IOException {
        Mechanism row = SignatureAlgorithms.ofSignatures(key, algorithm);
        boolean good = key instanceof ECPublicKey ec
                ? ecdsa(ec, row, hash(row.hash(), data), signature)
                : rsa(key, row, data, signature);
        return new SignatureVerification(row.name(), good);
    }

    private static byte[] hash(@Nullable HashAlgorithm function, InputStream data) throws IOException {
        if (function == null) {
            return withoutHash(data);
        }
        MessageDigest digest = function.newDigest();
        byte[] chunk = new byte[CHUNK];
        for (int length = data.read(chunk); length >= 0; length = data.read(chunk)) {
            digest.update(chunk, 0, length);
        }
        return digest.digest();
    }

    private static byte[] withoutHash(InputStream data) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        read.write(data.readNBytes(MOST_WITHOUT_HASH));
        if (data.read() >= 0) {
            throw new IOException("more than " + MOST_WITHOUT_HASH + " bytes are signed with a hash only");
        }
        return read.toByteArray();
    }

    private static boolean ecdsa(ECPublicKey key, Mechanism row, byte[] hash, byte[] signature)
            throws InvalidRequestException {
        EcCurve curve = EcCurve.of(key.getParams())
                .orElseThrow(() -> new InvalidRequestException(
                        "the public key is on none of the known curves " + EcCurve.names()));
        byte[] point = curve.encode(key.getW());
        byte[] signed = EcdsaSignature.truncate(hash, curve.orderLength());
        for (byte[] plain : plainForms(curve, row, signature)) {
            if (curve.verify(point, signed, plain)) {
                return true;
            }
        }
        return false;
    }

    /** Some r || s begins like DER: both are tried then. */
    private static List<byte[]> plainForms(EcCurve curve, Mechanism row, byte[] signature) {
        List<byte[]> forms = new ArrayList<>();
        if (row.encoding() == Encoding.DER) {
            try {
                EcdsaSignature parsed = EcdsaSignature.parse(signature);
                if (Arrays.equals(parsed.der(), signature)) {
                    forms.add(parsed.plain(curve.orderLength()));
                }
            } catch (MalformedDataException notDer) {
                // Then it is r || s, or none.
            }
        }
        if (signature.length == 2 * curve.orderLength() && isNumber(signature, 0) && isNumber(signature, 1)) {
            forms.add(signature);
        }
        return forms;
    }

    private static boolean isNumber(byte[] signature, int half) {
        int length = signature.length / 2;
        return new BigInteger(1, signature, half * length, length).signum() != 0;
    }

    private static boolean rsa(PublicKey key, Mechanism row, InputStream data, byte[] signature)
            throws GeneralSecurityException, IOException {
        if (row.name().equals("RSASSA-PSS")) {
            throw new InvalidRequestException("RSASSA-PSS does not say with which hash: name it as in"
                    + " SHA256withRSAandMGF1, whose MGF1 has the same hash and whose salt is as long");
        }
        Signature verifier = Signature.getInstance(row.name(), BouncyCastle.provider());
        verifier.initVerify(key);
        if (row.hash() == null) {
            verifier.update(withoutHash(data));
        } else {
            byte[] chunk = new byte[CHUNK];
            for (int length = data.read(chunk); length >= 0; length = data.read(chunk)) {
                verifier.update(chunk, 0, length);
            }
        }
        try {
            return verifier.verify(signature);
        } catch (SignatureException cannotBeOne) {
            return false;
        }
    }
}
