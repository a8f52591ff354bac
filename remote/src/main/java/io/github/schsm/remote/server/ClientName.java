// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SubjectNames;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/**
 * A client as its TLS certificate names it.
 *
 * @param name        its common name, or all of its name; empty for a client without a certificate
 * @param fingerprint SHA-256 of the certificate, in lower case; empty without
 */
record ClientName(String name, String fingerprint) {
    /** A client on this computer that has shown no certificate. */
    static final ClientName LOCAL = new ClientName("", "");

    static ClientName of(X509Certificate certificate) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        return new ClientName(
                SubjectNames.label(certificate.getSubjectX500Principal()),
                HexFormat.of().formatHex(digest));
    }

    /** Whether it is one of those that are let in. */
    boolean isAmong(List<String> clients) {
        return clients.isEmpty() || clients.contains(name) || clients.contains(fingerprint);
    }

    @Override
    public String toString() {
        return name.isEmpty() ? "a client on this computer" : PrintableText.of(name);
    }
}
