// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.card;

import io.github.schsm.DeviceIdentity;
import io.github.schsm.SchsmException;
import io.github.schsm.TransportException;
import io.github.schsm.card.apdu.TransmitFailure;
import io.github.schsm.card.quirk.AppletInfo;
import io.github.schsm.card.quirk.DeviceQuirks;
import io.github.schsm.card.transport.CardTransport;
import io.github.schsm.card.transport.PcscTransport;
import io.github.schsm.card.transport.TerminalSource;
import io.github.schsm.codec.PrintableText;
import io.github.schsm.login.LoginState;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM shares about one reader: the queue of its users in order of arrival, and the connection. There is
 * one per source and reader name, because PC/SC transactions keep other programs out but not the JVM's own threads, and
 * because two connections to one card would log each other out.
 *
 * <p>Everything here happens with the lock held. A queue that no device refers to any more goes, and its connection with
 * it.
 */
final class TransactionQueue {
    private static final System.Logger LOG = PcscTransport.LOG;

    /** Its methods are written out, because a record's own are linked at first use, which takes ten milliseconds. */
    private record Key(TerminalSource source, String reader) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key that && source.equals(that.source) && reader.equals(that.reader);
        }

        @Override
        public int hashCode() {
            return 31 * source.hashCode() + reader.hashCode();
        }
    }

    /** Weak, so that a program which opens and forgets devices keeps no connection for each. */
    private static final Map<Key, WeakReference<TransactionQueue>> LINKS = new HashMap<>();

    private final TerminalSource source;
    private final String reader;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final LoginState<Object> logins = new LoginState<>();
    private final Set<Object> owners = Collections.newSetFromMap(new WeakHashMap<>());
    private @Nullable Connection connection;
    private @Nullable Connection lost;
    private volatile @Nullable DeviceIdentity seen;
    private boolean appletSeen;
    private int commandLimit = Integer.MAX_VALUE;
    private volatile long selections;
    private volatile long connections;
    private volatile Optional<String> defect = Optional.empty();

    private TransactionQueue(TerminalSource source, String reader) {
        this.source = source;
        this.reader = reader;
    }

    static TransactionQueue of(TerminalSource source, String reader) {
        synchronized (LINKS) {
            LINKS.values().removeIf(reference -> reference.get() == null);
            Key key = new Key(source, reader);
            WeakReference<TransactionQueue> known = LINKS.get(key);
            TransactionQueue link = known == null ? null : known.get();
            if (link == null) {
                link = new TransactionQueue(source, reader);
                LINKS.put(key, new WeakReference<>(link));
            }
            return link;
        }
    }

    String reader() {
        return reader;
    }

    /** The same for the same reader, whatever becomes of this link. */
    Object place() {
        return List.of(source.name(), reader);
    }

    /** Which device another thread is working with right now, so that nobody has to wait in order to know that. */
    @Nullable
    DeviceIdentity seenByOthers() {
        return lock.isLocked() && !lock.isHeldByCurrentThread() ? seen : null;
    }

    /** Waits for this thread's turn, and begins a transaction unless the thread has one. */
    void enter() throws SchsmException {
        acquire();
        boolean entered = false;
        try {
            if (lock.getHoldCount() == 1) {
                begin();
            }
            entered = true;
        } finally {
            if (!entered) {
                lock.unlock();
            }
        }
    }

    /** Ends what {@link #enter} began. */
    void leave() {
        try {
            if (lock.getHoldCount() == 1) {
                end();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Logs out and gives the card back; the next use connects again. */
    void disconnect() throws SchsmException {
        acquire();
        try {
            logOutAndDrop();
        } finally {
            lock.unlock();
        }
    }

    private void logOutAndDrop() throws SchsmException {
        Connection current = connection;
        if (current != null && lock.getHoldCount() == 1) {
            try {
                if (logins.isAnythingOpen()) {
                    current.begin();
                    current.select();
                }
            } catch (TransmitFailure e) {
                LOG.log(System.Logger.Level.DEBUG, "the card was gone before it was logged out", e);
            } finally {
                end();
                drop();
            }
        }
    }

    /** The owner uses the card until it {@linkplain #release releases} it, in however many transactions. */
    void retain(Object owner) {
        synchronized (owners) {
            owners.add(owner);
        }
    }

    /** One user less; after the last one the card is logged out and given back. */
    void release(Object owner) {
        synchronized (owners) {
            if (!owners.remove(owner) || !owners.isEmpty()) {
                return;
            }
        }
        // A thread that is interrupted while it waits gives back as well.
        lock.lock();
        try {
            logOutAndDrop();
        } catch (SchsmException e) {
            LOG.log(System.Logger.Level.DEBUG, "the card was gone before it was given back", e);
        } finally {
            lock.unlock();
        }
    }

    private void acquire() throws SchsmException {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransportException("interrupted while waiting for reader '" + reader + "'", e);
        }
    }

    private void begin() throws SchsmException {
        appletSeen = false;
        if (connection != null) {
            try {
                connection.begin();
            } catch (TransmitFailure e) {
                LOG.log(
                        System.Logger.Level.DEBUG,
                        "connecting to reader ''{0}'' again: {1}",
                        PrintableText.of(reader),
                        e.getMessage());
                drop();
            }
        }
        if (connection == null) {
            connect();
        }
    }

    private void end() {
        if (connection != null) {
            try {
                connection.transport().end();
            } catch (TransmitFailure e) {
                // What was asked for is done; the next transaction finds out what is wrong and connects again.
                LOG.log(System.Logger.Level.DEBUG, "reader ''{0}'': {1}", PrintableText.of(reader), e.getMessage());
            }
        }
    }

    /** A new connection, in a transaction, with the applet selected. */
    void connect() throws SchsmException {
        try {
            establish(true);
        } catch (TransmitFailure first) {
            // The reader may not be able to do extended length, or another program reset the card at that moment.
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "reader ''{0}'', short APDUs from now on: {1}",
                    PrintableText.of(reader),
                    first.getMessage());
            try {
                establish(false);
            } catch (TransmitFailure second) {
                second.reported().addSuppressed(first);
                throw second.reported();
            }
        }
        appletSeen = true;
    }

    private void establish(boolean extended) throws TransmitFailure, SchsmException {
        CardTransport transport = PcscTransport.connect(source, reader);
        boolean opened = false;
        try {
            defect = DeviceQuirks.of(new DeviceQuirks.Seen(transport.atr(), reader, AppletInfo.NOTHING))
                    .defect()
                    .map(sign -> "reader '" + PrintableText.of(reader) + "': " + sign);
            transport.begin();
            selected();
            connected();
            connection = Connection.open(transport, reader, extended, logins);
            lost = null;
            connection.limits().atMost(commandLimit);
            seen = connection.identity();
            opened = true;
        } finally {
            if (!opened) {
                transport.close();
            }
        }
    }

    /** The connection is of no use any more. */
    void drop() {
        Connection dropped = connection;
        if (dropped != null) {
            connection = null;
            lost = dropped;
            logins.away();
            seen = null;
            dropped.close();
        }
    }

    /** Resets the card; the connection is none any more. */
    void reset() {
        Connection reset = connection;
        if (reset != null) {
            connection = null;
            lost = reset;
            logins.away();
            reset.closeWithReset();
        }
    }

    /** Longer commands do not get through this reader: not now, and not after the card was out. */
    void limitCommands(int length) {
        commandLimit = Math.min(commandLimit, length);
        connection().limits().atMost(length);
    }

    /** Selects the applet again, because another program selected something else. */
    void reselect() throws TransmitFailure, SchsmException {
        selected();
        connection().select();
        appletSeen = true;
    }

    /** Only the lock's holder counts. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void selected() {
        selections++;
    }

    /** Only the lock's holder counts. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void connected() {
        connections++;
    }

    /** What the device that was in the reader last is known for. */
    Optional<String> defect() {
        return defect;
    }

    /** How often a connection was made. */
    long connections() {
        return connections;
    }

    /** How often the applet was selected from here. */
    long selections() {
        return selections;
    }

    /**
     * The connection or, after a command in the middle of a transaction has lost it, what is left of it: which device it
     * was to and how long commands were. Nothing is verified there any more and nothing can be sent.
     */
    Connection connection() {
        Connection there = connection != null ? connection : lost;
        if (there == null) {
            throw new IllegalStateException("reader '" + PrintableText.of(reader) + "' was not connected to yet");
        }
        return there;
    }

    /** Whether there is a connection; a command in the middle of a transaction may have lost it. */
    boolean isConnected() {
        return connection != null;
    }

    /** Whether in this transaction an answer came that only our applet gives. */
    boolean appletSeen() {
        return appletSeen;
    }

    void sawApplet() {
        appletSeen = true;
    }

    /** Who is logged in to the device in this reader: an {@code Authenticator}, or a transaction that has none. */
    LoginState<Object> logins() {
        return logins;
    }
}
