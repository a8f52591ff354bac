// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * Why pcscd does not answer, as far as its socket tells: the client library answers SCARD_E_NO_SERVICE whether the
 * daemon is not there, or this user may not speak to it.
 */
final class PcscService {
    private static final String SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME";
    private static final String SOCKET = "/run/pcscd/pcscd.comm";

    private PcscService() {}

    /** What to tell of SCARD_E_NO_SERVICE on this computer. */
    static String absence() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        return system.contains("linux") ? absence(socket(System.getenv())) : notRunning();
    }

    static Path socket(Map<String, String> environment) {
        String named = environment.getOrDefault(SOCKET_VARIABLE, "");
        return Path.of(named.isBlank() ? SOCKET : named);
    }

    static String absence(Path socket) {
        Path folder = socket.toAbsolutePath().getParent();
        boolean hidden = folder != null && Files.isDirectory(folder) && !Files.isExecutable(folder);
        if (hidden || (Files.exists(socket) && !Files.isWritable(socket))) {
            return "the PC/SC service (pcscd) cannot be reached: this user may not use its socket " + socket
                    + "; change who may (owner, group and mode), or run as somebody who may";
        }
        if (Files.exists(socket)) {
            return "the PC/SC service (pcscd) is not running, though there is its socket " + socket
                    + ": start it again, and see its log if it does not stay";
        }
        return notRunning() + " (in a container its socket " + socket + " has to be mounted)";
    }

    private static String notRunning() {
        return "the PC/SC service (pcscd) is not running or stopped; start it";
    }
}
