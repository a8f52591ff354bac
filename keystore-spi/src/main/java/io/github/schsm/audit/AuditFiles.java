// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of an audit log: the one that is written, those that were full before, by number, and beside them a file with the
 * place and hash of the last line, from which an end that was cut off is seen.
 */
public final class AuditFiles {
    private static final Pattern HEAD = Pattern.compile("(\\d{6}) (\\d{15}) ([0-9A-F]{64})\n");

    private AuditFiles() {}

    /**
     * Where a log ends.
     *
     * @param file     the number of the file, from 1
     * @param sequence the number of the last line
     * @param hash     its hash
     */
    public record Head(long file, long sequence, String hash) {
        /** Of a log without lines. */
        static final Head NONE = new Head(0, 0, AuditLine.NO_HASH);

        byte[] encode() {
            // Always as long, so that a full disk cannot keep it from being written over.
            return String.format(Locale.ROOT, "%06d %015d %s\n", file, sequence, hash)
                    .getBytes(StandardCharsets.US_ASCII);
        }

        static Optional<Head> parse(byte[] content) {
            Matcher matcher = HEAD.matcher(new String(content, StandardCharsets.ISO_8859_1));
            return matcher.matches()
                    ? Optional.of(new Head(
                            Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), matcher.group(3)))
                    : Optional.empty();
        }
    }

    /** The file beside a log that has the place and hash of its last line. */
    public static Path head(Path log) {
        return log.resolveSibling(log.getFileName() + ".head");
    }

    /**
     * What that file says; empty if there is none, or none that says anything.
     *
     * @throws IOException if it cannot be read
     */
    public static Optional<Head> readHead(Path log) throws IOException {
        try {
            return Head.parse(Files.readAllBytes(head(log)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    static Path lock(Path log) {
        return log.resolveSibling(log.getFileName() + ".lock");
    }

    /** Where a full file of that number is. */
    public static Path rotated(Path log, long number) {
        return log.resolveSibling(log.getFileName() + String.format(Locale.ROOT, ".%06d", number));
    }

    /**
     * The full files that are there, by their numbers.
     *
     * @throws IOException if the folder cannot be read
     */
    public static Map<Long, Path> rotated(Path log) throws IOException {
        Pattern name = Pattern.compile(Pattern.quote(log.getFileName() + ".") + "(\\d{6,15})");
        Map<Long, Path> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder(log))) {
            for (Path file : files) {
                Matcher matcher = name.matcher(file.getFileName().toString());
                if (matcher.matches()) {
                    found.put(Long.parseLong(matcher.group(1)), file);
                }
            }
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        }
        return found;
    }

    static Path folder(Path log) {
        Path folder = log.toAbsolutePath().getParent();
        return folder == null ? log.toAbsolutePath().getRoot() : folder;
    }
}
