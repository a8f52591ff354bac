// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.conformance.bench.DomainBench;
import io.github.schsm.conformance.bench.Group;
import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.provider.SchsmProvider;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** keytool on the members of a key domain, which are one key store for it. */
class KeytoolOverDomainTest {
    private static final String SIGNER = "ZZSIM000009";
    private static final List<String> MEMBERS = List.of("ZZSIM000001", "ZZSIM000002", "ZZSIM000003");

    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    private String terminal() {
        return "terminal = simulator:" + folder.resolve("readers");
    }

    private interface Use {
        void of(SchsmProvider provider, KeyStore keyStore) throws Exception;
    }

    /** A folder belongs to one process at a time, so it is given back. */
    private void with(String configuration, Use use) throws Exception {
        try (SchsmProvider provider = (SchsmProvider) new SchsmProvider().configure(configuration)) {
            KeyStore keyStore = KeyStore.getInstance("SCHSM", provider);
            keyStore.load(null, Keytool.PIN.toCharArray());
            use.of(provider, keyStore);
        }
    }

    private String domain() throws Exception {
        byte[][] uid = new byte[1][];
        with(terminal() + "; device = " + SIGNER, (provider, ofSigner) -> {
            KeyPair signer = Group.generatePair(provider, Group.signerSpec("group-signer"));
            for (String id : MEMBERS) {
                with(terminal() + "; device = " + id, (other, keyStore) -> uid[0] = DomainBench.join(signer, keyStore));
            }
        });
        return terminal() + "; device = " + String.join(", ", MEMBERS) + "; domain = " + DomainBench.digits(uid[0]);
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @Tag("repeated")
    void keyLivesFromGenerationToDeletion(Jdk jdk) throws Exception {
        String configuration = domain();
        LifeOfAKey.run(
                new Keytool(jdk, Keytool.Way.ADD_PROVIDER, configuration, folder),
                () -> MakeKey.run(jdk, configuration, "bare"),
                folder);
        for (String id : MEMBERS) {
            with(
                    terminal() + "; device = " + id,
                    (provider, keyStore) -> assertThat(Collections.list(keyStore.aliases()))
                            .contains("renamed")
                            .doesNotContain("generated", "bare", "trusted"));
        }
    }
}
