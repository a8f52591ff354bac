// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm;

import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A private key without an X.509 certificate, as {@link KeyStore#getEntry} gives it. It is no
 * {@link KeyStore.PrivateKeyEntry} because programs that look for keys to sign with cast the chain of those to X.509:
 * they pass over an entry of a kind that they don't know. The key is the same that {@link KeyStore#getKey} gives.
 * {@link KeyStore#setEntry} takes the entry, which renames the key.
 */
public final class UncertifiedKeyEntry implements KeyStore.Entry {
    private final SchsmPrivateKey privateKey;
    private final @Nullable Certificate certificate;
    private final Set<Attribute> attributes;

    /**
     * An entry.
     *
     * @param certificate the request that the device made for the key, its public key alone, or null if that is not known
     * @param attributes  what a key store shows of the key
     */
    public UncertifiedKeyEntry(
            SchsmPrivateKey privateKey, @Nullable Certificate certificate, Set<Attribute> attributes) {
        this.privateKey = Objects.requireNonNull(privateKey, "privateKey");
        this.certificate = certificate;
        this.attributes = Set.copyOf(attributes);
    }

    /** The handle. */
    public SchsmPrivateKey getPrivateKey() {
        return privateKey;
    }

    /** What {@link KeyStore#getCertificate} gives: a {@link Cvc}, or the public key alone; empty if that is not known. */
    public Optional<Certificate> getCertificate() {
        return Optional.ofNullable(certificate);
    }

    /** The public key, if it is known. */
    public Optional<PublicKey> getPublicKey() {
        return getCertificate().map(Certificate::getPublicKey);
    }

    @Override
    public Set<Attribute> getAttributes() {
        return attributes;
    }

    @Override
    public String toString() {
        return privateKey + ", without an X.509 certificate";
    }
}
