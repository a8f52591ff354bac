// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The folder of what one user's programs tell each other while they run: files of their work, sockets. */
public final class RuntimeFolder {
    private static final Path THIS_PROCESS = Path.of("/proc/self");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private RuntimeFolder() {}

    /**
     * The folder of this process's user, which need not be there yet: {@code schsm} in {@code $XDG_RUNTIME_DIR}; where there
     * is none, {@code schsm/run} in {@code %LOCALAPPDATA%}, {@code $XDG_CACHE_HOME}, or {@code .cache} in {@code $HOME}.
     *
     * @param environment the value of each environment variable; null if there is none
     * @return empty if none of these is the absolute path of a folder
     */
    public static Optional<Path> ofUser(Function<String, @Nullable String> environment) {
        return absolute(environment.apply("XDG_RUNTIME_DIR"))
                .map(runtime -> runtime.resolve("schsm"))
                .or(() -> absolute(environment.apply("LOCALAPPDATA"))
                        .or(() -> absolute(environment.apply("XDG_CACHE_HOME")))
                        .or(() -> absolute(environment.apply("HOME")).map(own -> own.resolve(".cache")))
                        .map(cache -> cache.resolve("schsm").resolve("run")));
    }

    private static Optional<Path> absolute(@Nullable String path) {
        return Optional.ofNullable(path)
                .filter(text -> !text.isBlank())
                .map(Path::of)
                .filter(Path::isAbsolute)
                .filter(Files::isDirectory);
    }

    /**
     * Makes a folder, and those above it, unless it is there; what it makes is for its user alone (mode 700) where the
     * file system knows modes.
     *
     * @throws IOException if it cannot be made
     */
    public static void make(Path folder) throws IOException {
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path above = folder.getParent();
        if (above != null) {
            Files.createDirectories(above);
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
        } else {
            Files.createDirectory(folder);
        }
    }

    /**
     * Whether a folder's mode keeps other users out. Without modes its place does.
     *
     * @throws IOException if it cannot be looked at
     */
    public static boolean isClosedToOthers(Path folder) throws IOException {
        return !folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                || PRIVATE.containsAll(Files.getPosixFilePermissions(folder));
    }

    /**
     * Whether a folder belongs to the user of this process, as far as the system tells.
     *
     * @throws IOException if it cannot be looked at
     */
    public static boolean isOwn(Path folder) throws IOException {
        return !folder.getFileSystem().supportedFileAttributeViews().contains("unix")
                || !Files.exists(THIS_PROCESS)
                || Files.getAttribute(folder, "unix:uid").equals(Files.getAttribute(THIS_PROCESS, "unix:uid"));
    }
}
