// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.util.BigIntegers;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** The formats in which other programs take a public key. */
public enum PublicKeyFormat {
    /** SubjectPublicKeyInfo as text ({@code PUBLIC KEY}), for openssl and most others. */
    PEM(".pub.pem"),
    /** SubjectPublicKeyInfo as bytes. */
    DER(".pub.der"),
    /** One line as in {@code authorized_keys}; RSA, and EC on the curves P-256, P-384 and P-521. */
    SSH(".pub"),
    /** JSON Web Key (RFC 7517) with its thumbprint (RFC 7638) as {@code kid}; RSA, and EC on registered curves. */
    JWK(".jwk"),
    /** The device's request for the key with the device's certificates: a public key file, whose proof can be verified. */
    CVC(".cvc");

    /** Names of curves that are registered for JSON Web Keys (RFC 7518, RFC 8812). */
    private static final Map<EcCurve, String> JWK_CURVES = new EnumMap<>(Map.of(
            EcCurve.SECP256R1, "P-256",
            EcCurve.SECP384R1, "P-384",
            EcCurve.SECP521R1, "P-521",
            EcCurve.SECP256K1, "secp256k1"));

    private static final Map<EcCurve, String> SSH_TYPES = new EnumMap<>(Map.of(
            EcCurve.SECP256R1, "ecdsa-sha2-nistp256",
            EcCurve.SECP384R1, "ecdsa-sha2-nistp384",
            EcCurve.SECP521R1, "ecdsa-sha2-nistp521"));

    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final String ending;

    PublicKeyFormat(String ending) {
        this.ending = ending;
    }

    /** How names of files in this format end, with the dot. */
    public String ending() {
        return ending;
    }

    /**
     * A public key in this format.
     *
     * @param key     an EC or RSA key
     * @param comment stands behind the key in {@link #SSH}, one line, may be empty; nothing else has one
     * @return the content of a file, text in UTF-8 with a line end
     * @throws InvalidRequestException if the format has no such keys, if {@link #CVC} is asked of a key that no device
     *                                 attests, or the comment has control characters; the message says which have it
     */
    public byte[] encode(PublicKey key, String comment) throws InvalidRequestException {
        PublicKey numbers = PublicKeyNumbers.of(key);
        return switch (this) {
            case PEM -> pem("PUBLIC KEY", key.getEncoded());
            case DER -> key.getEncoded();
            case SSH -> ssh(numbers, comment).getBytes(StandardCharsets.UTF_8);
            case JWK -> jwk(numbers);
            case CVC -> cvc(key);
        };
    }

    /**
     * A PEM text.
     *
     * @param type what stands behind BEGIN
     */
    public static byte[] pem(String type, byte[] der) {
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, der));
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return text.toString().replace("\r\n", "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String ssh(PublicKey key, String comment) throws InvalidRequestException {
        if (!PrintableText.of(comment).equals(comment)) {
            throw new InvalidRequestException("the comment \"" + comment
                    + "\" has control characters: an SSH public key is one line; give another --comment");
        }
        String type = "ssh-rsa";
        if (!(key instanceof RSAPublicKey)) {
            EcCurve curve = curve(key);
            type = curve == null ? null : SSH_TYPES.get(curve);
            if (type == null) {
                throw new InvalidRequestException("SSH has no keys on "
                        + (curve == null ? "this curve" : curve.curveName()) + ": only RSA, and EC on secp256r1,"
                        + " secp384r1, and secp521r1; take another format or another key");
            }
        }
        try {
            AsymmetricKeyParameter parameter = PublicKeyFactory.createKey(key.getEncoded());
            String encoded = Base64.getEncoder().encodeToString(OpenSSHPublicKeyUtil.encodePublicKey(parameter));
            return (type + " " + encoded + " " + comment).strip() + "\n";
        } catch (IOException unusable) {
            throw new InvalidRequestException("the public key cannot be written: " + unusable.getMessage(), unusable);
        }
    }

    private static byte[] jwk(PublicKey key) throws InvalidRequestException {
        Map<String, Object> members = new TreeMap<>();
        if (key instanceof RSAPublicKey rsa) {
            members.put("kty", "RSA");
            members.put("n", BASE64URL.encodeToString(BigIntegers.asUnsignedByteArray(rsa.getModulus())));
            members.put("e", BASE64URL.encodeToString(BigIntegers.asUnsignedByteArray(rsa.getPublicExponent())));
        } else {
            EcCurve curve = curve(key);
            String name = curve == null ? null : JWK_CURVES.get(curve);
            if (curve == null || name == null) {
                throw new InvalidRequestException("there is no JSON Web Key on "
                        + (curve == null ? "this curve" : curve.curveName()) + ": no name (crv) is registered for it,"
                        + " only P-256, P-384, P-521, and secp256k1 have one; take another format or another key");
            }
            ECPublicKey ec = (ECPublicKey) key;
            members.put("kty", "EC");
            members.put("crv", name);
            members.put("x", coordinate(curve, ec.getW().getAffineX()));
            members.put("y", coordinate(curve, ec.getW().getAffineY()));
        }
        // RFC 7638: the hash of exactly these members, sorted, without blanks.
        members.put("kid", BASE64URL.encodeToString(HashAlgorithm.SHA256.digest(JsonDocuments.canonical(members))));
        String text = new String(JsonDocuments.pretty(members), StandardCharsets.UTF_8);
        return (text.replace("\r\n", "\n") + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String coordinate(EcCurve curve, BigInteger value) {
        return BASE64URL.encodeToString(BigIntegers.asUnsignedByteArray(curve.fieldLength(), value));
    }

    private static byte[] cvc(PublicKey key) throws InvalidRequestException {
        if (key instanceof AttestedPublicKey attested) {
            return attested.encode();
        }
        throw new InvalidRequestException("the device's request (CVC) for this key is not to be had: a certificate took"
                + " its place, the key came from elsewhere, or it is behind a PKCS#11 module; take another format");
    }

    private static @Nullable EcCurve curve(PublicKey key) {
        return key instanceof ECPublicKey ec ? EcCurve.of(ec.getParams()).orElse(null) : null;
    }

    /** The curve of that registered name. */
    static Optional<EcCurve> jwkCurve(String name) {
        return JWK_CURVES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
