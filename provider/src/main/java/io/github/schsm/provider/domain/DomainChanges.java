// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyDomain.Status;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenKey;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.config.SchsmConfiguration;
import io.github.schsm.keystore.Handles;
import io.github.schsm.keystore.Migrations;
import io.github.schsm.keystore.Migrations.Request;
import io.github.schsm.provider.domain.DomainKeys.CertificateCopy;
import io.github.schsm.provider.domain.DomainKeys.MergedCertificate;
import io.github.schsm.spi.ImportRequest;
import io.github.schsm.spi.KeyRequest;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes of what members have. A change goes to every member that is concerned; what one of them did not get is logged
 * and told, and what would bring back something deleted is refused.
 */
final class DomainChanges {
    private static final System.Logger LOGGER = System.getLogger(DomainChanges.class.getName());

    private final SchsmConfiguration configuration;
    private final Members members;
    private final DomainLogin login;
    private final DomainKeys keys;
    private final Missed missed;
    private final Migrations migrations;

    /** Is told what a member did not get. */
    interface Missed {
        void notBrought(String what, Member member, String problem);
    }

    /** Something done at one member. */
    private interface Change {
        void at(Token token) throws SchsmException;
    }

    DomainChanges(
            SchsmConfiguration configuration,
            Members members,
            DomainLogin login,
            DomainKeys keys,
            Migrations migrations,
            Missed missed) {
        this.configuration = configuration;
        this.members = members;
        this.login = login;
        this.keys = keys;
        this.migrations = migrations;
        this.missed = missed;
    }

    // New keys

    /** Makes a key on one member and brings it to others. */
    TokenKey generate(KeyRequest request) throws SchsmException {
        if (request.forMigration()) {
            throw new InvalidRequestException("keys are not moved to or from several devices that are one key store:"
                    + " use a key store of one device (device = … without domain and members) and SchsmDomain");
        }
        Set<Member> failed = new HashSet<>();
        while (true) {
            Member maker = maker(failed);
            if (!isInPlace(maker)) {
                failed.add(maker);
                continue;
            }
            boolean[] begun = new boolean[1];
            TokenKey made;
            try {
                made = at(maker, token -> {
                    KeyRequest inDomain = inDomain(maker, request);
                    begun[0] = true;
                    return token.generate(inDomain);
                });
            } catch (SchsmException notHere) {
                failed.add(maker);
                if (!mayBeMadeElsewhere(notHere, begun[0]) || !isAnyLeft(failed)) {
                    throw notHere;
                }
                continue;
            }
            add(maker, made);
            bringToOthers(maker, made);
            keys.forget();
            return shown(maker, made);
        }
    }

    /**
     * Not where nobody knows whether the key was made: the program is told, and what a device that went has begun is found
     * there as something left over.
     */
    private boolean mayBeMadeElsewhere(SchsmException failed, boolean begun) {
        return switch (FailurePolicy.of(failed, true)) {
            case AWAY -> FailurePolicy.of(failed, !begun) == FailurePolicy.Verdict.AWAY;
            case BROKEN, NOT_HERE -> true;
            case LOCKED -> login.hasPin();
            case TELL, KEY_GONE -> false;
        };
    }

    /** Another key domain may have been put in the slot since it was looked for. */
    private boolean isInPlace(Member member) {
        try {
            members.requirePlace(member);
            return true;
        } catch (KeyDomainException stranger) {
            members.failed(member, stranger);
            return false;
        } catch (SchsmException told) {
            // The same comes of making the key there.
            LOGGER.log(System.Logger.Level.DEBUG, "its key domain cannot be looked at", told);
            return true;
        }
    }

    private boolean isAnyLeft(Set<Member> failed) {
        return members.all().stream().anyMatch(member -> member.isReady() && !failed.contains(member));
    }

    private interface Making {
        TokenKey at(Token token) throws SchsmException;
    }

    private TokenKey at(Member member, Making making) throws SchsmException {
        member.beginLong();
        try {
            login.admit(member);
            return making.at(Members.token(member));
        } catch (SchsmException failed) {
            note(member, failed);
            throw failed;
        } finally {
            member.endLong();
        }
    }

    private void note(Member member, SchsmException failed) {
        switch (FailurePolicy.of(failed, true)) {
            case AWAY, BROKEN -> members.failed(member, failed);
            case LOCKED -> {
                if (login.hasPin()) {
                    members.locked(member, failed);
                }
            }
            case TELL, KEY_GONE, NOT_HERE -> {}
        }
    }

