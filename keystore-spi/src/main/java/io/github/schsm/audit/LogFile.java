// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import io.github.schsm.audit.AuditFiles.Head;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of one audit log. A line is on the disk when {@link #append} returns, or an exception says that it is not. Several
 * threads and processes may write to one log: each line is written under a lock, and after the last line of the writer
 * before. What a process that was killed left of a line is cut off by the next one, which says so in the log.
 *
 * <p>The files are opened for each line, because between two lines another process may have begun the next file, or an
 * administrator may have moved the files away. They are written without channels, which a thread's interruption would
 * close.
 */
final class LogFile {
    /** How long another process may have the lock. */
    private static final Duration MOST = Duration.ofSeconds(20);

    private static final int LONGEST_LINE = 1 << 16;
    /** A file that has no line but its first is not full, however long the next line is. */
    private static final int FIRST_LINE_MOST = 512;

    private static final int NEWLINE = '\n';
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Pattern LAST_LINE = Pattern.compile(
            "\\{.*\"" + AuditLine.HASH + "\":\"([0-9A-F]{64})\".*\"" + AuditLine.SEQUENCE + "\":([0-9]{1,15})[,}].*");
    private static final Pattern FIRST_LINE = Pattern.compile("\\{.*\"file\":([0-9]{1,15}),.*");

    /** One for each file, because a lock on a file is the whole process's. */
    private static final Map<Path, LogFile> OPEN = new HashMap<>();

    private final Path path;
    private final ReentrantLock monitor = new ReentrantLock(true);

    private int users;
    private @Nullable RandomAccessFile lockFile;

    /** How many bytes of an unfinished line were cut off, until that is told. */
    private long cutOff;

    private Known known = Known.NOTHING;

    /** Where this process last saw the log end, so that the end is not read again for each line. */
    private record Known(@Nullable Object fileKey, long length, Head head) {
        static final Known NOTHING = new Known(null, -1, Head.NONE);
    }

    private LogFile(Path path) {
        this.path = path;
    }

    /** The log at a place; opens no file yet. The same one for everybody in this process. */
    static LogFile open(Path file) {
        Path path = real(file);
        synchronized (OPEN) {
            LogFile log = OPEN.computeIfAbsent(path, LogFile::new);
            log.users++;
            return log;
        }
    }

    /** However the folder is called. */
    private static Path real(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        try {
            return AuditFiles.folder(absolute).toRealPath().resolve(absolute.getFileName());
        } catch (IOException notThere) {
            return absolute;
        }
    }

    /** Gives back what is open, once nobody uses the log any more. */
    void release() {
        synchronized (OPEN) {
            if (--users > 0) {
                return;
            }
            OPEN.remove(path, this);
        }
        monitor.lock();
        try {
            RandomAccessFile open = lockFile;
            lockFile = null;
            if (open != null) {
                open.close();
            }
        } catch (IOException nothingIsLost) {
            System.getLogger(LogFile.class.getName())
                    .log(System.Logger.Level.DEBUG, "the lock of the audit log", nothingIsLost);
        } finally {
            monitor.unlock();
        }
    }

    Path path() {
        return path;
    }

    /**
     * Writes a line, and forces it to the disk.
     *
     * @param members  strings, numbers, booleans, and maps of them, without number, time and hash, which are added here
     * @param settings when to begin the next file, and how many stay
     * @return the line's number
     * @throws AuditLogException if it could not be written: then it is not there
     */
    long append(Map<String, ?> members, AuditSettings settings) throws AuditLogException {
        monitor.lock();
        try {
            try (FileLock lock = lock()) {
                Objects.requireNonNull(lock);
                return appendLocked(members, settings);
            }
        } catch (IOException failed) {
            known = Known.NOTHING;
            throw new AuditLogException(
                    "the audit log " + path + " cannot be written: " + reason(failed)
                            + "; nothing is changed without it. Make room, or mend the place that audit = file:… names",
                    failed);
        } finally {
            monitor.unlock();
        }
    }

