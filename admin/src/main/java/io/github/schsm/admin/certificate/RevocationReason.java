// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.certificate;

import io.github.schsm.InvalidRequestException;
import java.util.Arrays;
import org.bouncycastle.asn1.x509.CRLReason;

/** Why a certificate was revoked, by the names of RFC 5280. */
public enum RevocationReason {
    /** Nothing more is known. */
    UNSPECIFIED("unspecified", CRLReason.unspecified),
    /** Somebody else has the key, or may have it. */
    KEY_COMPROMISE("keyCompromise", CRLReason.keyCompromise),
    /** The same of the key of a CA. */
    CA_COMPROMISE("cACompromise", CRLReason.cACompromise),
    /** The holder has another name or place. */
    AFFILIATION_CHANGED("affiliationChanged", CRLReason.affiliationChanged),
    /** There is a newer certificate. */
    SUPERSEDED("superseded", CRLReason.superseded),
    /** The certificate is not needed anymore. */
    CESSATION_OF_OPERATION("cessationOfOperation", CRLReason.cessationOfOperation),
    /** The holder may no longer do what the certificate says. */
    PRIVILEGE_WITHDRAWN("privilegeWithdrawn", CRLReason.privilegeWithdrawn);

    private final String text;
    private final int number;

    RevocationReason(String text, int number) {
        this.text = text;
        this.number = number;
    }

    /** The name in RFC 5280. */
    public String text() {
        return text;
    }

    int number() {
        return number;
    }

    /**
     * The reason of that name.
     *
     * @throws InvalidRequestException if there is none; the message lists them
     */
    public static RevocationReason named(String name) throws InvalidRequestException {
        return Arrays.stream(values())
                .filter(reason -> reason.text.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("the reason \"" + name + "\" is unknown: use "
                        + String.join(
                                ", ",
                                Arrays.stream(values())
                                        .map(RevocationReason::text)
                                        .toList())));
    }
}
