// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.keystore;

import io.github.schsm.KeyMigration;
import io.github.schsm.KeyMigration.Impossible;
import io.github.schsm.KeyMigration.Move;
import io.github.schsm.KeyMigration.Progress;
import io.github.schsm.KeyMigration.Result;
import io.github.schsm.SchsmException;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies keys from one member of a key domain to others: what {@link KeyMigration} does for two devices, and a key store
 * over many members for each pair of them.
 *
 * <p>A run is between one source and one target. Runs may go on at the same time, of one object or of several: those that have a
 * device in common take turns where they need its KEK, of which there is one per key domain. The source is free for the
 * next run as soon as its keys are wrapped, while the target is still taking them.
 *
 * <p>A run looks first and decides for each key ({@link #plan}), agrees once for each key domain, wraps, clears the
 * source's KEK, unwraps, and clears the target's. What a run leaves because a card was out or the process ended, the next
 * one between the two devices finishes or removes.
 */
public final class Migrations {
    /** Of all runs in this JVM: a device has one KEK for each key domain, whichever object uses it. */
    private static final ConcurrentMap<String, ReentrantLock> DEVICES = new ConcurrentHashMap<>();

    /** Runs that know of each other, and of those of every other object in this JVM. */
    public Migrations() {}

    /**
     * Which keys are to be copied, and how.
     *
     * @param aliases             their aliases on the source; null for all, but for exchange keys that migrations made
     * @param useCounterMayBeLost whether a key with a use counter is copied, to one without
     * @param asPlanned           whether nothing is tried that a plan calls impossible, and nothing is copied that the target
     *                            has under another alias; otherwise the device is asked, and its refusal is told
     */
    public record Request(@Nullable List<String> aliases, boolean useCounterMayBeLost, boolean asPlanned) {
        /** Copies the list. */
        public Request {
            aliases = aliases == null ? null : List.copyOf(aliases);
        }

        /** All keys, as planned. */
        public static Request all(boolean useCounterMayBeLost) {
            return new Request(null, useCounterMayBeLost, true);
        }

        /** These keys, as planned. */
        public static Request of(List<String> aliases, boolean useCounterMayBeLost) {
            return new Request(aliases, useCounterMayBeLost, true);
        }

        /** These keys, whatever a plan would say. */
        static Request named(List<String> aliases, boolean useCounterMayBeLost) {
            return new Request(aliases, useCounterMayBeLost, false);
        }
    }

    /**
     * What a run would do. Changes nothing on the devices.
     *
     * @throws io.github.schsm.InvalidRequestException if source and target are the same device
     * @throws SchsmException                          if a device cannot be read
     */
    public KeyMigration.Plan plan(Token source, Token target, Request request) throws SchsmException {
        MigrationPlanner planner = new MigrationPlanner(source, target, request);
        List<Move> moves = new ArrayList<>();
        List<Impossible> impossible = new ArrayList<>();
        List<Move> present = new ArrayList<>();
        for (Judgment judgment : planner.judgeAll()) {
            Move move = new Move(judgment.alias(), source.name(), target.name());
            if (judgment instanceof Judgment.Movable) {
                moves.add(move);
            } else if (judgment instanceof Judgment.Hindered hindered) {
                impossible.add(new Impossible(
                        move.alias(),
                        move.from(),
                        move.to(),
                        hindered.obstacle(),
                        String.valueOf(hindered.reason().getMessage())));
            } else {
                present.add(move);
            }
        }
        return new KeyMigration.Plan(moves, impossible, present);
    }

    /**
     * Copies one key.
     *
     * @throws SchsmException if it is not on the target afterwards; what was left behind is a suppressed exception then
     */
    public Result move(Token source, Token target, String alias, boolean useCounterMayBeLost) throws SchsmException {
        MigrationRun run = new MigrationRun(source, target, Request.named(List.of(alias), useCounterMayBeLost));
        try (Turn turn = takeTurn(source, target)) {
            Result result;
            try {
                run.look();
                result = moveOne(run, alias, turn);
            } catch (SchsmException | RuntimeException | Error failed) {
                // A callback handler may throw anything.
                List<String> left = run.finish();
                if (!left.isEmpty()) {
                    failed.addSuppressed(new SchsmException("left behind: " + String.join("; ", left)));
                }
                throw failed;
            }
            return result.leaving(run.finish());
        }
    }

    private static Result moveOne(MigrationRun run, String alias, Turn turn) throws SchsmException {
        Judgment judgment = run.judge(alias);
        if (judgment instanceof Judgment.Hindered hindered) {
            throw hindered.reason();
        }
        if (judgment instanceof Judgment.Movable movable) {
            MigrationRun.Wrapped wrapped = run.wrap(movable);
            run.finishSource();
            turn.leaveSource();
            return run.unwrap(wrapped);
        }
        return run.wasThere(alias);
    }

    /**
     * Copies keys; one that fails does not keep the others from being copied.
     *
     * @param listener is told of each key once, by this thread; if it throws, the run ends there, is cleaned up, and what
     *                 it threw is thrown
     * @return one result for each key, in the order of the request or, for all keys, of the source
     * @throws io.github.schsm.InvalidRequestException if source and target are the same device
     * @throws SchsmException                          if all keys are asked for, and the source does not say which it has
     */
    public List<Result> move(Token source, Token target, Request request, Consumer<Progress> listener)
            throws SchsmException {
        MigrationRun run = new MigrationRun(source, target, request);
        try (Turn turn = takeTurn(source, target)) {
            MigrationBatch batch = new MigrationBatch(run, run.aliases(), listener);
            try {
                batch.wrapAll();
                run.finishSource();
                turn.leaveSource();
                batch.unwrapAll();
            } catch (RuntimeException | Error thrown) {
                List<String> left = run.finish();
                if (!left.isEmpty()) {
                    thrown.addSuppressed(new SchsmException("left behind: " + String.join("; ", left)));
                }
                throw thrown;
            }
            List<String> left = run.finish();
            return batch.results().stream().map(result -> result.leaving(left)).toList();
        }
    }

    // Turns

    /** Always in the same order, so that no two runs wait for each other. */
    private static Turn takeTurn(Token source, Token target) throws SchsmException {
        ReentrantLock ofSource = lock(source);
        ReentrantLock ofTarget = lock(target);
        boolean sourceFirst = source.uniqueId().compareTo(target.uniqueId()) < 0;
        ReentrantLock first = sourceFirst ? ofSource : ofTarget;
        ReentrantLock second = sourceFirst ? ofTarget : ofSource;
        try {
            first.lockInterruptibly();
            try {
                second.lockInterruptibly();
            } catch (InterruptedException interrupted) {
                first.unlock();
                throw interrupted;
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new SchsmException(
                    "interrupted while waiting for another migration of device " + source.name() + " or "
                            + target.name(),
                    interrupted);
        }
        return new Turn(ofSource, ofTarget);
    }

    private static ReentrantLock lock(Token token) {
        return DEVICES.computeIfAbsent(token.uniqueId(), id -> new ReentrantLock(true));
    }

    /** The devices of a run, which no other run in this JVM uses meanwhile. */
    private static final class Turn implements AutoCloseable {
        private final ReentrantLock source;
        private final ReentrantLock target;
        private boolean hasSource = true;

        private Turn(ReentrantLock source, ReentrantLock target) {
            this.source = source;
            this.target = target;
        }

        void leaveSource() {
            if (hasSource) {
                hasSource = false;
                source.unlock();
            }
        }

        @Override
        public void close() {
            leaveSource();
            target.unlock();
        }
    }
}
