// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.remote.server;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmException;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.spi.TokenSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One path of a server: the lines to it, and the readers at their other ends. */
final class RamPlace {
    private static final System.Logger LOG = RamServer.LOG;
    private static final int COOKIE_BYTES = 16;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final ServerAddress address;
    private final ServerSettings settings;
    private final Executor probes;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, RamSession> lines = new ConcurrentHashMap<>();
    private final RamTerminals terminals = new RamTerminals(this::awaitReaders);

    /** Guards what follows. */
    private final Object turn = new Object();

    private final Map<String, Known> readers = new LinkedHashMap<>();
    /** Lines whose devices have not said yet which they are, the oldest first. */
    private final Set<RamSession> unprobed = new LinkedHashSet<>();

    private final List<TokenSource.Host> users = new ArrayList<>();
    /** Until when somebody who has opened it waits for readers, in nanoseconds; meaningful while {@link #waiting}. */
    private long waitUntil;

    private boolean waiting;

    /** A reader, and the device that is in it. */
    private record Known(RamReader reader, DeviceIdentity identity) {}

    RamPlace(ServerAddress address, ServerSettings settings, Executor probes) {
        this.address = address;
        this.settings = settings;
        this.probes = probes;
    }

    ServerAddress address() {
        return address;
    }

    RamTerminals terminals() {
        return terminals;
    }

    /** Somebody asks for cards from now on. */
    void open(TokenSource.Host user, Duration patience) {
        synchronized (turn) {
            users.add(user);
            waiting = true;
            waitUntil = System.nanoTime() + patience.toNanos();
        }
    }

    /** Somebody asks no more; returns whether nobody does. */
    boolean close(TokenSource.Host user) {
        synchronized (turn) {
            users.remove(user);
            return users.isEmpty();
        }
    }

    /** Ends all lines. */
    void end() {
        lines.values().forEach(RamSession::done);
        lines.clear();
    }

    // Lines

    /** A client has dialed in; returns its cookie, or null if there is no room for it. */
    @Nullable
    String dialIn(RamSession line) {
        synchronized (turn) {
            lines.values().removeIf(known -> !known.isOpen());
            if (lines.size() >= settings.limit() && !makeRoom(line.client())) {
                return null;
            }
            byte[] bytes = new byte[COOKIE_BYTES];
            random.nextBytes(bytes);
            String cookie = HexFormat.of().formatHex(bytes);
            lines.put(cookie, line);
            unprobed.add(line);
            probes.execute(() -> {
                try {
                    probe(line);
                } finally {
                    synchronized (turn) {
                        unprobed.remove(line);
                    }
                }
            });
            return cookie;
        }
    }

    /**
     * No client keeps others out by lines whose devices do not say which they are: the oldest of them gives way to a
     * client that has fewer lines. Devices that are in use stay.
     */
    private boolean makeRoom(ClientName newcomer) {
        long most = linesOf(newcomer) + 1;
        Optional<RamSession> oldest = unprobed.stream()
                .filter(line -> line.isOpen() && linesOf(line.client()) > most)
                .findFirst();
        oldest.ifPresent(line -> {
            line.lost("another client needs its place");
            lines.values().remove(line);
        });
        return oldest.isPresent();
    }

    private long linesOf(ClientName client) {
        return lines.values().stream()
                .filter(line -> line.client().equals(client))
                .count();
    }

    @Nullable
    RamSession line(String cookie) {
        return lines.get(cookie);
    }

    void forget(String cookie) {
        lines.remove(cookie);
    }

    /** Looks for lines that are dead. */
    void check() {
        lines.values().forEach(line -> line.endIfSilent(settings.patience()));
    }

    private void probe(RamSession line) {
        String name = "ram " + line.client() + " " + NUMBER.incrementAndGet();
        try {
            Probe probe = Probe.of(name, line, settings.patienceWithCommands());
            DeviceIdentity identity = probe.identity();
            if (identity == null) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: {1} dialed in without a SmartCard-HSM",
                        address,
                        line.client());
                line.refuse("there is no SmartCard-HSM in the reader");
            } else {
                admit(line, identity, probe.verified());
            }
        } catch (LineLostException | SchsmException | RuntimeException failed) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    address + ": " + line.client() + " dialed in, but its device does not say which it is: "
                            + PrintableText.of(String.valueOf(failed.getMessage())));
            line.lost("its device does not say which it is");
        }
    }

    private void admit(RamSession line, DeviceIdentity identity, boolean verified) {
        synchronized (turn) {
            String device = identity.isMissing() ? "a device without a certificate" : identity.uniqueName();
            if (users.stream().noneMatch(user -> isWanted(identity, user.devices()))) {
                LOG.log(System.Logger.Level.INFO, "{0}: nobody wants {1} of {2}", address, device, line.client());
                line.unwanted("nobody wants " + device);
                return;
            }
            RamReader reader = reader(identity);
            RamSession before = reader.session();
            if (before != null && !before.client().equals(line.client())) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0}: {1} dialed in with {2}, which is here from {3} already",
                        address,
                        line.client(),
                        device,
                        before.client());
                line.refuse("device " + device + " has dialed in from " + before.client() + " already");
                return;
            }
            if (before != null) {
                before.lost("it has dialed in again");
            }
            reader.attach(line, verified);
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1} of {2} is here", address, device, line.client());
            turn.notifyAll();
        }
    }

    private static boolean isWanted(DeviceIdentity identity, List<String> devices) {
        return devices.isEmpty() || devices.stream().anyMatch(identity::isCalled);
    }

    // Readers

    /** The reader that the device was in before, or a new one. Its name tells devices apart, too. */
    private RamReader reader(DeviceIdentity identity) {
        for (Known known : readers.values()) {
            boolean same = identity.isMissing()
                    ? known.identity.isMissing() && known.reader.session() == null
                    : known.identity.isSameDevice(identity);
            if (same) {
                return known.reader;
            }
        }
        forgetOldest();
        String name = "ram " + (identity.isMissing() ? "device without certificate" : identity.deviceId());
        if (readers.containsKey(name)) {
            name = identity.isMissing() ? name + " " + NUMBER.incrementAndGet() : "ram " + identity.uniqueName();
        }
        RamReader reader = new RamReader(name, settings.patienceWithCommands(), RamHandler.LONGEST_ANSWER);
        readers.put(name, new Known(reader, identity));
        return reader;
    }

    /** Devices that come only once would fill the memory. */
    private void forgetOldest() {
        Iterator<Known> oldest = readers.values().iterator();
        while (readers.size() >= 2 * settings.limit() && oldest.hasNext()) {
            if (oldest.next().reader.session() == null) {
                oldest.remove();
            }
        }
    }

    /** All readers. The first time it waits until those that are wanted have dialed in, because nobody is there at first. */
    private List<RamReader> awaitReaders() {
        synchronized (turn) {
            while (waiting && !isEverybodyHere()) {
                long left = waitUntil - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                try {
                    turn.wait(left / 1_000_000 + 1);
                } catch (InterruptedException asked) {
                    Thread.currentThread().interrupt();
                    break;
                }
            }
            waiting = false;
            return readers.values().stream().map(Known::reader).toList();
        }
    }

    private boolean isEverybodyHere() {
        List<DeviceIdentity> here = readers.values().stream()
                .filter(known -> known.reader.session() != null)
                .map(Known::identity)
                .toList();
        return !here.isEmpty()
                && users.stream()
                        .flatMap(user -> user.devices().stream())
                        .allMatch(name -> here.stream().anyMatch(identity -> identity.isCalled(name)));
    }
}
