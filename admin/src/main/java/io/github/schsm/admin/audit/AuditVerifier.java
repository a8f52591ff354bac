// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.audit.AuditFinding.Kind;
import io.github.schsm.admin.audit.AuditReader.RawLine;
import io.github.schsm.admin.audit.AuditVerification.Unfinished;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.audit.AuditEvent;
import io.github.schsm.audit.AuditFiles.Head;
import io.github.schsm.audit.AuditLine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Verifies an audit log: that no line was changed, put in, moved or taken away, and no file. */
public final class AuditVerifier {
    private static final Pattern NOTED = Pattern.compile("([0-9]{1,15}):([0-9A-Fa-f]{64})");
    private static final Pattern HASH = Pattern.compile("[0-9A-F]{64}");
    private static final int MOST_FINDINGS = 1000;
    private static final int STEP = 10_000;

    private final AuditReader reader;
    private final Map<Long, String> noted;
    private final Consumer<Long> listener;

    private AuditVerifier(AuditReader reader, Map<Long, String> noted, Consumer<Long> listener) {
        this.reader = reader;
        this.noted = noted;
        this.listener = listener;
    }

    /** Verifies what a reader reads. */
    public static AuditVerifier of(AuditReader reader) {
        return new AuditVerifier(reader, Map.of(), lines -> {});
    }

    /** The same, told every so many lines how many there were. */
    public AuditVerifier withListener(Consumer<Long> told) {
        return new AuditVerifier(reader, noted, told);
    }

    /**
     * The same, with a line that somebody noted down: it has to be there, and everything before it with it.
     *
     * @param sequence its number
     * @param hash     its hash
     */
    public AuditVerifier expecting(long sequence, String hash) {
        Map<Long, String> more = new TreeMap<>(noted);
        more.put(sequence, hash.toUpperCase(Locale.ROOT));
        return new AuditVerifier(reader, more, listener);
    }

