// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.io;

import io.github.schsm.cli.report.CliException;
import io.github.schsm.cli.report.Errors;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files that a command writes, all of them or none. Each is first written next to its destination, and moved there only
 * when every one is on the disk: until then a file that is to be replaced stays as it was, and what fails leaves
 * nothing behind.
 *
 * <p>The file {@code -} is standard output ({@link StandardFile}). A pipe or a device node is written to, never replaced. A link is refused: what it leads to may be another's choice.
 * Links below {@code /dev} and {@code /proc} are the system's own, such as {@code /dev/stdout}.
 */
public final class OutputFiles implements AutoCloseable {
    /** Whose links are the system's own: standard output, descriptors, devices. In others anybody may put one. */
    private static final Pattern FOLDERS_OF_SYSTEM =
            Pattern.compile("/dev(/fd)?|/proc/(self|thread-self|\\d+)(/task/\\d+)?/fd");

    private static final int RANDOM_BYTES = 8;
    private static final int KIND_OF_FILE = 0170000;
    private static final int BLOCK_DEVICE = 0060000;

    private final boolean overwrite;
    private final List<Prepared> all = new ArrayList<>();

    /**
     * @param beside  where the content is already; null for what is written to as it stands
     * @param content what is written to a pipe or node
     */
    private record Prepared(Path file, @Nullable Path beside, byte[] content) {}

    /** @param overwrite whether what is there may be replaced or, if it is a pipe or node, written to */
    public OutputFiles(boolean overwrite) {
        this.overwrite = overwrite;
    }

    /**
     * Prepares a file. Nothing can be seen of it before {@link #commit}.
     *
     * @param content the caller's to wipe, after commit
     * @param secret  whether only its owner may read it, where the file system knows owners
     */
    public OutputFiles add(Path file, byte[] content, boolean secret) throws CliException {
        try {
            all.add(prepared(file, content, secret));
        } catch (IOException failed) {
            throw cannot(file, failed);
        }
        return this;
    }

    /** Whether something can be written there, as far as can be seen without writing. */
    public static void require(Path file, boolean overwrite) throws CliException {
        if (StandardFile.is(file)) {
            StandardFile.requireOutput();
            return;
        }
        try {
            BasicFileAttributes there = attributes(file);
            if (there == null) {
                Path folder = folder(file);
                if (!Files.isDirectory(folder)) {
                    throw new CliException("the file " + file + " cannot be written: there is no folder " + folder);
                }
            } else {
                isWrittenTo(file, there, overwrite);
            }
        } catch (IOException failed) {
            throw cannot(file, failed);
        }
    }

