// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.tls;

import io.github.schsm.ConfigurationException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS as both ends speak it: who is trusted stands in a file, and expired certificates are refused. */
public final class TlsContexts {
    private TlsContexts() {}

    /**
     * TLS with the keys and the trust of files.
     *
     * @param keys     our own key and certificate; null for none
     * @param trusted  certificates of those who are trusted, or of their issuers; null for what the JDK trusts
     * @param password of both files; the caller's to wipe
     * @throws ConfigurationException if a file cannot be read, or has not what it should
     */
    public static SSLContext of(@Nullable StoreFile keys, @Nullable StoreFile trusted, char @Nullable [] password)
            throws ConfigurationException {
        KeyManager[] keyManagers = keys == null ? null : keyManagers(keys, password);
        KeyStore roots = trusted == null ? null : trusted.load(password);
        try {
            if (trusted != null && roots != null && roots.size() == 0) {
                throw new ConfigurationException(trusted.what() + " has no certificate in it"
                        + (password == null ? " that can be read without a password" : ""));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(roots);
            TrustManager[] trust = Arrays.stream(factory.getTrustManagers())
                    .map(manager -> manager instanceof X509ExtendedTrustManager checked
                            ? new DatedTrustManager(checked)
                            : manager)
                    .toArray(TrustManager[]::new);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers, trust, null);
            return context;
        } catch (ConfigurationException told) {
            throw told;
        } catch (GeneralSecurityException unusable) {
            throw new ConfigurationException(
                    (trusted == null ? "TLS" : trusted.what()) + " cannot be used: " + unusable.getMessage(), unusable);
        }
    }

    private static KeyManager[] keyManagers(StoreFile keys, char @Nullable [] password) throws ConfigurationException {
        KeyStore store = keys.load(password);
        try {
            if (!StoreFile.hasKey(store)) {
                throw new ConfigurationException(
                        keys.what() + " has no private key in it, so there is nothing to show" + " to the other side");
            }
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (ConfigurationException told) {
            throw told;
        } catch (GeneralSecurityException unusable) {
            throw new ConfigurationException(
                    keys.what() + " cannot be used: " + unusable.getMessage()
                            + "; the key's password has to be that of the file",
                    unusable);
        }
    }
}
