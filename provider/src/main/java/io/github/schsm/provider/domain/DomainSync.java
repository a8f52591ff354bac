// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyMigration.Impossible;
import io.github.schsm.KeyMigration.Move;
import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.KeyMigration.Outcome;
import io.github.schsm.KeyMigration.Progress;
import io.github.schsm.KeyMigration.Result;
import io.github.schsm.SchsmDomain.Part;
import io.github.schsm.SchsmDomain.Plan;
import io.github.schsm.SchsmDomain.Synchronization;
import io.github.schsm.SchsmDomain.Update;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenCertificate;
import io.github.schsm.TokenNotPresentException;
import io.github.schsm.keystore.Handles;
import io.github.schsm.keystore.Migrations;
import io.github.schsm.keystore.Migrations.Request;
import io.github.schsm.provider.domain.DomainKeys.CertificateCopy;
import io.github.schsm.provider.domain.DomainKeys.MergedCertificate;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Brings every key to every member. Each missing copy is planned from the first member that can give it; copies with the
 * same two members go in one run, so that those agree once, and runs to different members go at the same time.
 */
final class DomainSync {
    private static final System.Logger LOGGER = System.getLogger(DomainSync.class.getName());

    private final Members members;
    private final DomainLogin login;
    private final DomainKeys keys;
    private final Migrations migrations;
    private final DomainToken token;

    DomainSync(Members members, DomainLogin login, DomainKeys keys, Migrations migrations, DomainToken token) {
        this.members = members;
        this.login = login;
        this.keys = keys;
        this.migrations = migrations;
        this.token = token;
    }

    /** Two members between which keys go. */
    private record Pair(Member from, Member to) {}

    /** A copy that is missing: under which alias the giver has the key, and the domain. */
    private record Missing(String aliasThere, String alias) {}

    /** Work that is not done yet, and why the rest cannot be. */
    private static final class Draft {
        private final Map<Pair, List<Missing>> moves = new LinkedHashMap<>();
        private final List<Impossible> impossible = new ArrayList<>();
        private final List<Repair> repairs = new ArrayList<>();
        private final Map<Update, Impossible> unclear = new LinkedHashMap<>();
    }

    /** Something else that a member lacks, and how it gets it. */
    private record Repair(Update update, Member member, Step step) {}

    private interface Step {
        void at(Token member) throws SchsmException;
    }

    Plan plan() throws SchsmException {
        Draft draft = draft();
        List<Move> moves = new ArrayList<>();
        draft.moves.forEach((pair, missing) -> missing.forEach(one ->
                moves.add(new Move(one.alias(), pair.from().id(), pair.to().id()))));
        return new Plan(
                moves,
                Stream.concat(draft.impossible.stream(), draft.unclear.values().stream())
                        .toList(),
                draft.repairs.stream().map(Repair::update).toList());
    }

    // What is missing

    private Draft draft() throws SchsmException {
        members.readAgain();
        keys.forget();
        MergedKeys merged = keys.now();
        Map<String, String> aliases = Handles.aliases(token);
        Draft draft = new Draft();
        for (Member to : members.all()) {
            if (to.isStranger()) {
                continue;
            }
            List<MergedKey> missing = merged.all().stream()
                    .filter(key -> !key.members().contains(to))
                    .toList();
            if (to.isReady()) {
                find(to, missing, aliases, draft);
            } else {
                missing.forEach(key -> draft.impossible.add(
                        away(alias(aliases, key), key.members().get(0), to, to)));
            }
        }
        for (MergedKey key : merged.all()) {
            repairs(key, alias(aliases, key), draft);
        }
        repairCertificates(draft);
        return draft;
    }

    private static String alias(Map<String, String> aliases, MergedKey key) {
        return aliases.getOrDefault(key.shown().reference(), key.shown().label());
    }

    private static Impossible away(String alias, Member from, Member to, Member who) {
        return new Impossible(alias, from.id(), to.id(), Obstacle.AWAY, who + " is not used: " + who.problem());
    }

    /** Who can give the member what it lacks: the first copy that can be wrapped, else the reason of the first. */
    private void find(Member to, List<MergedKey> missing, Map<String, String> aliases, Draft draft) {
        Map<MergedKey, Impossible> reasons = new LinkedHashMap<>();
        List<MergedKey> open = new ArrayList<>(missing);
        for (Member from : members.all()) {
            if (from == to || !from.isReady() || !to.isReady() || open.isEmpty()) {
                continue;
            }
            try {
                Map<String, MergedKey> has = has(from, open);
                if (!has.isEmpty()) {
                    plan(new Pair(from, to), has, aliases, draft, reasons);
                    open.removeIf(key -> has.containsValue(key) && !reasons.containsKey(key));
                }
            } catch (SchsmException failed) {
                members.suspect(from, to);
                open.stream()
                        .filter(key -> key.members().contains(from))
                        .forEach(key -> reasons.putIfAbsent(
                                key,
                                new Impossible(
                                        alias(aliases, key),
                                        from.id(),
                                        to.id(),
                                        Obstacle.AWAY,
                                        String.valueOf(failed.getMessage()))));
            }
        }
        for (MergedKey key : open) {
            Impossible reason = reasons.get(key);
            Member holder = key.members().get(0);
            draft.impossible.add(
                    reason != null ? reason : away(alias(aliases, key), holder, to, to.isReady() ? holder : to));
        }
    }

