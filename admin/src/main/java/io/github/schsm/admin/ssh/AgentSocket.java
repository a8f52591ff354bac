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
    private static final int STICKY = 01000;
    private static final Duration KEPT = Duration.ofMinutes(1);
    private static final String ROOT = "root";

    private final Path path;
    private final ServerSocketChannel server;
    private final @Nullable Object fileKey;
    private final UserPrincipal owner;

    private AgentSocket(Path path, ServerSocketChannel server) throws IOException {
        this.path = path;
        this.server = server;
        this.fileKey = fileKey(path);
        this.owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS);
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
            requireSafe(folder);
            removeStale(absolute);
            return bound(absolute);
        } catch (IOException | UnsupportedOperationException failed) {
            throw new InvalidRequestException(
                    "the socket " + path + " cannot be made (" + failed.getMessage()
                            + "): give another, with a short path in a folder of your own",
                    failed);
        }
    }

    /** Who may write to a folder can put a socket of another agent in this one's place. */
    private static void requireSafe(Path folder) throws IOException, InvalidRequestException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return;
        }
        int mode = (int) Files.getAttribute(folder, "unix:mode");
        if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
            throw new InvalidRequestException("the socket would be in " + folder
                    + ", where others may write: give one in a folder of your own, or chmod go-w it");
        }
    }

    private static void removeStale(Path path) throws IOException, InvalidRequestException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isOther()) {
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

    private static AgentSocket bound(Path path) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            }
            return new AgentSocket(path, server);
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
