// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.MalformedDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which SSH sessions a connection to the agent is for: {@code ssh} says so by the extension {@code
 * session-bind@openssh.com} (OpenSSH's PROTOCOL.agent), with the host's signature of the session's id as proof.
 * Then people who confirm a use see to which host it goes.
 *
 * <p>The proof is only that the host signed that id. A host that the agent is forwarded to can sign the id of any session,
 * so behind one the host of a login has to stand in what is signed for the login, too.
 */
final class BoundSessions {
    static final String EXTENSION = "session-bind@openssh.com";

    /** As many hops as OpenSSH's agent takes. */
    private static final int MOST = 16;
    /** No hash of a key exchange is longer. */
    private static final int LONGEST_ID = 128;

    private final List<Session> sessions = new ArrayList<>();

    /** The session's id, the host's key, and whether the agent is only forwarded there. */
    private record Session(byte[] id, byte[] hostKey, boolean forwarded) {}

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
        if (sessions.stream().anyMatch(session -> !session.forwarded)) {
            throw refused("this connection is bound to the session of a login already");
        }
        for (Session known : sessions) {
            if (Arrays.equals(known.id, id)) {
                if (!Arrays.equals(known.hostKey, hostKey)) {
                    throw refused("the session is known with another host key");
                }
                // What was said first holds: a forwarding host must not become one that is logged in to.
                return;
            }
        }
        if (sessions.size() >= MOST) {
            throw refused("there are " + MOST + " sessions already");
        }
        sessions.add(new Session(id, hostKey, forwarded));
    }

    /**
     * The fingerprint of the host that a login goes to.
     *
     * @param id      the session's id in what is signed for the login
     * @param hostKey the host's key in what is signed; null if it is not there
     * @return empty if it is not proven
     */
    Optional<String> host(byte[] id, byte @Nullable [] hostKey) {
        if (sessions.isEmpty()) {
            return Optional.empty();
        }
        Session last = sessions.get(sessions.size() - 1);
        boolean proven = hostKey == null ? !isForwarded() : Arrays.equals(last.hostKey, hostKey);
        return proven && Arrays.equals(last.id, id)
                ? Optional.of(OfferedKey.fingerprint(last.hostKey))
                : Optional.empty();
    }

    /** Whether requests come from another host, by a forwarded agent. */
    boolean isForwarded() {
        return sessions.stream().anyMatch(Session::forwarded);
    }

    /**
     * Where requests come from, if that is another host: the fingerprint of the host that this computer forwards the agent to.
     * Hosts behind that one are only what it says.
     */
    Optional<String> forwardingHost() {
        return sessions.stream()
                .filter(Session::forwarded)
                .findFirst()
                .map(session -> OfferedKey.fingerprint(session.hostKey));
    }

    private static MalformedDataException refused(String why) {
        return new MalformedDataException(EXTENSION, why);
    }
}
