// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import org.jspecify.annotations.Nullable;

/** A key on one member. */
final class KeyCopy implements Failover.Place {
    private final Member member;
    private final ListedKey listed;
    private volatile boolean usedUp;

    KeyCopy(Member member, ListedKey listed) {
        this.member = member;
        this.listed = listed;
        this.usedUp = listed.details().useCounter().orElse(1) == 0;
    }

    @Override
    public Member member() {
        return member;
    }

    TokenKey key() {
        return listed.key();
    }

    KeyDetails details() {
        return listed.details();
    }

    /** Whether this copy may be used for it; null for what no list forbids. */
    boolean allows(@Nullable KeyAlgorithm algorithm) {
        return !usedUp && (algorithm == null || listed.details().allows(algorithm));
    }

    /** Whether a use of it that was perhaps done may be done again. */
    @Override
    public boolean isRepeatable() {
        return listed.details().useCounter().isEmpty();
    }

    /** The member says that it is not there any more, or cannot be used any more. */
    void gone(Reason reason) {
        usedUp = true;
        if (reason == Reason.OBJECT_NOT_FOUND) {
            member.forgetList();
        }
    }

    @Override
    public boolean isReady() {
        return member.isReady();
    }

    @Override
    public int queue() {
        return member.queue();
    }

    @Override
    public long nanosEach() {
        return member.nanosEach();
    }

    @Override
    public String toString() {
        return key() + " of " + member;
    }
}
