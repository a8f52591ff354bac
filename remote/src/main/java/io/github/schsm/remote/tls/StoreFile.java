// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.tls;

import io.github.schsm.ConfigurationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        if (unreadable instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (unreadable instanceof AccessDeniedException) {
            return "this user may not read it";
        }
        String message = unreadable.getMessage();
        return message == null || message.isBlank() ? "it is damaged" : message;
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
