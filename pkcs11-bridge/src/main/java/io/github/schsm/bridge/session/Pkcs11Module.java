// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 the SCHSM contributors
package io.github.schsm.bridge.session;

import io.github.schsm.SchsmException;
import io.github.schsm.bridge.cryptoki.Cryptoki;
import io.github.schsm.bridge.cryptoki.Cryptoki.CkTokenInfo;
import io.github.schsm.bridge.cryptoki.Cryptoki.SlotInfo;
import io.github.schsm.bridge.cryptoki.CryptokiException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A module that is loaded and initialized, and its tokens as this JVM uses them.
 *
 * <p>Initializing it again is the last resort when it has lost its other side (a token service that was restarted) and
 * does not find it again: that ends all sessions of this process, so it is done while nobody here uses one.
 */
public final class Pkcs11Module {
    private static final System.Logger LOGGER = System.getLogger(Pkcs11Module.class.getName());
    private static final long PATIENCE_SECONDS = 5;
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** Between two looks for slots that cost all sessions of the module. */
    private static final long SLOTS_REST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Path path;
    private final Cryptoki cryptoki;
    private final Cryptoki.Info info;
    private final ReadWriteLock lock = new ReentrantReadWriteLock(true);
    private final OpenSessions sessions;
    private final List<SharedToken> tokens = new ArrayList<>();
    /** What several tokens said of themselves. */
    private final Set<List<String>> shared = new HashSet<>();

    private final AtomicLong incarnation = new AtomicLong();
    private volatile long revived = System.nanoTime() - REST_NANOS;

    /**
     * A module.
     *
     * @param path     its file, without symbolic links
     * @param cryptoki its functions
     * @param info     what it says of itself
     */
    public Pkcs11Module(Path path, Cryptoki cryptoki, Cryptoki.Info info) {
        this.path = path;
        this.cryptoki = cryptoki;
        this.info = info;
        this.sessions = new OpenSessions(cryptoki);
    }

    /** Its file, without symbolic links. */
    public Path path() {
        return path;
    }

    /** Its functions. */
    public Cryptoki cryptoki() {
        return cryptoki;
    }

    /** What it says of itself. */
    public Cryptoki.Info info() {
        return info;
    }

    /** Its file's name, by which messages call it. */
    public String name() {
        return name(path);
    }

    public static String name(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }

    /** What all links to a token share, the same for the same token. */
    public SharedToken token(SlotInfo slot, CkTokenInfo token) {
        synchronized (tokens) {
            for (SharedToken known : tokens) {
                TokenIdentity identity = known.identity();
                boolean here = identity.isPlaced()
                        ? identity.mayBeIn(slot)
                        : (identity.hasLabelOf(token) && !isShared(token)) || known.isIn(slot.id());
                if (identity.isSame(token) && here) {
                    return known;
                }
            }
            SharedToken added = new SharedToken(this, slot, identity(token, slot));
            tokens.add(added);
            return added;
        }
    }

    /** What tells a token in a slot from others. */
    TokenIdentity identity(CkTokenInfo token, SlotInfo slot) {
        return TokenIdentity.of(token, slot, isShared(token));
    }

    /** Whether only its place tells a token from others: it has no serial number, or one that others were seen with. */
    public boolean isPlaced(CkTokenInfo token) {
        return TokenIdentity.isNoNumber(token.serial()) || isShared(token);
    }

    private boolean isShared(CkTokenInfo token) {
        synchronized (tokens) {
            return shared.contains(said(token));
        }
    }

    /** Whether others were seen that say the same of themselves as a token does. */
    boolean isShared(TokenIdentity token) {
        synchronized (tokens) {
            return shared.contains(List.of(token.serial(), token.label(), token.model(), token.manufacturer()));
        }
    }

    /**
     * Several tokens were seen at once that say the same of themselves: from now on each of them is the one in the slot
     * where it was seen last.
     */
    public void areAlike(CkTokenInfo token) {
        synchronized (tokens) {
            if (shared.add(said(token))) {
                for (SharedToken known : tokens) {
                    if (known.identity().isSame(token) && known.identity().hasLabelOf(token)) {
                        known.staysInPlace();
                    }
                }
            }
        }
    }

