// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.cli.command.shell;

import io.github.schsm.cli.report.Errors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lines of former shells, in a file that only its owner may read. It gets the lines that were understood as commands:
 * no command takes a secret in its line, so that a PIN that was typed in the wrong place is not kept.
 */
final class History {
    private static final int MOST_LINES = 1000;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;
    private final Consumer<String> problems;
    private boolean broken;

    /** @param problems is told once why it cannot be kept */
    History(Path file, Consumer<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** Where it is for a user, by the XDG base directory specification; null if there is no home. */
    static @Nullable Path place(Function<String, @Nullable String> environment) {
        String state = environment.apply("XDG_STATE_HOME");
        String home = environment.apply("HOME");
        if (state != null && Path.of(state).isAbsolute()) {
            return Path.of(state, "schsm", "history");
        }
        return home == null || home.isEmpty() ? null : Path.of(home, ".local", "state", "schsm", "history");
    }

    /** The lines so far, the oldest first; a longer file is cut down to the newest. */
    List<String> lines() {
        try {
            if (!Files.exists(file)) {
                return List.of();
            }
            List<String> all = Files.readAllLines(file, StandardCharsets.UTF_8);
            if (all.size() <= MOST_LINES) {
                return all;
            }
            List<String> newest = all.subList(all.size() - MOST_LINES, all.size());
            Files.write(file, newest, StandardCharsets.UTF_8);
            return newest;
        } catch (IOException unreadable) {
            tell(unreadable);
            return List.of();
        }
    }

    /** Adds a line. */
    void add(String line) {
        if (broken) {
            return;
        }
        try {
            create();
            Files.writeString(file, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.APPEND);
        } catch (IOException unwritable) {
            tell(unwritable);
        }
    }

    private void create() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
        try {
            if (posix) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException there) {
            if (posix && !Files.getPosixFilePermissions(file).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
        }
    }

    private void tell(IOException failed) {
        broken = true;
        problems.accept("the history " + file + " is not kept: " + Errors.reason(failed));
    }
}
