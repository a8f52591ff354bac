// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.Security;
import java.util.Collections;
import java.util.Objects;

/**
 * A program that loads a key store and reads every key and certificate, once: what {@code benchmarks/run-start} starts
 * again and again, for SCHSM and for SunPKCS11. It names nothing of SCHSM's, so that the other one loads nothing of it.
 */
public final class ColdStart {
    private ColdStart() {}

    /**
     * Prints how many keys and certificates were read.
     *
     * @param arguments {@code SCHSM} or {@code SunPKCS11}, its configuration (a file for SunPKCS11), and the user PIN; or
     *     {@code keys} and the user PIN, to make the keys
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        if (arguments[0].equals("keys")) {
            out.println(TwentyKeys.make(arguments[1].toCharArray()));
            return;
        }
        out.println(read(arguments[0], arguments[1], arguments[2].toCharArray()));
    }

    private static String read(String name, String configuration, char[] pin)
            throws GeneralSecurityException, IOException, ReflectiveOperationException {
        boolean ours = name.equals("SCHSM");
        Provider unconfigured = ours
                ? Class.forName("io.github.schsm.provider.SchsmProvider")
                        .asSubclass(Provider.class)
                        .getConstructor()
                        .newInstance()
                : Objects.requireNonNull(Security.getProvider(name));
        Provider provider = unconfigured.configure(configuration);
        KeyStore keyStore = KeyStore.getInstance(ours ? "SCHSM" : "PKCS11", provider);
        keyStore.load(null, pin);
        int keys = 0;
        int certificates = 0;
        for (String alias : Collections.list(keyStore.aliases())) {
            keys += keyStore.getKey(alias, null) == null ? 0 : 1;
            certificates += keyStore.getCertificate(alias) == null ? 0 : 1;
        }
        return keys + " keys, " + certificates + " certificates";
    }
}