    /** Which of the keys a member has, under its own aliases. */
    private static Map<String, MergedKey> has(Member from, List<MergedKey> wanted) throws SchsmException {
        Map<String, MergedKey> has = new LinkedHashMap<>();
        Map<String, String> aliases = Handles.aliases(Members.token(from));
        for (MergedKey key : wanted) {
            for (KeyCopy copy : key.copies()) {
                String alias = copy.member() == from ? aliases.get(copy.key().reference()) : null;
                if (alias != null) {
                    has.putIfAbsent(alias, key);
                }
            }
        }
        return has;
    }

    private void plan(
            Pair pair,
            Map<String, MergedKey> has,
            Map<String, String> aliases,
            Draft draft,
            Map<MergedKey, Impossible> reasons)
            throws SchsmException {
        login.admit(pair.from());
        login.admit(pair.to());
        KeyMigration.Plan plan = migrations.plan(
                Members.token(pair.from()), Members.token(pair.to()), Request.of(List.copyOf(has.keySet()), false));
        for (Move move : plan.moves()) {
            MergedKey key = has.get(move.alias());
            if (key != null) {
                reasons.remove(key);
                draft.moves
                        .computeIfAbsent(pair, one -> new ArrayList<>())
                        .add(new Missing(move.alias(), alias(aliases, key)));
            }
        }
        for (Impossible no : plan.impossible()) {
            MergedKey key = has.get(no.alias());
            if (key != null) {
                reasons.putIfAbsent(
                        key,
                        new Impossible(
                                alias(aliases, key), pair.from().id(), pair.to().id(), no.obstacle(), no.reason()));
            }
        }
    }

    /** The certificate and the label that the domain shows, at members that have the key without them. */
    private void repairs(MergedKey key, String alias, Draft draft) {
        if (key.members().size() < 2) {
            return;
        }
        Optional<byte[]> shown = certificate(key);
        for (KeyCopy copy : key.copies()) {
            Member member = copy.member();
            if (!member.isReady()) {
                continue;
            }
            if (shown.isPresent() && lacks(copy, shown.get())) {
                draft.repairs.add(new Repair(
                        new Update(alias, member.id(), Part.CERTIFICATE_OF_KEY),
                        member,
                        at -> at.storeCertificate(copy.key(), shown.get())));
            }
            String label = key.shown().label();
            if (!copy.key().label().equals(label)) {
                Update update = new Update(alias, member.id(), Part.LABEL);
                if (keys.isLabelNewest(key)) {
                    draft.repairs.add(new Repair(update, member, at -> at.rename(copy.key(), label)));
                } else {
                    draft.unclear.put(update, unclear(key, copy, alias));
                }
            }
        }
    }

    /** Even what most members have may be the old label: others may have been away when it was changed. */
    private static Impossible unclear(MergedKey key, KeyCopy copy, String alias) {
        String label = key.shown().label();
        Member other = key.copies().stream()
                .filter(one -> one.key().label().equals(label))
                .map(KeyCopy::member)
                .findFirst()
                .orElse(copy.member());
        return new Impossible(
                alias,
                other.id(),
                copy.member().id(),
                Obstacle.LABELS_DIFFER,
                "the key is \"" + label + "\" on " + other + " and \""
                        + copy.key().label() + "\" on " + copy.member()
                        + ", and nothing tells which label is newer: rename it while all members are here");
    }

    /** One that no member shows now is brought to none. */
    private Optional<byte[]> certificate(MergedKey key) {
        try {
            return keys.certificate(key.shown()).filter(DomainKeys::isX509);
        } catch (SchsmException unreadable) {
            LOGGER.log(System.Logger.Level.DEBUG, "its certificate is not compared", unreadable);
            return Optional.empty();
        }
    }

    /** What is there is not replaced by something older. */
    private boolean lacks(KeyCopy copy, byte[] certificate) {
        try {
            return Members.token(copy.member())
                    .certificate(copy.key())
                    .filter(stored -> DomainKeys.OLDEST_FIRST.compare(stored, certificate) >= 0)
                    .isEmpty();
        } catch (SchsmException failed) {
            if (!Token.isOfOneObject(failed)) {
                members.failed(copy.member(), failed);
                return false;
            }
            return true;
        }
    }

    private void repairCertificates(Draft draft) throws SchsmException {
        for (MergedCertificate certificate : keys.certificates()) {
            TokenCertificate shown = certificate.shown();
            List<Member> holders =
                    certificate.copies().stream().map(CertificateCopy::member).toList();
            for (Member member : members.all()) {
                if (member.isReady() && !member.isStranger() && !holders.contains(member)) {
                    draft.repairs.add(new Repair(
                            new Update(shown.label(), member.id(), Part.CERTIFICATE),
                            member,
                            at -> at.addCertificate(
                                    shown.label(), certificate.encoded().clone())));
                }
            }
        }
    }

