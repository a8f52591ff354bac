// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.Labels;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.SubjectNames;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes keys out of a token and into one, each with the certificates that belong to it: for the key store's entries and
 * for migrations.
 */
final class KeyTransfer {
    private static final System.Logger LOGGER = System.getLogger(SchsmKeyStore.class.getName());

    private final Token token;

    KeyTransfer(Token token) {
        this.token = token;
    }

    /**
     * Wraps a key.
     *
     * @param useCounterMayBeLost whether a key with a use counter is wrapped all the same
     */
    WrappedKeyEntry wrap(KeyHandle key, KekHandle kek, boolean useCounterMayBeLost) throws SchsmException {
        WrappedKeyEntry wrapped = KeyWrapping.wrap(key, kek, useCounterMayBeLost);
        if (wrapped.certificate().isPresent() && certificates().of(key.key()) instanceof X509Certificate leaf) {
            List<X509Certificate> chain = certificates().chain(leaf);
            return wrapped.withIssuers(List.copyOf(chain.subList(1, chain.size())));
        }
        return wrapped;
    }

    /**
     * Unwraps a key, and stores the certificates that came with it and belong to it.
     *
     * @param kek the KEK that it has to be wrapped under; null for any that the token has
     */
    void unwrap(String alias, WrappedKeyEntry entry, @Nullable KekHandle kek) throws SchsmException {
        requireFree(alias);
        if (kek != null) {
            if (!kek.token().uniqueId().equals(token.uniqueId())) {
                throw new KeyDomainException(
                        kek + " is in another device than the key store, which is in " + token.description());
            }
            KeyWrapping.requireSameKek(entry, kek);
        }
        TokenKey key = token.keyDomains().unwrap(entry, alias);
        try {
            storeIssuers(proven(entry, key));
        } catch (SchsmException failed) {
            try {
                token.delete(key);
            } catch (SchsmException alsoFailed) {
                failed.addSuppressed(alsoFailed);
            }
            throw failed;
        }
    }

    /** An alias for a new entry. */
    void requireFree(String alias) throws SchsmException {
        if (Aliases.of(token).get(alias) != null) {
            throw new InvalidRequestException(
                    "another entry has the alias \"" + alias + "\": delete or rename it first");
        }
        requireLabel(alias);
    }

    /**
     * Imports a software key under a DKEK, and stores its issuers' certificates.
     *
     * @param dkek 32 bytes, the caller's to wipe
     */
    void importKey(ImportRequest request, byte[] dkek, List<X509Certificate> issuers) throws SchsmException {
        List<TokenCertificate> added = storeIssuers(issuers);
        try {
            // The key last: if this is interrupted, what is left over are certificates and no key without them.
            token.keyDomains().importKey(request, dkek);
        } catch (SchsmException | RuntimeException failed) {
            removeAll(added, failed);
            throw failed;
        }
    }

    private Certificates certificates() {
        return new Certificates(token);
    }

    /**
     * Of the certificates that came with a wrapped key those that the key's own certificate, which the token has proven,
     * needs: an entry that signed nothing would be a certificate authority that somebody else chose to trust.
     */
    private List<X509Certificate> proven(WrappedKeyEntry entry, TokenKey key) throws SchsmException {
        if (entry.issuers().isEmpty()) {
            return List.of();
        }
        List<X509Certificate> candidates = new ArrayList<>();
        for (Certificate issuer : entry.issuers()) {
            if (issuer instanceof X509Certificate given) {
                try {
                    candidates.add(X509Certificates.requireReadable(given));
                } catch (InvalidRequestException unreadable) {
                    LOGGER.log(System.Logger.Level.WARNING, unreadable.getMessage());
                }
            }
        }
        List<X509Certificate> needed = List.of();
        if (certificates().of(key) instanceof X509Certificate leaf) {
            List<X509Certificate> chain = Certificates.chain(leaf, candidates);
            needed = chain.subList(1, chain.size());
        }
        for (X509Certificate candidate : candidates) {
            if (!needed.contains(candidate)) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the certificate of {0}, which came with {1}, signed nothing of it and is not stored",
                        PrintableText.of(candidate.getSubjectX500Principal().toString()),
                        key);
            }
        }
        return needed;
    }

    /** Puts the certificates of a chain on the token that are not there yet, so that the chain can be completed. */
    List<TokenCertificate> storeIssuers(List<X509Certificate> issuers) throws SchsmException {
        List<TokenCertificate> added = new ArrayList<>();
        if (issuers.isEmpty()) {
            return added;
        }
        List<byte[]> present = new ArrayList<>(token.issuerCertificates());
        try {
            for (X509Certificate issuer : issuers) {
                byte[] encoded = encoded(issuer);
                if (present.stream().noneMatch(other -> Arrays.equals(other, encoded))) {
                    added.add(token.addCertificate(
                            Labels.nearest(SubjectNames.label(issuer.getSubjectX500Principal())), encoded));
                    present.add(encoded);
                }
            }
            return added;
        } catch (SchsmException failed) {
            removeAll(added, failed);
            throw failed;
        }
    }

    void removeAll(List<TokenCertificate> added, Exception reason) {
        for (TokenCertificate certificate : added) {
            try {
                token.delete(certificate);
            } catch (SchsmException alsoFailed) {
                reason.addSuppressed(alsoFailed);
            }
        }
    }

    /** Only for what gets a new label: what another program wrote can be used and changed under the label it has. */
    static void requireLabel(String alias) throws InvalidRequestException {
        try {
            Labels.require(alias);
        } catch (IllegalArgumentException unusable) {
            throw new InvalidRequestException(
                    "the alias cannot be a label on the device: " + unusable.getMessage(), unusable);
        }
    }

    static byte[] encoded(Certificate certificate) throws InvalidRequestException {
        try {
            return certificate.getEncoded();
        } catch (java.security.cert.CertificateEncodingException unusable) {
            throw new InvalidRequestException("the certificate has no encoding: " + unusable.getMessage(), unusable);
        }
    }
}
