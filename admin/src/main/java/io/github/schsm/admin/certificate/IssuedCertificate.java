// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that a CA has issued, as its folder records it.
 *
 * @param certificate the certificate
 * @param issuedAt    when it was issued
 * @param revokedAt   when it was revoked; null if it was not
 * @param reason      why it was revoked; null if it was not
 */
public record IssuedCertificate(
        X509Certificate certificate,
        Instant issuedAt,
        @Nullable Instant revokedAt,
        @Nullable RevocationReason reason) {
    /** What a certificate is at a time. */
    public enum State {
        /** It is valid. */
        VALID,
        /** Its time is over; it may have been revoked before. */
        EXPIRED,
        /** It was revoked before its time was over. */
        REVOKED
    }

    /** Its serial number. */
    public BigInteger serial() {
        return certificate.getSerialNumber();
    }

    /** The serial number as people see it, in upper-case hexadecimal digits. */
    public String serialText() {
        return Certificates.serialText(serial());
    }

    /** Its subject, RFC 2253. */
    public String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    /** When its time ends. */
    public Instant notAfter() {
        return certificate.getNotAfter().toInstant();
    }

    /** What it is at that time. */
    public State state(Instant now) {
        return now.isAfter(notAfter()) ? State.EXPIRED : revokedAt == null ? State.VALID : State.REVOKED;
    }

    IssuedCertificate revoked(Instant at, RevocationReason why) {
        return new IssuedCertificate(certificate, issuedAt, at, why);
    }
}
