// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.schsm.InvalidRequestException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.admin.json.JsonDocuments;
import io.github.schsm.audit.AuditFiles;
import io.github.schsm.audit.AuditLogException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The files of an audit log, for reading: that which is configured, with those that were full before, or files that were put
 * somewhere else. Another process may write to the log meanwhile.
 */
public final class AuditReader {
    /** No line that this program writes comes near. */
    private static final int LONGEST_LINE = 1 << 20;

    private final @Nullable Path log;
    private final List<Path> given;

    private AuditReader(@Nullable Path log, List<Path> given) {
        this.log = log;
        this.given = given;
    }

    /** The log that {@code audit = file:PATH} names. */
    public static AuditReader of(Path log) {
        return new AuditReader(log.toAbsolutePath(), List.of());
    }

    /**
     * Files of one log, wherever they are now, in any order.
     *
     * @throws InvalidRequestException if there is none
     */
    public static AuditReader ofFiles(List<Path> files) throws InvalidRequestException {
        if (files.isEmpty()) {
            throw new InvalidRequestException("no file of an audit log is named");
        }
        return new AuditReader(null, List.copyOf(files));
    }

    /** A line as it is in the file. */
    record RawLine(
            String file,
            long number,
            byte[] bytes,
            boolean isWhole,
            @Nullable JsonNode json) {
        String place() {
            return file + ":" + number;
        }
    }

    /** Where the log says that it ends; empty if nothing says so. */
    Optional<AuditFiles.Head> head() throws AuditLogException {
        try {
            Path of = log != null ? log : given.get(given.size() - 1).toAbsolutePath();
            return AuditFiles.readHead(of);
        } catch (IOException unreadable) {
            throw unreadable(AuditFiles.head(log != null ? log : given.get(0)), unreadable);
        }
    }

    /** Whether it is the log where it was written, where something says where it ends. */
    boolean isInPlace() {
        return log != null;
    }

    /**
     * The files, in the order in which they were written.
     *
     * @throws SchsmException if there is none, or one cannot be read
     */
    public List<Path> files() throws SchsmException {
        if (log == null) {
            List<Path> sorted = new ArrayList<>();
            List<Long> numbers = new ArrayList<>();
            for (Path file : given) {
                numbers.add(number(file));
                sorted.add(file);
            }
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < sorted.size(); i++) {
                order.add(i);
            }
            order.sort(Comparator.comparing(numbers::get));
            return order.stream().map(sorted::get).toList();
        }
        try {
            List<Path> files = new ArrayList<>(AuditFiles.rotated(log).values());
            if (Files.exists(log)) {
                files.add(log);
            }
            if (files.isEmpty()) {
                throw new AuditLogException("there is no audit log " + log
                        + ": nothing has been written to it yet, or it is somewhere else");
            }
            return files;
        } catch (IOException unreadable) {
            throw unreadable(log, unreadable);
        }
    }

    /** The number that a file's first line says it has; 0 if it says none. */
    private static long number(Path file) throws AuditLogException {
        try (Lines lines = new Lines(file)) {
            RawLine first = lines.next();
            JsonNode json = first == null ? null : first.json();
            return json == null ? 0 : json.path("file").asLong();
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    static AuditLogException unreadable(Path file, IOException failed) {
        String reason = failed instanceof NoSuchFileException
                ? "there is no such file"
                : failed instanceof AccessDeniedException ? "access is denied" : String.valueOf(failed.getMessage());
        return new AuditLogException("the audit log " + file + " cannot be read: " + reason, failed);
    }

    /**
     * Every line that is one, in order; what is wrong with the log is not told, {@link AuditVerifier} does.
     *
     * @throws SchsmException if a file cannot be read
     */
    public void forEach(Consumer<AuditRecord> consumer) throws SchsmException {
        for (Path file : files()) {
            forEachIn(file, line -> {
                JsonNode json = line.json();
                if (json != null) {
                    consumer.accept(AuditRecord.of(line.file(), line.number(), json));
                }
            });
        }
    }

    static void forEachIn(Path file, Consumer<RawLine> consumer) throws AuditLogException {
        try (Lines lines = new Lines(file)) {
            RawLine line = lines.next();
            while (line != null) {
                consumer.accept(line);
                line = lines.next();
            }
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    /** The lines of a file, one after the other. */
    private static final class Lines implements AutoCloseable {
        private final String name;
        private final InputStream in;
        private long number;

        Lines(Path file) throws IOException {
            name = String.valueOf(file.getFileName());
            in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        }

        @Nullable
        RawLine next() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
            int b = in.read();
            if (b < 0) {
                return null;
            }
            while (b >= 0 && b != '\n') {
                if (line.size() < LONGEST_LINE) {
                    line.write(b);
                }
                b = in.read();
            }
            byte[] bytes = line.toByteArray();
            return new RawLine(name, ++number, bytes, b == '\n', json(bytes));
        }

        private static @Nullable JsonNode json(byte[] bytes) {
            try {
                JsonNode json = JsonDocuments.read("line", bytes);
                return json.isObject()
                                && json.path("event").isTextual()
                                && json.path("sequence").isIntegralNumber()
                        ? json
                        : null;
            } catch (MalformedDataException none) {
                return null;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
