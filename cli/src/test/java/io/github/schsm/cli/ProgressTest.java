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

    private String after(Io io, boolean json, long millis) throws InterruptedException {
        Progress progress = Progress.of(io, "generating", json);
        Thread.sleep(millis);
        progress.end();
        return err.toString();
    }

    @Test
    void workOfMoreThanASecondIsToldOnce() throws Exception {
        assertThat(after(io(new Slow(true, 0)), false, 1500).lines())
                .containsExactly("schsm: generating, please wait ...");
    }

    @Test
    void howFarLongWorkIsIsToldAtMostOnceASecond() throws Exception {
        Progress progress = Progress.of(io(new Slow(true, 0)), "moving keys", false);
        progress.at("0 of 9 keys");
        Thread.sleep(1500);
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
        assertThat(after(io(new Slow(true, 0)), false, 300)).isEmpty();
    }

    @Test
    void neitherAProgramNorAFileIsTold() throws Exception {
        assertThat(after(io(new Slow(true, 0)), true, 1300)).isEmpty();
        assertThat(after(io(new Slow(false, 0)), false, 1300)).isEmpty();
        assertThat(after(io(null), false, 1300)).isEmpty();
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
