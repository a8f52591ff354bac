// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.engine;

import java.security.MessageDigest;
import java.security.SignatureException;
import org.jspecify.annotations.Nullable;

/**
 * What is to be signed, as it comes in: hashed at once, or kept where the caller gives a hash or the key leaves the
 * hashing to the token.
 */
final class SignedData {
    /** No token takes as much in one command. */
    private static final int MOST_KEPT = 0xFFFF;

    private final SecretBuffer kept = new SecretBuffer();
    private @Nullable MessageDigest digest;
    private int most = MOST_KEPT;
    private String tooMuch = "";
    private boolean begun;

    /** From now on data is hashed; what came before is forgotten. */
    void hash(MessageDigest function) {
        reset();
        digest = function;
        function.reset();
    }

    /**
     * From now on data is kept; what came before is forgotten.
     *
     * @param atMost how many bytes
     * @param advice for the message when there are more
     */
    void keep(int atMost, String advice) {
        reset();
        digest = null;
        most = atMost;
        tooMuch = advice;
    }

    /** From now on data is kept for a token that hashes it. */
    void keepForToken(String engine, Object key) {
        keep(
                MOST_KEPT,
                engine + " has to send the data as it is, because the algorithm list of " + key
                        + " leaves the hashing to the device, and no device takes more than " + MOST_KEPT + " bytes");
    }

    void update(byte[] data, int offset, int length) throws SignatureException {
        begun = true;
        if (digest != null) {
            digest.update(data, offset, length);
            return;
        }
        if (length > most - kept.size()) {
            int size = kept.size() + length;
            reset();
            throw new SignatureException(tooMuch + ", this has " + size + " so far");
        }
        kept.write(data, offset, length);
    }

    /** Whether data came in since the last result. */
    boolean hasBegun() {
        return begun;
    }

    /** The hash or what was kept; what comes then is new. */
    byte[] take() {
        byte[] taken = digest == null ? kept.copy() : digest.digest();
        reset();
        return taken;
    }

    void reset() {
        begun = false;
        kept.clear();
        if (digest != null) {
            digest.reset();
        }
    }
}
