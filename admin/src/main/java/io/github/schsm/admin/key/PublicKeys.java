// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.AttestedPublicKey;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.codec.EcCurve;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.Optional;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.OpenSSHPublicKeyUtil;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/** Reads public keys in every {@link PublicKeyFormat}, and those of certificates. */
public final class PublicKeys {
    private static final String ACCEPTED = "a certificate or a public key, PEM, DER, SSH, JWK or CVC, is expected";
    private static final String PEM_BEGIN = "-----BEGIN ";

    private PublicKeys() {}

    /**
     * The public key of a file.
     *
     * @param what    what the file is called, for the message
     * @param content an X.509 certificate or SubjectPublicKeyInfo, DER or PEM (the first of several), an RSA public key of
     *                PKCS#1 as PEM, a line of SSH, a JSON Web Key, or a public key file of a device. That a certificate or
     *                attestation holds is <em>not</em> checked.
     * @return an {@link java.security.interfaces.ECPublicKey} or {@link java.security.interfaces.RSAPublicKey}
     * @throws MalformedDataException if it is none of them, or a key that is neither RSA nor on a known curve
     */
    public static PublicKey parse(String what, byte[] content) throws MalformedDataException {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        try {
            if (text.contains(PEM_BEGIN)) {
                return pem(what, text);
            }
            String trimmed = text.strip();
            if (trimmed.startsWith("ssh-") || trimmed.startsWith("ecdsa-sha2-")) {
                return ssh(what, trimmed);
            }
            if (trimmed.startsWith("{")) {
                return jwk(what, JsonDocuments.read(what, content));
            }
        } catch (IOException | IllegalArgumentException | IllegalStateException | GeneralSecurityException unreadable) {
            String reason = String.valueOf(unreadable.getMessage());
            throw unreadable instanceof MalformedDataException named && reason.startsWith(what)
                    ? named
                    : new MalformedDataException(what, reason);
        }
        return der(what, content);
    }

    private static PublicKey der(String what, byte[] content) throws MalformedDataException {
        try {
            return PublicKeyNumbers.parse(content);
        } catch (MalformedDataException noPublicKeyInfo) {
            Optional<PublicKey> other = certificate(content).or(() -> attested(content));
            return other.orElseThrow(() -> new MalformedDataException(what, ACCEPTED));
        }
    }

    private static Optional<PublicKey> certificate(byte[] content) {
        try {
            return Optional.of(X509Certificates.publicKey(content));
        } catch (SchsmException none) {
            return Optional.empty();
        }
    }

    private static Optional<PublicKey> attested(byte[] content) {
        try {
            return Optional.of(AttestedPublicKey.parse(content));
        } catch (SchsmException none) {
            return Optional.empty();
        }
    }

    private static PublicKey pem(String what, String text) throws IOException, MalformedDataException {
        try (PemReader reader = new PemReader(new StringReader(text.substring(text.indexOf(PEM_BEGIN))))) {
            PemObject read = reader.readPemObject();
            if (read == null) {
                throw new MalformedDataException(what, "its PEM block has no end; " + ACCEPTED);
            }
            return switch (read.getType()) {
                case "PUBLIC KEY" -> PublicKeyNumbers.parse(read.getContent());
                case "CERTIFICATE", "X509 CERTIFICATE" -> X509Certificates.publicKey(read.getContent());
                case "RSA PUBLIC KEY" ->
                    PublicKeyNumbers.parse(new SubjectPublicKeyInfo(
                                    new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE),
                                    org.bouncycastle.asn1.pkcs.RSAPublicKey.getInstance(read.getContent()))
                            .getEncoded());
                default -> throw new MalformedDataException(what, "it is PEM of a " + read.getType() + "; " + ACCEPTED);
            };
        }
    }

    private static PublicKey ssh(String what, String line) throws IOException, MalformedDataException {
        String[] words = line.split("\\s+", 3);
        if (words.length < 2) {
            throw new MalformedDataException(what, "there is no key behind " + words[0]);
        }
        byte[] encoded = Base64.getDecoder().decode(words[1]);
        AsymmetricKeyParameter parsed;
        try {
            parsed = OpenSSHPublicKeyUtil.parsePublicKey(encoded);
        } catch (RuntimeException malformed) {
            // The library stumbles over unknown curves and lengths in several ways.
            throw new MalformedDataException(what, "there is no SSH key of a known kind behind " + words[0]);
        }
        return PublicKeyNumbers.parse(
                SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(parsed).getEncoded());
    }

    private static PublicKey jwk(String what, JsonNode key) throws GeneralSecurityException {
        String type = key.path("kty").asText();
        if (type.equals("RSA")) {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(
                            new BigInteger(1, member(what, key, "n")), new BigInteger(1, member(what, key, "e"))));
        }
        EcCurve curve = PublicKeyFormat.jwkCurve(key.path("crv").asText())
                .filter(known -> type.equals("EC"))
                .orElseThrow(
                        () -> new MalformedDataException(
                                what,
                                "a JSON Web Key of kty RSA, or of kty EC with crv P-256, P-384, P-521 or secp256k1 is expected"));
        byte[] x = member(what, key, "x");
        byte[] y = member(what, key, "y");
        int length = curve.fieldLength();
        if (x.length != length || y.length != length) {
            throw new MalformedDataException(
                    what, "x and y of " + curve.curveName() + " have " + length + " bytes each");
        }
        byte[] point = new byte[1 + 2 * length];
        point[0] = 4;
        System.arraycopy(x, 0, point, 1, length);
        System.arraycopy(y, 0, point, 1 + length, length);
        return curve.publicKey(point);
    }

    private static byte[] member(String what, JsonNode key, String name) throws MalformedDataException {
        JsonNode value = key.path(name);
        if (!value.isTextual()) {
            throw new MalformedDataException(what, "the JSON Web Key has no \"" + name + "\"");
        }
        return Base64.getUrlDecoder().decode(value.asText());
    }
}