    /**
     * The same, as it is written in one text.
     *
     * @param text {@code NUMBER:HASH}
     * @throws InvalidRequestException if it is something else
     */
    public AuditVerifier expecting(String text) throws InvalidRequestException {
        Matcher matcher = NOTED.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException(
                    "\"" + text + "\" is no line of an audit log: write its number, a colon, and"
                            + " the 64 digits of its hash, as schsm audit verify shows them");
        }
        return expecting(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    /**
     * Verifies.
     *
     * @throws SchsmException if a file cannot be read
     */
    public AuditVerification verify() throws SchsmException {
        // The end is asked for first: what is written meanwhile comes after it.
        Optional<Head> head = reader.head();
        List<Path> files = reader.files();
        Run run = run(files, head);
        // The next file may have been begun between looking for full ones and reading the last one.
        for (int i = 0; i < 3 && !reader.files().equals(files); i++) {
            head = reader.head();
            files = reader.files();
            run = run(files, head);
        }
        return run.result(files);
    }

    private Run run(List<Path> files, Optional<Head> head) throws SchsmException {
        Run run = new Run(head.orElse(null));
        for (int i = 0; i < files.size(); i++) {
            run.beginFile(i == files.size() - 1);
            AuditReader.forEachIn(files.get(i), run::line);
        }
        run.end();
        return run;
    }

    private final class Run {
        private final @Nullable Head head;
        private final List<AuditFinding> findings = new ArrayList<>();
        private final Map<Long, Unfinished> begun = new LinkedHashMap<>();
        private final Set<Long> removedFiles = new TreeSet<>();
        private final Set<Long> seenFiles = new TreeSet<>();
        private final Set<Long> missingFiles = new TreeSet<>();
        private final Set<Long> notedSeen = new TreeSet<>();
        private final List<String> notes = new ArrayList<>();
        private String hash = AuditLine.NO_HASH;
        private long sequence;
        private long first;
        private long lines;
        private long fileNumber;
        private boolean isFirstOfFile;
        private boolean isLastFile;
        private boolean headSeen;
        private String lastFile = "";

        Run(@Nullable Head head) {
            this.head = head;
        }

        private void find(Kind kind, @Nullable String file, long line, String message) {
            if (findings.size() < MOST_FINDINGS) {
                findings.add(new AuditFinding(kind, file, line, message));
            }
        }

        void beginFile(boolean last) {
            isFirstOfFile = true;
            isLastFile = last;
        }

        void line(RawLine line) {
            lastFile = line.file();
            if (!line.isWhole()) {
                unfinished(line);
                return;
            }
            lines++;
            if (lines % STEP == 0) {
                listener.accept(lines);
            }
            JsonNode json = line.json();
            String claimed = json == null ? "" : json.path(AuditLine.HASH).asText();
            if (json == null || !HASH.matcher(claimed).matches()) {
                find(Kind.MALFORMED, line.file(), line.number(), "this is no line of an audit log");
                isFirstOfFile = false;
                return;
            }
            if (isFirstOfFile) {
                firstOfFile(line, json);
                isFirstOfFile = false;
            }
            long number = json.path(AuditLine.SEQUENCE).asLong();
            if (!isChained(line, json, claimed)) {
                broken(line, number);
            } else if (number != sequence + 1 && !isGap(json)) {
                // It cannot be, of a line that was written by this program.
                find(Kind.CHANGED, line.file(), line.number(), "the line has number " + number + " after " + sequence);
            }
            tell(line, json, number);
            hash = claimed;
            sequence = number;
            first = first == 0 ? number : first;
            checkNoted(line, number, claimed);
        }

        private boolean isChained(RawLine line, JsonNode json, String claimed) {
            if (!Arrays.equals(JsonDocuments.canonical(json), line.bytes())) {
                return false;
            }
            ObjectNode without = json.deepCopy();
            without.remove(AuditLine.HASH);
            String text = new String(JsonDocuments.canonical(without), StandardCharsets.US_ASCII);
            return AuditLine.hash(hash, text).equals(claimed);
        }

        private boolean isGap(JsonNode json) {
            return json.path("event").asText().equals(AuditEvent.LOG_GAP.id());
        }

        /** The chain does not hold here: the numbers tell in which way. */
        private void broken(RawLine line, long number) {
            if (number > sequence + 1) {
                find(
                        Kind.REMOVED,
                        line.file(),
                        line.number(),
                        sequence + 2 == number
                                ? "line " + (sequence + 1) + " of the log is missing before this one, number " + number
                                : "the lines " + (sequence + 1) + " to " + (number - 1)
                                        + " of the log are missing before this one, number " + number);
            } else if (number <= sequence) {
                find(
                        Kind.REORDERED,
                        line.file(),
                        line.number(),
                        "the line has number " + number + ", and stands after number " + sequence);
            } else {
                find(
                        Kind.CHANGED,
                        line.file(),
                        line.number(),
                        "line " + number + " of the log, or the one before it, was changed or put in");
            }
        }

        /** What a file says of itself: which one it is, and what it goes on after. */
        private void firstOfFile(RawLine line, JsonNode json) {
            String previous = json.path("previous").asText();
            long number = json.path("file").asLong();
            if (!json.path("event").asText().equals(AuditEvent.LOG_BEGIN.id())
                    || !HASH.matcher(previous).matches()
                    || number < 1) {
                find(Kind.REMOVED, line.file(), line.number(), "the first line of the file is missing");
                return;
            }
            if (!seenFiles.add(number)) {
                find(Kind.REORDERED, line.file(), line.number(), "there is another file with number " + number);
            }
            boolean isNext = number == fileNumber + 1 && lines > 1;
            for (long missing = fileNumber + 1; missing < number; missing++) {
                missingFiles.add(missing);
            }
            fileNumber = Math.max(number, fileNumber);
            if (isNext && previous.equals(hash)) {
                return;
            }
            if (isNext) {
                find(
                        Kind.REMOVED,
                        line.file(),
                        line.number(),
                        "lines are missing at the end of the file before this one: it ends with number " + sequence
                                + ", and this one begins with "
                                + json.path(AuditLine.SEQUENCE).asLong());
            }
            // What comes is checked after what the file says it goes on after.
            hash = previous;
            sequence = json.path(AuditLine.SEQUENCE).asLong() - 1;
        }

        private void tell(RawLine line, JsonNode json, long number) {
            AuditRecord record = AuditRecord.of(line.file(), line.number(), json);
            if (record.isBegin()) {
                begun.put(
                        number,
                        new Unfinished(
                                number,
                                record.event(),
                                record.device().orElse(""),
                                record.text("time").orElse("")));
            } else if (record.isEnd()) {
                begun.remove(record.begin());
            }
            if (record.event().equals(AuditEvent.LOG_GAP.id())) {
                find(
                        Kind.TRUNCATED,
                        line.file(),
                        line.number(),
                        "the log had been cut off before this line: its last line had been number "
                                + json.path("missingSequence").asLong());
            } else if (record.event().equals(AuditEvent.LOG_HEAD_LOST.id())) {
                find(
                        Kind.MISSING_HEAD,
                        line.file(),
                        line.number(),
                        "the file beside the log that says where it ends was missing or damaged when this line was written:"
                                + " whether lines are missing before it cannot be told");
            } else if (record.event().equals(AuditEvent.LOG_RECOVER.id())) {
                notes.add(record.place() + ": a process was ended while it wrote a line, of which "
                        + json.path("bytes").asLong() + " bytes were there");
            } else if (record.event().equals(AuditEvent.LOG_REMOVED.id())) {
                removedFiles.add(json.path("removedFile").asLong());
            }
        }

        private void checkNoted(RawLine line, long number, String claimed) {
            if (head != null && number == head.sequence()) {
                headSeen = true;
                if (!claimed.equals(head.hash())) {
                    find(
                            Kind.CHANGED,
                            line.file(),
                            line.number(),
                            "line " + number
                                    + " is another one than was written: the log was written again up to here");
                }
            }
            String expected = noted.get(number);
            if (expected != null) {
                notedSeen.add(number);
                if (!expected.equals(claimed)) {
                    find(
                            Kind.OTHER_THAN_NOTED,
                            line.file(),
                            line.number(),
                            "line " + number
                                    + " has another hash than was noted: it, or a line before it, was changed");
                }
            }
        }

        private void unfinished(RawLine line) {
            if (isLastFile) {
                notes.add(
                        line.place() + ": the last line is not finished: it is being written, or the process was ended"
                                + " while it wrote it");
            } else {
                find(Kind.CHANGED, line.file(), line.number(), "the last line of the file is not whole");
            }
        }

        void end() {
            missingFiles.removeAll(removedFiles);
            for (long missing : missingFiles) {
                find(Kind.MISSING_FILE, null, 0, "file " + missing + " of the log is missing");
            }
            if (!removedFiles.isEmpty()) {
                notes.add("full files up to number "
                        + removedFiles.stream().max(Long::compare).orElseThrow()
                        + " were removed, because audit.keep says how many stay");
            }
            if (head == null) {
                if (reader.isInPlace()) {
                    find(
                            Kind.MISSING_HEAD,
                            null,
                            0,
                            "the file beside the log that says where it ends is missing or damaged: whether lines are"
                                    + " missing at the end cannot be told");
                } else {
                    notes.add(
                            "nothing beside the files says where the log ends: note the last line, or seal the log, to see"
                                    + " later whether lines are missing at the end");
                }
            } else if (head.sequence() > sequence) {
                find(
                        Kind.TRUNCATED,
                        lastFile,
                        0,
                        "the log ends with line " + sequence + ", and had line " + head.sequence());
            } else if (!headSeen && head.sequence() > 0 && head.sequence() >= first) {
                find(Kind.REMOVED, null, 0, "line " + head.sequence() + ", which was written, is missing");
            } else if (sequence > head.sequence() + 1) {
                notes.add("the log has lines after number " + head.sequence()
                        + ", with which it ends according to the file beside it: that file was not on the disk yet when the"
                        + " power failed, or was put back");
            }
            noted.forEach((number, expected) -> {
                if (!notedSeen.contains(number)) {
                    find(
                            number > sequence ? Kind.TRUNCATED : Kind.OTHER_THAN_NOTED,
                            null,
                            0,
                            "line " + number + ", which was noted, is not in the log"
                                    + (number > sequence ? ", which ends with line " + sequence : ""));
                }
            });
        }

        AuditVerification result(List<Path> files) {
            return new AuditVerification(
                    files.stream()
                            .map(file -> String.valueOf(file.getFileName()))
                            .toList(),
                    lines,
                    first,
                    sequence,
                    hash,
                    findings,
                    List.copyOf(begun.values()),
                    notes);
        }
    }
}
