// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.SoftHsm;
import io.github.schsm.conformance.bench.SoftHsm.SoftToken;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** keytool on a token that is no SmartCard-HSM: a key without a certificate has no request there either. */
class KeytoolOverSoftHsmTest {
    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    @Tag("repeated")
    void keyLivesFromGenerationToDeletion(Jdk jdk) throws Exception {
        SoftToken token = SoftHsm.module().newToken();
        String configuration = "terminal = pkcs11:" + SoftHsm.module().path() + "; device = " + token.serial();
        LifeOfAKey.run(
                new Keytool(jdk, Keytool.Way.ADD_PROVIDER, configuration, folder),
                () -> MakeKey.run(jdk, configuration, "bare"),
                folder);
    }
}
