// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.SchsmException;
import io.github.schsm.callback.LoginCallback;
import io.github.schsm.callback.NewPinCallback;
import io.github.schsm.callback.PinRequest;
import io.github.schsm.login.PinSource;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.callback.TextOutputCallback;
import org.jspecify.annotations.Nullable;

/**
 * One PIN for all members. It goes to one member, and to the next only after that one took it, so that a wrong one costs
 * one try on one member. What a person entered is kept as long as the login lasts: a member that comes back must not
 * wait for a person.
 */
final class OfferedPin {
    private final PinSource source;
    private final Set<Member> takenBy = ConcurrentHashMap.newKeySet();
    /** Who took this very PIN at some time, and did not refuse it since. */
    private final Set<Member> provenBy = ConcurrentHashMap.newKeySet();

    private @Nullable Member offeredTo;
    private @Nullable Member unansweredBy;
    private @Nullable Member refusedBy;
    private char @Nullable [] offered;
    private char @Nullable [] accepted;
    private boolean destroyed;

    /** @param source where the PIN comes from; destroyed with this object */
    OfferedPin(PinSource source) {
        this.source = source;
    }

    /** The PIN as one member's source. */
    PinSource to(Member member) {
        return new ForOne(member);
    }

    /** Whether the member took it, or is logged in to with a PIN of its own. */
    boolean isTakenBy(Member member) {
        return takenBy.contains(member);
    }

    /** Whether any member took it, or its own. */
    boolean isAccepted() {
        return !takenBy.isEmpty();
    }

    /** Whether any member took this very PIN. */
    boolean isProven() {
        return !provenBy.isEmpty();
    }

    /** Whether the member took this very PIN before, and did not refuse it since: there it is no guess. */
    boolean isProvenBy(Member member) {
        return provenBy.contains(member);
    }

    /** Whether the member was given it, and nobody knows what became of it: a try may be lost. */
    synchronized boolean isUnansweredBy(Member member) {
        return unansweredBy == member;
    }

    /** Who refused it, so that nobody else gets it who did not take it before; null for nobody. */
    synchronized @Nullable Member refusedBy() {
        return refusedBy;
    }

    /** The member took it. */
    synchronized void taken(Member member) {
        takenBy.add(member);
        provenBy.add(member);
        unansweredBy = null;
        if (offeredTo == member) {
            keep();
        }
    }

    /** The member took a PIN of its own. */
    void admitted(Member member) {
        takenBy.add(member);
    }

    /** The member refused it: a try is lost. */
    synchronized void refused(Member member) {
        refusedBy = member;
        unansweredBy = null;
        takenBy.remove(member);
        provenBy.remove(member);
        release(member);
    }

    /** The member does not hold it any more. */
    void lapsed(Member member) {
        takenBy.remove(member);
    }

    /** The member did not look at it, so that others may. */
    synchronized void passedOver(Member member) {
        if (refusedBy == member) {
            refusedBy = null;
        }
        if (unansweredBy == member) {
            unansweredBy = null;
        }
        release(member);
    }

    /** Nothing came of offering it to the member: it is away, or was not asked. */
    synchronized void release(Member member) {
        if (offeredTo == member) {
            offeredTo = null;
            wipe(offered);
            offered = null;
        }
    }

    private void keep() {
        offeredTo = null;
        if (accepted == null) {
            accepted = offered;
        } else {
            wipe(offered);
        }
        offered = null;
    }

    /** Forgets the PIN. */
    void destroy() {
        synchronized (this) {
            destroyed = true;
            wipe(offered);
            wipe(accepted);
            offered = null;
            accepted = null;
            takenBy.clear();
            provenBy.clear();
        }
        source.destroy();
    }

    private static void wipe(char @Nullable [] pin) {
        if (pin != null) {
            Arrays.fill(pin, '\0');
        }
    }

    /** What the member may be given now; null for nothing, empty for what the source has to say. */
    private synchronized char @Nullable [] ready(Member member) {
        boolean known = takenBy.contains(member) || provenBy.contains(member);
        boolean another = offeredTo != null && offeredTo != member;
        if (destroyed || (!known && (refusedBy != null || another))) {
            return null;
        }
        if (!known) {
            offeredTo = member;
        }
        return accepted == null ? new char[0] : accepted.clone();
    }

    /** Whether it is known here, so that nobody is asked for it any more. */
    synchronized boolean isKept() {
        return accepted != null;
    }

    private synchronized void offer(Member member, char[] pin) {
        wipe(offered);
        offered = pin.clone();
        unansweredBy = member;
    }

    /** The PIN on its way to one member. */
    private final class ForOne implements PinSource {
        private final Member member;

        private ForOne(Member member) {
            this.member = member;
        }

        @Override
        public char @Nullable [] pin(PinRequest request) throws SchsmException {
            char[] ready = ready(member);
            if (ready == null || ready.length > 0) {
                return ready;
            }
            char[] pin = source.pin(request);
            if (pin != null && pin.length > 0) {
                offer(member, pin);
            }
            return pin;
        }

        /** Nobody is asked for what is known. */
        @Override
        public boolean isInteractive() {
            return !isKept() && source.isInteractive();
        }

        /** Nobody gives it for this member at this very moment: it is not sent for a last try. */
        @Override
        public boolean isStored() {
            return isKept() || source.isStored();
        }

        @Override
        public boolean isOnReader() {
            return !isKept() && source.isOnReader();
        }

        @Override
        public void changeTransportPin(NewPinCallback wanted) throws SchsmException {
            if (!isKept()) {
                source.changeTransportPin(wanted);
            }
        }

        @Override
        public boolean inform(TextOutputCallback event) {
            boolean told = source.inform(event);
            if (event instanceof LoginCallback login) {
                if (login.isAccepted()) {
                    taken(member);
                } else {
                    refused(member);
                }
            }
            return told;
        }

        /** The PIN is that of all members, and goes with the login to all of them. */
        @Override
        public void destroy() {
            release(member);
        }
    }
}
