// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.BarePublicKey;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.codec.SoftwareKey;
import io.github.schsm.codec.X509Certificates;
import java.security.Key;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys in a file of software: PKCS#12, PKCS#8 (DER or PEM, encrypted or not), PKCS#1 and SEC 1 as openssl writes them,
 * JKS, JCEKS, and BCFKS key stores. Each key comes with its certificate and those of its issuers, put in order.
 */
public final class KeyFile implements AutoCloseable {
    /** Gives the passwords of a file, when one is needed. */
    @FunctionalInterface
    public interface Passwords {
        /**
         * The file's password.
         *
         * @return the caller's to wipe
         * @throws SchsmException if there is none
         */
        char[] ofFile() throws SchsmException;

        /**
         * The password of one key in a key store. In most files it is that of the file.
         *
         * @param alias the key
         * @return the caller's to wipe
         * @throws SchsmException if there is none
         */
        default char[] ofKey(String alias) throws SchsmException {
            return ofFile();
        }
    }

    /**
     * A key in a file.
     *
     * @param alias  its name there; empty where the file has none
     * @param key    the key, which shows its encoding
     * @param chain  its certificate, then those of its issuers; empty without one
     */
    public record Entry(String alias, Key key, List<X509Certificate> chain) {
        /** Copies the list. */
        public Entry {
            chain = List.copyOf(chain);
        }

        /** Whether it is a secret key. */
        public boolean isSecret() {
            return key instanceof SecretKey;
        }

        /**
         * Its numbers, checked to be those of a key that a device can have, and of the key of the certificate.
         *
         * @return the caller's to destroy
         * @throws InvalidRequestException if they are not
         */
        public SoftwareKey numbers() throws InvalidRequestException {
            return SoftwareKey.of(key, chain.isEmpty() ? null : X509Certificates.publicKey(chain.get(0)));
        }

        /** The key with other certificates, of which those that it needs are taken, in order. */
        public Entry withCertificates(List<X509Certificate> certificates) throws InvalidRequestException {
            SoftwareKey numbers = SoftwareKey.of(key, null);
            try {
                return new Entry(alias, key, KeyFile.chain(numbers.publicKey().orElse(null), certificates));
            } finally {
                numbers.destroy();
            }
        }

        /** The entry of a key store that {@link KeyStore#setEntry} takes. */
        KeyStore.Entry toKeyStoreEntry() throws InvalidRequestException {
            if (key instanceof SecretKey secret) {
                return new KeyStore.SecretKeyEntry(secret);
            }
            SoftwareKey numbers = numbers();
            PublicKey pair = numbers.publicKey().orElseThrow();
            Certificate[] certificates =
                    chain.isEmpty() ? new Certificate[] {new BarePublicKey(pair)} : chain.toArray(new Certificate[0]);
            // A PrivateKeyEntry wants the name of the algorithm that the certificate has for it.
            return new KeyStore.PrivateKeyEntry(
                    new EncodedPrivateKey(certificates[0].getPublicKey().getAlgorithm(), key), certificates);
        }

        @Override
        public String toString() {
            return PrintableText.of(alias.isEmpty() ? "the key" : "key \"" + alias + "\"");
        }
    }

    private final String format;
    private final List<Entry> entries;

    KeyFile(String format, List<Entry> entries) {
        this.format = format;
        this.entries = List.copyOf(entries);
    }

    /**
     * Reads a file.
     *
     * @param what      what it is called in messages, mostly its name
     * @param content   the file; the caller's to wipe
     * @param passwords asked when one is needed, and only then
     * @throws MalformedDataException  if it is no file of any of these forms
     * @throws InvalidRequestException if a password does not open it, or it holds no key
     * @throws SchsmException          what the passwords throw
     */
    public static KeyFile read(String what, byte[] content, Passwords passwords) throws SchsmException {
        KeyFile read = KeyFileForms.read(what, content, passwords);
        if (read.entries.isEmpty()) {
            throw new InvalidRequestException(what + " (" + read.format + ") holds no private or secret key");
        }
        return read;
    }

    /** What form it has, e.g. {@code PKCS#12}. */
    public String format() {
        return format;
    }

    /** The keys, in the order of the file. */
    public List<Entry> entries() {
        return entries;
    }

    /** The key of that alias. */
    public Optional<Entry> entry(String alias) {
        return entries.stream().filter(entry -> entry.alias().equals(alias)).findFirst();
    }

    /** The certificate of a key and those of its issuers, as far as they are there, each followed by its issuer's. */
    static List<X509Certificate> chain(@Nullable PublicKey key, List<X509Certificate> certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        Optional<X509Certificate> next = certificates.stream()
                .filter(one -> PublicKeyNumbers.areEqual(X509Certificates.publicKey(one), key))
                .findFirst();
        while (next.isPresent()) {
            X509Certificate last = next.get();
            chain.add(last);
            next = certificates.stream()
                    .filter(one -> !chain.contains(one) && X509Certificates.isIssuedBy(last, one))
                    .findFirst();
        }
        return chain;
    }

    /** Wipes what was read, as far as Java lets it be done. */
    @Override
    public void close() {
        for (Entry entry : entries) {
            if (entry.key() instanceof EncodedPrivateKey ours) {
                ours.destroy();
            }
        }
    }
}
