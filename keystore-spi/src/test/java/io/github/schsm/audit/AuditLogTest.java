// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.SchsmException.Reason;
import io.github.schsm.audit.AuditSettings.Uses;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is chained, whole, and never over what was there. */
class AuditLogTest {
    private static final int SMALL = 4096;
    private static final Pattern HASH = Pattern.compile("\"hash\":\"([0-9A-F]{64})\",");

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("audit.log");
    }

    private AuditSettings settings(int size, int keep) {
        return new AuditSettings(path(), Uses.NO, size, keep);
    }

    private AuditLog log() {
        return new AuditLog(settings(1 << 20, AuditSettings.KEEP_ALL));
    }

    private static Map<String, Object> members(int number) {
        return Map.of("event", AuditEvent.KEY_DELETE.id(), "label", "key " + number);
    }

    private void append(int from, int to) throws Exception {
        try (AuditLog log = log()) {
            for (int i = from; i <= to; i++) {
                log.append(members(i));
            }
        }
    }

    private List<String> lines() throws Exception {
        return Files.readAllLines(path());
    }

    /** Checks the chain by itself, as somebody with a shell would. */
    private static String requireChain(String previous, List<String> lines) {
        String hash = previous;
        for (String line : lines) {
            Matcher matcher = HASH.matcher(line);
            assertThat(matcher.find()).as(line).isTrue();
            hash = AuditLine.hash(hash, matcher.replaceFirst(""));
            assertThat(matcher.group(1)).as(line).isEqualTo(hash);
        }
        return hash;
    }

    @Test
    void linesAreNumberedChainedAndReadableByTheOwnerOnly() throws Exception {
        append(1, 3);
        append(4, 5);

        List<String> lines = lines();
        String last = requireChain(AuditLine.NO_HASH, lines);

        assertThat(lines).hasSize(6);
        assertThat(lines.get(0)).contains("\"event\":\"log.begin\"", "\"file\":1", "\"sequence\":1", "\"version\":1");
        assertThat(lines.get(5)).contains("\"label\":\"key 5\"", "\"sequence\":6");
        assertThat(AuditFiles.readHead(path())).contains(new AuditFiles.Head(1, 6, last));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-------");
    }

    @Test
    void fullFileIsPutAsideAndTheNextOneGoesOnAfterIt() throws Exception {
        Files.setPosixFilePermissions(Files.createFile(path()), PosixFilePermissions.fromString("rw-rw----"));
        try (AuditLog log = new AuditLog(settings(SMALL, AuditSettings.KEEP_ALL))) {
            for (int i = 0; i < 60; i++) {
                log.append(members(i));
            }
        }

        List<Path> files = new ArrayList<>(AuditFiles.rotated(path()).values());
        files.add(path());
        assertThat(files).hasSizeGreaterThan(2);
        String hash = AuditLine.NO_HASH;
        List<String> all = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            assertThat(Files.size(files.get(i))).isLessThanOrEqualTo(SMALL);
            List<String> lines = Files.readAllLines(files.get(i));
            assertThat(lines.get(0)).contains("\"file\":" + (i + 1) + ",", "\"previous\":\"" + hash + "\"");
            hash = requireChain(hash, lines);
            all.addAll(lines);
        }
        assertThat(all.stream().filter(line -> line.contains("key.delete"))).hasSize(60);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .as("who could write to the log can go on")
                .isEqualTo("rw-rw----");
    }

    @Test
    void oldFilesGoAndTheLogSaysSo() throws Exception {
        try (AuditLog log = new AuditLog(settings(SMALL, 2))) {
            for (int i = 0; i < 100; i++) {
                log.append(members(i));
            }
        }

        assertThat(AuditFiles.rotated(path())).hasSize(2);
        assertThat(lines()).anyMatch(line -> line.contains("log.removed") && line.contains("\"removedFile\":"));
    }

    @Test
    void restOfALineOfAKilledProcessIsCutOff() throws Exception {
        append(1, 2);
        Files.writeString(path(), "{\"event\":\"key.del", StandardOpenOption.APPEND);

        append(3, 3);

        List<String> lines = lines();
        requireChain(AuditLine.NO_HASH, lines);
        assertThat(lines).hasSize(5);
        assertThat(lines.get(3)).contains("\"event\":\"log.recover\"", "\"bytes\":17");
        assertThat(lines.get(4)).contains("key 3");
    }

    @Test
    void lineThatTheHeadDoesNotKnowYetIsGoneOnAfter() throws Exception {
        append(1, 1);
        byte[] head = Files.readAllBytes(AuditFiles.head(path()));
        append(2, 2);
        Files.write(AuditFiles.head(path()), head);

        append(3, 3);

        requireChain(AuditLine.NO_HASH, lines());
        assertThat(lines()).hasSize(4).noneMatch(line -> line.contains("log.gap"));
    }

    @Test
    void endThatWasCutOffIsToldByTheNextLine() throws Exception {
        append(1, 4);
        List<String> lines = lines();
        Files.write(path(), (String.join("\n", lines.subList(0, 3)) + "\n").getBytes(StandardCharsets.US_ASCII));

        append(5, 5);

        assertThat(lines()).hasSize(5);
        assertThat(lines().get(3)).contains("\"event\":\"log.gap\"", "\"missingSequence\":5", "\"sequence\":6");
        requireChain(AuditLine.NO_HASH, lines());
    }

    @Test
    void filesThatWereMovedAwayAreGoneOnAfter() throws Exception {
        append(1, 3);
        List<String> before = lines();
        Files.move(path(), folder.resolve("archive.log"));

        append(4, 4);

        String hash = requireChain(AuditLine.NO_HASH, before);
        assertThat(lines().get(0)).contains("\"file\":2,", "\"sequence\":5,", "\"previous\":\"" + hash + "\"");
        requireChain(hash, lines());
    }

    @Test
    void damagedLastLineIsNotWrittenAfter() throws Exception {
        append(1, 2);
        Files.writeString(path(), "something\n", StandardOpenOption.APPEND);
        byte[] before = Files.readAllBytes(path());

        try (AuditLog log = log()) {
            assertThatThrownBy(() -> log.append(members(3)))
                    .isInstanceOfSatisfying(
                            AuditLogException.class,
                            failed -> assertThat(failed.reason()).isEqualTo(Reason.AUDIT_LOG))
                    .hasMessageContaining(path().toString())
                    .hasMessageContaining("Move the file away");
        }
        assertThat(Files.readAllBytes(path())).isEqualTo(before);
    }

    @Test
    void placeWhereNothingCanBeWrittenIsNamed() throws Exception {
        Files.createSymbolicLink(path(), folder.resolve("elsewhere"));
        try (AuditLog log = log()) {
            assertThatThrownBy(() -> log.append(members(1))).hasMessageContaining("is a link");
        }
        AuditSettings missing =
                new AuditSettings(folder.resolve("none/audit.log"), Uses.NO, SMALL, AuditSettings.KEEP_ALL);
        try (AuditLog log = new AuditLog(missing)) {
            assertThatThrownBy(() -> log.append(members(1))).hasMessageContaining("there is no folder");
        }
    }

    @Test
    void threadsWriteOneAfterTheOtherAndAnInterruptedOneToo() throws Exception {
        int threads = 16;
        int each = 25;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (AuditLog log = new AuditLog(settings(SMALL, AuditSettings.KEEP_ALL))) {
            List<Future<Boolean>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                Callable<Boolean> work = () -> {
                    for (int j = 0; j < each; j++) {
                        if (number % 2 == 0) {
                            Thread.currentThread().interrupt();
                        }
                        log.append(members(number));
                    }
                    return Thread.interrupted();
                };
                done.add(pool.submit(work));
            }
            for (int i = 0; i < threads; i++) {
                assertThat(done.get(i).get()).isEqualTo(i % 2 == 0);
            }
        } finally {
            pool.shutdownNow();
        }

        List<String> all = new ArrayList<>();
        for (Path file : AuditFiles.rotated(path()).values()) {
            all.addAll(Files.readAllLines(file));
        }
        all.addAll(lines());
        requireChain(AuditLine.NO_HASH, all);
        assertThat(all.stream().filter(line -> line.contains("key.delete"))).hasSize(threads * each);
    }
}
