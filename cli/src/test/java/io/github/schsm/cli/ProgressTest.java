// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.schsm.cli.console.Progress;
import io.github.schsm.cli.io.Io;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Progress is shown at a terminal only. */
class ProgressTest {
    private final StringWriter err = new StringWriter();

    /** Somebody who takes their time to answer. */
    private record Slow(boolean seesErrors, long millis) implements Io.Person {
        @Override
        public char @Nullable [] secret(String question) {
            line(question);
            return new char[0];
        }

        @Override
        public @Nullable String line(String question) {
            try {
                Thread.sleep(millis);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
            }
            return "yes";
        }
    }

    private Io io(Io.@Nullable Person person) {
        return new Io(
                new PrintWriter(new StringWriter()), new PrintWriter(err, true), Map.<String, String>of()::get, person);
    }

    private String afterSomeTime(Io io, boolean json) throws InterruptedException {
        Progress progress = Progress.of(io, "generating", json);
        Thread.sleep(1300);
        progress.end();
        return err.toString();
    }

    private void awaitTold() throws InterruptedException {
        for (int waited = 0; err.toString().isEmpty(); waited += 10) {
            assertThat(waited).isLessThan(60_000);
            Thread.sleep(10);
        }
    }

    @Test
    void workOfMoreThanASecondIsToldOnce() throws Exception {
        long begin = System.nanoTime();
        Progress progress = Progress.of(io(new Slow(true, 0)), "generating", false);
        awaitTold();
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(1_000_000_000L);
        Thread.sleep(1300);
        progress.end();

        assertThat(err.toString().lines()).containsExactly("schsm: generating, please wait ...");
    }

    @Test
    void howFarLongWorkIsIsToldAtMostOnceASecond() throws Exception {
        Progress progress = Progress.of(io(new Slow(true, 0)), "moving keys", false);
        progress.at("0 of 9 keys");
        awaitTold();
        progress.at("1 of 9 keys");
        Thread.sleep(1100);
        progress.at("2 of 9 keys");
        progress.at("3 of 9 keys");
        progress.end();
        Thread.sleep(1100);
        progress.at("4 of 9 keys");

        assertThat(err.toString().lines())
                .containsExactly("schsm: moving keys, please wait ...", "schsm: moving keys, 2 of 9 keys ...");
    }

    @Test
    void shortWorkIsNot() throws Exception {
        Progress.of(io(new Slow(true, 0)), "generating", false).end();
        Thread.sleep(1300);
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void neitherAProgramNorAFileIsTold() throws Exception {
        assertThat(afterSomeTime(io(new Slow(true, 0)), true)).isEmpty();
        assertThat(afterSomeTime(io(new Slow(false, 0)), false)).isEmpty();
        assertThat(afterSomeTime(io(null), false)).isEmpty();
    }

    @Test
    void whoIsAskedIsNotWaiting() throws Exception {
        Io io = io(new Slow(true, 1400));
        Progress progress = Progress.of(io, "generating", false);
        Io.Person person = io.person();
        assertThat(person == null ? null : person.line("?")).isEqualTo("yes");
        progress.end();
        assertThat(err.toString()).isEmpty();
    }
}
