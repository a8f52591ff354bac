// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.key.PublicKeyFormat;
import io.github.schsm.codec.X509Certificates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Locale;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.jspecify.annotations.Nullable;

/** Certificates that keys of devices sign. */
public final class Certificates {
    /** How long a certificate is valid where nothing says otherwise. */
    public static final int DEFAULT_DAYS = 365;

    private static final int SERIAL_BITS = 128;
    private static final int RADIX = 16;

    private Certificates() {}

    /**
     * A certificate of a key that the key itself signs. It is not stored: see {@link CertificateImport}.
     *
     * @param key     the key; a use of it is counted, where it has a use counter
     * @param profile the subject; names, usages, basic constraints, days, CRL distribution points, and the algorithm, where
     *                they are not what is usual: {@value #DEFAULT_DAYS} days and the algorithm that fits the key
     * @param clock   what the time is
     * @throws InvalidRequestException  if there is no subject, or the key may not sign
     * @throws GeneralSecurityException if the device does not sign
     */
    public static X509Certificate selfSigned(DeviceKey key, CertificateProfile profile, Clock clock)
            throws GeneralSecurityException {
        X500Name subject = profile.subjectName();
        if (subject == null) {
            throw new InvalidRequestException(
                    "the certificate has no subject: give one, such as CN=www.example.org, O=Example, C=DE");
        }
        SubjectPublicKeyInfo publicKey =
                SubjectPublicKeyInfo.getInstance(key.publicKey().getEncoded());
        Extensions extensions = new CertificateExtensions()
                .subjectKey(publicKey)
                .authorityKey(CertificateExtensions.authority(null, publicKey))
                .constraints(profile.basicConstraints())
                .usages(profile.keyUsages())
                .purposes(profile.extendedKeyUsages())
                .names(profile.subjectAltNames(), false)
                .revocationLists(profile.crlDistributionPoints())
                .build();
        Instant from = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return sign(
                key,
                profile.algorithm().orElse(null),
                new Content(
                        subject,
                        randomSerial(),
                        from,
                        from.plus(profile.days().orElse(DEFAULT_DAYS), ChronoUnit.DAYS),
                        subject,
                        publicKey,
                        extensions));
    }

    /** What stands in a certificate. */
    record Content(
            X500Name issuer,
            BigInteger serial,
            Instant notBefore,
            Instant notAfter,
            X500Name subject,
            SubjectPublicKeyInfo publicKey,
            Extensions extensions) {}

    static X509Certificate sign(DeviceKey issuer, @Nullable String algorithm, Content content)
            throws GeneralSecurityException {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                content.issuer,
                content.serial,
                Date.from(content.notBefore),
                Date.from(content.notAfter),
                content.subject,
                content.publicKey);
        try {
            for (var type : content.extensions.getExtensionOIDs()) {
                Extension extension = content.extensions.getExtension(type);
                builder.addExtension(extension);
            }
            return X509Certificates.parse(
                    Signing.with(issuer, algorithm, builder::build).getEncoded());
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
    }

    /** A random one of 128 bits, never zero. */
    static BigInteger randomSerial() {
        SecureRandom random = new SecureRandom();
        BigInteger serial = BigInteger.ZERO;
        while (serial.signum() == 0) {
            serial = new BigInteger(SERIAL_BITS, random);
        }
        return serial;
    }

    /** A serial number as people see it: upper-case hexadecimal digits, two a byte. */
    public static String serialText(BigInteger serial) {
        String digits = serial.toString(RADIX).toUpperCase(Locale.ROOT);
        return digits.length() % 2 == 0 ? digits : "0" + digits;
    }

    /**
     * A certificate as text.
     *
     * @throws MalformedDataException if the certificate has no encoding
     */
    public static byte[] pem(X509Certificate certificate) throws MalformedDataException {
        try {
            return PublicKeyFormat.pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException none) {
            throw new MalformedDataException("X.509 certificate", String.valueOf(none.getMessage()));
        }
    }
}
