// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Does an operation at one of the places where it can be done, and at the next if one fails. */
final class Failover {
    /** How often one that comes and goes is tried for one operation. */
    private static final int MOST_ROUNDS = 5;

    private final Members members;
    private final DomainLogin login;
    private final AtomicInteger turns = new AtomicInteger();

    Failover(Members members, DomainLogin login) {
        this.members = members;
        this.login = login;
    }

    /** Where an operation can be done. */
    interface Place extends Router.Candidate {
        Member member();

        /**
         * Makes sure that it can still be done here, where that is not known for certain any more.
         *
         * @throws SchsmException if it cannot
         */
        default void prove() throws SchsmException {}

        /** Whether it may be done again where nobody knows whether it was done. */
        boolean isRepeatable();
    }

    /** The operation at one place. */
    interface Call<P, T> {
        T at(P place) throws SchsmException;
    }

    /** What keeps an operation from being done, by member. */
    private static final class Failures {
        private final Map<Member, SchsmException> byMember = new LinkedHashMap<>();
    }

    /**
     * Does it once.
     *
     * @param places where it can be done, at least one; where it cannot be told yet, all
     * @throws TokenNotPresentException if none of them is here, with the reason of each
     * @throws SchsmException           if it fails in a way that no other place can help, or everywhere
     */
    <P extends Place, T> T use(List<P> places, Operation operation, Call<P, T> call) throws SchsmException {
        List<P> left = places;
        Failures failures = null;
        int turn = turns.getAndIncrement();
        int rounds = 1;
        while (true) {
            P place = Router.next(left, turn);
            if (place == null) {
                place = lastHope(left);
            }
            if (place == null) {
                left = rounds < MOST_ROUNDS ? back(places, failures) : List.of();
                rounds++;
                if (left.isEmpty()) {
                    throw failure(places, failures);
                }
                continue;
            }
            Member member = place.member();
            if (!member.take(member.queue())) {
                continue;
            }
            long begun = System.nanoTime();
            SchsmException failed = null;
            boolean asked = false;
            MemberObserver.Watch watch = members.observer().begins(member, operation);
            try {
                long ready = begun;
                if (operation.needsLogin() && !login.isAdmitted(member)) {
                    login.admit(member);
                    ready = System.nanoTime();
                }
                if (!member.isReady()) {
                    Members.token(member).load(null);
                }
                place.prove();
                asked = true;
                T done = call.at(place);
                member.did(ready);
                if (!member.isReady()) {
                    members.answered(member);
                }
                return done;
            } catch (SchsmException exception) {
                failed = exception;
            } finally {
                member.leave();
                watch.ended(failed);
            }
            failures = failures == null ? new Failures() : failures;
            boolean firstTime = failures.byMember.put(member, failed) == null;
            if (!goesOn(place, failed, firstTime, asked)) {
                throw failed;
            }
            if (firstTime && isLapsed(member, failed)) {
                login.lapsed(member);
                continue;
            }
            left = without(left, place);
        }
    }

    /** Somebody else logged out there: it is logged in again once. */
    private boolean isLapsed(Member member, SchsmException failed) {
        return failed.reason() == Reason.PIN_REQUIRED && !member.isLocked() && login.hasPin();
    }

    private static <P> List<P> without(List<P> places, P failed) {
        List<P> left = new ArrayList<>(places);
        left.remove(failed);
        return left;
    }

    /** Notes what the failure says of the member; tells whether another one may be asked. */
    private boolean goesOn(Place place, SchsmException failed, boolean firstTime, boolean asked) {
        Member member = place.member();
        boolean perhapsDone = asked && !place.isRepeatable();
        if (member.isLocked() && failed.reason() != Reason.WRONG_PIN && !perhapsDone) {
            return true;
        }
        switch (FailurePolicy.of(failed, place.isRepeatable())) {
            case TELL -> {
                if (failed.reason() == Reason.WRONG_PIN) {
                    members.locked(member, failed);
                }
                return false;
            }
            case AWAY, BROKEN -> members.failed(member, failed);
            case LOCKED -> {
                if (!login.hasPin()) {
                    return false;
                }
                if (!(firstTime && isLapsed(member, failed))) {
                    members.locked(member, failed);
                }
            }
            case KEY_GONE -> {
                if (place instanceof KeyCopy copy) {
                    copy.gone();
                    if (failed.reason() == Reason.OBJECT_NOT_FOUND) {
                        members.isOutdated(member);
                    }
                }
            }
            case NOT_HERE -> {}
        }
        return true;
    }

    /** Those that went while it was their turn, and have come back while others were tried. */
    private static <P extends Place> List<P> back(List<P> places, @Nullable Failures failures) {
        List<P> back = new ArrayList<>();
        if (failures != null) {
            for (P place : places) {
                SchsmException failed = failures.byMember.get(place.member());
                if (place.isReady() && failed != null && FailurePolicy.isAway(failed)) {
                    back.add(place);
                }
            }
        }
        return back;
    }

    /** Nobody is known to be good: who was left alone is tried, which may be back or has to say why not. */
    private static <P extends Place> @Nullable P lastHope(List<P> left) {
        P best = null;
        for (P place : left) {
            Member member = place.member();
            boolean possible = member.token() != null && !member.isLocked();
            if (possible && (best == null || member.queue() < best.member().queue())) {
                best = place;
            }
        }
        return best;
    }

    private static <P extends Place> SchsmException failure(List<P> places, @Nullable Failures failures) {
        Map<Member, SchsmException> known = failures == null ? Map.of() : failures.byMember;
        List<String> reasons = new ArrayList<>();
        SchsmException worst = null;
        SchsmException last = null;
        for (P place : places) {
            Member member = place.member();
            SchsmException failed = known.get(member);
            reasons.add(member + ": " + (failed != null ? failed.getMessage() : member.problem()));
            if (failed != null) {
                last = failed;
                worst = worst == null && !FailurePolicy.isAway(failed) ? failed : worst;
            }
        }
        SchsmException told = worst != null
                ? worst
                : new TokenNotPresentException(
                        "no member of the domain that could do it is here: "
                                + String.join("; ", reasons.stream().distinct().toList()),
                        last);
        for (SchsmException other : known.values()) {
            if (other != told && other != told.getCause()) {
                told.addSuppressed(other);
            }
        }
        return told;
    }
}
