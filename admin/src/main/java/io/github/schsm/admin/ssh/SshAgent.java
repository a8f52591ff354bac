// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.admin.ssh;

import io.github.schsm.InvalidRequestException;
import io.github.schsm.SchsmDevice;
import io.github.schsm.SchsmKey;
import io.github.schsm.admin.key.DeviceKey;
import io.github.schsm.admin.progress.RuntimeFolder;
import io.github.schsm.codec.PrintableText;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An SSH agent (draft-ietf-sshm-ssh-agent) on a Unix domain socket. Programs that know agents sign with the keys of a
 * device by it: {@code ssh}, {@code ssh-add -l}, {@code ssh-keygen -Y sign}, {@code git} with {@code gpg.format ssh}.
 *
 * <p>It offers EC keys on P-256, P-384 and P-521, and RSA keys, with {@code rsa-sha2-256} and {@code rsa-sha2-512}. Keys
 * are those that were on the device when it started. It takes and removes none. Locked by {@code ssh-add -x} it shows no
 * keys and logs out; after {@code ssh-add -X} the next use logs in again, as {@link SchsmDevice#login} does (the provider's
 * callback handler, or {@code pin} in the configuration). A device that is taken out makes requests fail until it is back.
 *
 * <pre>{@code
 * try (SshAgent agent = SshAgent.of(keyStore).keys(List.of("git")).start()) {
 *     new ProcessBuilder("ssh-add", "-l").environment().put("SSH_AUTH_SOCK", agent.socket().toString());
 * }
 * }</pre>
 */
public final class SshAgent implements AutoCloseable {
    static final System.Logger LOG = System.getLogger("io.github.schsm.admin");

    /** The environment variable that tells programs of the socket. */
    public static final String SOCKET_VARIABLE = "SSH_AUTH_SOCK";

    private static final String SOCKET_NAME = "ssh-agent";
    private static final String SOCKET_ENDING = ".sock";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MOST_CONNECTIONS = 128;
    private static final long PAUSE_NANOS = 100_000_000;

    private final AgentSocket socket;
    private final AgentService service;
    private final List<LeftOut> leftOut;
    private final Map<AgentConnection, Thread> connections = new ConcurrentHashMap<>();

    private SshAgent(AgentSocket socket, AgentService service, List<LeftOut> leftOut) {
        this.socket = socket;
        this.service = service;
        this.leftOut = List.copyOf(leftOut);
    }

    /**
     * A key that is not offered.
     *
     * @param label  its label on the device, escaped
     * @param reason why, one sentence without its end
     */
    public record LeftOut(String label, String reason) {}

    /**
     * An agent for the keys of a key store.
     *
     * @param keyStore a loaded key store of type {@code SCHSM}
     */
    public static Builder of(KeyStore keyStore) {
        return new Builder(keyStore);
    }

    /**
     * Where the socket is unless another place is given: {@code ssh-agent.sock} in {@link RuntimeFolder#ofUser}.
     *
     * @param environment the value of each environment variable; null if there is none
     * @return empty if the environment names no folder for it
     */
    public static Optional<Path> defaultSocket(Function<String, @Nullable String> environment) {
        return RuntimeFolder.ofUser(environment).map(folder -> folder.resolve(SOCKET_NAME + SOCKET_ENDING));
    }

    /**
     * A socket in the same folder for an agent that serves a few programs only, which are told of it: its name is in nobody's
     * way. What such agents have left there that were killed is removed.
     *
     * @param environment the value of each environment variable; null if there is none
     * @return empty if the environment names no folder for it
     */
    public static Optional<Path> freshSocket(Function<String, @Nullable String> environment) {
        Optional<Path> folder = RuntimeFolder.ofUser(environment);
        folder.filter(Files::isDirectory)
                .ifPresent(existing -> AgentSocket.clean(existing, SOCKET_NAME + "-*" + SOCKET_ENDING));
        String name = SOCKET_NAME + "-" + HexFormat.of().toHexDigits(RANDOM.nextLong()) + SOCKET_ENDING;
        return folder.map(existing -> existing.resolve(name));
    }

    /** What an agent is to be like. */
    public static final class Builder {
        private final KeyStore keyStore;
        private List<String> labels = List.of();
        private @Nullable Path path;
        private @Nullable SshAgentConfirmation confirmation;
        private SshAgentListener listener = new SshAgentListener() {};

        private Builder(KeyStore keyStore) {
            this.keyStore = keyStore;
        }

        /** Only the keys with these labels; all that SSH can use if there are none. */
        public Builder keys(Collection<String> only) {
            labels = List.copyOf(only);
            return this;
        }

        /** Where the socket is to be; else {@link #defaultSocket}. */
        public Builder socket(Path file) {
            path = file;
            return this;
        }

        /** Who decides about each use; else every program of this user may use the keys. */
        public Builder confirmation(SshAgentConfirmation asked) {
            confirmation = asked;
            return this;
        }

        /** Who is told what happens. */
        public Builder listener(SshAgentListener told) {
            listener = told;
            return this;
        }

