// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which SSH sessions a connection to the agent is for: {@code ssh} says so by the extension {@code
 * session-bind@openssh.com} (OpenSSH's PROTOCOL.agent), with the host's signature of the session's id as proof.
 * Then people who confirm a use see to which host it goes.
 */
final class BoundSessions {
    static final String EXTENSION = "session-bind@openssh.com";

    /** As many hops as OpenSSH's agent takes. */
    private static final int MOST = 16;
    /** No hash of a key exchange is longer. */
    private static final int LONGEST_ID = 128;

    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private boolean finished;

    /** The host's key, and whether the agent is only forwarded there. */
    private record Session(byte[] hostKey, boolean forwarded) {}

    /**
     * Binds the connection to one session more.
     *
     * @param content what follows the extension's name
     * @throws MalformedDataException if it is not well-formed, not signed by the host, or contradicts what was said before
     */
    void bind(WireReader content) throws MalformedDataException {
        byte[] hostKey = content.bytes();
        byte[] id = content.bytes();
        byte[] signature = content.bytes();
        boolean forwarded = content.flag();
        content.end();
        if (id.length == 0 || id.length > LONGEST_ID) {
            throw refused("the session's id has " + id.length + " bytes");
        }
        if (!SshSignatures.isGood(hostKey, id, signature)) {
            throw refused("the host's signature is not good");
        }
        if (finished) {
            throw refused("this connection is bound to the session of a login already");
        }
        Session known = sessions.get(name(id));
        if (known != null && !Arrays.equals(known.hostKey, hostKey)) {
            throw refused("the session is known with another host key");
        }
        if (known == null && sessions.size() >= MOST) {
            throw refused("there are " + MOST + " sessions already");
        }
        sessions.put(name(id), new Session(hostKey, forwarded));
        finished = !forwarded;
    }

    /** The key's fingerprint of the host that a session is with; empty if nobody said so. */
    Optional<String> host(byte[] id) {
        return Optional.ofNullable(sessions.get(name(id))).map(session -> OfferedKey.fingerprint(session.hostKey));
    }

    /** Whether the request comes from another host, by a forwarded agent. */
    boolean isForwarded() {
        return sessions.values().stream().anyMatch(Session::forwarded);
    }

    private static String name(byte[] id) {
        return Arrays.toString(id);
    }

    private static MalformedDataException refused(String why) {
        return new MalformedDataException(EXTENSION, why);
    }
}
