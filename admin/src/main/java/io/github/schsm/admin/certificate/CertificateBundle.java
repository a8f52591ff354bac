// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.key.BouncyCastle;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.X509Certificates;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.jspecify.annotations.Nullable;

/**
 * X.509 certificates as CAs hand them out: DER, PEM, PKCS#7 or PKCS#12, in any order. Of a PKCS#12 file only the
 * certificates are read: a key in it stays there. So does whatever else there is in a PEM text.
 *
 * @param what what the bundle is called, usually its file, for messages
 * @param all  its certificates, none twice
 */
public record CertificateBundle(String what, List<X509Certificate> all) {
    private static final int SEQUENCE = 0x30;
    private static final int LONG_LENGTH = 0x80;
    private static final String PEM_BEGIN = "-----BEGIN ";
    /** Some eight million, seconds of work. */
    private static final int MOST_ITERATIONS_BITS = 23;

    /** What a PKCS#12 file begins with behind its outer tag and length: version 3. */
    private static final byte[] VERSION_3 = {0x02, 0x01, 0x03};

    /** Copies the list. */
    public CertificateBundle {
        all = List.copyOf(all);
    }

    /** Gives the password of a PKCS#12 file when there is one. */
    public interface PasswordSource {
        /** Returns it, to be wiped by who asked. */
        char[] password() throws SchsmException;
    }

    /**
     * Reads one or more.
     *
     * @param what     what the bytes are called, for messages
     * @param password where the password of a PKCS#12 file comes from; for all else it is not asked
     * @throws MalformedDataException  if there is no certificate in it
     * @throws InvalidRequestException if the password is another
     */
    public static CertificateBundle parse(String what, byte[] content, PasswordSource password) throws SchsmException {
        Set<X509Certificate> found = new LinkedHashSet<>();
        String text = new String(content, StandardCharsets.ISO_8859_1);
        if (isPkcs12(content)) {
            addPkcs12(found, what, content, password.password());
        } else if (text.contains(PEM_BEGIN)) {
            addPem(found, what, text);
        } else {
            found.addAll(binary(what, content));
        }
        if (found.isEmpty()) {
            throw new MalformedDataException(what, "it holds no certificate");
        }
        return new CertificateBundle(what, List.copyOf(found));
    }

    private static boolean isPkcs12(byte[] content) {
        if (content.length < 2 || content[0] != SEQUENCE) {
            return false;
        }
        int length = content[1] & 0xFF;
        int start = 2 + (length > LONG_LENGTH ? length - LONG_LENGTH : 0);
        return content.length >= start + VERSION_3.length
                && Arrays.equals(content, start, start + VERSION_3.length, VERSION_3, 0, VERSION_3.length);
    }

    /** The JDK leaves out certificates that are not in a key's chain and not marked as its own programs mark them. */
    private static void addPkcs12(Set<X509Certificate> found, String what, byte[] content, char[] password)
            throws SchsmException {
        try {
            PKCS12PfxPdu file = new PKCS12PfxPdu(content);
            requireReasonable(what, file);
            if (file.hasMac()
                    && !file.isMacValid(
                            new JcePKCS12MacCalculatorBuilderProvider().setProvider(BouncyCastle.provider()),
                            password)) {
                throw new InvalidRequestException(
                        "the PKCS#12 file " + what + " cannot be read: its password is another, or it is damaged");
            }
            for (ContentInfo part : file.getContentInfos()) {
                PKCS12SafeBagFactory bags = part.getContentType().equals(PKCSObjectIdentifiers.encryptedData)
                        ? new PKCS12SafeBagFactory(
                                part,
                                new JcePKCSPBEInputDecryptorProviderBuilder()
                                        .setProvider(BouncyCastle.provider())
                                        .build(password))
                        : new PKCS12SafeBagFactory(part);
                for (PKCS12SafeBag bag : bags.getSafeBags()) {
                    if (bag.getBagValue() instanceof X509CertificateHolder holder) {
                        found.add(X509Certificates.parse(holder.getEncoded()));
                    }
                }
            }
        } catch (IOException | PKCSException | IllegalArgumentException | IllegalStateException unreadable) {
            throw new InvalidRequestException(
                    "the PKCS#12 file " + what + " cannot be read: its password is another, or it is damaged",
                    unreadable);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /** A file that would keep this busy for hours is refused; parts that are encrypted so are refused by the library. */
    private static void requireReasonable(String what, PKCS12PfxPdu file) throws MalformedDataException {
        MacData mac = file.toASN1Structure().getMacData();
        if (mac != null && mac.getIterationCount().bitLength() > MOST_ITERATIONS_BITS) {
            throw new MalformedDataException(
                    what, "its password is hashed " + mac.getIterationCount() + " times, which takes too long");
        }
    }

    private static void addPem(Set<X509Certificate> found, String what, String text) throws SchsmException {
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject one = reader.readPemObject(); one != null; one = reader.readPemObject()) {
                switch (one.getType()) {
                    case "CERTIFICATE", "X509 CERTIFICATE" -> found.add(X509Certificates.parse(one.getContent()));
                    case "PKCS7", "CMS", "PKCS #7 SIGNED DATA" -> found.addAll(binary(what, one.getContent()));
                    default -> {
                        // A key, parameters, a request: not asked for here.
                    }
                }
            }
        } catch (IOException damaged) {
            throw new MalformedDataException(what, "its PEM text is damaged: " + damaged.getMessage());
        }
    }

    private static Collection<X509Certificate> binary(String what, byte[] content) throws MalformedDataException {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(content))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException | StackOverflowError malformed) {
            // The JDK goes as deep as structures are in each other.
            throw new MalformedDataException(
                    what, "it holds no X.509 certificate, neither DER nor PEM, PKCS#7 or PKCS#12");
        }
    }

    /** The certificate of a key; of several the one that is valid longest. */
    Optional<X509Certificate> of(PublicKey key) {
        return all.stream()
                .filter(one -> PublicKeyNumbers.areEqual(X509Certificates.publicKey(one), key))
                .max(Comparator.comparing(one -> one.getNotAfter().toInstant()));
    }

    /**
     * A certificate, and those of its issuers as far as they are here, each followed by its issuer's.
     *
     * @param key whose certificate comes first, of several the one that is valid longest; null if that is not known: then the
     *            one that issued none of the others
     */
    public List<X509Certificate> chain(@Nullable PublicKey key) {
        X509Certificate next = (key == null ? Optional.<X509Certificate>empty() : of(key))
                .or(() -> all.stream().filter(this::issuedNone).findFirst())
                .orElse(all.get(0));
        List<X509Certificate> chain = new ArrayList<>();
        while (next != null) {
            chain.add(next);
            next = issuer(next, chain).orElse(null);
        }
        return List.copyOf(chain);
    }

    private Optional<X509Certificate> issuer(X509Certificate certificate, List<X509Certificate> used) {
        return all.stream()
                .filter(one -> !used.contains(one) && X509Certificates.isIssuedBy(certificate, one))
                .findFirst();
    }

    private boolean issuedNone(X509Certificate certificate) {
        return all.stream().noneMatch(one -> !one.equals(certificate) && X509Certificates.isIssuedBy(one, certificate));
    }
}
