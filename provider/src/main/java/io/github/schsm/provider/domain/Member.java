// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.provider.domain;

import io.github.schsm.KeyDomain.Status;
import io.github.schsm.spi.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One member of a domain: its token, how it is, what waits for it, how fast it is, and which keys it has. The name
 * stays also while nobody knows where the device is.
 */
final class Member implements Failover.Place {
    private static final long SHORTEST_PAUSE = 50_000_000L;
    private static final long LONGEST_PAUSE = 1_000_000_000L;
    /** How much a slow operation counts, and a fast one: single slow ones say little. As a number of bits to shift. */
    private static final int SMOOTHING_UP = 3;

    private static final int SMOOTHING_DOWN = 1;
    /** What takes long takes about this long. */
    private static final long LONG = 2_000_000_000L;
    /** After this time without work what was measured says little. */
    private static final long MEASURE_AGAIN = 1_000_000_000L;

    private final String id;
    private final AtomicInteger queue = new AtomicInteger();
    private final AtomicInteger longOnes = new AtomicInteger();
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable Token token;
    private volatile @Nullable Trouble trouble;
    private volatile @Nullable List<ListedKey> keys;
    private volatile boolean stale = true;
    /** How often what it has was changed or forgotten; with what is listed it changes under one lock. */
    private int changes;

    private final AtomicInteger absences = new AtomicInteger();
    private volatile int listedAfter;
    private volatile long nanosEach;
    private final LongAdder nanosBusy = new LongAdder();
    private volatile long lastEnd = System.nanoTime();
    private volatile long pause;
    private volatile @Nullable Status domain;
    private volatile boolean placed;
    private volatile boolean stranger;
    private volatile boolean distrusted;
    private final AtomicBoolean watched = new AtomicBoolean();
    /** Which keys were shown to be what their public keys say, and how often it had failed then. */
    private final Map<String, Integer> proven = new ConcurrentHashMap<>();

    private final Set<String> disproven = ConcurrentHashMap.newKeySet();

    /**
     * Why it is left alone.
     *
     * @param away  whether it is not here, rather than here and no good
     * @param until when it may be tried again, by {@link System#nanoTime}
     */
    private record Trouble(String problem, boolean away, boolean locked, long until) {}

    /** A member that is known by a name, or by its token. */
    Member(String id, @Nullable Token token) {
        this.id = id;
        this.token = token;
    }

    /** What the configuration or its token calls it. */
    String id() {
        Token known = token;
        return known == null ? id : known.name();
    }

    /** Whether this is a name for it. */
    boolean isCalled(String name) {
        Token known = token;
        return id.equals(name)
                || (known != null && (known.id().equals(name) || known.name().equals(name)));
    }

    /** Its token, if the device was ever seen. */
    @Nullable
    Token token() {
        return token;
    }

    /** The device was found. */
    void found(Token seen) {
        token = seen;
    }

    /** The key domain that makes it a member, as it is there; null if nobody looked, or there is none to look for. */
    @Nullable
    Status domain() {
        return domain;
    }

    void placed(Status status) {
        domain = status;
        placed = true;
        stranger = false;
        distrusted = false;
    }

    /** Whether it was looked for the key domain since the domain was loaded. */
    boolean isPlaced() {
        return placed;
    }

    /** The domain is loaded: the member may have left the key domain meanwhile. */
    void loaded() {
        placed = false;
        forgetList();
    }

    /** Whether it was looked at, and is no member of the key domain. */
    boolean isStranger() {
        return stranger;
    }

    /** Whether it says that it is a member of the key domain, and is not trusted. */
    boolean isDistrusted() {
        return distrusted;
    }

    void distrusted() {
        distrusted = true;
    }

    /** It is no member of the key domain, so it does not take work, and its keys are not those of the domain. */
    synchronized void stranger(String problem) {
        stranger = true;
        placed = false;
        keys = null;
        forgetList();
        locked(problem);
    }

    @Override
    public Member member() {
        return this;
    }

    /** What is asked of a member itself changes nothing. */
    @Override
    public boolean isRepeatable() {
        return true;
    }

    // How it is

    /** Whether nobody else waits for it to come back: who asks is to do so. */
    boolean watch() {
        return watched.compareAndSet(false, true);
    }

    void unwatch() {
        watched.set(false);
    }

    /** Whether it may be given work. */
    @Override
    public boolean isReady() {
        return trouble == null && token != null;
    }

    /** Whether it is here, as far as is known, whether it works or not. */
    boolean isPresent() {
        Trouble known = trouble;
        return token != null && (known == null || !known.away);
    }

    /** Whether it wants a PIN that it does not get. */
    boolean isLocked() {
        Trouble known = trouble;
        return known != null && known.locked;
    }

    /** What is wrong; null for nothing. */
    @Nullable
    String problem() {
        Trouble known = trouble;
        return known == null ? null : known.problem;
    }

    /** It begins something that takes seconds: a key is made, or copied. Others are preferred meanwhile. */
    void beginLong() {
        longOnes.incrementAndGet();
    }

