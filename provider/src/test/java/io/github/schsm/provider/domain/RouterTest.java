// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which candidate is next, by numbers alone. */
class RouterTest {
    private static final long MILLISECOND = 1_000_000L;

    private record Place(String name, boolean isReady, int queue, long nanosEach) implements Router.Candidate {}

    private static Place place(String name, int queue, long milliseconds) {
        return new Place(name, true, queue, milliseconds * MILLISECOND);
    }

    private static String next(int turn, Place... places) {
        Place next = Router.next(List.of(places), turn);
        return next == null ? "none" : next.name();
    }

    @Test
    void shortestQueueIsNext() {
        assertThat(next(0, place("a", 2, 50), place("b", 1, 50), place("c", 3, 50)))
                .isEqualTo("b");
    }

    @Test
    void queueCountsByWhatOperationsTakeThere() {
        assertThat(next(0, place("slow", 0, 165), place("fast", 1, 50))).isEqualTo("fast");
        assertThat(next(0, place("slow", 0, 165), place("fast", 4, 50))).isEqualTo("slow");
    }

    @Test
    void equalOnesTakeTurns() {
        Map<String, Integer> times = new HashMap<>();
        for (int turn = 0; turn < 300; turn++) {
            times.merge(next(turn, place("a", 1, 50), place("b", 1, 51), place("c", 1, 50)), 1, Integer::sum);
        }
        assertThat(times)
                .containsOnlyKeys("a", "b", "c")
                .allSatisfy((name, count) -> assertThat(count).isEqualTo(100));
    }

    @Test
    void turnsGoOnWhenTheirNumberHasRunOver() {
        assertThat(next(Integer.MIN_VALUE, place("a", 0, 50), place("b", 0, 50)))
                .isIn("a", "b");
        assertThat(next(-1, place("a", 0, 50), place("b", 0, 50))).isIn("a", "b");
    }

    @Test
    void whoIsBusyWithSomethingLongIsAvoided() {
        Router.Candidate busy = new Router.Candidate() {
            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public int queue() {
                return 0;
            }

            @Override
            public long nanosAhead() {
                return 2_000 * MILLISECOND;
            }

            @Override
            public long nanosEach() {
                return 50 * MILLISECOND;
            }
        };
        Router.Candidate free = place("free", 9, 50);
        assertThat(Router.next(List.of(busy, free), 0)).isSameAs(free);
        assertThat(Router.next(List.of(busy), 0)).isSameAs(busy);
    }

    @Test
    void whoIsNotReadyIsPassedOver() {
        Place away = new Place("away", false, 0, MILLISECOND);
        assertThat(next(0, away, place("b", 9, 165))).isEqualTo("b");
        assertThat(next(0, away)).isEqualTo("none");
        assertThat(next(0, away, away)).isEqualTo("none");
    }

    @Test
    void whoIsNotKnownIsTriedAsIfItWereTheFastest() {
        assertThat(next(0, place("known", 1, 50), place("new", 0, 0))).isEqualTo("new");
        assertThat(next(0, place("known", 0, 50), place("new", 3, 0))).isEqualTo("known");
        assertThat(next(0, place("new", 0, 0), place("as new", 0, 0))).isIn("new", "as new");
    }

    @Test
    void fasterThanAMillisecondIsAllTheSame() {
        Place quick = new Place("quick", true, 0, 10_000L);
        Place quicker = new Place("quicker", true, 0, 1_000L);
        assertThat(next(0, quick, quicker)).isEqualTo("quick");
        assertThat(next(1, quick, quicker)).isEqualTo("quicker");
    }
}
