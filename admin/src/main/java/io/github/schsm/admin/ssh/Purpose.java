// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What data to sign is for, as far as it says so itself: a login (RFC 4252, section 7), or a signature of {@code ssh-keygen}. */
final class Purpose {
    /** What {@code ssh-keygen -Y sign} signs begins with it (OpenSSH's PROTOCOL.sshsig). */
    private static final byte[] SIGNATURE = "SSHSIG".getBytes(StandardCharsets.US_ASCII);

    private static final int USERAUTH_REQUEST = 50;
    private static final String WHAT = "data to sign";

    private Purpose() {}

    /** In a few words that follow "to". */
    static String of(byte[] data, BoundSessions sessions) {
        try {
            if (data.length > SIGNATURE.length && Arrays.equals(SIGNATURE, Arrays.copyOf(data, SIGNATURE.length))) {
                WireReader reader = new WireReader(WHAT, Arrays.copyOfRange(data, SIGNATURE.length, data.length));
                return "make a signature in the namespace \"" + reader.text() + "\"";
            }
            WireReader reader = new WireReader(WHAT, data);
            byte[] session = reader.bytes();
            if (reader.number8() == USERAUTH_REQUEST) {
                return "log in as \"" + reader.text() + "\""
                        + sessions.host(session)
                                .map(host -> " on the host with the key " + host)
                                .orElse("")
                        + (sessions.isForwarded() ? ", for a program on another host" : "");
            }
        } catch (MalformedDataException somethingElse) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }

    private static final String UNKNOWN = "sign data of an unknown kind";
}