    /**
     * Where the key domain is in that member, and so that the key can be copied, unless the program said otherwise. Every
     * key of a device that was initialized with one DKEK is in it without that.
     */
    private KeyRequest inDomain(Member member, KeyRequest request) throws SchsmException {
        Status domain = member.domain();
        if (domain == null) {
            return request;
        }
        if (request.keyDomain().isPresent() && request.keyDomain().getAsInt() != 0) {
            throw new InvalidRequestException("the domain shows one key domain, in slot 0; there is none in slot "
                    + request.keyDomain().getAsInt());
        }
        return !domain.isXkek() && domain.slot() == 0 ? request.withoutKeyDomain() : request.inKeyDomain(domain.slot());
    }

    /** The member with the least to do that is here. */
    private Member maker(Set<Member> failed) throws SchsmException {
        keys.now();
        Member best = null;
        for (Member member : members.all()) {
            if (member.isReady() && !failed.contains(member) && (best == null || isLessBusy(member, best))) {
                best = member;
            }
        }
        if (best == null) {
            throw new TokenNotPresentException("no member of the domain is here to make a key: " + members.problems());
        }
        return best;
    }

    private static boolean isLessBusy(Member one, Member other) {
        return one.nanosAhead() == other.nanosAhead()
                ? one.queue() < other.queue()
                : one.nanosAhead() < other.nanosAhead();
    }

    /** The key is there, even if its details cannot be read now: it is listed again then. */
    private static void add(Member member, TokenKey made) {
        try {
            member.add(new ListedKey(made, Handles.details(Members.token(member), made)));
        } catch (SchsmException unread) {
            LOGGER.log(System.Logger.Level.DEBUG, "what was made is listed again", unread);
            member.forgetList();
        }
    }

    private TokenKey shown(Member member, TokenKey own) throws SchsmException {
        for (MergedKey key : keys.now().all()) {
            for (KeyCopy copy : key.copies()) {
                if (copy.member() == member && copy.key().equals(own)) {
                    return key.shown();
                }
            }
        }
        throw new InvalidRequestException(own + " is not on " + member + " any more");
    }

    private void bringToOthers(Member maker, TokenKey made) {
        int wanted = configuration.copies().orElse(Integer.MAX_VALUE);
        int there = 1;
        for (Member member : members.all()) {
            if (member == maker || there >= wanted) {
                continue;
            }
            String problem = member.isReady() ? bring(maker, member, made) : String.valueOf(member.problem());
            if (problem == null) {
                there++;
            } else {
                tell(made.label(), member, problem);
            }
        }
    }

    /** Null if it is there now. */
    private @Nullable String bring(Member from, Member to, TokenKey key) {
        from.beginLong();
        to.beginLong();
        try {
            login.admit(to);
            Token source = Members.token(from);
            String alias = Handles.aliases(source).getOrDefault(key.reference(), key.label());
            Request one = Request.of(List.of(alias), false);
            KeyMigration.Result result = migrations
                    .move(source, Members.token(to), one, progress -> {})
                    .get(0);
            to.forgetList();
            SchsmException failure = result.failure();
            if (failure != null) {
                note(to, failure);
                return String.valueOf(failure.getMessage());
            }
            return null;
        } catch (SchsmException failed) {
            to.forgetList();
            note(to, failed);
            return String.valueOf(failed.getMessage());
        } finally {
            from.endLong();
            to.endLong();
        }
    }

    private void tell(String what, Member member, String problem) {
        LOGGER.log(
                System.Logger.Level.WARNING,
                "\"{0}\" was not brought to {1}: {2}",
                PrintableText.of(what),
                PrintableText.of(member.id()),
                PrintableText.of(problem));
        missed.notBrought(what, member, problem);
    }

    /** Makes the same key from its parent on every member that has that. */
    TokenKey deriveKey(TokenKey parent, byte[] value, KeyRequest request) throws SchsmException {
        MergedKey from = keys.find(parent);
        KeyCopy first = null;
        TokenKey made = null;
        SchsmException failure = null;
        for (KeyCopy copy : from.copies()) {
            Member member = copy.member();
            try {
                if (!member.isReady()) {
                    throw new TokenNotPresentException(String.valueOf(member.problem()));
                }
                TokenKey derived = at(member, token -> token.deriveKey(copy.key(), value, request));
                add(member, derived);
                if (first == null) {
                    first = copy;
                    made = derived;
                }
            } catch (SchsmException failed) {
                if (first == null) {
                    failure = failure == null ? failed : failure;
                    if (FailurePolicy.of(failed, true) == FailurePolicy.Verdict.TELL) {
                        throw failed;
                    }
                } else {
                    tell(String.valueOf(request.label()), member, String.valueOf(failed.getMessage()));
                }
            }
        }
        keys.forget();
        if (first == null || made == null) {
            throw failure == null ? new InvalidRequestException(parent + " is on no member any more") : failure;
        }
        return shown(first.member(), made);
    }

