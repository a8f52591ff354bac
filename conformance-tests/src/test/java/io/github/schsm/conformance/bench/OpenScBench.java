// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import io.github.schsm.conformance.bench.PcscBench.PcscMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Two devices that nobody has used, in the daemon's first two readers, reached by OpenSC's PKCS#11 module in this
 * process; or one of them by PC/SC.
 */
public final class OpenScBench implements Bench {
    private final PcscBench bench;

    private OpenScBench(PcscBench bench) {
        this.bench = bench;
    }

    /** Both by the module. */
    public static OpenScBench both() throws Exception {
        return new OpenScBench(new PcscBench(terminal(), terminal(), ""));
    }

    /** The source by the module, the target by PC/SC. */
    public static OpenScBench sourceOnly() throws Exception {
        return new OpenScBench(new PcscBench(terminal(), "pcsc", ""));
    }

    /** The source by PC/SC, the target by the module. */
    public static OpenScBench targetOnly() throws Exception {
        return new OpenScBench(new PcscBench("pcsc", terminal(), ""));
    }

    /** What the configuration says: {@code pkcs11:} and the module's path. */
    public static String terminal() throws IOException {
        return "pkcs11:" + module();
    }

    /** The module's path. */
    public static Path module() throws IOException {
        try (Stream<Path> found =
                Files.find(Path.of("/usr/lib"), 4, (path, attributes) -> path.endsWith("opensc-pkcs11.so"))) {
            return found.sorted().findFirst().orElseThrow(() -> new IOException("no opensc-pkcs11.so under /usr/lib"));
        }
    }

    @Override
    public PcscMember source() {
        return bench.source();
    }

    @Override
    public PcscMember target() {
        return bench.target();
    }

    @Override
    public Backend backend() {
        return Backend.OPENSC;
    }

    @Override
    public void close() {
        bench.close();
    }
}
