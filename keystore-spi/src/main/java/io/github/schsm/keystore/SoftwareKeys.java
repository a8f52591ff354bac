// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.DkekProtection;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.SchsmException;
import io.github.schsm.UnsupportedByDeviceException;
import io.github.schsm.codec.BarePublicKey;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.codec.X509Certificates;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.Token;
import java.security.Key;
import java.security.KeyStoreException;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Imports keys of software into a key domain whose DKEK the host has. */
final class SoftwareKeys {
    private final Token token;
    private final TokenFinder finder;

    SoftwareKeys(Token token, TokenFinder finder) {
        this.token = token;
        this.finder = finder;
    }

    /**
     * Imports a key.
     *
     * @param protection the DKEK; null for the configured one
     */
    void store(String alias, Key key, Certificate @Nullable [] chain, @Nullable DkekProtection protection)
            throws KeyStoreException, SchsmException {
        if (protection == null && !finder.isDkekConfigured()) {
            throw refused(key);
        }
        List<Certificate> certificates = chain == null ? List.of() : List.of(chain);
        X509Certificate leaf = leaf(certificates);
        SoftwareKey numbers = SoftwareKey.of(key, publicKey(certificates));
        try {
            List<X509Certificate> issuers = leaf == null ? List.of() : Certificates.issuers(leaf, chain);
            KeyTransfer transfer = new KeyTransfer(token);
            transfer.requireFree(alias);
            requireDkekDomain();
            ImportRequest request = new ImportRequest(
                    numbers,
                    alias,
                    protection == null ? null : protection.id().orElse(null),
                    protection == null ? List.<KeyAlgorithm>of() : protection.allowed(),
                    leaf == null ? null : KeyTransfer.encoded(leaf));
            byte[] dkek = protection == null ? finder.configuredDkek() : protection.dkek();
            try {
                transfer.importKey(request, dkek, issuers);
            } finally {
                Arrays.fill(dkek, (byte) 0);
            }
        } finally {
            numbers.destroy();
        }
    }

    /** Where it cannot be kept from being a key outside: said before anybody is asked for a password. */
    private void requireDkekDomain() throws SchsmException {
        List<KeyDomain.Status> domains;
        try {
            domains = token.keyDomains().list();
        } catch (UnsupportedByDeviceException noDomains) {
            throw new UnsupportedByDeviceException(
                    "a software key cannot be imported into " + token.description()
                            + ": it goes there wrapped under the DKEK of a key domain, and nothing of these is in reach ("
                            + noDomains.getMessage() + ")",
                    noDomains);
        }
        if (domains.stream().anyMatch(domain -> !domain.isXkek())) {
            return;
        }
        throw new KeyDomainException("a software key cannot be imported into " + token.description() + ": "
                + (domains.isEmpty()
                        ? "it has no key domain; one with a DKEK is needed (schsm domain create --dkek-shares, or"
                                + " SchsmDevice.createDkekDomain)"
                        : "it has XKEK key domains only, whose KEK devices agree on and nobody else has, so that no key comes"
                                + " in from outside; generate the key in the device, or make a key domain with a DKEK"
                                + " (schsm domain create --dkek-shares)"));
    }

    private static @Nullable X509Certificate leaf(List<Certificate> chain) throws SchsmException {
        if (chain.isEmpty() || chain.get(0) instanceof BarePublicKey) {
            return null;
        }
        if (chain.get(0) instanceof X509Certificate given) {
            return X509Certificates.requireUsable(given);
        }
        throw new InvalidRequestException(
                "certificates of type " + chain.get(0).getType() + " are not stored with keys, X.509 are");
    }

    private static @Nullable PublicKey publicKey(List<Certificate> chain) throws SchsmException {
        if (chain.isEmpty()) {
            return null;
        }
        return chain.get(0) instanceof X509Certificate x509
                ? X509Certificates.publicKey(x509)
                : chain.get(0).getPublicKey();
    }

    /** The sentence for who meant to make a key on the device; keytool does that without -providername. */
    private static KeyStoreException refused(Key key) {
        return new KeyStoreException(
                "a software key cannot be stored on a device: its "
                        + (key instanceof SecretKey
                                ? "bytes would have been outside. keytool -genseckey and -importpass make such keys only: generate"
                                        + " the key on the device (schsm generate --type AES, or KeyGenerator with a SchsmKeySpec)"
                                : "private part would have been outside. Generate the key on the device (keytool -genkeypair"
                                        + " with -providername naming this provider)")
                        + ", bring a wrapped key as WrappedKeyEntry, or to import it all the same into a key domain with a DKEK name the"
                        + " DKEK's shares in the configuration (dkek = file:…), give a DkekProtection, or use schsm import-key");
    }
}
