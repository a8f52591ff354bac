// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which of several candidates is next: the one at which it will be done first, by what is waiting there and what the last
 * operations there took. Those that are about equal take turns. It decides by numbers alone, and takes no lock.
 */
final class Router {
    /** What differs by less is equal: a part of the cost, as a number of bits to shift. */
    private static final int TOLERANCE = 4;

    /** Who is faster than that is as fast as all such: what an operation takes there is chance. */
    private static final long FAST = 1_000_000L;

    private Router() {}

    /** Somebody who can do it. */
    interface Candidate {
        /** Whether it may be given the work now. */
        boolean isReady();

        /** How many operations are at it, or wait there. */
        int queue();

        /** How long it is busy with something else that takes its time, in nanoseconds. */
        default long nanosAhead() {
            return 0;
        }

        /** How long one takes, in nanoseconds; 0 if that is not known. */
        long nanosEach();
    }

    /**
     * The next one.
     *
     * @param turn a number that grows with each call, so that equal ones take turns
     * @return null if none is ready
     */
    static <C extends Candidate> @Nullable C next(List<C> candidates, int turn) {
        int count = candidates.size();
        if (count == 1) {
            C only = candidates.get(0);
            return only.isReady() ? only : null;
        }
        long known = fastest(candidates);
        C best = null;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            C candidate = candidates.get(Math.floorMod(turn + i, count));
            if (!candidate.isReady()) {
                continue;
            }
            long each = candidate.nanosEach();
            long cost = candidate.nanosAhead() + Math.max(each == 0 ? known : each, FAST) * (candidate.queue() + 1L);
            if (best == null || cost < least - (least >> TOLERANCE)) {
                best = candidate;
                least = cost;
            }
        }
        return best;
    }

    /** Of whom nothing is known is taken to be as fast as the fastest, so that it is tried. */
    private static long fastest(List<? extends Candidate> candidates) {
        long fastest = Long.MAX_VALUE;
        for (Candidate candidate : candidates) {
            long each = candidate.nanosEach();
            if (each != 0 && each < fastest) {
                fastest = each;
            }
        }
        return fastest == Long.MAX_VALUE ? FAST : fastest;
    }
}
