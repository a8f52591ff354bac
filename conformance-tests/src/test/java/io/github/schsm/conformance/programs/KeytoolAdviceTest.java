// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.programs;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Program;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands of keytool that a device has no use for: they fail with what to do in their place, and change nothing. */
@Tag("jdk")
class KeytoolAdviceTest {
    @TempDir
    Path folder;

    static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    private Keytool keytool(Jdk jdk) {
        return new Keytool(jdk, Keytool.Way.ADD_PROVIDER, "terminal = simulator:" + folder.resolve("readers"), folder);
    }

    private static Program.Result generate(Keytool keytool, String alias, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "-genkeypair", "-alias", alias, "-dname", "CN=Any", "-keypass", "123456", "-providername", "SCHSM"));
        command.addAll(List.of(more));
        return keytool.run(command.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void passwordsAreNotChangedAndThatIsSaid(Jdk jdk) throws Exception {
        Keytool keytool = keytool(jdk);
        generate(keytool, "key", "-keyalg", "EC", "-groupname", "secp256r1").succeeded();

        keytool.run("-storepasswd", "-new", "654321").failed().says("schsm pin change", "nothing was changed");
        keytool.run("-keypasswd", "-alias", "key", "-keypass", Keytool.PIN, "-new", "654321")
                .failed()
                .says("schsm pin change", "nothing was changed");

        keytool.run("-list").succeeded().says("contains 1 entry", "key, ");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void secretKeysInSoftwareAreRefusedWithTheWayToMakeThemOnTheDevice(Jdk jdk) throws Exception {
        Keytool keytool = keytool(jdk);

        keytool.run("-genseckey", "-alias", "secret", "-keyalg", "AES", "-keysize", "256", "-keypass", "123456")
                .failed()
                .says("schsm generate --type AES", "SchsmKeySpec");

        keytool.run("-list").succeeded().says("contains 0 entries");
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void keyPairWhoseCertificateCannotBeSignedIsNotLeftBehind(Jdk jdk) throws Exception {
        Keytool keytool = keytool(jdk);
        generate(keytool, "first", "-keyalg", "EC", "-groupname", "secp256r1").succeeded();

        generate(keytool, "second", "-keyalg", "RSA", "-keysize", "1024", "-sigalg", "SHA256withECDSA")
                .failed();

        keytool.run("-list").succeeded().says("contains 1 entry", "first, ");
    }
}
