// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyAttribute;
import io.github.schsm.SchsmPrivateKey;
import io.github.schsm.UncertifiedKeyEntry;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.codec.PublicKeyNumbers;
import io.github.schsm.spi.KeyHandle;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.KeyStoreSpi;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The key store of type SCHSM-MEMORY: handles of keys in devices, their chains, and certificates, in memory and nowhere
 * else. It is for programs that put a key and its chain into a key store of their own, which they make by its type. Nothing
 * that is done with it reaches a device; the keys in it do what they do everywhere.
 *
 * <p>Aliases are case-sensitive. Passwords are not looked at: a handle is no secret, its device asks for the PIN.
 */
public final class MemoryKeyStore extends KeyStoreSpi {
    private static final String TYPE = "a key store of type SCHSM-MEMORY";

    private final Map<String, Stored> entries = Collections.synchronizedMap(new LinkedHashMap<>());

    /**
     * What an alias stands for.
     *
     * @param key   null for a certificate
     * @param chain the key's chain, or the certificate; empty if the key has none
     */
    private record Stored(
            @Nullable KeyHandle key,
            List<Certificate> chain,
            Set<KeyStore.Entry.Attribute> attributes,
            Instant since) {}

    /** An empty key store. */
    public MemoryKeyStore() {
        // Nothing is in it before load.
    }

    /** Makes it empty. */
    @Override
    public void engineLoad(@Nullable InputStream stream, char @Nullable [] password) throws IOException {
        if (stream != null && stream.read() >= 0) {
            throw new IOException(
                    TYPE + " is in memory and has no file: load it with a null stream. A file with an SCHSM"
                            + " configuration is one of type SCHSM");
        }
        entries.clear();
    }

    @Override
    public void engineLoad(KeyStore.@Nullable LoadStoreParameter parameter) {
        entries.clear();
    }

    @Override
    public void engineStore(@Nullable OutputStream stream, char @Nullable [] password) throws IOException {
        throw notStored();
    }

    @Override
    public void engineStore(KeyStore.@Nullable LoadStoreParameter parameter) throws IOException {
        throw notStored();
    }

    private static IOException notStored() {
        return new IOException(
                TYPE + " is in memory and cannot be stored: its keys are in devices, which keep them. Open"
                        + " the devices as a key store of type SCHSM");
    }

    @Override
    public boolean engineProbe(InputStream stream) {
        return false;
    }

    @Override
    public Enumeration<String> engineAliases() {
        synchronized (entries) {
            return Collections.enumeration(List.copyOf(entries.keySet()));
        }
    }

    @Override
    public boolean engineContainsAlias(String alias) {
        return entries.containsKey(alias);
    }

    @Override
    public int engineSize() {
        return entries.size();
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
        return key(alias) != null;
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
        Stored stored = entries.get(alias);
        return stored != null && stored.key() == null;
    }

    private @Nullable KeyHandle key(String alias) {
        Stored stored = entries.get(alias);
        return stored == null ? null : stored.key();
    }

    /** The handle, whatever the password. */
    @Override
    public @Nullable Key engineGetKey(String alias, char @Nullable [] password) {
        return key(alias);
    }

    @Override
    public Certificate @Nullable [] engineGetCertificateChain(String alias) {
        Stored stored = entries.get(alias);
        return stored == null || stored.key() == null || stored.chain().isEmpty()
                ? null
                : stored.chain().toArray(new Certificate[0]);
    }

    @Override
    public @Nullable Certificate engineGetCertificate(String alias) {
        Stored stored = entries.get(alias);
        return stored == null || stored.chain().isEmpty()
                ? null
                : stored.chain().get(0);
    }

    @Override
    public @Nullable String engineGetCertificateAlias(@Nullable Certificate certificate) {
        synchronized (entries) {
            for (Map.Entry<String, Stored> entry : entries.entrySet()) {
                List<Certificate> chain = entry.getValue().chain();
                if (!chain.isEmpty() && chain.get(0).equals(certificate)) {
                    return entry.getKey();
                }
            }
        }
        return null;
    }

    /** When it was put in. */
    @Override
    @SuppressWarnings("JavaUtilDate") // what KeyStoreSpi answers with
    public @Nullable Date engineGetCreationDate(String alias) {
        Stored stored = entries.get(alias);
        return stored == null ? null : Date.from(stored.since());
    }

    /** What is known of the key in the device; overrides the method that JDK 18 introduced. */
    public Set<KeyStore.Entry.Attribute> engineGetAttributes(String alias) {
        Stored stored = entries.get(alias);
        return stored == null ? Set.of() : stored.attributes();
    }

    @Override
    public boolean engineEntryInstanceOf(String alias, Class<? extends KeyStore.Entry> entryClass) {
        Stored stored = entries.get(alias);
        return stored != null && entryClass.isInstance(entry(stored));
    }

