// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyMigration.Obstacle;
import io.github.schsm.KeyMigration.Outcome;
import io.github.schsm.KeyMigration.Progress;
import io.github.schsm.KeyMigration.Result;
import io.github.schsm.PinException;
import io.github.schsm.SchsmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one run, and what becomes of each: one that fails does not keep the others from moving, unless the same
 * would go wrong with all of them.
 */
final class MigrationBatch {
    private final MigrationRun run;
    private final List<String> aliases;
    private final Set<String> distinct;
    private final Consumer<Progress> listener;
    private final Map<String, Result> results = new HashMap<>();
    private final List<MigrationRun.Wrapped> wrapped = new ArrayList<>();

    /** An alias may be named more than once; it is moved and told of once. */
    MigrationBatch(MigrationRun run, List<String> aliases, Consumer<Progress> listener) {
        this.run = run;
        this.aliases = aliases;
        this.distinct = new LinkedHashSet<>(aliases);
        this.listener = listener;
    }

    private interface Step {
        /** What became of the key; null if that is not certain yet. */
        @Nullable
        Result take() throws SchsmException;
    }

    /** Looks, decides, and wraps: everything that the source is needed for. */
    void wrapAll() {
        SchsmException forAll = begin();
        List<Judgment.Movable> movable = new ArrayList<>();
        for (String alias : distinct) {
            forAll = step(alias, forAll, () -> {
                Judgment judgment = run.judge(alias);
                if (judgment instanceof Judgment.Movable one) {
                    movable.add(one);
                    return null;
                }
                return judgment instanceof Judgment.Hindered hindered ? hindered(hindered) : run.wasThere(alias);
            });
        }
        for (Judgment.Movable one : movable) {
            forAll = step(one.alias(), forAll, () -> {
                wrapped.add(run.wrap(one));
                return null;
            });
        }
    }

    private Result hindered(Judgment.Hindered hindered) {
        Outcome outcome = hindered.obstacle() == Obstacle.UNREADABLE ? Outcome.FAILED : Outcome.IMPOSSIBLE;
        return run.result(hindered.alias(), outcome, new byte[0], hindered.reason());
    }

    /** What has to be done before the first key; answers with what makes the rest hopeless. */
    private @Nullable SchsmException begin() {
        try {
            run.expectMany(distinct.size() > 1);
            run.look();
            return null;
        } catch (SchsmException unreachable) {
            return unreachable;
        } catch (RuntimeException thrown) {
            return MigrationSide.brokenOff(thrown);
        }
    }

    /** Brings what was wrapped into the target. */
    void unwrapAll() {
        SchsmException forAll = null;
        for (MigrationRun.Wrapped one : wrapped) {
            forAll = step(one.alias(), forAll, () -> run.unwrap(one));
        }
    }

    /**
     * One step of one key.
     *
     * @param forAll what went wrong with an earlier key and would with this one
     * @return the same, or what goes wrong from this one on: nobody is asked for a PIN once more
     */
    private @Nullable SchsmException step(String alias, @Nullable SchsmException forAll, Step step) {
        SchsmException failure = forAll;
        boolean stopsAll = forAll != null;
        Result result = null;
        if (failure == null) {
            try {
                result = step.take();
            } catch (PinException notToBeTriedAgain) {
                failure = notToBeTriedAgain;
                stopsAll = true;
            } catch (SchsmException refused) {
                failure = refused;
            } catch (RuntimeException thrown) {
                // Of a callback handler, say, which is not asked again: what has moved until now is not forgotten.
                failure = MigrationSide.brokenOff(thrown);
                stopsAll = true;
            }
        }
        if (failure != null) {
            result = run.result(alias, Outcome.FAILED, new byte[0], failure);
        }
        if (result != null) {
            tell(result);
        }
        return stopsAll ? failure : null;
    }

    private void tell(Result result) {
        results.put(result.alias(), result);
        listener.accept(new Progress(
                result.alias(),
                result.from(),
                result.to(),
                results.size(),
                distinct.size(),
                result.outcome(),
                result.toString()));
    }

    /** One for each alias, in their order. One that was named again was there by then. */
    List<Result> results() {
        List<Result> all = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String alias : aliases) {
            Result result = Objects.requireNonNull(results.get(alias), "a key that nothing became of");
            all.add(seen.add(alias) || !result.isThere() ? result : run.wasThere(alias));
        }
        return all;
    }
}
