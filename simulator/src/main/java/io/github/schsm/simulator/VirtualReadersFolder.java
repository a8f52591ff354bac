// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.simulator;

import io.github.schsm.ConfigurationException;
import io.github.schsm.MalformedDataException;
import io.github.schsm.SchsmException;
import io.github.schsm.simulator.profile.LatencyTable;
import io.github.schsm.simulator.state.DeviceState;
import io.github.schsm.simulator.state.StateCodec;
import io.github.schsm.simulator.state.StateKeeper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that holds the state of devices, one file each. A file is replaced as a whole: written next to it, forced to
 * disk, renamed, and the folder forced to disk, so that after a crash at any moment it is either the old or the new
 * one. A lock keeps other processes out; within this JVM a folder is open once.
 */
final class VirtualReadersFolder {
    private static final String SUFFIX = ".device";
    private static final String NEW_SUFFIX = ".new";
    private static final String LOCK = "readers.lock";
    private static final String LATENCY = "readers.latency";
    /** The locked byte stands far behind the holder's number, which others can so read even where locks are strict. */
    private static final long LOCKED_BYTE = 1L << 40;

    private static final int MAX_HOLDER = 64;

    private static final Map<Path, Opened> OPEN = new HashMap<>();

    private final Path path;
    private final FileChannel lockFile;
    private final FileLock lock;
    private final boolean posix;

    private static final class Opened {
        private final VirtualReaders readers;
        private int users = 1;

        private Opened(VirtualReaders readers) {
            this.readers = readers;
        }
    }

    private VirtualReadersFolder(Path path, FileChannel lockFile, FileLock lock, boolean posix) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
        this.posix = posix;
    }

    static VirtualReaders open(Path folder, VirtualReaders.Filler filler) throws SchsmException {
        synchronized (OPEN) {
            VirtualReadersFolder opened = null;
            try {
                Path path = makeFolder(folder);
                Opened present = OPEN.get(path);
                if (present != null) {
                    present.users++;
                    return present.readers;
                }
                opened = lock(path);
                VirtualReaders readers = filler.fill(opened);
                OPEN.put(path, new Opened(readers));
                opened = null;
                return readers;
            } catch (IOException unusable) {
                throw new ConfigurationException(
                        "the simulator's folder " + folder + " cannot be used: " + unusable, unusable);
            } finally {
                if (opened != null) {
                    opened.unlock();
                }
            }
        }
    }

    /** One user less; the last one gives the folder free. */
    void close() {
        synchronized (OPEN) {
            Opened opened = OPEN.get(path);
            if (opened != null && --opened.users == 0) {
                OPEN.remove(path);
                unlock();
            }
        }
    }

    private static Path makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, isPosix(folder) ? ownerOnly("rwx------") : noAttributes());
        }
        return folder.toRealPath();
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private static FileAttribute<?>[] noAttributes() {
        return new FileAttribute<?>[0];
    }

    private static VirtualReadersFolder lock(Path path) throws IOException, ConfigurationException {
        boolean posix = isPosix(path);
        FileChannel file = FileChannel.open(
                path.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                posix ? ownerOnly("rw-------") : noAttributes());
        FileLock lock = null;
        try {
            lock = tryLock(file);
            if (lock == null) {
                throw new ConfigurationException("the simulator's folder " + path + " is in use by process "
                        + holder(file) + ": end it, or use another folder");
            }
            file.truncate(0);
            file.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new VirtualReadersFolder(path, file, lock, posix);
        } finally {
            if (lock == null) {
                file.close();
            }
        }
    }

    /** Null also where this very JVM holds the lock through other copies of these classes. */
    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException heldInThisJvm) {
            return null;
        }
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(MAX_HOLDER);
        file.read(content, 0);
        String holder = new String(content.array(), 0, content.position(), StandardCharsets.US_ASCII).strip();
        return holder.matches("[0-9]+") ? holder : "(unknown)";
    }

    private void unlock() {
        try {
            lock.release();
            lockFile.close();
        } catch (IOException nothingMoreToDo) {
            System.getLogger(VirtualReadersFolder.class.getName())
                    .log(System.Logger.Level.WARNING, "the lock of " + path + " was not released", nothingMoreToDo);
        }
    }

    /** Ids of the devices in the folder. */
    List<String> deviceIds() throws IOException {
        List<String> ids = new ArrayList<>();
        try (Stream<Path> files = Files.list(path)) {
            files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .forEach(ids::add);
        }
        return ids;
    }

    /** How long the folder's devices take. */
    LatencyTable latency() throws ConfigurationException {
        Path file = path.resolve(LATENCY);
        return Files.exists(file) ? LatencyTable.read(file) : LatencyTable.NONE;
    }

    /** Keeps the state of one device in its file. */
    StateKeeper keeper(String id) {
        Path file = path.resolve(id + SUFFIX);
        Path replacement = path.resolve(id + SUFFIX + NEW_SUFFIX);
        return new StateKeeper() {
            @Override
            public void keep(DeviceState state) throws IOException {
                replaceWholly(file, replacement, StateCodec.encode(state));
            }

            @Override
            public DeviceState kept() throws IOException, MalformedDataException {
                DeviceState state;
                try {
                    state = StateCodec.decode(Files.readAllBytes(file));
                } catch (MalformedDataException damaged) {
                    throw new MalformedDataException(file.toString(), String.valueOf(damaged.getMessage()));
                }
                if (!state.id().equals(id)) {
                    throw new MalformedDataException(file.toString(), "it is the state of device " + state.id());
                }
                return state;
            }
        };
    }

    /** Replaces the file even where the caller's thread is interrupted: a device does not know about threads. */
    private void replaceWholly(Path file, Path replacement, byte[] content) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            boolean replaced = false;
            while (!replaced) {
                try {
                    replace(file, replacement, content);
                    replaced = true;
                } catch (ClosedByInterruptException tryAgain) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void replace(Path file, Path replacement, byte[] content) throws IOException {
        Files.deleteIfExists(replacement);
        try (FileChannel out = FileChannel.open(
                replacement,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                posix ? ownerOnly("rw-------") : noAttributes())) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(replacement, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder();
    }

    /** Makes the renaming last. Windows opens no folders, and needs no forcing of them. */
    private void forceFolder() throws IOException {
        if (posix) {
            try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
                folder.force(true);
            }
        }
    }
}