    /**
     * Imports a software key into every member that is here. What one of them refuses for all is told before any other got
     * the key; what a member misses is told, as for keys that are made.
     */
    TokenKey importKey(ImportRequest request, byte[] dkek) throws SchsmException {
        keys.now();
        Member first = null;
        TokenKey made = null;
        SchsmException failure = null;
        for (Member member : members.all()) {
            if (member.isStranger()) {
                continue;
            }
            try {
                if (!member.isReady()) {
                    throw new TokenNotPresentException(member + " is not used: " + member.problem());
                }
                members.requirePlace(member);
                TokenKey imported = at(member, token -> token.keyDomains().importKey(request, dkek));
                add(member, imported);
                if (first == null) {
                    first = member;
                    made = imported;
                }
            } catch (SchsmException failed) {
                if (first == null && FailurePolicy.of(failed, true) == FailurePolicy.Verdict.TELL) {
                    throw failed;
                }
                failure = failure == null ? failed : failure;
                tell(request.label(), member, String.valueOf(failed.getMessage()));
            }
        }
        keys.forget();
        if (first == null || made == null) {
            throw failure == null ? new TokenNotPresentException("no member of the domain is here") : failure;
        }
        return shown(first, made);
    }

    // What belongs to keys

    void storeCertificate(TokenKey shown, byte[] encoded) throws SchsmException {
        MergedKey key = keys.find(shown);
        try {
            onAll(key, shown.label(), (copy, token) -> token.storeCertificate(copy.key(), encoded));
        } finally {
            key.members().forEach(Member::forgetList);
            keys.forget();
        }
    }

    TokenKey rename(TokenKey shown, String label) throws SchsmException {
        MergedKey key = keys.loggedIn(shown);
        key.requireOneKey("renamed");
        try {
            onAll(key, label, (copy, token) -> token.rename(copy.key(), label));
            keys.renamed(shown, label);
        } finally {
            key.members().forEach(Member::forgetList);
            keys.forget();
        }
        return new TokenKey(
                shown.reference(), label, key.shown().id(), key.shown().type());
    }

    private interface CopyChange {
        void at(KeyCopy copy, Token token) throws SchsmException;
    }

    /** On each member that has the key; at least one has to take it, and one that says no for all says so first. */
    private void onAll(MergedKey key, String what, CopyChange change) throws SchsmException {
        boolean done = false;
        SchsmException first = null;
        for (KeyCopy copy : key.copies()) {
            Member member = copy.member();
            try {
                if (!member.isReady()) {
                    throw new TokenNotPresentException(member + " is not used: " + member.problem());
                }
                login.admit(member);
                change.at(copy, Members.token(member));
                done = true;
            } catch (SchsmException failed) {
                note(member, failed);
                if (!done && FailurePolicy.of(failed, true) == FailurePolicy.Verdict.TELL) {
                    throw failed;
                }
                first = first == null ? failed : first;
                tell(what, member, String.valueOf(failed.getMessage()));
            }
        }
        if (!done && first != null) {
            throw first;
        }
    }

    // The end of keys and certificates

    void delete(TokenKey shown) throws SchsmException {
        // Another program may have copied it since: what cannot be listed again now may have it.
        members.tryAbsent();
        members.readAgain();
        keys.forget();
        MergedKey key = keys.certain(shown);
        requireAllHere(
                "\"" + shown.label() + "\"",
                member -> member.isStale() || key.members().contains(member));
        SchsmException failure = null;
        for (KeyCopy copy : key.copies()) {
            if (copy.isReady()) {
                failure = deleteAt(copy.member(), token -> token.delete(copy.key()), failure);
            }
        }
        keys.deleted(shown);
        if (failure != null) {
            throw failure;
        }
    }

    private @Nullable SchsmException deleteAt(Member member, Change deletion, @Nullable SchsmException before) {
        try {
            login.admit(member);
            deletion.at(Members.token(member));
            return before;
        } catch (SchsmException failed) {
            note(member, failed);
            if (before != null) {
                before.addSuppressed(failed);
                return before;
            }
            return failed;
        } finally {
            member.forgetList();
        }
    }

