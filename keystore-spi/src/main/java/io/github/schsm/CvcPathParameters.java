// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.cert.CertPathParameters;
import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What {@code CertPathValidator.getInstance("CVC")} validates against. Needed because a
 * {@link java.security.cert.TrustAnchor} cannot carry a card-verifiable certificate.
 */
public final class CvcPathParameters implements CertPathParameters {
    private final DeviceTrust trust;
    private final @Nullable LocalDate day;

    private CvcPathParameters(DeviceTrust trust, @Nullable LocalDate day) {
        this.trust = Objects.requireNonNull(trust, "trust");
        this.day = day;
    }

    /** Validation to these roots; expired device certificates are accepted unless the trust requires their dates. */
    public static CvcPathParameters of(DeviceTrust trust) {
        return new CvcPathParameters(trust, null);
    }

    /** The same with the certificates' dates checked against a day. */
    public CvcPathParameters validOn(LocalDate date) {
        return new CvcPathParameters(trust, date);
    }

    /** The roots. */
    public DeviceTrust trust() {
        return trust;
    }

    /** The day on which certificates have to be valid, or null if dates don't matter. */
    public @Nullable LocalDate day() {
        return day;
    }

    /** Immutable, so itself would do; a copy because the interface asks for one. */
    @Override
    public Object clone() {
        return new CvcPathParameters(trust, day);
    }
}
