// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.tls;

import io.github.schsm.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * A file with TLS keys or certificates: a key store of any type that the JDK tells by its content, or certificates as
 * PEM.
 *
 * @param path the file
 * @param what where it was named, e.g. {@code ram.keystore = /etc/schsm/server.p12}; sentences begin with it
 */
public record StoreFile(Path path, String what) {
    private static final String PEM = "-----BEGIN CERTIFICATE-----";
    private static final int BEGINNING = 4096;

    /**
     * What is in it.
     *
     * @param password of a key store; null for none
     * @throws ConfigurationException if it cannot be read with that password
     */
    KeyStore load(char @Nullable [] password) throws ConfigurationException {
        try {
            byte[] content = Files.readAllBytes(path);
            String beginning = new String(content, 0, Math.min(BEGINNING, content.length), StandardCharsets.ISO_8859_1);
            return beginning.contains(PEM) ? certificates(content) : KeyStore.getInstance(path.toFile(), password);
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new ConfigurationException(
                    what + " cannot be read: " + reason(unreadable)
                            + "; it has to be a PKCS#12 or JKS key store (or certificates as PEM where no key is"
                            + " needed), and the password its own",
                    unreadable);
        }
    }

    private static String reason(Exception unreadable) {
        String message = unreadable.getMessage();
        String type = unreadable.getClass().getSimpleName();
        return message == null ? type : type + ": " + message;
    }

    private static KeyStore certificates(byte[] pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
            store.setCertificateEntry("certificate-" + number++, certificate);
        }
        return store;
    }

    /** Whether a store has a private key. */
    static boolean hasKey(KeyStore store) throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return what;
    }
}
