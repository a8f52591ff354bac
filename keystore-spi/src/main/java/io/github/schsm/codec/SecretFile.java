// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.codec;

import io.github.schsm.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/**
 * A file with a PIN or password. It has to be as private as what it holds: anybody who can read it has the device, and
 * anybody who can replace it can use up the tries. Checked where the file system tells permissions; elsewhere that is
 * left to its owner.
 */
public final class SecretFile {
    /** The longest file that is read, in bytes. */
    public static final int MOST_BYTES = 4096;

    private static final int STICKY = 01000;
    private static final Path THIS_PROCESS = Path.of("/proc/self");

    private SecretFile() {}

    /**
     * The first line, without its end ({@code \n} or {@code \r\n}); blanks belong to it.
     *
     * @param path as for {@link #text}
     * @param what as for {@link #text}
     * @return the caller's to wipe; empty if the line is
     * @throws ConfigurationException as for {@link #text}
     */
    public static char[] firstLine(Path path, String what) throws ConfigurationException {
        char[] text = text(path, what);
        int end = 0;
        while (end < text.length && text[end] != '\n' && text[end] != '\r') {
            end++;
        }
        char[] line = Arrays.copyOf(text, end);
        Arrays.fill(text, '\0');
        return line;
    }

    /**
     * All that is in it, but for the end of its last line ({@code \n} or {@code \r\n}), which editors add.
     *
     * @param path as for {@link #text}
     * @param what as for {@link #text}
     * @return the caller's to wipe; empty if there is nothing else
     * @throws ConfigurationException as for {@link #text}
     */
    public static char[] withoutLastLineEnd(Path path, String what) throws ConfigurationException {
        char[] text = text(path, what);
        int end = text.length;
        if (end > 0 && text[end - 1] == '\n') {
            end--;
        }
        if (end > 0 && text[end - 1] == '\r') {
            end--;
        }
        char[] secret = Arrays.copyOf(text, end);
        Arrays.fill(text, '\0');
        return secret;
    }

    /**
     * All that is in it.
     *
     * <p>The file belongs to the user of this process or the administrator, only its owner may read and write it, and
     * no folder above it is writable by everybody unless it is sticky, as {@code /tmp} is. A shell's pipe is read too.
     *
     * @param path UTF-8, with or without a byte order mark, up to {@value #MOST_BYTES} bytes
     * @param what what the file is called where it was named, e.g. {@code pin = file:/etc/hsm.pin}; sentences begin
     *             with it
     * @return the caller's to wipe
     * @throws ConfigurationException if it cannot be read, is too long, is not text, or others may read, change or
     *                                replace it
     */
    public static char[] text(Path path, String what) throws ConfigurationException {
        byte[] content = new byte[MOST_BYTES + 1];
        try {
            Path file = real(path);
            requirePrivate(path, file, what);
            int length;
            try (InputStream in = Files.newInputStream(file)) {
                length = in.readNBytes(content, 0, content.length);
            }
            if (length > MOST_BYTES) {
                throw new ConfigurationException(
                        what + " is too long: a file with a secret has up to " + MOST_BYTES + " bytes");
            }
            return TextFile.decode(content, length, what);
        } catch (IOException unreadable) {
            throw TextFile.unreadable(path, what, unreadable);
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Where links lead; a shell's pipe, such as {@code /dev/fd/63}, is nowhere else. */
    private static Path real(Path path) throws IOException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException nowhere) {
            if (Files.exists(path)) {
                return path.toAbsolutePath();
            }
            throw nowhere;
        }
    }

    private static void requirePrivate(Path named, Path file, String what) throws IOException, ConfigurationException {
        Set<String> views = file.getFileSystem().supportedFileAttributeViews();
        if (!views.contains("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            throw new ConfigurationException(what + " can be read by others: make it private with chmod 600 " + named);
        }
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new ConfigurationException(
                    what + " can be changed by others: make it private with chmod 600 " + named);
        }
        if (views.contains("unix")) {
            requireOwn(file, what);
            for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
                requireNotReplaceable(folder, what);
            }
        }
    }

    /** Somebody else's file can be read by that somebody; the administrator can read everything anyway. */
    private static void requireOwn(Path file, String what) throws IOException, ConfigurationException {
        Object owner = Files.getAttribute(file, "unix:uid");
        boolean own = !Files.exists(THIS_PROCESS) || owner.equals(Files.getAttribute(THIS_PROCESS, "unix:uid"));
        if (!own && !owner.equals(0)) {
            throw new ConfigurationException(what + " belongs to " + Files.getOwner(file)
                    + ", who can read it: copy it into a file of your own");
        }
    }

    private static void requireNotReplaceable(Path folder, String what) throws IOException, ConfigurationException {
        boolean sticky = ((int) Files.getAttribute(folder, "unix:mode") & STICKY) != 0;
        if (!sticky && Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new ConfigurationException(what + " can be replaced by others, because everybody may write to "
                    + folder + ": move it, or run chmod o-w " + folder);
        }
    }
}
