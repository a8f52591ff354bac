// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.admin.progress.RuntimeFolder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * The socket that programs connect to: a file of mode 600. Between its making and its mode others could connect where the
 * folder lets them, so each who does is asked the system for: only this user and root get further.
 */
final class AgentSocket implements AutoCloseable {
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int WRITABLE_BY_ALL = 0002;
    private static final int STICKY = 01000;
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;
    private static final Path THIS_PROCESS = Path.of("/proc/self");
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final String ROOT = "root";

    private final Path path;
    private final ServerSocketChannel server;
    private final @Nullable Object fileKey;
    private final UserPrincipal owner;

    private AgentSocket(Path path, ServerSocketChannel server, UserPrincipal owner) throws IOException {
        this.path = path;
        this.server = server;
        this.fileKey = fileKey(path);
        this.owner = owner;
    }

    private static @Nullable Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /**
     * Makes the socket, and its folder if need be; what an agent that is gone has left there is replaced.
     *
     * @throws InvalidRequestException if it cannot be there; the message says why and what to do
     */
    static AgentSocket at(Path path) throws InvalidRequestException {
        Path absolute = path.toAbsolutePath();
        try {
            Path folder = absolute.getParent();
            if (folder == null) {
                throw new InvalidRequestException(
                        "the socket " + path + " cannot be: it is a folder; give a file's name");
            }
            RuntimeFolder.make(Files.isDirectory(folder) ? folder.toRealPath() : folder);
            // Without links on the way nobody can lead elsewhere after the check.
            Path real = folder.toRealPath();
            UserPrincipal user = user(real);
            requireSafe(real, user);
            Path file = real.resolve(absolute.getFileName());
            removeStale(file);
            return bound(file, user);
        } catch (IOException | UnsupportedOperationException failed) {
            throw new InvalidRequestException(
                    "the socket " + path + " cannot be made (" + failed.getMessage()
                            + "): give another, with a short path in a folder of your own",
                    failed);
        }
    }

    /** Who runs this: the owner of what it makes, where the system does not say it. */
    private static UserPrincipal user(Path folder) throws IOException {
        if (Files.exists(THIS_PROCESS)) {
            return Files.getOwner(THIS_PROCESS);
        }
        Path made = Files.createTempFile(folder, "schsm", null);
        try {
            return Files.getOwner(made, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.delete(made);
        }
    }

    /** Who owns a folder or may write to it, or to one above, can put a socket of another agent in this one's place. */
    static void requireSafe(Path real, UserPrincipal user) throws IOException, InvalidRequestException {
        if (!real.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        int forbidden = WRITABLE_BY_OTHERS;
        for (Path folder = real; folder != null; folder = folder.getParent()) {
            int mode = (int) Files.getAttribute(folder, "unix:mode");
            if ((mode & forbidden) != 0 && (mode & STICKY) == 0) {
                throw new InvalidRequestException("the socket would be in " + folder
                        + ", where others may write: give one in a folder of your own, or chmod go-w it");
            }
            UserPrincipal owner = Files.getOwner(folder);
            if (!owner.equals(user) && !Files.getAttribute(folder, "unix:uid").equals(0)) {
                throw new InvalidRequestException("the socket would be in " + folder + ", which belongs to "
                        + owner.getName() + ": give one in a folder of your own");
            }
            // A group that has a user's home often has that user alone.
            forbidden = WRITABLE_BY_ALL;
        }
    }

    private static void removeStale(Path path) throws IOException, InvalidRequestException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new InvalidRequestException(path + " is there already and is no socket: give another name");
        }
        try {
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
            throw new InvalidRequestException("an agent is running at " + path + ": use it (SSH_AUTH_SOCK=" + path
                    + "), end it, or give another socket");
        } catch (ConnectException nobody) {
            Files.delete(path);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & FILE_TYPE) == SOCKET;
        }
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    /** Removes sockets that nobody listens on. One that was just made may be listened on in a moment. */
    static void clean(Path folder, String names) {
        Instant before = Instant.now().minus(KEPT);
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, names)) {
            for (Path path : found) {
                FileTime made = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
                if (made.toInstant().isBefore(before)) {
                    removeIfStale(path);
                }
            }
        } catch (IOException unreadable) {
            SshAgent.LOG.log(System.Logger.Level.DEBUG, "old sockets could not be removed", unreadable);
        }
    }

    private static void removeIfStale(Path path) throws IOException {
        try {
            removeStale(path);
        } catch (InvalidRequestException inUse) {
            SshAgent.LOG.log(System.Logger.Level.DEBUG, "a socket stays", inUse);
        }
    }

    private static AgentSocket bound(Path path, UserPrincipal user) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                // It follows links, so that it has to be the socket; in this folder it stays that.
                if (!isSocket(path)) {
                    throw new IOException("something else has taken its place");
                }
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            }
            return new AgentSocket(path, server, user);
        } catch (IOException failed) {
            server.close();
            throw failed;
        }
    }

    Path path() {
        return path;
    }

    boolean isOpen() {
        return server.isOpen();
    }

    /** The next program of this user that connects. */
    SocketChannel accept() throws IOException {
        while (true) {
            SocketChannel channel = server.accept();
            if (isOwn(channel)) {
                return channel;
            }
            channel.close();
        }
    }

    private boolean isOwn(SocketChannel channel) {
        if (!channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
            return true;
        }
        try {
            UserPrincipal peer =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
            return peer.equals(owner) || peer.getName().equals(ROOT);
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Removes the file, too, unless another has taken its place. */
    @Override
    public void close() throws IOException {
        server.close();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(fileKey, fileKey(path))) {
            Files.deleteIfExists(path);
        }
    }
}
