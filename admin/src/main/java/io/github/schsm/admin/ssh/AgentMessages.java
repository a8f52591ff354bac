// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

/** The numbers of the agent protocol (draft-ietf-sshm-ssh-agent). */
final class AgentMessages {
    static final int FAILURE = 5;
    static final int SUCCESS = 6;
    static final int REQUEST_IDENTITIES = 11;
    static final int IDENTITIES_ANSWER = 12;
    static final int SIGN_REQUEST = 13;
    static final int SIGN_RESPONSE = 14;
    static final int ADD_IDENTITY = 17;
    static final int REMOVE_IDENTITY = 18;
    static final int REMOVE_ALL_IDENTITIES = 19;
    static final int ADD_SMARTCARD_KEY = 20;
    static final int REMOVE_SMARTCARD_KEY = 21;
    static final int LOCK = 22;
    static final int UNLOCK = 23;
    static final int ADD_ID_CONSTRAINED = 25;
    static final int ADD_SMARTCARD_KEY_CONSTRAINED = 26;
    static final int EXTENSION = 27;
    static final int EXTENSION_FAILURE = 28;

    /** Flags of a request to sign. */
    static final int RSA_SHA2_256 = 2;

    static final int RSA_SHA2_512 = 4;

    /** As many bytes as OpenSSH's agent takes in one message. */
    static final int MOST_BYTES = 256 * 1024;

    private AgentMessages() {}
}
