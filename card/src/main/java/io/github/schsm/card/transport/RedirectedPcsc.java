// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card.transport;

import java.util.Locale;
import java.util.Map;

/**
 * Whether the PC/SC service is another computer's, as far as its clients can know: from the environment.
 *
 * <ul>
 *   <li>{@code PCSCLITE_CSOCK_NAME} names another socket than pcscd's own. That is how a forwarded one is used; one that
 *       leads to a second daemon here looks the same, and counts as remote too.
 *   <li>{@code SESSIONNAME} is a Remote Desktop or ICA session of Windows: there the client's readers are redirected.
 * </ul>
 *
 * <p>USB over IP and readers that are network devices look like local ones.
 */
final class RedirectedPcsc {
    private static final String SOCKET = "PCSCLITE_CSOCK_NAME";
    private static final String WINDOWS_SESSION = "SESSIONNAME";
    private static final String OWN_SOCKET = "/run/pcscd/pcscd.comm";

    private RedirectedPcsc() {}

    static boolean isRemote(Map<String, String> environment) {
        String socket = environment.getOrDefault(SOCKET, "");
        String session = environment.getOrDefault(WINDOWS_SESSION, "").toUpperCase(Locale.ROOT);
        return (!socket.isBlank() && !socket.equals(OWN_SOCKET) && !socket.equals("/var" + OWN_SOCKET))
                || session.startsWith("RDP-")
                || session.startsWith("ICA-");
    }
}
