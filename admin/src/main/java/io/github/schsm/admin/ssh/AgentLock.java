// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.generators.SCrypt;
import org.jspecify.annotations.Nullable;

/** The passphrase that an agent is locked with, as a salted hash. Each wrong one makes the next answer later. */
final class AgentLock {
    private static final int SALT_BYTES = 16;
    private static final int COST = 1 << 14;
    private static final int BLOCK = 8;
    private static final int HASH_BYTES = 32;
    private static final long STEP_MILLIS = 100;
    private static final long MOST_MILLIS = 10_000;

    private final SecureRandom random = new SecureRandom();
    private final byte[] salt = new byte[SALT_BYTES];
    private volatile byte @Nullable [] hash;
    private int wrong;

    boolean isLocked() {
        return hash != null;
    }

    /** Returns false if it is locked already. */
    synchronized boolean lock(byte[] passphrase) {
        if (hash != null) {
            return false;
        }
        random.nextBytes(salt);
        hash = hashed(passphrase);
        wrong = 0;
        return true;
    }

    /** Returns false if it is not locked, or by another passphrase. */
    synchronized boolean unlock(byte[] passphrase) throws InterruptedException {
        byte[] expected = hash;
        if (expected == null) {
            return false;
        }
        if (MessageDigest.isEqual(expected, hashed(passphrase))) {
            hash = null;
            return true;
        }
        wrong++;
        // The next one waits for this one: guessing on many connections is no faster.
        TimeUnit.MILLISECONDS.sleep(Math.min(wrong * STEP_MILLIS, MOST_MILLIS));
        return false;
    }

    private byte[] hashed(byte[] passphrase) {
        return SCrypt.generate(passphrase, salt, COST, BLOCK, 1, HASH_BYTES);
    }
}
