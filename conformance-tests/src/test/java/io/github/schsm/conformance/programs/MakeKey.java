// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.provider.SchsmProvider;
import java.io.IOException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;

/**
 * A program that makes keys and no certificates. It runs in a JVM of its own, because a folder of simulated devices
 * belongs to one process at a time.
 */
final class MakeKey {
    private MakeKey() {}

    public static void main(String[] arguments) throws Exception {
        Provider provider = new SchsmProvider().configure(arguments[0]);
        KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
        keyStore.load(null, Keytool.PIN.toCharArray());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
        for (String label : List.of(arguments).subList(1, arguments.length)) {
            generator.initialize(SchsmKeySpec.builder(label)
                    .parameters(new ECGenParameterSpec("secp256r1"))
                    .build());
            generator.generateKeyPair();
        }
    }

    static void run(Jdk jdk, String configuration, String label) throws IOException, InterruptedException {
        Program.run(
                        List.of(
                                jdk.tool("java"),
                                "-cp",
                                Jdk.classPath(),
                                MakeKey.class.getName(),
                                configuration,
                                label),
                        Map.of())
                .succeeded();
    }
}
