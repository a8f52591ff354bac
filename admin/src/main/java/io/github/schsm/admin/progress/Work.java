// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.progress;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * Work on keys, as the program that does it has told.
 *
 * @param id      names it among all that are there
 * @param process the id of the process that does it
 * @param command what it is, e.g. {@code migrate}
 * @param title   the same in a few words, e.g. {@code ZZSIM000001 to ZZSIM000002}
 * @param started when it began
 * @param told    when the program said something last
 * @param state   whether it still goes on
 * @param done    how many keys are done
 * @param total   how many keys there are; 0 as long as that is not known
 * @param problem why it ended early, in a sentence; empty if it did not
 * @param steps   what became of each key, in the order in which they were done; of very many only the last
 */
public record Work(
        String id,
        long process,
        String command,
        String title,
        Instant started,
        Instant told,
        State state,
        int done,
        int total,
        String problem,
        List<Step> steps) {
    /** Copies the list. */
    public Work {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(started, "started");
        Objects.requireNonNull(told, "told");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(problem, "problem");
        steps = List.copyOf(steps);
    }

    /** Whether it goes on. */
    public enum State {
        /** It does. */
        RUNNING,
        /** It is done; steps may have failed. */
        DONE,
        /** It ended with an error. */
        FAILED,
        /** Its program is gone without a last word. */
        INTERRUPTED
    }

    /**
     * A key that is done.
     *
     * @param key     its label
     * @param to      the device that it was brought to; empty where no device got it
     * @param outcome how it went, as the work's listener calls it, e.g. {@code MOVED}, {@code FAILED}
     * @param text    the same in a sentence
     */
    public record Step(String key, String to, String outcome, String text) {
        /** Refuses nulls. */
        public Step {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(to, "to");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(text, "text");
        }
    }
}
