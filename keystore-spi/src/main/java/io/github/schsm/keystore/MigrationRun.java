// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.AttestedPublicKey;
import io.github.schsm.KeyDomain;
import io.github.schsm.KeyDomainException;
import io.github.schsm.KeyMigration;
import io.github.schsm.KeyMigration.Outcome;
import io.github.schsm.KeyMigration.Result;
import io.github.schsm.SchsmException;
import io.github.schsm.TokenKey;
import io.github.schsm.WrappedKeyEntry;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.KekHandle;
import io.github.schsm.spi.KeyHandle;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run of a migration, step by step: look, decide for each key, wrap it, put away what was made on the source, unwrap
 * it, and put away what was made on the target. Agrees once for each key domain.
 */
final class MigrationRun {
    private static final System.Logger LOGGER = System.getLogger(KeyMigration.class.getName());

    private final MigrationPlanner planner;
    private final boolean useCounterMayBeLost;
    private final MigrationSide from;
    private final MigrationSide to;
    private final HalfKeys halves;
    private final Map<Integer, Agreement> agreements = new HashMap<>();
    private final Map<Integer, SchsmException> refused = new HashMap<>();

    /** The domain on both sides, with the same KEK. */
    private record Agreement(KekHandle here, KekHandle there) {}

    /**
     * A key on its way.
     *
     * @param key       the key on the source
     * @param entry     what travels
     * @param agreement what it travels under
     */
    record Wrapped(String alias, KeyHandle key, WrappedKeyEntry entry, Agreement agreement) {}

    /** A run between two tokens; sends nothing yet. */
    MigrationRun(Token source, Token target, Migrations.Request request) throws SchsmException {
        this.planner = new MigrationPlanner(source, target, request);
        this.useCounterMayBeLost = request.useCounterMayBeLost();
        Set<String> notedKcvs = new HashSet<>();
        this.from = new MigrationSide(source, notedKcvs);
        this.to = new MigrationSide(target, notedKcvs);
        this.halves = new HalfKeys(to);
    }

    /** What is asked for, or all keys. */
    List<String> aliases() throws SchsmException {
        return planner.aliases();
    }

    /** Looks for what an interrupted migration left on either side. */
    void look() throws SchsmException {
        from.look();
        to.look();
    }

    /** Before the first of many keys. */
    void expectMany(boolean expected) throws SchsmException {
        to.token().keyDomains().expectMany(expected);
    }

    Judgment judge(String alias) throws SchsmException {
        return planner.judge(alias);
    }

    /** Takes a key out of the source, under a KEK that both have. */
    Wrapped wrap(Judgment.Movable movable) throws SchsmException {
        Agreement agreement = agreement(movable.domain());
        WrappedKeyEntry entry =
                new KeyTransfer(from.token()).wrap(movable.key(), agreement.here(), useCounterMayBeLost);
        return new Wrapped(movable.alias(), movable.key(), entry, agreement);
    }

    /** Brings a key into the target; a half copy that an earlier run left goes when the whole one is there. */
    Result unwrap(Wrapped moving) throws SchsmException {
        KekHandle kek = moving.agreement().there();
        List<TokenKey> copies = halves.of(moving.key(), kek.slot());
        new KeyTransfer(to.token()).unwrap(moving.alias(), moving.entry(), kek);
        halves.remove(copies);
        return result(moving.alias(), Outcome.MOVED, kek.kcv(), null);
    }

    Result wasThere(String alias) {
        return result(alias, Outcome.WAS_THERE, new byte[0], null);
    }

    Result result(String alias, Outcome outcome, byte[] kcv, @Nullable SchsmException failure) {
        return new Result(alias, planner.from().name(), planner.to().name(), outcome, kcv, failure, List.of());
    }

    // Agreement

    private Agreement agreement(CommonDomains.Member domain) throws SchsmException {
        int slot = domain.here().slot();
        Agreement known = agreements.get(slot);
        if (known != null) {
            return known;
        }
        SchsmException before = refused.get(slot);
        if (before != null) {
            throw before;
        }
        try {
            Agreement made = domain.hasCommonKek()
                    ? new Agreement(
                            new KekHandle(from.token(), domain.here()), new KekHandle(to.token(), domain.there()))
                    : agree(domain.here(), domain.there());
            agreements.put(slot, made);
            return made;
        } catch (SchsmException failed) {
            refused.put(slot, failed);
            throw failed;
        }
    }

    private Agreement agree(KeyDomain.Status here, KeyDomain.Status there) throws SchsmException {
        TokenKey exchangeHere = from.exchangeKey(to, here);
        TokenKey exchangeThere = to.exchangeKey(from, there);
        AttestedPublicKey publicHere = from.attested(exchangeHere);
        AttestedPublicKey publicThere = to.attested(exchangeThere);
        KeyDomain.Status kekHere = from.agree(to, here, exchangeHere, publicThere);
        KeyDomain.Status kekThere = to.agree(from, there, exchangeThere, publicHere);
        if (!kekHere.hasKek() || !Arrays.equals(kekHere.kcv(), kekThere.kcv())) {
            throw new KeyDomainException("devices " + from.token().name() + " and "
                    + to.token().name() + " did not agree on the same KEK: " + kekHere + " against " + kekThere);
        }
        return new Agreement(new KekHandle(from.token(), kekHere), new KekHandle(to.token(), kekThere));
    }

    // The end

    /** Puts away what was made on the source, which is not needed any more. */
    void finishSource() {
        from.finish();
    }

    /**
     * Puts away what this run made, and what it found of earlier ones.
     *
     * @return what could not be cleaned up
     */
    List<String> finish() {
        MigrationSide.tried(() -> expectMany(false));
        from.finish();
        to.finish();
        List<String> leftBehind = new ArrayList<>(from.leftBehind());
        leftBehind.addAll(to.leftBehind());
        if (!leftBehind.isEmpty()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "not cleaned up after the migration: {0}",
                    PrintableText.of(String.join("; ", leftBehind)));
        }
        return List.copyOf(leftBehind);
    }
}
