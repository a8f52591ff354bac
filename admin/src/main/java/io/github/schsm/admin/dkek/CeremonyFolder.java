// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.dkek;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmException;
import io.github.schsm.card.dkek.DkekShareFile;
import io.github.schsm.codec.HashAlgorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Set;

/** The files of a ceremony: each is written whole or not at all, and only its owner may read it. */
final class CeremonyFolder {
    private static final int MOST_RECORD_BYTES = 1 << 20;

    private final Path folder;

    private CeremonyFolder(Path folder) {
        this.folder = folder;
    }

    /** A folder for a new ceremony; made if it is not there. */
    static CeremonyFolder create(Path folder) throws InvalidRequestException {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectory(folder, permissions(folder, "rwx------"));
            }
        } catch (IOException failed) {
            throw new InvalidRequestException(
                    "the folder " + folder + " for the ceremony cannot be made: " + failed.getMessage(), failed);
        }
        if (Files.exists(folder.resolve(CeremonyRecord.FILE), LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidRequestException("the folder " + folder
                    + " has a ceremony already: continue that one (--continue), or name another folder");
        }
        return new CeremonyFolder(folder);
    }

    /** The folder of a ceremony that began. */
    static CeremonyFolder of(Path folder) throws InvalidRequestException {
        if (!Files.isRegularFile(folder.resolve(CeremonyRecord.FILE))) {
            throw new InvalidRequestException(
                    "the folder " + folder + " has no ceremony: there is no " + CeremonyRecord.FILE + " in it");
        }
        return new CeremonyFolder(folder);
    }

    private static FileAttribute<?>[] permissions(Path near, String permissions) {
        return near.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    CeremonyRecord record() throws SchsmException {
        Path file = folder.resolve(CeremonyRecord.FILE);
        return CeremonyRecord.parse(file.toString(), read(file, MOST_RECORD_BYTES));
    }

    /** A share file, if it is still the one that the record says. */
    byte[] read(CeremonyRecord.Share share) throws InvalidRequestException {
        byte[] content = read(folder.resolve(share.file()), DkekShareFile.FILE_LENGTH);
        String sha256 = HexFormat.of().withUpperCase().formatHex(HashAlgorithm.SHA256.digest(content));
        if (!sha256.equals(share.sha256())) {
            throw new InvalidRequestException("the share file " + folder.resolve(share.file())
                    + " is not the one that was made in this ceremony: its SHA-256 is " + sha256
                    + ", and the record says "
                    + share.sha256());
        }
        return content;
    }

    private static byte[] read(Path file, int most) throws InvalidRequestException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most + 1);
        } catch (IOException failed) {
            throw new InvalidRequestException("the file " + file + " cannot be read: " + failed.getMessage(), failed);
        }
    }

    /** @param replace whether what is there goes: a part of the same ceremony that was interrupted */
    void write(String name, byte[] content, boolean replace) throws InvalidRequestException {
        Path file = folder.resolve(name);
        Path beside = folder.resolve("." + name + ".tmp");
        try {
            Files.deleteIfExists(beside);
            try (FileChannel channel = FileChannel.open(
                    beside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    permissions(beside, "rw-------"))) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            if (replace) {
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.move(beside, file);
            }
        } catch (IOException failed) {
            throw new InvalidRequestException(
                    "the file " + file + " cannot be written: " + failed.getMessage(), failed);
        }
    }
}
