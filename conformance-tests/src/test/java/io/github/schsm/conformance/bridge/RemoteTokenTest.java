// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bridge;

import io.github.schsm.conformance.bench.Jdk;
import io.github.schsm.conformance.bench.Libraries;
import io.github.schsm.conformance.bench.Program;
import io.github.schsm.conformance.bench.SoftHsmFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A token of SoftHSM2 on another computer: both ends of p11-kit's remoting are on this one. */
@Tag("jdk")
class RemoteTokenTest {
    @TempDir
    private Path folder;

    private static Stream<Jdk> jdks() {
        return Jdk.all().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void tokenIsUsedThroughARemoteServerThatIsKilledAndRestarted(Jdk jdk) throws Exception {
        SoftHsmFolder tokens = new SoftHsmFolder(folder);
        tokens.add("Another");
        tokens.add("Far away");

        use(jdk, folder, Libraries.find(Libraries.SOFT_HSM), "Far away", tokens.environment())
                .says(RemoteToken.LISTED + " [far-ec, far-rsa]", RemoteToken.DELETED + " []");
    }

    /** Runs the program on one token of the module. */
    static Program.Result use(Jdk jdk, Path folder, Path module, String device, Map<String, String> environment)
            throws Exception {
        Path socket = folder.resolve("socket");
        Map<String, String> both = new HashMap<>(environment);
        both.put("P11_KIT_SERVER_ADDRESS", P11KitServer.address(socket));
        List<String> command = new ArrayList<>(List.of(
                jdk.tool("java"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RemoteToken.class.getName(),
                socket.toString(),
                module.toString(),
                device));
        return Program.run(command, both)
                .succeeded()
                .says(
                        RemoteToken.BEFORE,
                        RemoteToken.SIGNED,
                        RemoteToken.WITHOUT,
                        RemoteToken.AGAIN,
                        RemoteToken.UNNOTICED);
    }
}
