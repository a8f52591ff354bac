package io.github.schsm.conformance.programs;

import io.github.schsm.SchsmKeySpec;
import io.github.schsm.conformance.Bench;
import io.github.schsm.conformance.pcsc.PcscBench;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** keytool with the device behind the daemon, where this program uses it at the same time. */
@Tag("pcsc")
class KeytoolOverPcscTest {
    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void keyLivesFromGenerationToDeletion(Jdk jdk) throws Exception {
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