    private static String reason(IOException failed) {
        String message = String.valueOf(failed.getMessage());
        if (failed instanceof NoSuchFileException) {
            return "there is no folder for " + message;
        }
        if (failed instanceof java.nio.file.AccessDeniedException) {
            return "access to " + message + " is denied";
        }
        return message;
    }

    private FileLock lock() throws IOException, AuditLogException {
        RandomAccessFile open = lockFile;
        if (open == null) {
            create(AuditFiles.lock(path));
            open = new RandomAccessFile(AuditFiles.lock(path).toFile(), "rw");
            lockFile = open;
        }
        long until = System.nanoTime() + MOST.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    FileLock lock = open.getChannel().tryLock();
                    if (lock != null) {
                        return lock;
                    }
                } catch (OverlappingFileLockException anotherClassLoader) {
                    // The same code, loaded twice: it is waited for as another process is.
                    Thread.onSpinWait();
                }
                if (System.nanoTime() - until > 0) {
                    throw new AuditLogException("the audit log " + path + " is locked by another process for more than "
                            + MOST.toSeconds() + " seconds (" + AuditFiles.lock(path)
                            + "); nothing is changed without it. End that process, or give this one a log of its own");
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(1);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private long appendLocked(Map<String, ?> members, AuditSettings settings) throws IOException, AuditLogException {
        create(AuditFiles.head(path));
        try (RandomAccessFile headFile =
                new RandomAccessFile(AuditFiles.head(path).toFile(), "rw")) {
            Optional<Head> told = readHead(headFile);
            if (told.isEmpty()) {
                // Now, and not when a line is written: a full disk shall be found before.
                writeHead(headFile, Head.NONE);
            }
            Head head = told.orElse(Head.NONE);
            boolean begins = createLog();
            try (RandomAccessFile log = new RandomAccessFile(path.toFile(), "rw")) {
                boolean lost = told.isEmpty()
                        && (log.length() > 0 || !AuditFiles.rotated(path).isEmpty());
                Writer writer = new Writer(log, headFile, begins ? start(head) : end(log, head));
                if (log.length() == 0) {
                    writer.begin();
                }
                if (lost) {
                    writer.tellHeadLost();
                }
                writer.tellCut();
                writer.tellGap(head);
                if (!writer.isFull(members, settings)) {
                    return writer.write(members);
                }
                writer.done();
                head = writer.head;
            }
            rotate(head);
            try (RandomAccessFile log = new RandomAccessFile(path.toFile(), "rw")) {
                Writer writer = new Writer(log, headFile, new Known(null, 0, head));
                writer.begin();
                removeOld(writer, settings);
                return writer.write(members);
            }
        }
    }

    private static Optional<Head> readHead(RandomAccessFile headFile) throws IOException {
        byte[] content = new byte[(int) Math.min(headFile.length(), LONGEST_LINE)];
        headFile.seek(0);
        headFile.readFully(content);
        return Head.parse(content);
    }

    private static void writeHead(RandomAccessFile headFile, Head head) throws IOException {
        byte[] content = head.encode();
        headFile.seek(0);
        headFile.write(content);
        if (headFile.length() != content.length) {
            headFile.setLength(content.length);
        }
    }

    /** Where a new file goes on: after what the head says or, where it says nothing, after the last full file. */
    private Known start(Head head) throws IOException, AuditLogException {
        if (head.sequence() > 0) {
            return new Known(null, 0, head);
        }
        Map<Long, Path> full = AuditFiles.rotated(path);
        if (full.isEmpty()) {
            return new Known(null, 0, Head.NONE);
        }
        long last = full.keySet().stream().max(Long::compare).orElseThrow();
        Path file = AuditFiles.rotated(path, last);
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            return new Known(null, 0, lastLine(log, file, log.length(), last));
        }
    }

    /** Where the file ends. What a killed process left of a line is cut off. */
    private Known end(RandomAccessFile log, Head head) throws IOException, AuditLogException {
        long length = log.length();
        Object fileKey = fileKey();
        if (length == 0) {
            return start(head);
        }
        if (length == known.length && head.equals(known.head) && Objects.equals(fileKey, known.fileKey)) {
            return known;
        }
        long whole = length;
        log.seek(length - 1);
        if (log.read() != NEWLINE) {
            whole = lineStart(log, length);
            cutOff = length - whole;
            log.setLength(whole);
            log.getFD().sync();
            if (whole == 0) {
                return start(head);
            }
        }
        return new Known(fileKey, whole, lastLine(log, path, whole, fileNumber(log)));
    }

