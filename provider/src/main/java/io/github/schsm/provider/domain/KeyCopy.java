// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyAlgorithm;
import io.github.schsm.KeyDetails;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenKey;
import io.github.schsm.keystore.Handles;
import io.github.schsm.spi.Token;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A key on one member. */
final class KeyCopy implements Failover.Place {
    private final Member member;
    private final ListedKey listed;
    private volatile boolean usedUp;
    /** How often the member had failed when it was known for certain to have this key. */
    private volatile int knownAfter;

    KeyCopy(Member member, ListedKey listed) {
        this.member = member;
        this.listed = listed;
        this.knownAfter = member.listedAfter();
        this.usedUp = listed.details().useCounter().orElse(1) == 0;
    }

    @Override
    public Member member() {
        return member;
    }

    /** After the device was away another program may have put another key in the place of this one. */
    @Override
    public void prove() throws SchsmException {
        int after = member.absences();
        if (knownAfter != after) {
            if (!isThere(Members.token(member))) {
                throw new InvalidRequestException(
                        Reason.OBJECT_NOT_FOUND, key() + " is not in device " + member + " any more");
            }
            knownAfter = after;
        }
    }

    private boolean isThere(Token token) throws SchsmException {
        Optional<String> numbers = MergedKeys.numbers(details());
        return numbers.isPresent()
                ? numbers.equals(MergedKeys.numbers(Handles.details(token, key())))
                : token.keys().contains(key());
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
    void gone() {
        usedUp = true;
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
    public long nanosAhead() {
        return member.nanosAhead();
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