    // Bringing it

    Synchronization synchronize(Consumer<Progress> listener) throws SchsmException {
        Draft draft = draft();
        Told told = new Told(draft, listener);
        Map<Member, List<Map.Entry<Pair, List<Missing>>>> byTarget = new LinkedHashMap<>();
        draft.moves
                .entrySet()
                .forEach(run -> byTarget.computeIfAbsent(run.getKey().to(), member -> new ArrayList<>())
                        .add(run));
        draft.impossible.forEach(told::impossible);
        Map<Update, SchsmException> failed = new ConcurrentHashMap<>();
        draft.unclear.forEach((update, why) -> failed.put(update, new InvalidRequestException(why.reason())));
        try {
            members.each(List.copyOf(byTarget.keySet()), to -> {
                for (Map.Entry<Pair, List<Missing>> run : byTarget.getOrDefault(to, List.of())) {
                    move(run.getKey(), run.getValue(), told);
                }
            });
            members.each(members.all().stream().filter(Member::isReady).toList(), member -> {
                for (Repair repair : draft.repairs) {
                    if (repair.member() == member) {
                        repair(repair, failed);
                    }
                }
            });
        } finally {
            members.all().forEach(Member::forgetList);
            keys.forget();
        }
        told.rethrow();
        List<Update> brought = draft.repairs.stream()
                .map(Repair::update)
                .filter(update -> !failed.containsKey(update))
                .toList();
        return new Synchronization(told.results(), brought, failed);
    }

    private void move(Pair pair, List<Missing> missing, Told told) {
        Map<String, String> aliases = new LinkedHashMap<>();
        missing.forEach(one -> aliases.put(one.aliasThere(), one.alias()));
        pair.from().beginLong();
        pair.to().beginLong();
        try {
            login.admit(pair.from());
            login.admit(pair.to());
            List<Result> results = migrations.move(
                    Members.token(pair.from()),
                    Members.token(pair.to()),
                    Request.of(List.copyOf(aliases.keySet()), false),
                    progress -> told.progress(pair, aliases.getOrDefault(progress.key(), progress.key()), progress));
            results.forEach(result -> told.result(pair, aliases.getOrDefault(result.alias(), result.alias()), result));
            results.stream()
                    .map(Result::failure)
                    .filter(failure -> failure != null && FailurePolicy.isAway(failure))
                    .forEach(failure -> members.suspect(pair.to(), pair.from()));
        } catch (SchsmException broken) {
            missing.forEach(one -> told.failed(pair, one.alias(), broken));
        } finally {
            pair.from().endLong();
            pair.to().endLong();
        }
    }

    private void repair(Repair repair, Map<Update, SchsmException> failed) {
        try {
            login.admit(repair.member());
            repair.step().at(Members.token(repair.member()));
        } catch (SchsmException refused) {
            failed.put(repair.update(), refused);
        }
    }

    /** What was told until now, and what came of it; several runs go on at the same time. */
    private static final class Told {
        private final Consumer<Progress> listener;
        private final List<Result> results = new ArrayList<>();
        private final int total;
        private int done;
        private RuntimeException[] thrown = {};

        private Told(Draft draft, Consumer<Progress> listener) {
            this.listener = listener;
            this.total = draft.impossible.size()
                    + draft.moves.values().stream().mapToInt(List::size).sum();
        }

        private synchronized void impossible(Impossible no) {
            SchsmException why = no.obstacle() == Obstacle.AWAY
                    ? new TokenNotPresentException(no.reason())
                    : new SchsmException(no.reason());
            Result result = new Result(no.alias(), no.from(), no.to(), Outcome.IMPOSSIBLE, new byte[0], why, List.of());
            results.add(result);
            tell(result.from(), result.to(), result.alias(), result.outcome(), result.toString());
        }

        private synchronized void progress(Pair pair, String alias, Progress progress) {
            tell(pair.from().id(), pair.to().id(), alias, progress.outcome(), progress.text());
        }

        private synchronized void result(Pair pair, String alias, Result result) {
            results.add(new Result(
                    alias,
                    pair.from().id(),
                    pair.to().id(),
                    result.outcome(),
                    result.kcv(),
                    result.failure(),
                    result.leftBehind()));
        }

        private synchronized void failed(Pair pair, String alias, SchsmException why) {
            Result result =
                    new Result(alias, pair.from().id(), pair.to().id(), Outcome.FAILED, new byte[0], why, List.of());
            results.add(result);
            tell(result.from(), result.to(), alias, result.outcome(), result.toString());
        }

        private void tell(String from, String to, String alias, Outcome outcome, String text) {
            done++;
            try {
                listener.accept(new Progress(alias, from, to, done, total, outcome, text));
            } catch (RuntimeException broken) {
                thrown = new RuntimeException[] {broken};
                throw broken;
            }
        }

        private synchronized List<Result> results() {
            return List.copyOf(results);
        }

        /** What the listener threw ends the run in which it did, and is thrown when the others are over. */
        private synchronized void rethrow() {
            if (thrown.length > 0) {
                throw thrown[0];
            }
        }
    }
}
