// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.bench.Bench;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.PcscBench;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** keytool of this JDK with the device behind the daemon, where this program uses it at the same time. */
@Tag("pcsc")
class KeytoolOverPcscTest {
    @TempDir
    private Path folder;

    @Test
    void keyLivesFromGenerationToDeletion() throws Exception {
        Jdk jdk = new Jdk(Path.of(System.getProperty("java.home")));
        try (PcscBench bench = new PcscBench("pcsc")) {
            Bench.Member member = bench.source();
            String configuration = bench.source().reader().configuration("pcsc");
            Keytool keytool = new Keytool(jdk, Keytool.Way.ADD_PROVIDER, configuration, folder);

            LifeOfAKey.run(keytool, () -> makeKey(member), folder);
        }
    }

    private static void makeKey(Bench.Member member) throws Exception {
        member.keyStore();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", member.provider());
        generator.initialize(SchsmKeySpec.builder("bare")
                .parameters(new ECGenParameterSpec("secp256r1"))
                .build());
        generator.generateKeyPair();
    }
}
