// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Pki;
import io.github.schsm.conformance.bench.VirtualReader;
import io.github.schsm.provider.SchsmProvider;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;

/** What a device holds, seen past every PKCS#11 module, and keys to begin with. */
public final class ByPcsc {
    private ByPcsc() {}

    /** A key store that is loaded again. */
    public static KeyStore keyStore(VirtualReader reader) throws Exception {
        Provider provider = new SchsmProvider().configure(reader.configuration("pcsc"));
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, Keytool.PIN.toCharArray());
        return keyStore;
    }

    /** With certificates if there is a CA to issue them. */
    public static void makeKeys(VirtualReader reader, Pki pki, List<String> labels) throws Exception {
        KeyStore keyStore = keyStore(reader);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", keyStore.getProvider());
        for (String label : labels) {
            generator.initialize(SchsmKeySpec.builder(label)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            KeyPair pair = generator.generateKeyPair();
            if (pki != null) {
                Certificate[] chain = {pki.issue(label, pair.getPublic())};
                keyStore.setKeyEntry(label, pair.getPrivate(), null, chain);
            }
        }
    }
}
