// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What data to sign is for, as far as it says so itself: a login (RFC 4252, section 7), or a signature of {@code
 * ssh-keygen}. What is proven comes first, and what the client says last.
 */
final class Purpose {
    /** What {@code ssh-keygen -Y sign} signs begins with it (OpenSSH's PROTOCOL.sshsig). */
    private static final byte[] SIGNATURE = "SSHSIG".getBytes(StandardCharsets.US_ASCII);

    private static final int USERAUTH_REQUEST = 50;
    private static final String PUBLIC_KEY = "publickey";
    /** The same with the host's key in what is signed (OpenSSH's PROTOCOL). */
    private static final String HOST_BOUND = "publickey-hostbound-v00@openssh.com";

    private static final String WHAT = "data to sign";

    private Purpose() {}

    /** In a few words that follow "to". */
    static String of(byte[] data, BoundSessions sessions) {
        String asked = sessions.forwardingHost()
                .map(host -> ", asked by a program on the host with the key " + host + " or behind it")
                .orElse("");
        try {
            if (data.length > SIGNATURE.length && Arrays.equals(SIGNATURE, Arrays.copyOf(data, SIGNATURE.length))) {
                WireReader reader = new WireReader(WHAT, Arrays.copyOfRange(data, SIGNATURE.length, data.length));
                return "make a signature" + asked + (asked.isEmpty() ? "" : ",") + " in the namespace "
                        + ClientText.quoted(reader.bytes());
            }
            Login login = Login.of(data);
            return "log in to "
                    + sessions.host(login.session, login.hostKey)
                            .map(host -> "the host with the key " + host)
                            .orElse("an unknown host")
                    + asked + (asked.isEmpty() ? "" : ",") + " as " + ClientText.quoted(login.user);
        } catch (MalformedDataException somethingElse) {
            return "sign data of an unknown kind" + asked;
        }
    }

    /** What a client signs to log in; the host's key is there in one of the two methods only. */
    private record Login(byte[] session, byte[] user, byte @Nullable [] hostKey) {
        static Login of(byte[] data) throws MalformedDataException {
            WireReader reader = new WireReader(WHAT, data);
            byte[] session = reader.bytes();
            if (reader.number8() != USERAUTH_REQUEST) {
                throw new MalformedDataException(WHAT, "it is no login");
            }
            byte[] user = reader.bytes();
            reader.name(); // the service
            String method = reader.name();
            boolean bound = method.equals(HOST_BOUND);
            if ((!bound && !method.equals(PUBLIC_KEY)) || !reader.flag()) {
                throw new MalformedDataException(WHAT, "it is a login by something else");
            }
            reader.name(); // the algorithm
            reader.bytes(); // the key
            byte[] hostKey = bound ? reader.bytes() : null;
            reader.end();
            return new Login(session, user, hostKey);
        }
    }
}
