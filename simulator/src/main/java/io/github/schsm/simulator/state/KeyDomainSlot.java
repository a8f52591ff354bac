// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator.state;

import io.github.schsm.simulator.crypto.Hashes;
import io.github.schsm.simulator.crypto.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key domain in its slot (docs/protocol.md#key-domains): of the DKEK kind, whose KEK is the XOR of shares, or of the
 * XKEK kind, whose KEK comes from a key agreement and whose UID is the group signer's.
 */
public final class KeyDomainSlot {
    public static final int KEK_LENGTH = 32;
    public static final int KCV_LENGTH = 8;

    private final byte[] uid;
    private final int shares;
    private int outstanding;
    private byte[] sum;
    private byte @Nullable [] kek;
    private final List<byte[]> waiting = new ArrayList<>();

    /**
     * @param uid         empty for the DKEK kind
     * @param shares      how many shares make the KEK
     * @param outstanding how many of them are missing
     * @param sum         XOR of those that are there
     */
    KeyDomainSlot(byte[] uid, int shares, int outstanding, byte[] sum, byte @Nullable [] kek) {
        this.uid = uid.clone();
        this.shares = shares;
        this.outstanding = outstanding;
        this.sum = sum.clone();
        this.kek = kek == null ? null : kek.clone();
    }

    /** A domain that waits for its shares; with none to wait for, its KEK is random and known to this device only. */
    public static KeyDomainSlot ofShares(int shares) {
        byte[] kek = shares == 0 ? Randomness.bytes(KEK_LENGTH) : null;
        return new KeyDomainSlot(new byte[0], shares, shares, new byte[KEK_LENGTH], kek);
    }

    public static KeyDomainSlot ofGroup(byte[] uid) {
        return new KeyDomainSlot(uid, 0, 0, new byte[KEK_LENGTH], null);
    }

    public boolean isXkek() {
        return uid.length != 0;
    }

    public byte[] uid() {
        return uid.clone();
    }

    public int shares() {
        return shares;
    }

    public int outstanding() {
        return outstanding;
    }

    byte[] sum() {
        return sum.clone();
    }

    public byte @Nullable [] kek() {
        return kek == null ? null : kek.clone();
    }

    /** First 8 bytes of the KEK's SHA-256; zeros without a KEK. */
    public byte[] kcv() {
        return kek == null ? new byte[KCV_LENGTH] : Arrays.copyOf(Hashes.sha256(kek), KCV_LENGTH);
    }

    /** Takes a share that does not count yet. It is not part of what a device keeps. */
    public void keepWaiting(byte[] share) {
        waiting.add(share.clone());
    }

    /** Counts the shares that waited; returns whether there were any. */
    boolean countWaiting() {
        boolean any = !waiting.isEmpty();
        for (byte[] share : waiting) {
            if (outstanding > 0) {
                importShare(share);
            }
        }
        waiting.clear();
        return any;
    }

    /** Takes a share; the last one completes the KEK. */
    public void importShare(byte[] share) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] ^= share[i];
        }
        outstanding--;
        if (outstanding == 0) {
            kek = sum;
            sum = new byte[KEK_LENGTH];
        }
    }

    public void setKek(byte[] newKek) {
        kek = newKek.clone();
    }

    /** Forgets the KEK; a domain of shares waits for all of them again. */
    public void clearKek() {
        kek = null;
        sum = new byte[KEK_LENGTH];
        outstanding = shares;
    }
}
