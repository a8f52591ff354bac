// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.delegate;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;

/** Which registered providers there are besides this one and others of its kind. */
public final class OtherProviders {
    private OtherProviders() {}

    /**
     * Whether a provider is a SCHSM provider too, perhaps one that another class loader brought: two web applications
     * may register one each, and must not hand work to and fro.
     */
    public static boolean isOfOurKind(Provider candidate, Provider own) {
        return candidate.getClass().getName().equals(own.getClass().getName());
    }

    /** Whether a registered provider has an algorithm, for a cipher by its whole name or by parts. */
    public static boolean have(Provider own, String type, String algorithm) {
        for (Provider candidate : Security.getProviders()) {
            if (!isOfOurKind(candidate, own) && has(candidate, type, algorithm)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(Provider candidate, String type, String algorithm) {
        if (candidate.getService(type, algorithm) != null) {
            return true;
        }
        if (!type.equals("Cipher")) {
            return false;
        }
        try {
            Cipher.getInstance(algorithm, candidate);
            return true;
        } catch (NoSuchAlgorithmException | NoSuchPaddingException notThisOne) {
            return false;
        }
    }
}