    /** That is over. */
    void endLong() {
        longOnes.decrementAndGet();
    }

    @Override
    public long nanosAhead() {
        return longOnes.get() * LONG;
    }

    /** It is left alone from now on, longer each time. */
    void failed(String problem, boolean away) {
        failures.incrementAndGet();
        Trouble known = trouble;
        if (known != null && System.nanoTime() - known.until < 0) {
            // Others who were at work there when it failed: they are no reason for a longer pause.
            return;
        }
        absences.incrementAndGet();
        long next = Math.min(Math.max(pause * 2, SHORTEST_PAUSE), LONGEST_PAUSE);
        pause = next;
        trouble = new Trouble(problem, away, false, System.nanoTime() + next);
    }

    /** It is left alone until somebody logs in again. */
    void locked(String problem) {
        trouble = new Trouble(problem, false, true, 0);
    }

    /** It answers again. Its pauses go on growing until it has done something. */
    void answers() {
        trouble = null;
    }

    /** How long it is left alone at most before it is looked at again, in nanoseconds. */
    long pause() {
        return Math.max(pause, SHORTEST_PAUSE);
    }

    // What it does

    /** Whether the work may be given to it: not if another thread has just done the same. */
    boolean take(int seen) {
        return queue.compareAndSet(seen, seen + 1);
    }

    @Override
    public int queue() {
        return queue.get();
    }

    /** How long an operation takes here, in nanoseconds; 0 if nothing is known of late. */
    @Override
    public long nanosEach() {
        return queue.get() == 0 && System.nanoTime() - lastEnd > MEASURE_AGAIN ? 0 : nanosEach;
    }

    /** How long all operations took together, in nanoseconds. */
    long nanosBusy() {
        return nanosBusy.sum();
    }

    long operations() {
        return operations.get();
    }

    long failures() {
        return failures.get();
    }

    /** An operation ended that was begun then; a device does one at a time, so what was before it does not count. */
    void did(long begun) {
        long now = System.nanoTime();
        long took = Math.max(1, now - Math.max(begun, lastEnd));
        long before = nanosEach;
        int smoothing = took > before ? SMOOTHING_UP : SMOOTHING_DOWN;
        nanosEach = before == 0 ? took : Math.max(1, before + ((took - before) >> smoothing));
        lastEnd = now;
        nanosBusy.add(took);
        operations.incrementAndGet();
        pause = 0;
    }

    /** The work is off its queue, whatever became of it. */
    void leave() {
        queue.decrementAndGet();
    }

    // What it has

    /** Its keys as they were listed last; null if they never were. */
    @Nullable
    List<ListedKey> keys() {
        return keys;
    }

    /** Whether its keys have to be listed again. */
    boolean isStale() {
        return stale;
    }

    /** How often its list was changed or forgotten: to be read before its keys are listed. */
    synchronized int changes() {
        return changes;
    }

    /**
     * Its keys were listed. What was made meanwhile may be missing in the list, so it is kept, and listed again.
     *
     * @param after  how often it had failed when they were begun to be listed
     * @param before what {@link #changes} was then
     */
    synchronized void listed(List<ListedKey> now, int after, int before) {
        List<ListedKey> all = new ArrayList<>(now);
        List<ListedKey> known = keys;
        if (changes != before && known != null) {
            known.stream()
                    .filter(old -> now.stream().noneMatch(key -> key.key().equals(old.key())))
                    .forEach(all::add);
        }
        listedAfter = after;
        keys = List.copyOf(all);
        stale = changes != before;
    }

    /** A key was made there. Whether the others have to be listed again stays as it is. */
    synchronized void add(ListedKey made) {
        List<ListedKey> known = keys;
        List<ListedKey> all = new ArrayList<>(known == null ? List.of() : known);
        all.removeIf(old -> old.key().equals(made.key()));
        all.add(made);
        changes++;
        keys = List.copyOf(all);
    }

    /** How often it had failed when its keys were listed. */
    int listedAfter() {
        return listedAfter;
    }

    /** How often it has failed: after each time another program may have had it. */
    int absences() {
        return absences.get();
    }

    boolean isProven(String identity, int after) {
        return Integer.valueOf(after).equals(proven.get(identity));
    }

    void proven(String identity, int after) {
        proven.put(identity, after);
    }

    boolean hasDisproven() {
        return !disproven.isEmpty();
    }

    boolean isDisproven(String identity) {
        return disproven.contains(identity);
    }

    /** A use of the key showed that its public key is another one's; so it is until the key is gone. */
    void disproven(String identity) {
        disproven.add(identity);
    }

    /** Forgets what was shown of keys that it does not have any more. */
    void retainProofs(Set<String> identities) {
        proven.keySet().retainAll(identities);
        disproven.retainAll(identities);
    }

    synchronized void forgetList() {
        changes++;
        stale = true;
    }

    @Override
    public String toString() {
        return id();
    }
}
