// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import io.github.schsm.SchsmException.Reason;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.login.PinSource;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The login of all members. One member after the other is logged in, and the gate is taken before any device is: a
 * callback handler that is asked for the PIN may use the key store.
 */
final class DomainLogin {
    private static final System.Logger LOGGER = System.getLogger(DomainLogin.class.getName());

    private final Function<String, Optional<PinSource>> ownPins;
    private final BiConsumer<Member, SchsmException> whenLocked;
    private final ReentrantLock gate = new ReentrantLock();
    private volatile @Nullable OfferedPin pin;

    /**
     * @param ownPins    where a member's PIN comes from that has one of its own
     * @param whenLocked told of each member that is not used until the next login, and why
     */
    DomainLogin(Function<String, Optional<PinSource>> ownPins, BiConsumer<Member, SchsmException> whenLocked) {
        this.ownPins = ownPins;
        this.whenLocked = whenLocked;
    }

    /** Whether there is a PIN, or somebody to ask for it. */
    boolean hasPin() {
        return pin != null;
    }

    /**
     * Logs in at the first of the members that takes the PIN. If one refuses it, or nobody knows whether it did, nobody
     * else gets it, and the login that there was stays; one that is away or blocked does not keep the others from being
     * asked. A member with a PIN of its own says nothing of this one: it counts only where all have their own.
     *
     * @throws SchsmException if no member could be logged in to
     */
    void login(PinSource source, List<Member> members) throws SchsmException {
        OfferedPin offered = new OfferedPin(source);
        gate.lock();
        try {
            loginAtOne(members, offered);
            replace(offered);
        } finally {
            gate.unlock();
            if (pin != offered) {
                offered.destroy();
            }
        }
    }

    private void loginAtOne(List<Member> members, OfferedPin offered) throws SchsmException {
        List<SchsmException> failures = new ArrayList<>();
        List<Member> sharing =
                members.stream().filter(member -> !hasOwnPin(member)).toList();
        for (Member member : sharing.isEmpty() ? members : sharing) {
            try {
                if (loginAt(member, offered)) {
                    return;
                }
            } catch (SchsmException failed) {
                if (offered.refusedBy() == member
                        || offered.isUnansweredBy(member)
                        || failed.reason() == Reason.WRONG_PIN) {
                    throw failed;
                }
                failures.add(failed);
            }
        }
        throw failures.isEmpty()
                ? new TokenNotPresentException("no member of the domain is here to log in to")
                : first(failures);
    }

    /** Logs in at the others, one after the other, unless a person would have to do something at each. */
    void loginAtOthers(List<Member> members) {
        OfferedPin offered = pin;
        if (offered == null || !offered.isKept()) {
            return;
        }
        for (Member member : members) {
            if (member.isReady() && !offered.isTakenBy(member)) {
                try {
                    admit(member);
                } catch (SchsmException told) {
                    LOGGER.log(
                            member.isLocked() ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                            "{0} of the domain is not used: {1}",
                            member,
                            PrintableText.of(String.valueOf(told.getMessage())));
                }
            }
        }
    }

    /** Whether this thread is logging in, so that its callback handler may be what asks. */
    boolean isLoggingIn() {
        return gate.isHeldByCurrentThread();
    }

    private boolean hasOwnPin(Member member) {
        Optional<PinSource> own = ownPin(member);
        own.ifPresent(PinSource::destroy);
        return own.isPresent();
    }

    private Optional<PinSource> ownPin(Member member) {
        Token token = member.token();
        return token == null ? Optional.empty() : ownPins.apply(token.id());
    }

    private static SchsmException first(List<SchsmException> failures) {
        SchsmException first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        return first;
    }

    private void replace(@Nullable OfferedPin next) {
        OfferedPin before = pin;
        pin = next;
        if (before != null && before != next) {
            before.destroy();
        }
    }

    /** Keeps the source for when the PIN is first needed, unless there is one. */
    void useWhenNeeded(PinSource source, List<Member> members) {
        gate.lock();
        try {
            if (pin == null) {
                OfferedPin offered = new OfferedPin(source);
                pin = offered;
                for (Member member : members) {
                    Token token = member.token();
                    if (token != null) {
                        token.useWhenNeeded(ownPin(member).orElseGet(() -> offered.to(member)));
                    }
                }
            } else {
                source.destroy();
            }
        } finally {
            gate.unlock();
        }
    }

    /** Before the first work for a member: logs in there, if there is a PIN. */
    void admit(Member member) throws SchsmException {
        OfferedPin offered = pin;
        if (offered == null || offered.isTakenBy(member)) {
            return;
        }
        gate.lock();
        try {
            OfferedPin now = pin;
            if (now != null && !now.isTakenBy(member)) {
                loginAt(member, now);
            }
        } finally {
            gate.unlock();
        }
    }

    /**
     * Before something that has to be done at several members or at none: makes sure that the PIN is verified there now,
     * also where another program has ended the login.
     */
    void verify(Member member) throws SchsmException {
        admit(member);
        if (hasPin() && !Members.token(member).isLoggedIn()) {
            lapsed(member);
            admit(member);
        }
    }

    /** Whether nothing but work is needed for the member to do some. */
    boolean isAdmitted(Member member) {
        OfferedPin offered = pin;
        return offered == null || offered.isTakenBy(member);
    }

    /** Whether some member took the PIN, so that nobody has to be asked for it. */
    boolean isLoggedIn() {
        OfferedPin offered = pin;
        return offered != null && offered.isAccepted();
    }

    private boolean loginAt(Member member, OfferedPin offered) throws SchsmException {
        Token token = member.token();
        if (token == null) {
            return false;
        }
        Optional<PinSource> own = ownPin(member);
        Member refusedBy = offered.refusedBy();
        if (own.isEmpty() && refusedBy != null && !offered.isProvenBy(member)) {
            String problem = refusedBy == member
                    ? member + " refused the PIN, which is not sent again before the next login"
                    : "the PIN is not sent to " + member + ", because " + refusedBy
                            + " refused it; where members have different PINs, name them by pin.<device id>";
            SchsmException kept = new SchsmException(problem);
            whenLocked.accept(member, kept);
            throw kept;
        }
        try {
            token.login(own.orElseGet(() -> offered.to(member)));
            if (own.isEmpty()) {
                offered.taken(member);
            } else {
                offered.admitted(member);
            }
            if (member.isLocked()) {
                member.answers();
            }
            return true;
        } catch (PinException refused) {
            whenLocked.accept(member, refused);
            // A PIN that the first member refused before is not tried at another one.
            boolean never =
                    refused.reason() == Reason.PIN_REQUIRED && offered.refusedBy() == member && !offered.isProven();
            if (own.isEmpty() && (never || refused.reason() == Reason.WRONG_PIN)) {
                offered.refused(member);
            } else {
                offered.passedOver(member);
            }
            throw refused;
        } finally {
            offered.release(member);
        }
    }

    /** The member wants the PIN again: somebody else ended the login there. */
    void lapsed(Member member) {
        OfferedPin offered = pin;
        if (offered != null) {
            offered.lapsed(member);
        }
    }

    /** Forgets the PIN. */
    void forget() {
        gate.lock();
        try {
            replace(null);
        } finally {
            gate.unlock();
        }
    }
}
