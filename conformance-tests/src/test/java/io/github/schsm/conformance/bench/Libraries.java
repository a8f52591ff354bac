// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.conformance.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** PKCS#11 modules of this computer. */
public final class Libraries {
    /** SoftHSM's. */
    public static final String SOFT_HSM = "libsofthsm2.so";

    public static final String OPEN_SC = "opensc-pkcs11.so";
    public static final String P11_KIT_CLIENT = "p11-kit-client.so";
    /** All modules that p11-kit's configuration names, remote ones among them, as one. */
    public static final String P11_KIT_PROXY = "p11-kit-proxy.so";

    private static final List<Path> PLACES = List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"));
    private static final int DEPTH = 4;

    private Libraries() {}

    /** Where the library of that name is. */
    public static Path find(String name) throws IOException {
        for (Path place : PLACES) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> found = Files.find(place, DEPTH, (path, attributes) -> path.endsWith(name))) {
                    Path library = found.sorted().findFirst().orElse(null);
                    if (library != null) {
                        return library;
                    }
                }
            }
        }
        throw new IOException("no " + name + " in " + PLACES + ": ./check installs what has it");
    }
}
