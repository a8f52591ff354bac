// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.backup;

import io.github.schsm.MalformedDataException;
import io.github.schsm.codec.PrintableText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The zip file that an archive is. What is read comes from outside: names are of few characters and lead nowhere else,
 * nothing is there twice, and nothing grows beyond bounds, whatever the file says about sizes.
 */
final class ArchiveZip {
    /** No device has that much memory. */
    static final int MOST_BYTES = 32 << 20;

    private static final int MOST_OF_ONE = 8 << 20;
    private static final int MOST_FILES = 4096;
    private static final String WHAT = "backup archive";
    private static final Pattern NAME =
            Pattern.compile("([a-z]{1,20}/)?[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\\.[a-z0-9]{1,12}){1,2}");
    /** The same bytes for the same content; the time of the backup is in the manifest. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ArchiveZip() {}

    static byte[] write(Map<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(entry(file.getKey(), file.getValue()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException inMemory) {
            throw new UncheckedIOException(inMemory);
        }
        return bytes.toByteArray();
    }

    /** Not compressed: keys are random bytes, and a reader needs no trust in sizes. */
    private static ZipEntry entry(String name, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(TIME);
        return entry;
    }

    static Map<String, byte[]> read(byte[] archive) throws MalformedDataException {
        if (archive.length > MOST_BYTES) {
            throw malformed("it has " + archive.length + " bytes, more than " + MOST_BYTES);
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        long total = 0;
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive), StandardCharsets.UTF_8)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (!NAME.matcher(name).matches()) {
                    throw malformed(
                            "a file in it is called \"" + PrintableText.of(name) + "\", which no file of a backup is");
                }
                if (files.size() == MOST_FILES) {
                    throw malformed("it has more than " + MOST_FILES + " files");
                }
                byte[] content = zip.readNBytes(MOST_OF_ONE);
                if (zip.read() >= 0) {
                    throw malformed("the file " + name + " in it has more than " + MOST_OF_ONE + " bytes");
                }
                total += content.length;
                if (total > MOST_BYTES) {
                    throw malformed("its files have more than " + MOST_BYTES + " bytes together");
                }
                if (files.put(name, content) != null) {
                    throw malformed("the file " + name + " is in it twice");
                }
            }
        } catch (IOException | IllegalArgumentException damaged) {
            throw malformed("it is damaged, or no zip file: " + damaged.getMessage());
        }
        if (files.isEmpty()) {
            throw malformed("it is no zip file, or an empty one");
        }
        return files;
    }

    private static MalformedDataException malformed(String reason) {
        return new MalformedDataException(WHAT, reason);
    }
}
