// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.key;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKey;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A key pair of a device: the private key's handle, and the public key that the device, a certificate or the PKCS#11
 * token shows.
 *
 * @param keyStore  the key store it is in, of type {@code SCHSM}
 * @param label     its label, the alias there
 * @param key       the handle of the private key
 * @param publicKey the public key
 */
public record DeviceKey(KeyStore keyStore, String label, SchsmKey key, PublicKey publicKey) {
    /**
     * The key pair of that label.
     *
     * @param keyStore a loaded key store of type {@code SCHSM}
     * @throws InvalidRequestException  if there is no such key, it is a secret key, or its public key is not to be had; the
     *                                  message lists the labels that there are
     * @throws GeneralSecurityException if the device cannot be read
     */
    public static DeviceKey of(KeyStore keyStore, String label) throws GeneralSecurityException {
        if (!(keyStore.getKey(label, null) instanceof SchsmKey key)) {
            throw new InvalidRequestException("no key \"" + label + "\" on " + deviceName(keyStore) + labels(keyStore));
        }
        if (!(key instanceof PrivateKey)) {
            throw new InvalidRequestException(
                    "\"" + label + "\" is a secret key: only the key of a pair has a public key and certificates");
        }
        PublicKey publicKey = key.details().publicKey();
        if (publicKey == null) {
            throw new InvalidRequestException(
                    "the public key of \"" + label + "\" is not on " + deviceName(keyStore)
                            + ": neither the device's request nor a certificate is there; store a certificate of the key first");
        }
        return new DeviceKey(keyStore, label, key, publicKey);
    }

    private static String deviceName(KeyStore keyStore) throws InvalidRequestException {
        return "device " + SchsmDevice.of(keyStore).name();
    }

    private static String labels(KeyStore keyStore) throws GeneralSecurityException {
        List<String> labels = new ArrayList<>();
        for (String alias : Collections.list(keyStore.aliases())) {
            if (keyStore.isKeyEntry(alias)) {
                labels.add(alias);
            }
        }
        Collections.sort(labels);
        return labels.isEmpty() ? ": it has no keys" : ": it has " + String.join(", ", labels);
    }

    /** The handle, as the JCA takes it to sign. */
    public PrivateKey privateKey() {
        return (PrivateKey) key;
    }

    /** The provider of the device. */
    public Provider provider() {
        return keyStore.getProvider();
    }

    /** The device's id, or serial number, as people are shown it. */
    public String deviceId() {
        return key.deviceId();
    }
}
