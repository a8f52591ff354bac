// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.audit.AuditFinding.Kind;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditFiles;
import io.github.schsm.audit.AuditLine;
import io.github.schsm.audit.AuditLog;
import io.github.schsm.audit.AuditLogException;
import io.github.schsm.audit.AuditSettings;
import io.github.schsm.audit.AuditSettings.Uses;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log is whole as it was written; whatever is done to it is found. */
class AuditVerifierTest {
    private static final int CHANGES = 12;

    @TempDir
    private Path folder;

    private Path log;

    @BeforeEach
    void write() throws Exception {
        log = folder.resolve("audit.log");
        append(4096, AuditSettings.KEEP_ALL, CHANGES);
        assertThat(AuditFiles.rotated(log)).hasSize(1);
    }

    private void append(int size, int keep, int changes) throws Exception {
        try (AuditLog writer = new AuditLog(new AuditSettings(log, Uses.NO, size, keep))) {
            for (int i = 0; i < changes; i++) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("event", AuditEvent.KEY_DELETE.id());
                line.put("device", "ZZSIM000001");
                line.put("phase", "begin");
                line.put("key", Map.of("label", "Schl\u00FCssel \"" + i + "\"\n\u007F\uD83D\uDD11", "reference", "7"));
                long begin = writer.append(line);
                writer.append(new TreeMap<>(
                        Map.of("event", AuditEvent.KEY_DELETE.id(), "phase", "end", "begin", begin, "result", "ok")));
            }
        }
    }

    private AuditVerification verify() throws Exception {
        return AuditVerifier.of(AuditReader.of(log)).verify();
    }

    private List<Kind> kinds() throws Exception {
        return verify().findings().stream().map(AuditFinding::kind).distinct().toList();
    }

    private List<String> lines(Path file) throws Exception {
        return new ArrayList<>(Files.readAllLines(file));
    }

    private static void write(Path file, List<String> lines) throws Exception {
        Files.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private List<Path> both() throws Exception {
        return List.of(AuditFiles.rotated(log, 1), log);
    }

    @Test
    void wholeLogIsWhole() throws Exception {
        AuditVerification verified = verify();

        assertThat(verified.findings()).isEmpty();
        assertThat(verified.files()).containsExactly("audit.log.000001", "audit.log");
        assertThat(verified.lines()).isEqualTo(2 * CHANGES + 2);
        assertThat(verified.last()).isEqualTo(verified.lines());
        assertThat(AuditFiles.readHead(log).orElseThrow().hash()).isEqualTo(verified.lastHash());
        assertThat(verified.unfinished()).isEmpty();
        assertThat(verified.notes()).isEmpty();
    }

    @Test
    void everyChangedByteIsFound() throws Exception {
        for (Path file : both()) {
            byte[] whole = Files.readAllBytes(file);
            // Every byte of the first and the last lines, and some of the others.
            for (int i = 0; i < whole.length; i += i < 300 || i > whole.length - 300 ? 1 : 29) {
                byte[] changed = whole.clone();
                changed[i] ^= 1;
                Files.write(file, changed);
                assertThat(verify().isWhole()).as("byte %d of %s", i, file).isFalse();
            }
            Files.write(file, whole);
        }
        assertThat(verify().isWhole()).isTrue();
    }

    @Test
    void lineThatIsWrittenInAnotherWayIsFound() throws Exception {
        List<String> lines = lines(log);
        lines.set(1, lines.get(1).replace(",\"phase\"", ", \"phase\""));
        write(log, lines);

        assertThat(kinds()).containsExactly(Kind.CHANGED);
    }

    /** Otherwise the next line would make a new one, and nothing could be seen any more. */
    @Test
    void headThatWasMissingOrDamagedIsToldForGood() throws Exception {
        List<String> cut = lines(log).subList(0, 4);
        for (String content : List.of("", "damaged")) {
            write(log, cut);
            if (content.isEmpty()) {
                Files.delete(AuditFiles.head(log));
            } else {
                Files.writeString(AuditFiles.head(log), content);
            }
            append(1 << 20, AuditSettings.KEEP_ALL, 1);

            assertThat(kinds()).as(content).containsExactly(Kind.MISSING_HEAD);
        }
        write(log, cut);
        Files.delete(log);
        Files.delete(AuditFiles.head(log));
        append(1 << 20, AuditSettings.KEEP_ALL, 1);
        assertThat(kinds()).as("with the last file").containsExactly(Kind.MISSING_HEAD);
    }

    @Test
    void everyRemovedLineIsFound() throws Exception {
        for (Path file : both()) {
            List<String> whole = lines(file);
            for (int i = 0; i < whole.size(); i++) {
                List<String> lines = new ArrayList<>(whole);
                lines.remove(i);
                write(file, lines);
                boolean last = i == whole.size() - 1;
                assertThat(kinds())
                        .as("line %d of %s", i, file)
                        .contains(last && file.equals(log) ? Kind.TRUNCATED : Kind.REMOVED);
            }
            write(file, whole);
        }
    }

    @Test
    void everyLineThatIsMovedRepeatedOrPutInIsFound() throws Exception {
        for (Path file : both()) {
            List<String> whole = lines(file);
            for (int i = 0; i < whole.size() - 1; i++) {
                List<String> swapped = new ArrayList<>(whole);
                Collections.swap(swapped, i, i + 1);
                write(file, swapped);
                assertThat(verify().isWhole()).as("swapped at %d", i).isFalse();

                List<String> repeated = new ArrayList<>(whole);
                repeated.add(i, whole.get(i));
                write(file, repeated);
                assertThat(kinds()).as("repeated at %d", i).contains(Kind.REORDERED);

                List<String> more = new ArrayList<>(whole);
                more.add(
                        i + 1, "{\"event\":\"key.delete\",\"hash\":\"" + "0".repeat(64) + "\",\"sequence\":" + i + "}");
                write(file, more);
                assertThat(verify().isWhole()).as("put in at %d", i).isFalse();

                List<String> text = new ArrayList<>(whole);
                text.add(i + 1, "");
                write(file, text);
                assertThat(kinds()).as("empty line at %d", i).containsExactly(Kind.MALFORMED);
            }
            write(file, whole);
        }
    }

    @Test
    void endThatIsCutOffIsFoundWhereverItIsCut() throws Exception {
        List<String> whole = lines(log);
        for (int end = 1; end < whole.size(); end++) {
            write(log, whole.subList(0, end));
            assertThat(kinds()).as("after %d", end).containsExactly(Kind.TRUNCATED);
        }
        byte[] bytes = (String.join("\n", whole) + "\n").getBytes(StandardCharsets.US_ASCII);
        Files.write(log, Arrays.copyOf(bytes, bytes.length - 5));
        assertThat(kinds()).containsExactly(Kind.TRUNCATED);
        Files.delete(log);
        assertThat(kinds()).containsExactly(Kind.TRUNCATED);
    }

    @Test
    void endThatWasCutOffStaysKnownThoughTheLogGoesOn() throws Exception {
        List<String> whole = lines(log);
        write(log, whole.subList(0, whole.size() - 2));
        append(1 << 20, AuditSettings.KEEP_ALL, 1);

        assertThat(kinds()).containsExactly(Kind.TRUNCATED);
    }

    @Test
    void missingFileIsFoundUnlessTheLogSaysThatItWasRemoved() throws Exception {
        append(4096, AuditSettings.KEEP_ALL, 2 * CHANGES);
        Map<Long, Path> full = AuditFiles.rotated(log);
        assertThat(full).hasSizeGreaterThan(2);
        for (Path file : full.values()) {
            byte[] content = Files.readAllBytes(file);
            Files.delete(file);
            assertThat(kinds()).as("without %s", file).containsExactly(Kind.MISSING_FILE);
            Files.write(file, content);
        }

        append(4096, 1, CHANGES);
        assertThat(AuditFiles.rotated(log)).hasSize(1);
        AuditVerification verified = verify();
        assertThat(verified.findings()).isEmpty();
        assertThat(verified.notes()).singleElement().asString().contains("audit.keep");
        assertThat(verified.first()).isGreaterThan(1);
    }

    @Test
    void missingOrDamagedHeadIsFound() throws Exception {
        Path head = AuditFiles.head(log);
        Files.writeString(head, "nothing");
        assertThat(kinds()).containsExactly(Kind.MISSING_HEAD);
        Files.delete(head);
        assertThat(kinds()).containsExactly(Kind.MISSING_HEAD);
    }

    /** Who can write to the files can make a new chain; a line that was noted elsewhere shows it. */
    @Test
    void logThatWasWrittenAgainIsFoundByANotedLine() throws Exception {
        AuditVerification before = verify();
        String noted = before.last() + ":" + before.lastHash();
        rewrite();

        assertThat(AuditVerifier.of(AuditReader.ofFiles(both())).verify().findings())
                .as("without a note and a head nothing shows it")
                .allMatch(finding ->
                        finding.kind() == Kind.CHANGED && finding.message().contains("written again"));
        Files.delete(AuditFiles.head(log));
        assertThat(AuditVerifier.of(AuditReader.ofFiles(both())).verify().isWhole())
                .isTrue();
        assertThat(AuditVerifier.of(AuditReader.ofFiles(both()))
                        .expecting(noted)
                        .verify()
                        .findings())
                .extracting(AuditFinding::kind)
                .containsExactly(Kind.OTHER_THAN_NOTED);
        assertThatThrownBy(() -> AuditVerifier.of(AuditReader.of(log)).expecting("12"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("a colon");
    }

    @Test
    void notedLineThatIsNotThereIsFound() throws Exception {
        AuditVerification before = verify();
        assertThat(AuditVerifier.of(AuditReader.of(log))
                        .expecting(before.last(), before.lastHash())
                        .verify()
                        .isWhole())
                .isTrue();
        assertThat(AuditVerifier.of(AuditReader.of(log))
                        .expecting(before.last() + 1, before.lastHash())
                        .verify()
                        .findings())
                .extracting(AuditFinding::kind)
                .containsExactly(Kind.TRUNCATED);
    }

    /** The whole log with another label in it, and a chain that holds. */
    private void rewrite() throws Exception {
        String hash = AuditLine.NO_HASH;
        for (Path file : both()) {
            List<String> lines = new ArrayList<>();
            for (String line : lines(file)) {
                String other = line.replaceFirst("\"hash\":\"[0-9A-F]{64}\",", "")
                        .replace("\"reference\":\"7\"", "\"reference\":\"8\"")
                        .replaceFirst("\"previous\":\"[0-9A-F]{64}\"", "\"previous\":\"" + hash + "\"");
                hash = AuditLine.hash(hash, other);
                int place = other.contains("\"key\":") ? other.indexOf("\"key\":") : -1;
                for (String next : List.of("\"phase\"", "\"previous\"")) {
                    place = place < 0 ? other.indexOf(next) : place;
                }
                lines.add(other.substring(0, place) + "\"hash\":\"" + hash + "\"," + other.substring(place));
            }
            write(file, lines);
        }
    }

    @Test
    void filesAreVerifiedWhereverTheyAreAndInAnyOrder() throws Exception {
        Path one = folder.resolve("b");
        Path two = folder.resolve("a");
        Files.move(AuditFiles.rotated(log, 1), one);
        Files.move(log, two);

        AuditVerification verified =
                AuditVerifier.of(AuditReader.ofFiles(List.of(two, one))).verify();

        assertThat(verified.findings()).isEmpty();
        assertThat(verified.files()).containsExactly("b", "a");
        assertThat(verified.notes()).singleElement().asString().contains("nothing beside the files");
        assertThatThrownBy(this::verify)
                .isInstanceOf(AuditLogException.class)
                .hasMessageContaining("there is no audit log");
    }

    @Test
    void whatWasBegunAndDidNotEndIsTold() throws Exception {
        try (AuditLog writer = new AuditLog(new AuditSettings(log, Uses.NO, 1 << 20, AuditSettings.KEEP_ALL))) {
            writer.append(Map.of("event", "key.wrap", "phase", "begin", "device", "ZZSIM000001"));
        }

        AuditVerification verified = verify();

        assertThat(verified.isWhole()).isTrue();
        assertThat(verified.unfinished())
                .singleElement()
                .satisfies(one -> assertThat(one.event()).isEqualTo("key.wrap"));
    }
}