    private Prepared prepared(Path file, byte[] content, boolean secret) throws IOException, CliException {
        if (StandardFile.is(file)) {
            StandardFile.requireShowable(content);
            return new Prepared(file, null, content);
        }
        BasicFileAttributes there = attributes(file);
        if (there != null && isWrittenTo(file, there, overwrite)) {
            return new Prepared(file, null, content);
        }
        Path beside = folder(file).resolve(".schsm-" + random() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions(file, secret))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
            if (there != null && !secret && isPosix(file)) {
                Files.setPosixFilePermissions(beside, Files.getPosixFilePermissions(file));
            }
        } catch (IOException failed) {
            Files.deleteIfExists(beside);
            throw failed;
        }
        return new Prepared(file, beside, content);
    }

    /** Whether it is written to as it stands; false for a file that is replaced. */
    private static boolean isWrittenTo(Path file, BasicFileAttributes there, boolean overwrite)
            throws IOException, CliException {
        if (there.isDirectory()) {
            throw new CliException("the file " + file + " cannot be written: it is a folder");
        }
        if (!overwrite) {
            throw isThere(file, null);
        }
        boolean ofSystem = there.isSymbolicLink() && isOfSystem(file);
        if (there.isSymbolicLink() && !ofSystem) {
            throw new CliException("the file " + file + " cannot be written: it is a link to "
                    + Files.readSymbolicLink(file) + "; give the name of a file");
        }
        if (ofSystem && !Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isWritable(file)) {
            throw new CliException("the file " + file + " cannot be written: access is denied");
        }
        boolean asItStands = ofSystem || there.isOther();
        if (asItStands && isBlockDevice(file)) {
            throw new CliException("the file " + file + " cannot be written: it is a block device");
        }
        return asItStands;
    }

    private static boolean isOfSystem(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder != null && FOLDERS_OF_SYSTEM.matcher(folder.toString()).matches();
    }

    private static boolean isBlockDevice(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((int) Files.getAttribute(file, "unix:mode") & KIND_OF_FILE) == BLOCK_DEVICE;
    }

    /** What is there itself, not what it leads to; null if nothing is. */
    private static @Nullable BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException free) {
            return null;
        }
    }

    private static Path folder(Path file) throws CliException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new CliException("the file " + file + " cannot be written: it is a folder");
        }
        return folder;
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] permissions(Path file, boolean secret) {
        return secret && isPosix(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
                }
                : new FileAttribute<?>[0];
    }

    private static String random() {
        byte[] name = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(name);
        return HexFormat.of().formatHex(name);
    }

    /** Puts every file to its place. Pipes come first: they may fail, and the files are still as they were then. */
    public void commit() throws CliException {
        for (Prepared one : all) {
            if (one.beside == null) {
                writeTo(one);
            }
        }
        List<Path> placed = new ArrayList<>();
        try {
            for (Prepared one : all) {
                if (one.beside != null) {
                    place(one.file, one.beside);
                    placed.add(one.file);
                }
            }
            placed.clear();
        } finally {
            if (!overwrite) {
                takeBack(placed);
            }
        }
    }

    /** Files that came new, but not all of them. */
    private static void takeBack(List<Path> placed) throws CliException {
        for (Path file : placed) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException failed) {
                throw cannot(file, failed);
            }
        }
    }

    private static void writeTo(Prepared one) throws CliException {
        try {
            if (StandardFile.is(one.file)) {
                StandardFile.write(one.content);
            } else {
                writeToNode(one);
            }
        } catch (IOException failed) {
            throw cannot(one.file, failed);
        }
    }

    private static void writeToNode(Prepared one) throws IOException {
        OpenOption[] options = isOfSystem(one.file)
                ? new OpenOption[] {StandardOpenOption.WRITE}
                : new OpenOption[] {StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS};
        try (OutputStream out = Files.newOutputStream(one.file, options)) {
            out.write(one.content);
        }
    }

    private void place(Path file, Path beside) throws CliException {
        try {
            if (overwrite) {
                Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            } else {
                placeNew(file, beside);
            }
        } catch (FileAlreadyExistsException there) {
            throw isThere(file, there);
        } catch (IOException failed) {
            throw cannot(file, failed);
        }
    }

    /** A link is the one step that fails if another program was faster; without links, a move checks first. */
    private static void placeNew(Path file, Path beside) throws IOException {
        try {
            Files.createLink(file, beside);
            Files.delete(beside);
        } catch (FileAlreadyExistsException there) {
            throw there;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            Files.move(beside, file);
        }
    }

    /** Leaves no temporary file; after {@link #commit} there is nothing. */
    @Override
    public void close() throws CliException {
        for (Prepared one : all) {
            try {
                if (one.beside != null) {
                    Files.deleteIfExists(one.beside);
                }
            } catch (IOException failed) {
                throw cannot(one.beside == null ? one.file : one.beside, failed);
            }
        }
    }

    private static CliException cannot(Path file, IOException failed) {
        String named = StandardFile.is(file) ? FileIo.target(file) : "the file " + file;
        return new CliException(named + " cannot be written: " + Errors.reason(failed), failed);
    }

    private static CliException isThere(Path file, @Nullable FileAlreadyExistsException cause) {
        String message = "the file " + file + " is there already: give another name, or --overwrite";
        return cause == null ? new CliException(message) : new CliException(message, cause);
    }
}