    /** What is away would bring back what is deleted. */
    private void requireAllHere(String what, Predicate<Member> mayHave) throws SchsmException {
        List<String> away = away(mayHave);
        if (away.isEmpty()) {
            return;
        }
        if (configuration.deletesPresentOnly()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "{0} is deleted, and may come back with {1}",
                    PrintableText.of(what),
                    PrintableText.of(String.join(", ", away)));
            return;
        }
        throw new TokenNotPresentException(
                what + " is not deleted, because it would come back with members that do not" + " delete it now: "
                        + String.join(", ", away)
                        + "; bring them back, take devices that are gone for good out of the configuration, or configure delete = present");
    }

    private List<String> away(Predicate<Member> mayHave) {
        List<String> away = new ArrayList<>();
        for (Member member : members.all()) {
            if (mayHave.test(member) && !member.isStranger() && !answers(member)) {
                away.add(member + " (" + member.problem() + ")");
            }
        }
        return away;
    }

    /** Asks the member, so that nothing is deleted anywhere if it has just gone, or does not take the PIN any more. */
    private boolean answers(Member member) {
        if (!member.isReady()) {
            return false;
        }
        try {
            Members.token(member).info();
            login.verify(member);
            return true;
        } catch (SchsmException failed) {
            note(member, failed);
            if (member.isReady()) {
                members.failed(member, failed);
            }
            return false;
        }
    }

    TokenCertificate addCertificate(String label, byte[] encoded) throws SchsmException {
        keys.now();
        boolean done = false;
        SchsmException first = null;
        for (Member member : members.all()) {
            if (member.isStranger()) {
                continue;
            }
            try {
                if (!member.isReady()) {
                    throw new TokenNotPresentException(member + " is not used: " + member.problem());
                }
                login.admit(member);
                Members.token(member).addCertificate(label, encoded);
                done = true;
            } catch (SchsmException failed) {
                note(member, failed);
                if (!done && FailurePolicy.of(failed, true) == FailurePolicy.Verdict.TELL) {
                    throw failed;
                }
                first = first == null ? failed : first;
                tell(label, member, String.valueOf(failed.getMessage()));
            }
        }
        keys.forget();
        if (!done) {
            throw first == null ? new TokenNotPresentException("no member of the domain is here") : first;
        }
        for (MergedCertificate certificate : keys.certificates()) {
            if (Arrays.equals(certificate.encoded(), encoded)) {
                return certificate.shown();
            }
        }
        throw new InvalidRequestException("certificate \"" + label + "\" is on no member any more");
    }

    /** On all members or on none: one that has the old label would bring the certificate back under it. */
    TokenCertificate rename(TokenCertificate shown, String label) throws SchsmException {
        members.tryAbsent();
        keys.forget();
        MergedCertificate certificate = keys.find(shown);
        List<String> away = away(member -> true);
        if (!away.isEmpty()) {
            throw new TokenNotPresentException(
                    "certificate \"" + shown.label() + "\" is not renamed, because members that"
                            + " are away would bring it back under its old label: "
                            + String.join(", ", away)
                            + "; bring them back, or take devices that are gone for good out of the configuration");
        }
        List<CertificateCopy> done = new ArrayList<>();
        try {
            for (CertificateCopy copy : certificate.copies()) {
                login.admit(copy.member());
                Members.token(copy.member()).rename(copy.certificate(), label);
                done.add(copy);
            }
        } catch (SchsmException failed) {
            for (CertificateCopy copy : done) {
                try {
                    Members.token(copy.member())
                            .rename(
                                    new TokenCertificate(copy.certificate().reference(), label),
                                    copy.certificate().label());
                } catch (SchsmException alsoFailed) {
                    failed.addSuppressed(alsoFailed);
                }
            }
            throw failed;
        } finally {
            certificate.copies().forEach(copy -> copy.member().forgetList());
            keys.forget();
        }
        return keys.certificates().stream()
                .filter(now -> now.shown().label().equals(label) && Arrays.equals(now.encoded(), certificate.encoded()))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidRequestException("certificate \"" + label + "\" is on no member any more"))
                .shown();
    }

    void delete(TokenCertificate shown) throws SchsmException {
        members.tryAbsent();
        keys.forget();
        MergedCertificate certificate = keys.find(shown);
        requireAllHere("certificate \"" + shown.label() + "\"", member -> true);
        SchsmException failure = null;
        for (CertificateCopy copy : certificate.copies()) {
            if (copy.member().isReady()) {
                failure = deleteAt(copy.member(), token -> token.delete(copy.certificate()), failure);
            }
        }
        keys.forget();
        if (failure != null) {
            throw failure;
        }
    }
}
