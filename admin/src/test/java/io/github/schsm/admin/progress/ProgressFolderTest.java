// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProgressFolderTest {
    private static final Instant NOW = Instant.parse("2026-11-29T10:00:00Z");

    @TempDir
    Path temporary;

    private Path folder() {
        return temporary.resolve("schsm");
    }

    private ProgressFolder at(Instant time) {
        return ProgressFolder.at(folder(), Clock.fixed(time, ZoneOffset.UTC));
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(folder())) {
            return files.toList();
        }
    }

    private static Work.Step step(int number) {
        return new Work.Step("key-" + number, "ZZSIM000002", "MOVED", "key-" + number + " is there");
    }

    @Test
    void workIsSeenWhileItRunsAndForAMinuteAfter() throws Exception {
        RunningWork work = at(NOW).begin("migrate", "ZZSIM000001 to ZZSIM000002");
        assertThat(at(NOW).works()).singleElement().satisfies(seen -> {
            assertThat(seen.state()).isEqualTo(Work.State.RUNNING);
            assertThat(seen.command()).isEqualTo("migrate");
            assertThat(seen.title()).isEqualTo("ZZSIM000001 to ZZSIM000002");
            assertThat(seen.process()).isEqualTo(ProcessHandle.current().pid());
            assertThat(seen.total()).isZero();
        });
        work.step(step(1), 1, 2);
        work.step(step(2), 2, 2);
        work.done();
        work.close();

        assertThat(at(NOW.plusSeconds(59)).works()).singleElement().satisfies(seen -> {
            assertThat(seen.state()).isEqualTo(Work.State.DONE);
            assertThat(seen.done()).isEqualTo(2);
            assertThat(seen.steps()).containsExactly(step(1), step(2));
        });
        assertThat(at(NOW.plusSeconds(61)).works()).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void aStepIsToldWhenThereIsTimeAndTheLastOneAtOnce() throws Exception {
        try (RunningWork work = at(NOW).begin("domain sync", "XKEK 62AEA0ED")) {
            for (int i = 1; i <= RunningWork.MOST_STEPS + 10; i++) {
                work.step(step(i), i, RunningWork.MOST_STEPS + 10);
            }
            Work seen = at(NOW).works().get(0);
            assertThat(seen.done()).isEqualTo(RunningWork.MOST_STEPS + 10);
            assertThat(seen.steps()).hasSize(RunningWork.MOST_STEPS).startsWith(step(11));
        }
        assertThat(at(NOW).works().get(0).state()).isEqualTo(Work.State.FAILED);
    }

    @Test
    void whatAProgramLeftThatIsGoneIsInterrupted() throws Exception {
        try (RunningWork work = at(NOW).begin("migrate", "A to B")) {
            work.step(step(1), 1, 2);
            Path file = files().get(0);
            // Another process may have the same number by now.
            String told = Files.readString(file).replace("\"processStarted\":\"", "\"processStarted\":\"1999");
            Files.writeString(file, told);

            assertThat(at(NOW).works())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.state()).isEqualTo(Work.State.INTERRUPTED));
            Files.writeString(file, told.replaceAll("\"process\":\\d+", "\"process\":" + Long.MAX_VALUE));
            assertThat(at(NOW).works())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.state()).isEqualTo(Work.State.INTERRUPTED));
            assertThat(at(NOW.plus(Duration.ofMinutes(2))).works()).isEmpty();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFolderThatOthersMayUseIsNotUsed() throws Exception {
        Files.createDirectory(folder());
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxrwxrwx"));
        try (RunningWork work = at(NOW).begin("migrate", "A to B")) {
            work.step(step(1), 1, 1);
        }
        assertThat(files()).isEmpty();
        Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwx------"));
        try (RunningWork work = at(NOW).begin("migrate", "A to B")) {
            work.done();
            assertThat(Files.getPosixFilePermissions(files().get(0)))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            Files.setPosixFilePermissions(folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
            assertThat(at(NOW).works()).isEmpty();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void whatIsNoSuchFileIsPassedOver() throws Exception {
        try (RunningWork work = at(NOW).begin("migrate", "A to B")) {
            Path genuine = files().get(0);
            Files.createSymbolicLink(folder().resolve("1-link.progress.json"), genuine);
            Files.writeString(folder().resolve("2-text.progress.json"), "{", StandardCharsets.UTF_8);
            Files.writeString(folder().resolve("3-other.progress.json"), "{\"state\": \"ASLEEP\"}");
            Files.writeString(folder().resolve("4-time.progress.json"), "{\"state\": \"DONE\", \"started\": \"now\"}");
            Files.createDirectory(folder().resolve("5-folder.progress.json"));

            assertThat(at(NOW).works()).hasSize(1);
            work.done();
        }
    }

    @Test
    void workGoesOnWhereNobodyCanBeTold() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        try (RunningWork work = ProgressFolder.at(file.resolve("schsm")).begin("migrate", "A to B");
                RunningWork nowhere = ProgressFolder.at(null).begin("migrate", "A to B")) {
            work.step(step(1), 1, 1);
            nowhere.step(step(1), 1, 1);
            nowhere.done();
        }
        assertThat(ProgressFolder.at(null).works()).isEmpty();
    }

    @Test
    void theFolderIsTheUsersOwn() throws Exception {
        Path runtime = Files.createDirectory(temporary.resolve("runtime"));
        Path cache = Files.createDirectory(temporary.resolve("cache"));

        assertThat(RuntimeFolder.ofUser(
                        Map.of("XDG_RUNTIME_DIR", runtime.toString(), "XDG_CACHE_HOME", cache.toString())::get))
                .contains(runtime.resolve("schsm"));
        assertThat(RuntimeFolder.ofUser(Map.of("XDG_RUNTIME_DIR", "relative", "XDG_CACHE_HOME", cache.toString())::get))
                .contains(cache.resolve("schsm").resolve("run"));
        assertThat(RuntimeFolder.ofUser(Map.of("HOME", temporary.toString())::get))
                .contains(temporary.resolve(".cache").resolve("schsm").resolve("run"));
        assertThat(RuntimeFolder.ofUser(Map.<String, String>of()::get)).isEmpty();
    }
}