        /**
         * Starts it: from now on programs can connect.
         *
         * @throws InvalidRequestException  if there is no key that SSH can use, one that was named cannot be used, or the
         *                                  socket cannot be made, as where another agent runs
         * @throws GeneralSecurityException if the device cannot be read
         */
        public SshAgent start() throws GeneralSecurityException {
            List<LeftOut> leftOut = new ArrayList<>();
            Collection<OfferedKey> offered = labels.isEmpty() ? all(leftOut) : named();
            if (offered.isEmpty()) {
                throw new InvalidRequestException("there is no key that SSH can use on device "
                        + SchsmDevice.of(keyStore).name()
                        + (leftOut.isEmpty() ? "" : " (" + leftOut.get(0).reason() + ")")
                        + ": generate an RSA key, or an EC key on secp256r1, secp384r1, or secp521r1");
            }
            Path place = path;
            if (place == null) {
                place = defaultSocket(System::getenv).orElseThrow(SshAgent::noFolder);
            }
            AgentSocket bound = AgentSocket.at(place);
            SshAgent agent = new SshAgent(
                    bound, new AgentService(SchsmDevice.of(keyStore), offered, confirmation, listener), leftOut);
            Thread acceptor = new Thread(agent::accept, "schsm-ssh-agent");
            acceptor.setDaemon(true);
            acceptor.start();
            return agent;
        }

        private Collection<OfferedKey> named() throws GeneralSecurityException {
            Map<String, OfferedKey> offered = new LinkedHashMap<>();
            for (String label : labels) {
                try {
                    offered.put(label, OfferedKey.of(DeviceKey.of(keyStore, label)));
                } catch (InvalidRequestException unusable) {
                    throw new InvalidRequestException(
                            "the key \"" + label + "\" cannot be used by SSH: " + unusable.getMessage(), unusable);
                }
            }
            return offered.values();
        }

        /** Secret keys are no keys of SSH, and not missed. */
        private Collection<OfferedKey> all(List<LeftOut> leftOut) throws GeneralSecurityException {
            List<OfferedKey> offered = new ArrayList<>();
            for (String alias : Collections.list(keyStore.aliases())) {
                if (keyStore.isKeyEntry(alias)
                        && keyStore.getKey(alias, null) instanceof SchsmKey key
                        && key instanceof PrivateKey) {
                    try {
                        offered.add(OfferedKey.of(DeviceKey.of(keyStore, alias)));
                    } catch (InvalidRequestException unusable) {
                        leftOut.add(new LeftOut(
                                PrintableText.of(alias), PrintableText.of(String.valueOf(unusable.getMessage()))));
                    }
                }
            }
            return offered;
        }
    }

    /** What to say where {@link #defaultSocket} and {@link #freshSocket} are empty. */
    public static InvalidRequestException noFolder() {
        return new InvalidRequestException(
                "there is no folder for the socket: neither XDG_RUNTIME_DIR nor HOME is the path"
                        + " of one; name a socket");
    }

    /** The socket's path, absolute: what {@value #SOCKET_VARIABLE} is set to. */
    public Path socket() {
        return socket.path();
    }

    /** The keys that it offers. */
    public List<SshAgentKey> keys() {
        return service.keys();
    }

    /** The keys that SSH cannot use. */
    public List<LeftOut> leftOut() {
        return leftOut;
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                begin(socket.accept());
            } catch (IOException failed) {
                // Ended, or there are no more files to be had.
                LOG.log(System.Logger.Level.DEBUG, "nobody could be accepted", failed);
                LockSupport.parkNanos(socket.isOpen() ? PAUSE_NANOS : 0);
            }
        }
    }

    private void begin(SocketChannel channel) {
        while (connections.size() >= MOST_CONNECTIONS) {
            connections.keySet().stream()
                    .max(Comparator.comparingLong(AgentConnection::waitedNanos))
                    .ifPresent(this::end);
        }
        AgentConnection connection = new AgentConnection(channel);
        Thread thread = new Thread(() -> serve(connection), "schsm-ssh-agent-connection");
        thread.setDaemon(true);
        connections.put(connection, thread);
        thread.start();
    }

    private void serve(AgentConnection connection) {
        try {
            connection.serve(service);
        } catch (IOException gone) {
            LOG.log(System.Logger.Level.DEBUG, "a program left", gone);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            end(connection);
        }
    }

    private void end(AgentConnection connection) {
        Thread thread = connections.remove(connection);
        try {
            connection.close();
        } catch (IOException goneAlready) {
            LOG.log(System.Logger.Level.DEBUG, "a connection could not be closed", goneAlready);
        }
        if (thread != null && thread != Thread.currentThread()) {
            thread.interrupt();
        }
    }

    /** Ends it: the socket is removed, and programs that are connected get no more answers. Doing it again does nothing. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException notRemoved) {
            LOG.log(System.Logger.Level.WARNING, "the socket " + socket.path() + " could not be removed", notRemoved);
        }
        connections.keySet().forEach(this::end);
    }
}