    /** The entry, whatever protects it. */
    @Override
    public KeyStore.@Nullable Entry engineGetEntry(String alias, KeyStore.@Nullable ProtectionParameter protection) {
        Stored stored = entries.get(alias);
        return stored == null ? null : entry(stored);
    }

    private static KeyStore.Entry entry(Stored stored) {
        KeyHandle key = stored.key();
        if (key == null) {
            return new KeyStore.TrustedCertificateEntry(stored.chain().get(0), stored.attributes());
        }
        if (key instanceof SecretKey secret) {
            return new KeyStore.SecretKeyEntry(secret, stored.attributes());
        }
        SchsmPrivateKey privateKey = (SchsmPrivateKey) key;
        return stored.chain().isEmpty()
                ? new UncertifiedKeyEntry(privateKey, null, stored.attributes())
                : new KeyStore.PrivateKeyEntry(
                        privateKey, stored.chain().toArray(new Certificate[0]), stored.attributes());
    }

    @Override
    public void engineSetEntry(String alias, KeyStore.Entry entry, KeyStore.@Nullable ProtectionParameter protection)
            throws KeyStoreException {
        if (entry instanceof KeyStore.PrivateKeyEntry pair) {
            engineSetKeyEntry(alias, pair.getPrivateKey(), null, pair.getCertificateChain());
        } else if (entry instanceof UncertifiedKeyEntry bare) {
            engineSetKeyEntry(alias, bare.getPrivateKey(), null, null);
        } else if (entry instanceof KeyStore.SecretKeyEntry secret) {
            engineSetKeyEntry(alias, secret.getSecretKey(), null, null);
        } else if (entry instanceof KeyStore.TrustedCertificateEntry trusted) {
            engineSetCertificateEntry(alias, trusted.getTrustedCertificate());
        } else {
            throw new KeyStoreException(TYPE + " takes a PrivateKeyEntry, SecretKeyEntry, UncertifiedKeyEntry or"
                    + " TrustedCertificateEntry, not " + entry.getClass().getName());
        }
    }

    @Override
    public void engineSetKeyEntry(
            String alias, @Nullable Key key, char @Nullable [] password, Certificate @Nullable [] chain)
            throws KeyStoreException {
        requireAlias(alias);
        if (!(key instanceof KeyHandle handle)) {
            throw new KeyStoreException(TYPE
                    + " takes keys that are in devices, got from a key store of type SCHSM; this"
                    + " is " + (key == null ? "null" : "a " + key.getClass().getName())
                    + ": keep keys of software in a key store of type PKCS12");
        }
        List<Certificate> given = certificates(chain);
        PublicKey known = handle.details().publicKey();
        if (!given.isEmpty()
                && known != null
                && !PublicKeyNumbers.areEqual(known, given.get(0).getPublicKey())) {
            throw new KeyStoreException("the first certificate of the chain is for another key than " + handle
                    + ": put the key's own certificate first");
        }
        Stored stored = new Stored(handle, given, KeyAttribute.of(handle), Instant.now());
        try {
            entry(stored);
        } catch (IllegalArgumentException refused) {
            throw new KeyStoreException(handle + " and its chain are no entry: " + refused.getMessage(), refused);
        }
        entries.put(alias, stored);
    }

    private static List<Certificate> certificates(Certificate @Nullable [] chain) throws KeyStoreException {
        if (chain == null) {
            return List.of();
        }
        for (int i = 0; i < chain.length; i++) {
            if (chain[i] == null) {
                throw new KeyStoreException("element " + i + " of the certificate chain is null");
            }
        }
        return List.of(chain);
    }

    private static void requireAlias(@Nullable String alias) throws KeyStoreException {
        if (alias == null) {
            throw new KeyStoreException("an entry of a key store needs an alias: it is null");
        }
    }

    @Override
    public void engineSetKeyEntry(String alias, byte @Nullable [] key, Certificate @Nullable [] chain)
            throws KeyStoreException {
        throw new KeyStoreException(TYPE + " takes no encoded or wrapped keys (\"" + PrintableText.of(alias)
                + "\"): a key store of type SCHSM unwraps them into its device");
    }

    @Override
    public void engineSetCertificateEntry(String alias, @Nullable Certificate certificate) throws KeyStoreException {
        requireAlias(alias);
        if (certificate == null) {
            throw new KeyStoreException(
                    "there is no certificate to keep under \"" + PrintableText.of(alias) + "\": it is null");
        }
        if (key(alias) != null) {
            throw new KeyStoreException(
                    "\"" + PrintableText.of(alias) + "\" is a key: setKeyEntry puts a certificate to it");
        }
        entries.put(alias, new Stored(null, List.of(certificate), Set.of(), Instant.now()));
    }

    /** Forgets an entry; the key stays in its device. */
    @Override
    public void engineDeleteEntry(String alias) {
        entries.remove(alias);
    }
}