    /** What a token says of itself. */
    public static List<String> said(CkTokenInfo token) {
        return List.of(token.serial(), token.label(), token.model(), token.manufacturer());
    }

    /** Whether what is in a slot is known as another token than the one that is asked for. */
    boolean isAnother(SharedToken asked, long slot, CkTokenInfo token) {
        synchronized (tokens) {
            return tokens.stream()
                    .filter(known -> known != asked)
                    .map(SharedToken::identity)
                    .anyMatch(other ->
                            other.isSame(token) && (other.isPlaced() ? other.slot() == slot : other.hasLabelOf(token)));
        }
    }

    /**
     * Whether it would find other slots if it were initialized again. p11-kit's proxy connects to its servers when it is
     * initialized only, and goes on without one that is not there. Looking ends the sessions with the others, so it is
     * done now and then.
     */
    boolean mayHaveOtherSlots() {
        return info.manufacturer().equals("PKCS#11 Kit")
                && info.description().contains("Proxy")
                && System.nanoTime() - revived > SLOTS_REST_NANOS;
    }

    /** The sessions that this JVM has open with it. */
    OpenSessions sessions() {
        return sessions;
    }

    /** Held while functions of the module are called. */
    public Lock use() {
        return lock.readLock();
    }

    /** How often it was initialized again: nothing that it gave out before is valid afterwards. */
    public long incarnation() {
        return incarnation.get();
    }

    /**
     * Lists the slots.
     *
     * @return slots, those with a token in them or all
     * @throws TokenMissingException if the module cannot be asked
     */
    List<Long> slots(boolean tokenPresent) throws TokenMissingException {
        try {
            return cryptoki.slots(tokenPresent);
        } catch (CryptokiException refused) {
            throw new TokenMissingException(true, refused);
        }
    }

    /**
     * Initializes the module again, unless somebody goes on using it; a moment after the last time. Must not be called
     * while {@link #use} is held.
     *
     * @param seen     the incarnation that does not work
     * @param finished whether the module itself says that it is not initialized, so that there is nothing to lose
     * @return whether it is worth trying again
     * @throws SchsmException if it cannot be initialized
     */
    public boolean revive(long seen, boolean finished) throws SchsmException {
        Lock alone = lock.writeLock();
        try {
            if (!alone.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return false;
            }
        } catch (InterruptedException interrupted) {
            throw ErrorMapper.interrupted(name(), interrupted);
        }
        try {
            if (incarnation.get() != seen) {
                return true;
            }
            long early = finished ? 0 : revived + REST_NANOS - System.nanoTime();
            if (early > 0) {
                TimeUnit.NANOSECONDS.sleep(early);
            }
            LOGGER.log(Level.DEBUG, "{0}: initialized again, because it does not reach its tokens any more", name());
            incarnation.incrementAndGet();
            sessions.forgetAll();
            try {
                cryptoki.reinitialize();
            } finally {
                revived = System.nanoTime();
            }
            return true;
        } catch (InterruptedException interrupted) {
            throw ErrorMapper.interrupted(name(), interrupted);
        } catch (CryptokiException refused) {
            throw ErrorMapper.of(name(), "it cannot be initialized again", refused);
        } finally {
            alone.unlock();
        }
    }

    /**
     * Ends it, once nobody here uses it: no object of it can be used afterwards.
     *
     * @param finish whether nobody else in this process uses it
     */
    public void end(boolean finish) {
        Lock alone = lock.writeLock();
        alone.lock();
        try {
            incarnation.incrementAndGet();
            sessions.forgetAll();
            if (finish) {
                cryptoki.finish();
            }
        } catch (CryptokiException refused) {
            LOGGER.log(Level.DEBUG, "{0} was not ended: {1}", name(), refused.getMessage());
        } finally {
            cryptoki.end();
            alone.unlock();
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
