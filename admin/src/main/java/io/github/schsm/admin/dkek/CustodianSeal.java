// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.HashAlgorithm;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.jspecify.annotations.Nullable;

/**
 * A custodian's key, for whom a secret is encrypted when the custodian does not come: a CMS message (RFC 5652) that the
 * custodian opens with {@code openssl cms -decrypt -inform DER -in FILE -inkey KEY}.
 */
public final class CustodianSeal {
    private static final int SHORTEST_RSA = 2048;
    private static final BouncyCastleProvider BC = new BouncyCastleProvider();

    private final PublicKey key;
    private final @Nullable X509Certificate certificate;

    private CustodianSeal(PublicKey key, @Nullable X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /**
     * A key from a file.
     *
     * @param what    what it is called in messages
     * @param content an X.509 certificate or a public key, DER or PEM
     * @throws MalformedDataException  if it is neither
     * @throws InvalidRequestException if nothing should be encrypted for that key
     */
    public static CustodianSeal parse(String what, byte[] content) throws SchsmException {
        CustodianSeal seal = read(what, content);
        if (seal.key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < SHORTEST_RSA) {
            throw new InvalidRequestException(
                    "the RSA key in " + what + " has " + rsa.getModulus().bitLength()
                            + " bits: nothing is encrypted for one of less than " + SHORTEST_RSA);
        }
        if (!(seal.key instanceof RSAPublicKey) && !(seal.key instanceof ECPublicKey)) {
            throw new InvalidRequestException(
                    "the key in " + what + " is for " + seal.key.getAlgorithm() + ": an RSA or EC key is expected");
        }
        return seal;
    }

    private static CustodianSeal read(String what, byte[] content) throws MalformedDataException {
        byte[] der = content;
        if (content.length > 0 && content[0] != 0x30) {
            try (PEMParser parser = new PEMParser(
                    new InputStreamReader(new ByteArrayInputStream(content), StandardCharsets.US_ASCII))) {
                Object object = parser.readObject();
                if (object instanceof X509CertificateHolder holder) {
                    der = holder.getEncoded();
                } else if (object instanceof SubjectPublicKeyInfo info) {
                    der = info.getEncoded(ASN1Encoding.DER);
                } else {
                    throw new MalformedDataException(what, "it is neither an X.509 certificate nor a public key");
                }
            } catch (IOException | RuntimeException malformed) {
                throw new MalformedDataException(what, "it is no PEM that can be read: " + malformed.getMessage());
            }
        }
        try {
            X509Certificate certificate = X509Certificates.parse(der);
            return new CustodianSeal(PublicKeyNumbers.of(certificate.getPublicKey()), certificate);
        } catch (MalformedDataException noCertificate) {
            return new CustodianSeal(PublicKeyNumbers.parse(der), null);
        }
    }

    /** SHA-256 of the public key (SubjectPublicKeyInfo), upper-case hexadecimal. */
    public String fingerprint() {
        return HexFormat.of().withUpperCase().formatHex(HashAlgorithm.SHA256.digest(key.getEncoded()));
    }

    /** The subject of the certificate, if there is one. */
    public Optional<String> holder() {
        return Optional.ofNullable(certificate)
                .map(x509 -> x509.getSubjectX500Principal().getName());
    }

    /**
     * Encrypts a secret.
     *
     * @param secret the caller's to wipe
     * @return a CMS message, DER
     * @throws InvalidRequestException if that cannot be done with the key
     */
    byte[] seal(byte[] secret) throws InvalidRequestException {
        byte[] copy = secret.clone();
        try {
            CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(key instanceof RSAPublicKey ? transport() : agreement());
            return generator
                    .generate(
                            new CMSProcessableByteArray(copy),
                            new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                                    .setProvider(BC)
                                    .build())
                    .getEncoded();
        } catch (CMSException | IOException | GeneralSecurityException unusable) {
            throw new InvalidRequestException(
                    "nothing can be encrypted for the custodian's key with SHA-256 " + fingerprint() + ": "
                            + unusable.getMessage(),
                    unusable);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    private RecipientInfoGenerator transport() throws GeneralSecurityException {
        return certificate == null
                ? new JceKeyTransRecipientInfoGenerator(keyIdentifier(), key).setProvider(BC)
                : new JceKeyTransRecipientInfoGenerator(certificate).setProvider(BC);
    }

    private RecipientInfoGenerator agreement() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", BC);
        generator.initialize(((ECPublicKey) key).getParams());
        KeyPair ephemeral = generator.generateKeyPair();
        JceKeyAgreeRecipientInfoGenerator agreement = new JceKeyAgreeRecipientInfoGenerator(
                        CMSAlgorithm.ECDH_SHA256KDF,
                        ephemeral.getPrivate(),
                        ephemeral.getPublic(),
                        CMSAlgorithm.AES256_WRAP)
                .setProvider(BC);
        return certificate == null ? agreement.addRecipient(keyIdentifier(), key) : agreement.addRecipient(certificate);
    }

    /** As RFC 5280 makes it: SHA-1 of the bits of the public key. */
    private byte[] keyIdentifier() {
        return HashAlgorithm.SHA1.digest(PublicKeyNumbers.bits(key));
    }
}