    private @Nullable Object fileKey() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Where the line begins that ends before a place. */
    private long lineStart(RandomAccessFile log, long end) throws IOException, AuditLogException {
        int length = (int) Math.min(end, LONGEST_LINE);
        byte[] tail = new byte[length];
        log.seek(end - length);
        log.readFully(tail);
        for (int i = length - 1; i >= 0; i--) {
            if (tail[i] == NEWLINE) {
                return end - length + i + 1;
            }
        }
        if (length < end) {
            throw damaged(path, "last");
        }
        return 0;
    }

    private Head lastLine(RandomAccessFile log, Path file, long end, long number)
            throws IOException, AuditLogException {
        long start = end == 0 ? 0 : lineStart(log, end - 1);
        byte[] line = new byte[(int) Math.max(0, end - 1 - start)];
        log.seek(start);
        log.readFully(line);
        Matcher matcher = LAST_LINE.matcher(new String(line, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            throw damaged(file, "last");
        }
        return new Head(number, Long.parseLong(matcher.group(2)), matcher.group(1));
    }

    private long fileNumber(RandomAccessFile log) throws IOException, AuditLogException {
        byte[] start = new byte[(int) Math.min(log.length(), LONGEST_LINE)];
        log.seek(0);
        log.readFully(start);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        Matcher matcher = FIRST_LINE.matcher(text.substring(0, Math.max(0, text.indexOf('\n'))));
        if (!matcher.matches()) {
            throw damaged(path, "first");
        }
        return Long.parseLong(matcher.group(1));
    }

    private static AuditLogException damaged(Path file, String which) {
        return new AuditLogException("the " + which + " line of the audit log " + file
                + " is none of an audit log; nothing is changed without it. Move the file away, and keep it for"
                + " schsm audit verify: the next one goes on after it");
    }

    private void rotate(Head head) throws IOException {
        Path full = AuditFiles.rotated(path, head.file());
        if (Files.exists(full, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(
                    full.toString(), null, "it is in the way of the full file, and is never written over");
        }
        Files.move(path, full, StandardCopyOption.ATOMIC_MOVE);
        createLog();
        copyPermissions(full, path);
        syncFolder();
    }

    /** Who could write to the full file can write to the next one. */
    private static void copyPermissions(Path from, Path to) throws IOException {
        if (isPosix(to)) {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
        }
    }

    private void removeOld(Writer writer, AuditSettings settings) throws IOException {
        if (settings.keep() == AuditSettings.KEEP_ALL) {
            return;
        }
        Map<Long, Path> full = AuditFiles.rotated(path);
        int surplus = full.size() - settings.keep();
        for (Map.Entry<Long, Path> oldest : full.entrySet()) {
            if (surplus-- <= 0) {
                return;
            }
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("event", AuditEvent.LOG_REMOVED.id());
            told.put("removedFile", oldest.getKey());
            writer.write(told);
            Files.deleteIfExists(oldest.getValue());
        }
    }

    private boolean createLog() throws IOException {
        return create(path);
    }

    /** Makes a file that only its owner may read, unless it is there. */
    private boolean create(Path file) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        if (Files.isSymbolicLink(file)) {
            throw new IOException(file + " is a link: name the file itself");
        }
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileAttribute<?>[] attributes = isPosix(AuditFiles.folder(file))
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
                }
                : new FileAttribute<?>[0];
        try {
            Files.newByteChannel(file, options, attributes).close();
            syncFolder();
            return true;
        } catch (FileAlreadyExistsException meanwhile) {
            if (Files.isRegularFile(file)) {
                return false;
            }
            throw new IOException(file + " is no file", meanwhile);
        }
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Names of files are on the disk when their folder is. Windows has no such thing. */
    private void syncFolder() throws IOException {
        if (isPosix(path)) {
            // A thread's interruption closes its channels: it waits until this is done.
            boolean interrupted = false;
            boolean done = false;
            while (!done) {
                interrupted |= Thread.interrupted();
                try (FileChannel folder = FileChannel.open(AuditFiles.folder(path), StandardOpenOption.READ)) {
                    folder.force(true);
                    done = true;
                } catch (ClosedByInterruptException again) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Writes at the end of one file. */
    private final class Writer {
        private final RandomAccessFile log;
        private final RandomAccessFile headFile;
        private Head head;
        private long length;

        Writer(RandomAccessFile log, RandomAccessFile headFile, Known at) throws IOException {
            this.log = log;
            this.headFile = headFile;
            this.head = at.head;
            this.length = log.length();
        }

        /** The first line of a file says which one it is, and what it goes on after. */
        void begin() throws IOException {
            Map<String, Object> first = new LinkedHashMap<>();
            first.put("event", AuditEvent.LOG_BEGIN.id());
            first.put("version", 1);
            first.put("file", head.file() + 1);
            first.put("previous", head.hash());
            head = new Head(head.file() + 1, head.sequence(), head.hash());
            write(first);
        }

        /** Tells in the log that nothing said where it ends: from now on something does, and this would be forgotten. */
        void tellHeadLost() throws IOException {
            Map<String, Object> lost = new LinkedHashMap<>();
            lost.put("event", AuditEvent.LOG_HEAD_LOST.id());
            write(lost);
        }

        /** Tells in the log that the rest of a line is gone that a process had not finished. */
        void tellCut() throws IOException {
            if (cutOff > 0) {
                Map<String, Object> cut = new LinkedHashMap<>();
                cut.put("event", AuditEvent.LOG_RECOVER.id());
                cut.put("bytes", cutOff);
                write(cut);
                cutOff = 0;
            }
        }

        /** Tells in the log that its end was cut off, as what is known of it says: that stays, whatever comes after. */
        void tellGap(Head was) throws IOException {
            if (was.sequence() < head.sequence()
                    || (was.sequence() == head.sequence() && was.hash().equals(head.hash()))) {
                return;
            }
            Map<String, Object> gap = new LinkedHashMap<>();
            gap.put("event", AuditEvent.LOG_GAP.id());
            gap.put("missingSequence", was.sequence());
            gap.put("missingHash", was.hash());
            head = new Head(head.file(), was.sequence(), head.hash());
            write(gap);
        }

        boolean isFull(Map<String, ?> members, AuditSettings settings) {
            return length + line(members).length > settings.size() && length > FIRST_LINE_MOST;
        }

        private byte[] line(Map<String, ?> members) {
            Map<String, Object> line = new LinkedHashMap<>(members);
            line.put(AuditLine.SEQUENCE, head.sequence() + 1);
            line.put("time", TIME.format(Instant.now()));
            return AuditLine.encode(head.hash(), line);
        }

        long write(Map<String, ?> members) throws IOException {
            byte[] line = line(members);
            if (line.length > LONGEST_LINE) {
                throw new IllegalArgumentException("a line of the audit log has " + line.length + " bytes");
            }
            try {
                log.seek(length);
                log.write(line);
                log.getFD().sync();
            } catch (IOException full) {
                cutBack(full);
                throw full;
            }
            Matcher written = LAST_LINE.matcher(new String(line, 0, line.length - 1, StandardCharsets.US_ASCII));
            if (!written.matches()) {
                throw new IllegalStateException("a line that this program does not know: " + members.keySet());
            }
            head = new Head(head.file(), head.sequence() + 1, written.group(1));
            length += line.length;
            writeHead(headFile, head);
            done();
            return head.sequence();
        }

        void done() throws IOException {
            known = new Known(fileKey(), length, head);
        }

        /** No half of a line stays that is not there. */
        private void cutBack(IOException full) {
            try {
                log.setLength(length);
                log.getFD().sync();
            } catch (IOException stays) {
                // The next one who writes cuts it off.
                full.addSuppressed(stays);
            }
        }
    }
}
